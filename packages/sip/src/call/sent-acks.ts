/** The ACKs of one INVITE, which go again with every repeat of their 2xx. RFC 3261 §13.2.2.4 */
import { ownText } from "@parlance/wire";
import type { CallEngine } from "./engine.ts";
import { repeatAck, type SentAck } from "./way.ts";

/** As many as a proxy may try at once. */
export const MAX_FORKS = 16;
const NONE: readonly never[] = [];

/** A 2xx that was taken, or whose call was ended at once. */
interface Acknowledged {
  readonly tag: string;
  /** `undefined` while our answer is not given. */
  ack: SentAck | undefined;
}

export class SentAcks {
  readonly #engine: CallEngine;
  #all: readonly Acknowledged[] = NONE;

  constructor(engine: CallEngine) {
    this.#engine = engine;
  }

  /** Whether that one needs nothing else: it was answered before, or nobody forks so often. */
  repeat(tag: string): boolean {
    const known = this.#all.find((each) => each.tag === tag);
    if (known?.ack !== undefined) repeatAck(this.#engine, known.ack);
    return known !== undefined || this.#all.length >= MAX_FORKS;
  }

  /** Of a 2xx that is new; its ACK is put in once it has gone. */
  add(tag: string): { ack: SentAck | undefined } {
    const known: Acknowledged = { tag: ownText(tag), ack: undefined };
    this.#all = [...this.#all, known];
    return known;
  }
}
