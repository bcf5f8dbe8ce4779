import type { ReactNode, Ref } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components";

export interface ButtonProps extends Omit<AriaButtonProps, "className" | "style" | "children"> {
  /** How much it asks to be pressed. Default `plain`. */
  readonly look?: "plain" | "primary" | "danger" | "quiet" | "icon" | "link";
  /** Further classes. */
  readonly className?: string;
  readonly ref?: Ref<HTMLButtonElement>;
  readonly children: ReactNode;
}

/** One with nothing but an icon in it needs an `aria-label`. */
export function Button({ look = "plain", className = "", ...rest }: ButtonProps): ReactNode {
  return <AriaButton {...rest} className={`button ${look} ${className}`} />;
}
