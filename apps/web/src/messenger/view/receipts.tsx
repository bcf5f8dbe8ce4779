import { type ReactNode, useState } from "react";
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from "react-aria-components";
import { Button, Icon, type IconName } from "../../ui/index.ts";
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
  const { texts, backend } = useDesk();
  const nameOf = useNameOf(conversation);
  const act = useAct();
  const [open, setOpen] = useState(false);
  const { sending } = item;
  if (sending === undefined) return null;
  const { state, recipients, failure } = sending;
  const word = wordOf(sending, texts);
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <AriaButton className={`mark ${state}`} aria-label={`${texts.receipts.title}: ${word}`}>
        <Icon name={MARKS[state]} small />
      </AriaButton>
      <Popover className="popover" placement="top end">
        <Dialog className="receipts" aria-label={texts.receipts.title}>
          <p>
            <strong>{word}</strong>
          </p>
          {failure !== undefined && (
            <>
              <p className="small">{wordsFor(failure, texts)}</p>
              {UNCERTAIN.has(failure.code) && (
                <p className="small soft">{texts.receipts.againHint}</p>
              )}
              {item.body.kind === "text" && (
                <Button
                  onPress={() => {
                    setOpen(false);
                    void act(backend.commands.again(conversation, item.key));
                  }}
                >
                  {texts.retry}
                </Button>
              )}
            </>
          )}
          {recipients.length > 1 && (
            <ul className="each">
              {recipients.map((one) => (
                <li key={one.address}>
                  <bdi>{nameOf(one.address)}</bdi>
                  <span className="soft small">{texts.receipts[one.state]}</span>
                </li>
              ))}
            </ul>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
