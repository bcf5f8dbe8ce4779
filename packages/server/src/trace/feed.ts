/** What is recorded from now on, for one who looks on: he reads at his own pace, and is told what he missed. */
import { Interest } from "./interest.ts";
import { type Outline, outlineOf } from "./outline.ts";
import type { TraceProtocol, TraceRing } from "./ring.ts";
import { type Showing, stepOf, type TraceStep } from "./step.ts";

export interface TraceFilter {
  /** Address key. */
  readonly user?: string | undefined;
  readonly conversation?: string | undefined;
  readonly protocols?: ReadonlySet<TraceProtocol> | undefined;
  /** Found in the title or in what is shown, without regard to case. */
  readonly words?: string | undefined;
}

export interface FeedAnswer {
  readonly steps: readonly TraceStep[];
  /** Overwritten before they were read, whether wanted or not. */
  readonly missed: number;
  /** Read, and not wanted. */
  readonly passed: number;
  /** The sequence to go on with. */
  readonly next: number;
}

/** The ring is the only buffer: who reads too slowly finds a gap, and costs nobody anything. */
export class TraceFeed {
  readonly #ring: TraceRing;
  readonly #filter: TraceFilter;
  readonly #showing: Showing;
  readonly #ofUser = new Interest();
  readonly #ofConversation = new Interest();
  readonly #words: string | undefined;
  #next: number;

  /** `from`: the sequence to begin with; by default what comes next. */
  constructor(ring: TraceRing, filter: TraceFilter, showing: Showing, from = ring.span.next) {
    this.#ring = ring;
    this.#filter = filter;
    this.#showing = showing;
    this.#words = filter.words?.toLowerCase();
    this.#next = from;
    if (filter.user !== undefined) this.#ofUser.add(filter.user);
    if (filter.conversation !== undefined)
      this.#ofConversation.addConversation(filter.conversation);
  }

  /** Is there something to read? Costs nothing. */
  get behind(): number {
    return this.#ring.span.next - this.#next;
  }

  /** At most so many records, read or not wanted. */
  read(most: number): FeedAnswer {
    const { oldest } = this.#ring.span;
    const missed = Math.max(0, oldest - this.#next);
    this.#next = Math.max(this.#next, oldest);
    const steps: TraceStep[] = [];
    let looked = 0;
    for (const record of this.#ring.records(this.#next)) {
      if (looked === most) break;
      looked += 1;
      this.#next = record.sequence + 1;
      const step = this.#wanted(outlineOf(record));
      if (step !== undefined) steps.push(step);
    }
    return { steps, missed, passed: looked - steps.length, next: this.#next };
  }

  #wanted(outline: Outline): TraceStep | undefined {
    const { user, conversation, protocols } = this.#filter;
    if (user !== undefined && !this.#ofUser.takes(outline)) return undefined;
    if (conversation !== undefined && !this.#ofConversation.takes(outline)) return undefined;
    if (protocols !== undefined && !protocols.has(outline.record.protocol)) return undefined;
    const step = stepOf(outline, this.#showing);
    if (this.#words === undefined) return step;
    const found = `${step.title}\n${step.text}`.toLowerCase().includes(this.#words);
    return found ? step : undefined;
  }
}
