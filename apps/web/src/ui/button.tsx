import { type ComponentProps, type ReactNode, useRef } from "react";
import { useFirstFocus } from "./first-focus.ts";

export interface ButtonProps
  extends Omit<ComponentProps<"button">, "disabled" | "onClick" | "children"> {
  /** How much it asks to be pressed. Default `plain`. */
  readonly look?: "plain" | "primary" | "danger" | "quiet" | "icon" | "link";
  readonly isDisabled?: boolean;
  readonly onPress?: () => void;
  readonly children: ReactNode;
}

/** One with nothing but an icon in it needs an `aria-label`. */
export function Button(props: ButtonProps): ReactNode {
  const { look = "plain", className = "", isDisabled, onPress, autoFocus, ref, ...rest } = props;
  const own = useRef<HTMLButtonElement>(null);
  useFirstFocus(own, autoFocus);
  return (
    <button
      type="button"
      {...rest}
      ref={ref ?? own}
      disabled={isDisabled}
      onClick={onPress}
      className={`button ${look} ${className}`}
    />
  );
}
