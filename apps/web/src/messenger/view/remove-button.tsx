import { type ReactNode, Suspense, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { Icon } from "../../ui/index.ts";
import type { Item } from "../model/views.ts";
import { useAct, useDesk } from "./desk-context.tsx";
import { later } from "./later.tsx";

const SureDialog = later(async () => (await import("./sure-dialog.tsx")).SureDialog);

/** Takes one message out of the user's own history, once he is sure. */
export function RemoveButton({
  item,
  conversation,
}: {
  readonly item: Item;
  readonly conversation: string;
}): ReactNode {
  const { texts, backend } = useDesk();
  const act = useAct();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <AriaButton
        className="mark remove"
        aria-haspopup="dialog"
        aria-label={texts.talk.removeOne}
        onPress={() => setAsking(true)}
      >
        <Icon name="bin" small />
      </AriaButton>
      {asking && (
        <Suspense fallback={null}>
          <SureDialog
            title={texts.talk.removeOneTitle}
            hint={texts.talk.removeHint}
            go={texts.talk.removeOne}
            onClose={() => setAsking(false)}
            onSure={() => void act(backend.commands.removeEntry(conversation, item.key))}
          />
        </Suspense>
      )}
    </>
  );
}
