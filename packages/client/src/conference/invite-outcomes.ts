/** What becomes of those whom this client asks to come into a group. RFC 3515 §2.4.4, OMA IM 7.1.1.7 */
import {
  Event,
  parseSipfrag,
  readReferProgress,
  referPackage,
  type SipRequest,
} from "@parlance/sip";
import type { Clock } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import { Outcome } from "./outcome.ts";

/** Reports that were here before the answer to their REFER. */
const MOST_EARLY = 32;

export class InviteOutcomes {
  readonly #clock: Clock;
  /** By the CSeq of the REFER, in the order in which they went. */
  readonly #waiting = new Map<number, Outcome>();
  readonly #early = new Map<number, number>();
  #expected = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be called before a REFER goes: reports may overtake its answer. */
  expect(): void {
    this.#expected += 1;
  }

  /** The REFER that was expected was refused. */
  refused(): void {
    this.#expected -= 1;
    if (this.#expected === 0) this.#early.clear();
  }

  /** It was accepted. `cseq`: of its answer. */
  accepted(cseq: number, reports: boolean): Promise<void> {
    const early = this.#early.get(cseq);
    this.refused();
    const outcome = new Outcome(this.#clock, () => this.#waiting.delete(cseq));
    this.#waiting.set(cseq, outcome);
    if (!reports) outcome.fail(new ImError("timeout"));
    else if (early !== undefined) outcome.settle(early);
    return outcome.came;
  }

  /** A NOTIFY in the dialog of the session. */
  notified(request: SipRequest): void {
    const event = request.get(Event);
    if (event?.value.toLowerCase() !== referPackage.name) return;
    const fragment = parseSipfrag(request.body);
    const progress = fragment.ok ? readReferProgress(fragment.value) : undefined;
    if (progress?.kind !== "done") return;
    const named = event.params.get("id");
    // Without a name it is about the first REFER of the dialog. RFC 3515 §2.4.6
    const id = named === undefined ? this.#waiting.keys().next().value : Number(named);
    if (id === undefined) return;
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) return waiting.settle(progress.status);
    if (this.#expected > 0 && this.#early.size < MOST_EARLY) this.#early.set(id, progress.status);
  }

  /** The session is over. */
  close(): void {
    for (const waiting of this.#waiting.values()) waiting.fail(new ImError("closed"));
  }
}
