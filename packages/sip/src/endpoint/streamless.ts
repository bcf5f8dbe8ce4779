/** Places that took no stream lately: nobody waits again for one that does not come. RFC 3261 §18.1.1 */
import type { Address } from "../locate/index.ts";

const KEPT_MS = 300_000; // whoever opens his port meanwhile is found within minutes
const MOST = 1_000; // the one forgotten costs a wait, no more

export class StreamlessPlaces {
  readonly #until = new Map<string, number>();

  note(address: Address, now: number): void {
    const key = keyOf(address);
    this.#until.delete(key);
    this.#until.set(key, now + KEPT_MS);
    const [oldest] = this.#until.keys();
    if (this.#until.size > MOST && oldest !== undefined) this.#until.delete(oldest);
  }

  has(address: Address, now: number): boolean {
    const until = this.#until.get(keyOf(address));
    return until !== undefined && now < until;
  }
}

function keyOf({ host, port }: Address): string {
  return `${host} ${port}`;
}
