import type { Step } from "../model/step.ts";
import { timeOf } from "../model/words.ts";
import type { LadderTexts } from "../texts/en.ts";

/** What a step is called: as the server calls it, or in words of the page where it made the step itself. */
export function titleOf({ title, gap }: Step, texts: LadderTexts): string {
  if (gap === undefined) return title;
  const { missed, restart } = gap;
  if (restart === undefined) return texts.gapMissed(missed);
  return texts.gapRestart(timeOf(restart.lostAt), timeOf(restart.beganAt));
}
