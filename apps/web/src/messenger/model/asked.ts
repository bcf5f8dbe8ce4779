/** What became of those who were asked to come into a group. */
import { type FaultTexts, wordsFor } from "./refusal-words.ts";
import type { AskedView } from "./views.ts";

export interface AskedTexts extends FaultTexts {
  readonly asked: {
    readonly waits: string;
    readonly came: string;
    readonly declined: string;
    readonly unheard: string;
    readonly over: string;
    readonly notReached: (why: string) => string;
  };
}

export function changeAsked(
  people: readonly AskedView[],
  address: string,
  outcome: AskedView["outcome"],
): readonly AskedView[] {
  return people.map((one) => (one.address === address ? { ...one, outcome } : one));
}

/** What is said beside his name. */
export function outcomeWords(outcome: AskedView["outcome"], texts: AskedTexts): string {
  const { asked } = texts;
  if (typeof outcome === "string") return asked[outcome];
  switch (outcome.code) {
    case "declined":
      return asked.declined;
    case "timeout":
      return asked.unheard;
    case "closed":
      return asked.over;
    default:
      return asked.notReached(wordsFor(outcome, texts));
  }
}
