import { type ReactNode, useEffect, useMemo, useState } from "react";
import type { LadderTexts } from "../../ladder/texts/en.ts";
import { OperatorApi } from "../model/api.ts";
import type { Texts } from "../texts/en.ts";
import { LoginForm } from "./login.tsx";
import { OperatorContext } from "./operator.ts";
import { Shell } from "./shell.tsx";

/** The way in, and what is behind it. */
export function App({
  texts,
  ladder,
  language,
}: {
  readonly texts: Texts;
  readonly ladder: LadderTexts;
  readonly language: string;
}): ReactNode {
  const api = useMemo(() => new OperatorApi(), []);
  const [inside, setInside] = useState<"before" | "yes" | "no" | "ended">("before");
  /** How often somebody has come in: what a page shows is asked for anew then. */
  const [logins, setLogins] = useState(0);
  useEffect(() => {
    // What a page shows stays: a server that was restarted knows no login of before.
    api.onEnded(() => setInside((now) => (now === "yes" ? "ended" : now)));
    const stand = (resumed: boolean): void => setInside(resumed ? "yes" : "no");
    api.resume().then(stand, () => stand(false));
  }, [api]);
  const operator = useMemo(
    () => ({ api, texts, ladder, language, logins }),
    [api, texts, ladder, language, logins],
  );
  const enter = (): void => {
    setInside("yes");
    setLogins((count) => count + 1);
  };
  if (inside === "before") return null;
  if (inside === "no") {
    return (
      <main className="login">
        <div className="login-card">
          <h1>Parlance</h1>
          <LoginForm api={api} texts={texts} onIn={enter} />
        </div>
      </main>
    );
  }
  return (
    <OperatorContext value={operator}>
      <Shell onOut={() => setInside("no")}>
        {inside === "ended" && (
          <section className="login-again" aria-label={texts.login}>
            <p role="alert">{texts.loginEnded}</p>
            <LoginForm api={api} texts={texts} onIn={enter} />
          </section>
        )}
      </Shell>
    </OperatorContext>
  );
}
