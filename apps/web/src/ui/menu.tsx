import {
  cloneElement,
  lazy,
  type ReactElement,
  type ReactNode,
  Suspense,
  useEffect,
  useRef,
  useState,
} from "react";
import type { ButtonProps } from "./button.tsx";
import type { MenuChoice } from "./menu-choice.ts";

export type { MenuChoice };

const OpenMenu = lazy(async () => {
  try {
    return await import("./open-menu.tsx");
  } catch {
    return { default: NoMenu };
  }
});

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
  const [open, setOpen] = useState(false);
  return (
    <>
      {cloneElement(children, {
        ref: trigger,
        "aria-haspopup": "menu",
        "aria-expanded": open,
        onPress: () => setOpen(!open),
        onKeyDown: ({ key }) => key === "ArrowDown" && setOpen(true),
      })}
      {open && (
        <Suspense fallback={null}>
          <OpenMenu
            label={label}
            choices={choices}
            trigger={trigger}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}

/** It could not be loaded: without a server, or after the server has a newer page. */
function NoMenu({ onClose }: { readonly onClose: () => void }): ReactNode {
  useEffect(onClose, [onClose]);
  return null;
}
