import type { ReactNode } from "react";

export interface ChoiceProps {
  readonly label: string;
  readonly description?: string;
  readonly isSelected: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (selected: boolean) => void;
}

/** A switch with its words before it. */
export function Choice(props: ChoiceProps): ReactNode {
  const { label, description, isSelected, isDisabled, onChange } = props;
  return (
    <label className="choice">
      <span className="words">
        {label}
        {description !== undefined && <span className="soft small">{description}</span>}
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-checked={isSelected}
        className="unseen"
        checked={isSelected}
        disabled={isDisabled}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <span className="switch-track" aria-hidden="true" />
    </label>
  );
}
