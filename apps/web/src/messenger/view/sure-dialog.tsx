import type { ReactNode } from "react";
import { Button, Dialog } from "../../ui/index.ts";
import { useDesk } from "./desk-context.tsx";

/** Asks before something is done that others notice, or that does not come back. */
export function SureDialog({
  title,
  hint,
  go,
  onClose,
  onSure,
}: {
  readonly title: string;
  /** What it does. */
  readonly hint: string;
  readonly go: string;
  readonly onClose: () => void;
  readonly onSure: () => void;
}): ReactNode {
  const { texts } = useDesk();
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{hint}</p>
      <div className="actions">
        <Button look="quiet" onPress={onClose}>
          {texts.cancel}
        </Button>
        <Button
          look="danger"
          autoFocus
          onPress={() => {
            onSure();
            onClose();
          }}
        >
          {go}
        </Button>
      </div>
    </Dialog>
  );
}
