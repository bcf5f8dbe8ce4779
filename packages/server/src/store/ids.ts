/** Ids whose order is the order in which they were made, and that nobody can guess. */

const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"; // Crockford's base 32: sorts as text, no look-alikes
const TIME_CHARACTERS = 10;
const COUNT_CHARACTERS = 3;
const MOST_IN_ONE_MILLISECOND = 32 ** COUNT_CHARACTERS - 1;
const RANDOM_BYTES = 10; // 80 bits: two servers never make the same id, a user never finds another's

/** Where the unguessable part comes from; the `Random` port fits. */
export interface IdRandom {
  bytes(count: number): Uint8Array;
}

/**
 * 29 characters, safe in a URI: milliseconds, a count within the millisecond, 80 random bits. A
 * clock that steps back does not break the order: the last time is used again.
 */
export class TimeOrderedIds {
  readonly #random: IdRandom;
  #time = 0;
  #timeText = "";
  #count = 0;

  constructor(random: IdRandom) {
    this.#random = random;
  }

  next(now: number): string {
    if (now > this.#time || this.#count === MOST_IN_ONE_MILLISECOND) {
      this.#time = Math.max(now, this.#time + 1);
      this.#timeText = base32(this.#time, TIME_CHARACTERS);
      this.#count = 0;
    } else {
      this.#count++;
    }
    return this.#timeText + base32(this.#count, COUNT_CHARACTERS) + this.#unguessable();
  }

  #unguessable(): string {
    const bytes = this.#random.bytes(RANDOM_BYTES);
    return fiveBytes(bytes, 0) + fiveBytes(bytes, 5);
  }
}

function fiveBytes(bytes: Uint8Array, from: number): string {
  let value = 0;
  for (let at = from; at < from + 5; at++) value = value * 256 + (bytes[at] ?? 0);
  return base32(value, 8);
}

function base32(value: number, characters: number): string {
  let text = "";
  let rest = value;
  for (let left = characters; left > 0; left--) {
    text = DIGITS.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
