/** The first envelope that a device gets: whether it takes them is known by its answer. RFC 4975 §10.5 */
import type { PathLines } from "@parlance/msrp";
import type { Awaiting } from "./sent.ts";

export interface TrialOutcome {
  taken(): void;
  /** The device does not know what this is; its sender is not told yet. */
  refused(): void;
  /** It has answered otherwise, and its sender has been told. */
  over(): void;
}

export class EnvelopeTrial implements Awaiting {
  readonly #sender: Awaiting;
  readonly #outcome: TrialOutcome;

  constructor(sender: Awaiting, outcome: TrialOutcome) {
    this.#sender = sender;
    this.#outcome = outcome;
  }

  answered(tag: string, status: number, lines: PathLines): void {
    if (status === 415) return this.#outcome.refused();
    if (status === 200) this.#outcome.taken();
    this.#sender.answered(tag, status, lines);
    this.#outcome.over();
  }
}
