import { type ReactNode, useRef } from "react";
import { Button, Icon, type IconName, Popover, useOpener } from "../../ui/index.ts";
import { wordsFor } from "../model/refusal-words.ts";
import type { Item, Sending } from "../model/views.ts";
import { useAct, useDesk, useNameOf } from "./desk-context.tsx";

const MARKS: Readonly<Record<Sending["state"], IconName>> = {
  queued: "clock",
  sent: "clock",
  accepted: "check",
  deferred: "check",
  delivered: "checks",
  displayed: "checks",
  failed: "warning",
};

/** By these nobody knows whether it has arrived: there was no answer. */
const UNCERTAIN: ReadonlySet<string> = new Set(["timeout", "offline"]);

/** A sign alone, where there is no room for words. */
export function StatusMark({ sending }: { readonly sending: Sending | undefined }): ReactNode {
  const { texts } = useDesk();
  if (sending === undefined) return null;
  return (
    <span className={`mark ${sending.state}`} role="img" aria-label={wordOf(sending, texts)}>
      <Icon name={MARKS[sending.state]} small />
    </span>
  );
}

function wordOf({ state, partly }: Sending, texts: ReturnType<typeof useDesk>["texts"]): string {
  return partly && state === "accepted" ? texts.receipts.partly : texts.receipts[state];
}

/** The sign as a button: what has become of the message, at each who gets it. */
export function Receipts({
  item,
  conversation,
}: {
  readonly item: Item;
  readonly conversation: string;
}): ReactNode {
  const { texts } = useDesk();
  const mark = useRef<HTMLButtonElement>(null);
  const { open, close, button } = useOpener();
  const { sending } = item;
  if (sending === undefined) return null;
  const { state } = sending;
  const word = wordOf(sending, texts);
  return (
    <>
      <button
        {...button}
        ref={mark}
        type="button"
        className={`mark ${state}`}
        aria-haspopup="dialog"
        aria-label={`${texts.receipts.title}: ${word}`}
      >
        <Icon name={MARKS[state]} small />
      </button>
      {open && (
        <Popover
          anchor={mark}
          role="dialog"
          label={texts.receipts.title}
          place="above end"
          className="receipts"
          onClose={close}
        >
          <p>
            <strong>{word}</strong>
          </p>
          <Reasons item={item} sending={sending} conversation={conversation} onDone={close} />
          <Recipients sending={sending} conversation={conversation} />
        </Popover>
      )}
    </>
  );
}

/** Why it has failed, and what can be done about it. */
function Reasons({
  item,
  sending: { failure },
  conversation,
  onDone,
}: {
  readonly item: Item;
  readonly sending: Sending;
  readonly conversation: string;
  readonly onDone: () => void;
}): ReactNode {
  const { texts, backend } = useDesk();
  const act = useAct();
  if (failure === undefined) return null;
  return (
    <>
      <p className="small">{wordsFor(failure, texts)}</p>
      {UNCERTAIN.has(failure.code) && <p className="small soft">{texts.receipts.againHint}</p>}
      {item.body.kind === "text" && (
        <Button
          onPress={() => {
            onDone();
            void act(backend.commands.again(conversation, item.key));
          }}
        >
          {texts.retry}
        </Button>
      )}
    </>
  );
}

function Recipients({
  sending: { recipients },
  conversation,
}: {
  readonly sending: Sending;
  readonly conversation: string;
}): ReactNode {
  const { texts } = useDesk();
  const nameOf = useNameOf(conversation);
  if (recipients.length < 2) return null;
  return (
    <ul className="each">
      {recipients.map((one) => (
        <li key={one.address}>
          <bdi>{nameOf(one.address)}</bdi>
          <span className="soft small">{texts.receipts[one.state]}</span>
        </li>
      ))}
    </ul>
  );
}
