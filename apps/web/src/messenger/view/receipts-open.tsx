/** What the sign of a message tells when it is pressed: what has become of it at each who gets it. */
import type { ReactNode, RefObject } from "react";
import { Dialog, Popover } from "react-aria-components";
import { Button } from "../../ui/index.ts";
import { wordsFor } from "../model/refusal-words.ts";
import type { Item, Sending } from "../model/views.ts";
import { useAct, useDesk, useNameOf } from "./desk-context.tsx";

/** By these nobody knows whether it has arrived: there was no answer. */
const UNCERTAIN: ReadonlySet<string> = new Set(["timeout", "offline"]);

export interface OpenReceiptsProps {
  readonly item: Item;
  readonly sending: Sending;
  readonly conversation: string;
  readonly word: string;
  readonly trigger: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
}

export function OpenReceipts(props: OpenReceiptsProps): ReactNode {
  const { item, sending, conversation, word, trigger, onClose } = props;
  const { texts, backend } = useDesk();
  const nameOf = useNameOf(conversation);
  const act = useAct();
  const { failure } = sending;
  // A group is no reader: it stands for all, and each who has told stands beside it. Of a file nobody stands for all.
  const inGroup = item.reach !== "direct" || item.body.kind === "file";
  const each = sending.recipients.filter(({ address }) => !inGroup || address !== conversation);
  return (
    <Popover
      className="popover"
      triggerRef={trigger}
      placement="top end"
      isOpen
      onOpenChange={(open) => !open && onClose()}
    >
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
                  onClose();
                  void act(backend.commands.again(conversation, item.key));
                }}
              >
                {texts.retry}
              </Button>
            )}
          </>
        )}
        {each.length > (inGroup ? 0 : 1) && (
          <ul className="each" aria-label={texts.receipts.each}>
            {each.map((one) => (
              <li key={one.address}>
                <bdi>{nameOf(one.address)}</bdi>
                <span className="soft small">{texts.receipts[one.state]}</span>
              </li>
            ))}
          </ul>
        )}
      </Dialog>
    </Popover>
  );
}
