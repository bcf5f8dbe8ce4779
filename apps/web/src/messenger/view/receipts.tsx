import { type ReactNode, Suspense, useRef, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { Icon, type IconName } from "../../ui/index.ts";
import { fileSending } from "../model/item-of.ts";
import type { Item, Sending } from "../model/views.ts";
import { useDesk } from "./desk-context.tsx";
import { later } from "./later.tsx";

const OpenReceipts = later(async () => (await import("./receipts-open.tsx")).OpenReceipts);

const MARKS: Readonly<Record<Sending["state"], IconName>> = {
  queued: "clock",
  sent: "clock",
  accepted: "check",
  deferred: "check",
  delivered: "checks",
  displayed: "checks",
  failed: "warning",
};

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
  const [open, setOpen] = useState(false);
  const { body } = item;
  const sending = item.sending ?? (body.kind === "file" ? fileSending(body) : undefined);
  if (sending === undefined) return null;
  const { state } = sending;
  const word = wordOf(sending, texts);
  return (
    <>
      <AriaButton
        ref={mark}
        className={`mark ${state}`}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={`${texts.receipts.title}: ${word}`}
        onPress={() => setOpen(!open)}
      >
        <Icon name={MARKS[state]} small />
      </AriaButton>
      {open && (
        <Suspense fallback={null}>
          <OpenReceipts
            item={item}
            sending={sending}
            conversation={conversation}
            word={word}
            trigger={mark}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
