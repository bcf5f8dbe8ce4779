import type { ReactNode } from "react";
import { Switch, type SwitchProps } from "react-aria-components";

export interface ChoiceProps extends Omit<SwitchProps, "className" | "style" | "children"> {
  readonly label: string;
  readonly description?: string;
}

/** A switch with its words before it. */
export function Choice({ label, description, ...rest }: ChoiceProps): ReactNode {
  return (
    <Switch {...rest} className="choice">
      <span className="words">
        {label}
        {description !== undefined && <span className="soft small">{description}</span>}
      </span>
      <span className="switch-track" aria-hidden="true" />
    </Switch>
  );
}
