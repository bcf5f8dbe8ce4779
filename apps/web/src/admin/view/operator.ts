/** What every page has at hand: the API, and the words. */
import { createContext, useCallback, useContext, useEffect, useRef, useState } from "react";
import type { LadderTexts } from "../../ladder/texts/en.ts";
import { ApiFault, type OperatorApi } from "../model/api.ts";
import type { Texts } from "../texts/en.ts";

export interface Operator {
  readonly api: OperatorApi;
  readonly texts: Texts;
  readonly ladder: LadderTexts;
  readonly language: string;
  /** Rises with each login: a page that was there before asks again. */
  readonly logins: number;
}

export const OperatorContext = createContext<Operator | undefined>(undefined);

export function useOperator(): Operator {
  const operator = useContext(OperatorContext);
  if (operator === undefined) throw new Error("outside of the operator's pages");
  return operator;
}

export interface Asked<T> {
  /** The last answer, also while another is awaited. */
  readonly value: T | undefined;
  readonly fault: string | undefined;
  readonly again: () => void;
}

/** Asks at once, and again every so often, as long as it is shown. */
export function useAsked<T>(path: string, everyMs?: number): Asked<T> {
  const { api, logins } = useOperator();
  const [value, setValue] = useState<T>();
  const [fault, setFault] = useState<string>();
  const asking = useRef(0);
  const again = useCallback(() => {
    asking.current += 1;
    const mine = asking.current;
    const current = (take: () => void): void => {
      if (mine === asking.current) take();
    };
    api.get<T>(path).then(
      (answer) =>
        current(() => {
          setValue(() => answer);
          setFault(undefined);
        }),
      (error: unknown) => current(() => setFault(whyOf(error))),
    );
  }, [api, path]);
  useEffect(() => {
    again();
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) again();
    }, everyMs);
    return () => clearInterval(timer);
    // A login more, and what was refused may be asked again.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [again, everyMs, logins]);
  return { value, fault, again };
}

export function whyOf(error: unknown): string {
  return error instanceof ApiFault ? error.message : String(error);
}
