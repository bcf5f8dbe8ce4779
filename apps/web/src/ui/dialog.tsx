import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

/** Drawn above everything while it is mounted; Escape and a press beside it close it. */
export function Dialog({
  title,
  wide = false,
  onClose,
  children,
}: {
  readonly title: string;
  readonly wide?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const veil = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const dialog = veil.current;
    dialog?.showModal();
    return () => dialog?.close(); // what had the focus before has it again
  }, []);
  return (
    // What is beside it is the veil itself; keys close it by `cancel`.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={veil}
      className="veil"
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <div className={wide ? "modal wide" : "modal"}>
        <div className="dialog">
          <h2 id={heading}>{title}</h2>
          {children}
        </div>
      </div>
    </dialog>
  );
}
