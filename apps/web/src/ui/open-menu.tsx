/** What a menu shows once it is open: loaded when the first one is. */
import type { ReactNode, RefObject } from "react";
import { Menu as AriaMenu, MenuItem, Popover } from "react-aria-components";
import type { MenuChoice } from "./menu-choice.ts";

export default function OpenMenu({
  label,
  choices,
  trigger,
  onClose,
}: {
  readonly label: string;
  readonly choices: readonly MenuChoice[];
  readonly trigger: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Popover
      className="popover"
      triggerRef={trigger}
      placement="bottom start"
      aria-label={label}
      isOpen
      onOpenChange={(open) => !open && onClose()}
    >
      <AriaMenu
        className="menu"
        aria-label={label}
        autoFocus="first"
        disabledKeys={choices.filter(({ disabled }) => disabled === true).map(({ id }) => id)}
        onClose={onClose}
        onAction={(id) => choices.find((one) => one.id === id)?.act()}
      >
        {choices.map(({ id, label: words, icon, look = "plain" }) => (
          <MenuItem key={id} id={id} textValue={words} className={`menu-item ${look}`}>
            {icon}
            <span>{words}</span>
          </MenuItem>
        ))}
      </AriaMenu>
    </Popover>
  );
}
