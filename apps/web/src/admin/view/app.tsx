import { type ReactNode, useEffect, useMemo, useState } from "react";
import type { LadderTexts } from "../../ladder/texts/en.ts";
import { OperatorApi } from "../model/api.ts";
import type { Texts } from "../texts/en.ts";
import { Login } from "./login.tsx";
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
  const [inside, setInside] = useState<boolean>();
  useEffect(() => {
    api.onEnded(() => setInside(false));
    api.resume().then(setInside, () => setInside(false));
  }, [api]);
  const operator = useMemo(
    () => ({ api, texts, ladder, language }),
    [api, texts, ladder, language],
  );
  if (inside === undefined) return null;
  if (!inside) return <Login api={api} texts={texts} onIn={() => setInside(true)} />;
  return (
    <OperatorContext value={operator}>
      <Shell onOut={() => setInside(false)} />
    </OperatorContext>
  );
}
