/** Two runs side by side: steps that are alike stand beside each other, what only one has stands alone. */
import type { Step } from "./step.ts";

export interface Pair {
  readonly left: Step | undefined;
  readonly right: Step | undefined;
}

/** Of each run: more would be compared for seconds. */
export const MOST_COMPARED = 1_500;

/** By the longest row of kinds that both have in the same order. */
export function compareRuns(left: readonly Step[], right: readonly Step[]): readonly Pair[] {
  const a = left.slice(0, MOST_COMPARED);
  const b = right.slice(0, MOST_COMPARED);
  const kindsA = a.map(kindOf);
  const kindsB = b.map(kindOf);
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const same = kindsA[i] === kindsB[j];
      lengths[i * width + j] = same ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const same = i < a.length && j < b.length && kindsA[i] === kindsB[j];
    if (same) pairs.push({ left: a[i++], right: b[j++] });
    else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1)))
      pairs.push({ left: a[i++], right: undefined });
    else pairs.push({ left: undefined, right: b[j++] });
  }
  return pairs;
}

/** Where the runs go apart: of each place its first pair. */
export function differencesIn(pairs: readonly Pair[]): readonly number[] {
  const alike = (at: number): boolean => {
    const pair = pairs[at];
    return pair === undefined || (pair.left !== undefined && pair.right !== undefined);
  };
  return [...pairs.keys()].filter((at) => !alike(at) && alike(at - 1));
}

/** What a step is, whoever it is from and whenever. */
export function kindOf(step: Step): string {
  const { protocol, direction, form, method, status, title, carries } = step;
  if (form === "note") return `${protocol} ${title.replace(/sips?:\S+/g, "…")}`;
  return `${protocol} ${direction} ${form} ${method ?? ""} ${status ?? ""} ${carries.join(" ")}`;
}
