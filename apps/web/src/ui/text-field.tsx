import { type ComponentProps, type ReactNode, useId, useRef } from "react";
import { useFirstFocus } from "./first-focus.ts";

type InputProps = ComponentProps<"input">;

export interface TextFieldProps {
  readonly label: string;
  readonly description?: string | undefined;
  /** What is wrong with what is in it; shown and read out. */
  readonly fault?: string | undefined;
  readonly placeholder?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: "text" | "password";
  readonly name?: string;
  readonly maxLength?: number;
  readonly autoFocus?: boolean;
  readonly autoComplete?: string;
  readonly isDisabled?: boolean;
  readonly input?: Pick<InputProps, "autoCapitalize" | "spellCheck" | "list" | "enterKeyHint">;
}

export function TextField(props: TextFieldProps): ReactNode {
  const { label, description, fault, input, onChange, autoFocus, isDisabled, ...rest } = props;
  const id = useId();
  const place = useRef<HTMLInputElement>(null);
  useFirstFocus(place, autoFocus);
  const described = [
    description === undefined ? "" : `${id}-about`,
    fault === undefined ? "" : `${id}-fault`,
  ];
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        type="text"
        {...input}
        {...rest}
        ref={place}
        id={id}
        className="input"
        disabled={isDisabled}
        aria-invalid={fault === undefined ? undefined : true}
        aria-describedby={described.join(" ").trim() || undefined}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {description !== undefined && (
        <span id={`${id}-about`} className="description">
          {description}
        </span>
      )}
      {fault !== undefined && (
        <span id={`${id}-fault`} className="fault">
          {fault}
        </span>
      )}
    </div>
  );
}
