/** What a feed tells, as one run of steps: numbered on where the server begins anew, and marked where something is missing. */
import { type Gap, readSteps, type Step } from "./step.ts";

export class FeedReader {
  /** Which ring of the server is read: another one after its restart. */
  #ring: number | undefined;
  /** Where it goes on in that ring. */
  #next: number | undefined;
  /** Sequences and flows of the rings before are not used again. */
  #base = 0;
  #restarts = 0;
  #last = -1;
  #lastAt = 0;
  #lostAt: number | undefined;

  /** What the feed is to be asked, to go on with. */
  get question(): string {
    if (this.#next === undefined) return "";
    return `&from=${this.#next}${this.#ring === undefined ? "" : `&ring=${this.#ring}`}`;
  }

  /** `at`: epoch ms. */
  lost(at: number): void {
    this.#lostAt ??= at;
  }

  /** An event's data; undefined for what is none. */
  read(told: unknown): { readonly steps: readonly Step[]; readonly missed: number } | undefined {
    const steps = readSteps(told);
    if (steps === undefined) return undefined;
    const { missed = 0, next, ring } = numbersIn(told);
    const gap = this.#gapBefore(ring, missed);
    const all = gap === undefined ? [] : [this.#mark(gap)];
    for (const step of steps) all.push(this.#numbered(step));
    this.#ring = ring;
    this.#next = next ?? (steps.at(-1)?.sequence ?? (this.#next ?? 0) - 1) + 1;
    this.#lostAt = undefined;
    return { steps: all, missed };
  }

  #gapBefore(ring: number | undefined, missed: number): Gap | undefined {
    const restarted = this.#ring !== undefined && ring !== undefined && ring !== this.#ring;
    if (restarted) {
      const beganAt = ring * 1_000;
      const lostAt = this.#lostAt === undefined ? beganAt : this.#lostAt * 1_000;
      this.#restarts += 1;
      this.#base = this.#last + 2; // the mark is between
      return { missed, restart: { lostAt, beganAt } };
    }
    return missed > 0 && this.#last >= 0 ? { missed, restart: undefined } : undefined;
  }

  #mark(gap: Gap): Step {
    this.#last += 1;
    return {
      sequence: this.#last,
      at: gap.restart?.beganAt ?? this.#lastAt,
      protocol: "gap",
      direction: "here",
      flow: "gap",
      peer: "",
      local: "",
      transport: "",
      title: "gap",
      form: "note",
      messageIds: [],
      sessions: [],
      users: [],
      carries: [],
      bytes: 0,
      text: "",
      cut: 0,
      gap,
    };
  }

  #numbered(step: Step): Step {
    const sequence = this.#base + step.sequence;
    this.#last = sequence;
    this.#lastAt = step.at;
    const { flow } = step;
    return { ...step, sequence, flow: this.#restarts === 0 ? flow : `${this.#restarts} ${flow}` };
  }
}

interface Numbers {
  readonly missed?: number | undefined;
  readonly next?: number | undefined;
  readonly ring?: number | undefined;
}

/** `told`: an object, for it has steps. */
function numbersIn(told: unknown): Numbers {
  const { missed, next, ring } = told as Partial<Record<keyof Numbers, unknown>>; // of an object
  return { missed: numberIn(missed), next: numberIn(next), ring: numberIn(ring) };
}

function numberIn(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
