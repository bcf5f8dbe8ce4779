import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { ApiFault, type OperatorApi } from "../model/api.ts";
import type { Texts } from "../texts/en.ts";
import { whyOf } from "./operator.ts";

/** What lets an operator in. */
export function LoginForm({
  api,
  texts,
  onIn,
}: {
  readonly api: OperatorApi;
  readonly texts: Texts;
  readonly onIn: () => void;
}): ReactNode {
  const [token, setToken] = useState("");
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    setFault(undefined);
    api
      .login(token.trim())
      .then(onIn, (error: unknown) => {
        const wrong = error instanceof ApiFault && error.code === "wrong token";
        setFault(wrong ? texts.tokenWrong : texts.failed(whyOf(error)));
      })
      .finally(() => setBusy(false));
  };
  return (
    <form className="login-form" onSubmit={submit}>
      <p className="soft">{texts.loginWords}</p>
      <TextField
        label={texts.token}
        type="password"
        autoComplete="current-password"
        isRequired
        validationBehavior="aria"
        value={token}
        onChange={setToken}
        fault={fault}
      />
      <Button type="submit" look="primary" isDisabled={busy || token === ""}>
        {texts.login}
      </Button>
    </form>
  );
}
