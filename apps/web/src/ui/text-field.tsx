import type { ReactNode } from "react";
import {
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
  FieldError,
  Input,
  type InputProps,
  Label,
  Text,
} from "react-aria-components";

export interface TextFieldProps
  extends Omit<AriaTextFieldProps, "className" | "style" | "children"> {
  readonly label: string;
  readonly description?: string | undefined;
  /** What is wrong with what is in it; shown and read out. */
  readonly fault?: string | undefined;
  readonly placeholder?: string;
  readonly input?: Pick<InputProps, "autoCapitalize" | "spellCheck" | "list" | "enterKeyHint">;
}

export function TextField(props: TextFieldProps): ReactNode {
  const { label, description, fault, placeholder, input, ...rest } = props;
  return (
    <AriaTextField
      // What is wrong is said by whoever shows the field; the browser must not hold a form back for it.
      validationBehavior="aria"
      {...rest}
      isInvalid={fault !== undefined}
      className="field"
    >
      <Label>{label}</Label>
      <Input {...input} {...(placeholder === undefined ? {} : { placeholder })} className="input" />
      {description !== undefined && <Text slot="description">{description}</Text>}
      <FieldError className="fault">{fault}</FieldError>
    </AriaTextField>
  );
}
