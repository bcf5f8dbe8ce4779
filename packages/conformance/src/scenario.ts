/** What is tried: something that users do, and what has to come of it. */
import type { Stage } from "./stage.ts";
import type { Need } from "./words.ts";

export interface Scenario {
  /** Requirements that it is about, as the conformance table names them. */
  readonly ids: readonly string[];
  /** In one sentence, what holds. */
  readonly title: string;
  /** What the service must have for it. */
  readonly needs: readonly Need[];
  /** Rejects where it does not hold. */
  readonly run: (stage: Stage) => Promise<void>;
}
