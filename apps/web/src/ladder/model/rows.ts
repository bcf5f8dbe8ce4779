/** Steps as rows of the ladder: requests know their answers, what is said again is folded into what was said first. */
import { type Lane, type LaneBy, Lanes } from "./lanes.ts";
import type { Step } from "./step.ts";

export interface Row {
  readonly step: Step;
  /** Key of its lane; undefined for what stays in the server. */
  readonly lane: string | undefined;
  /** Of an answer: its request. */
  readonly request: Row | undefined;
  /** Of a request: the last answer to it. */
  answer: Row | undefined;
  /** The same once more, the oldest first. RFC 3261 §17, or further chunks of one message. RFC 4975 §5.1 */
  readonly again: Step[];
  /** What stands at its head: alike rows in a row are drawn as one. */
  readonly kind: string;
}

/** How many rows are kept; the oldest go in one piece. */
export const MOST_ROWS = 20_000;
const GONE_AT_ONCE = 2_000;

export class Rows {
  readonly #lanes: Lanes;
  #rows: Row[] = [];
  /** Requests, and what was said first, by what makes it the same. */
  readonly #requests = new Map<string, Row>();
  readonly #first = new Map<string, Row>();
  #forgotten = 0;

  /** `named`: what users are called, where that is known, by address. */
  constructor(by: LaneBy = "user", named?: ReadonlyMap<string, string>) {
    this.#lanes = new Lanes(by, named);
  }

  get all(): readonly Row[] {
    return this.#rows;
  }

  get lanes(): readonly Lane[] {
    return this.#lanes.all;
  }

  /** Rows that were there and are not kept any more. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** The new row; undefined when it was folded into one that is there. */
  add(step: Step): Row | undefined {
    const lane = this.#lanes.take(step);
    const first = this.#firstOf(step, lane);
    if (first !== undefined) {
      first.again.push(step);
      return undefined;
    }
    const row: Row = {
      step,
      lane,
      request: this.#requestOf(step),
      answer: undefined,
      again: [],
      kind: kindOf(step, lane),
    };
    if (row.request !== undefined) row.request.answer = row;
    this.#remember(row);
    this.#rows.push(row);
    if (this.#rows.length > MOST_ROWS) this.#forget();
    return row;
  }

  #firstOf(step: Step, lane: string | undefined): Row | undefined {
    const repeated = this.#first.get(sameAs(step));
    if (repeated !== undefined) return repeated;
    const chunk = chunkOf(step, lane);
    const begun = chunk === undefined ? undefined : this.#first.get(chunk);
    if (begun !== undefined) {
      // Its answer is folded with it: it is the answer to more of the same.
      this.#requests.set(exchangeOf(step), begun);
      return begun;
    }
    return this.#answerToMore(step);
  }

  /** An answer to a chunk that was folded goes with the answer to the first. */
  #answerToMore(step: Step): Row | undefined {
    if (step.form !== "response" || step.protocol !== "msrp") return undefined;
    const request = this.#requests.get(exchangeOf(step));
    if (request === undefined || request.step.exchange === step.exchange) return undefined;
    return request.answer?.step.title === step.title ? request.answer : undefined;
  }

  #requestOf(step: Step): Row | undefined {
    if (step.form !== "response" || step.exchange === undefined) return undefined;
    return this.#requests.get(exchangeOf(step));
  }

  #remember(row: Row): void {
    const { step } = row;
    if (step.exchange === undefined || step.direction === "here") return;
    if (step.form === "request" && step.method !== "ACK" && step.method !== "CANCEL") {
      this.#requests.set(exchangeOf(step), row);
    }
    this.#first.set(sameAs(step), row);
    const chunk = chunkOf(step, row.lane);
    if (chunk !== undefined) this.#first.set(chunk, row);
  }

  #forget(): void {
    const gone = this.#rows.splice(0, GONE_AT_ONCE);
    this.#forgotten += gone.length;
    const old = new Set(gone);
    for (const map of [this.#requests, this.#first]) {
      for (const [key, row] of map) if (old.has(row)) map.delete(key);
    }
  }
}

function exchangeOf({ flow, exchange }: Step): string {
  return `${flow} ${exchange}`;
}

/** Sent once more, on the same connection and for the same transaction. */
function sameAs({ flow, exchange, direction, form, title, sequence, protocol }: Step): string {
  if (exchange === undefined || direction === "here" || protocol === "http") return `${sequence}`;
  return `${flow} ${exchange} ${direction} ${form} ${title}`;
}

/** Another piece of a message that began on the same connection. */
function chunkOf(step: Step, lane: string | undefined): string | undefined {
  const { protocol, method, messageIds, flow, direction } = step;
  if (protocol !== "msrp" || method !== "SEND" || messageIds.length === 0) return undefined;
  return `chunk ${flow} ${direction} ${lane} ${messageIds[0]}`;
}

function kindOf(step: Step, lane = ""): string {
  const { protocol, direction, form, method, status, title, sequence } = step;
  if (protocol === "gap") return `gap ${sequence}`; // each is one of its own
  const what = form === "note" ? title : form === "request" ? method : `${status} ${method ?? ""}`;
  return `${protocol} ${direction} ${what} ${lane}`;
}

/** Between a request and its answer, in microseconds. */
export function tookMicros({ step, request }: Row): number | undefined {
  return request === undefined ? undefined : step.at - request.step.at;
}
