import { cloneElement, type ReactElement, type ReactNode, useRef } from "react";
import type { ButtonProps } from "./button.tsx";
import { moveFocus } from "./move-focus.ts";
import { Popover, useOpener } from "./popover.tsx";

export interface MenuChoice {
  readonly id: string;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly look?: "plain" | "danger";
  readonly disabled?: boolean;
  readonly act: () => void;
}

/** `children`: the button that opens it. */
export function Menu({
  label,
  choices,
  children,
}: {
  readonly label: string;
  readonly choices: readonly MenuChoice[];
  readonly children: ReactElement<ButtonProps>;
}): ReactNode {
  const trigger = useRef<HTMLButtonElement>(null);
  const { open, close, button } = useOpener();
  const { onClick, ...rest } = button;
  return (
    <>
      {cloneElement(children, { ...rest, ref: trigger, "aria-haspopup": "menu", onPress: onClick })}
      {open && (
        <Popover
          anchor={trigger}
          role="menu"
          label={label}
          className="menu"
          onClose={close}
          onKeyDown={(event) => {
            if (event.key === "Tab") close();
            else moveFocus(event, "[role=menuitem]:enabled");
          }}
        >
          {choices.map(({ id, label: words, icon, look = "plain", disabled, act }) => (
            <button
              key={id}
              type="button"
              role="menuitem"
              tabIndex={-1}
              disabled={disabled}
              className={`menu-item ${look}`}
              data-words={words}
              onClick={() => {
                close();
                act();
              }}
            >
              {icon}
              <span>{words}</span>
            </button>
          ))}
        </Popover>
      )}
    </>
  );
}
