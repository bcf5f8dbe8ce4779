import type { ReactElement, ReactNode } from "react";
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from "react-aria-components";

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
  readonly children: ReactElement;
}): ReactNode {
  return (
    <MenuTrigger>
      {children}
      <Popover className="popover">
        <AriaMenu
          className="menu"
          aria-label={label}
          disabledKeys={choices.filter(({ disabled }) => disabled === true).map(({ id }) => id)}
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
    </MenuTrigger>
  );
}
