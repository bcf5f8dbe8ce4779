import { type ReactNode, useId } from "react";

export interface Segment<T extends string> {
  readonly value: T;
  readonly label: ReactNode;
}

/** One of a few, side by side. */
export function Segments<T extends string>({
  label,
  segments,
  value,
  onChange,
}: {
  readonly label: string;
  readonly segments: readonly Segment<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}): ReactNode {
  const name = useId();
  return (
    <fieldset className="choices">
      <legend className="label">{label}</legend>
      <div className="segments">
        {segments.map((one) => (
          <label key={one.value} className="segment">
            <input
              type="radio"
              className="unseen"
              name={name}
              checked={one.value === value}
              onChange={() => onChange(one.value)}
            />
            {one.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
