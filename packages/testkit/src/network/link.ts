/** The way of one host into the world: it loses, delays, falls silent, breaks, and comes back. */
import type { SeededRandom } from "../machine/seeded-random.ts";
import { FAIR_WEATHER, type Weather } from "./weather.ts";

/** A stream repeats what was lost after about so long. RFC 6298 §2 */
const REPEATED_AFTER_MS = 1_000;

/** A connection that runs over the link. */
export interface Carried {
  /** The way has forgotten it. */
  stale: boolean;
  readonly carries?: "sip" | "msrp";
  /** Something may go on after a stall. */
  look?(): void;
  break(reason: string): void;
}

export class Link {
  readonly weather: Weather = { ...FAIR_WEATHER };
  readonly #random: SeededRandom;
  readonly #streams = new Set<Carried>();
  #silent = false;
  #stalled = false;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  get silent(): boolean {
    return this.#silent;
  }

  get stalled(): boolean {
    return this.#stalled;
  }

  /** Connections break, those of one kind or all, both sides hear of it, and new ones may be made at once. */
  cut(kind?: "sip" | "msrp"): void {
    for (const stream of this.#streams) {
      if (kind !== undefined && stream.carries !== kind) continue;
      stream.break("the connection was cut");
      this.#streams.delete(stream);
    }
  }

  /** Nothing passes any more and nobody is told: connections stay half open. */
  silence(): void {
    this.#silent = true;
    for (const stream of this.#streams) stream.stale = true;
  }

  /** What streams carry waits on the way until `restore`, and nothing is lost. */
  stall(): void {
    this.#stalled = true;
  }

  /** New packets pass; what was connected before a silence is forgotten on the way. */
  restore(): void {
    this.#silent = false;
    if (!this.#stalled) return;
    this.#stalled = false;
    for (const stream of this.#streams) stream.look?.();
  }

  /** Calms down for good. */
  calm(): void {
    this.restore();
    Object.assign(this.weather, FAIR_WEATHER);
  }

  /** How long each copy of a datagram takes; none: it is lost. */
  datagramDelays(): readonly number[] {
    const { loss, duplicates } = this.weather;
    if (this.#silent || this.#random.chance(loss)) return [];
    const first = this.#delay();
    return this.#random.chance(duplicates) ? [first, this.#delay()] : [first];
  }

  streamDelay(): number {
    const again = this.#random.chance(this.weather.loss) ? REPEATED_AFTER_MS : 0;
    return this.#delay() + again;
  }

  /** Where what was written at once is cut apart; undefined: nowhere. */
  pieceOf(length: number): number | undefined {
    if (length < 2 || !this.#random.chance(this.weather.pieces)) return undefined;
    return this.#random.between(1, length - 1);
  }

  add(stream: Carried): void {
    this.#streams.add(stream);
  }

  delete(stream: Carried): void {
    this.#streams.delete(stream);
  }

  #delay(): number {
    const { delayMs, jitterMs } = this.weather;
    return jitterMs === 0 ? delayMs : delayMs + this.#random.between(0, jitterMs);
  }
}
