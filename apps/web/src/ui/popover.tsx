import { type ReactNode, type RefObject, useLayoutEffect, useRef, useState } from "react";

export interface PopoverProps {
  /** Beside which it opens. */
  readonly anchor: RefObject<HTMLElement | null>;
  readonly label: string;
  readonly role: "menu" | "dialog";
  /** Where it is put, if there is room. Default: below, beginning where the anchor begins. */
  readonly place?: "below" | "above end";
  readonly className?: string;
  readonly onClose: () => void;
  readonly onKeyDown?: (event: React.KeyboardEvent<HTMLElement>) => void;
  readonly children: ReactNode;
}

/**
 * Beside something and above everything while it is mounted. The browser closes it by Escape and by a press elsewhere,
 * and gives the focus back. HTML standard §6.12
 */
export function Popover(props: PopoverProps): ReactNode {
  const { anchor, label, role, place = "below", className = "", onClose, ...rest } = props;
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [element, from] = [box.current, anchor.current];
    if (element === null || from === null) return undefined;
    const put = (): void => putBeside(element, from, place);
    element.showPopover();
    put();
    (element.querySelector<HTMLElement>("[role=menuitem]:enabled") ?? element).focus();
    window.addEventListener("resize", put);
    window.addEventListener("scroll", put, { capture: true, passive: true });
    return () => {
      window.removeEventListener("resize", put);
      window.removeEventListener("scroll", put, { capture: true });
      element.hidePopover();
    };
  }, [anchor, place]);
  return (
    <div
      {...rest}
      ref={box}
      popover="auto"
      role={role}
      aria-label={label}
      tabIndex={-1}
      className={`popover ${className}`}
      onToggle={({ newState }) => newState === "closed" && onClose()}
    />
  );
}

export interface Opener {
  readonly open: boolean;
  readonly close: () => void;
  /** For the button that opens it. */
  readonly button: {
    readonly "aria-expanded": boolean;
    readonly onPointerDown: () => void;
    readonly onClick: () => void;
  };
}

/** A press on the button closes what is open: the browser has done it already when the click comes. */
export function useOpener(): Opener {
  const [open, setOpen] = useState(false);
  const wasOpen = useRef(false);
  return {
    open,
    close: () => setOpen(false),
    button: {
      "aria-expanded": open,
      onPointerDown: () => {
        wasOpen.current = open;
      },
      onClick: () => {
        setOpen(!wasOpen.current);
        wasOpen.current = false;
      },
    },
  };
}

const GAP = 4;
/** So much of the window stays free around it. */
const EDGE = 8;

function putBeside(element: HTMLElement, anchor: Element, place: "below" | "above end"): void {
  const { left, right, top, bottom } = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const mirrored = getComputedStyle(anchor).direction === "rtl";
  const x = (place === "below") === mirrored ? right - width : left;
  const [below, above] = [bottom + GAP, top - GAP - height];
  const wanted = place === "below" ? below : above;
  const fits = wanted >= EDGE && wanted + height <= innerHeight - EDGE;
  const y = fits ? wanted : wanted === below ? above : below;
  element.style.left = `${Math.max(EDGE, Math.min(x, innerWidth - width - EDGE))}px`;
  element.style.top = `${Math.max(EDGE, Math.min(y, innerHeight - height - EDGE))}px`;
}
