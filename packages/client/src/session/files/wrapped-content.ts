/** A file in an envelope of message/cpim, whose beginning comes first and whose octets go on unread. RFC 3862, RFC 5547 §8.7 */
import { type Cpim, parseCpim } from "@parlance/formats";
import { concatBytes } from "@parlance/wire";

/** No envelope of a file is larger. */
const MOST_HEAD_BYTES = 16_384;
const NOTHING = new Uint8Array(0);

/** Takes the envelope off what comes in pieces. */
export class EnvelopeReader {
  #held: Uint8Array = NOTHING;
  #cpim: Cpim | undefined;
  #broken = false;

  /** Undefined until it is whole. */
  get cpim(): Cpim | undefined {
    return this.#cpim;
  }

  /** What of it belongs to the file; undefined: that is no envelope. */
  push(octets: Uint8Array): Uint8Array | undefined {
    if (this.#broken) return undefined;
    if (this.#cpim !== undefined) return octets;
    this.#held = concatBytes(this.#held, octets);
    const end = endOfHeads(this.#held);
    if (end === undefined) {
      this.#broken = this.#held.length > MOST_HEAD_BYTES;
      return this.#broken ? undefined : NOTHING;
    }
    const read = parseCpim(this.#held.subarray(0, end));
    this.#broken = !read.ok;
    if (!read.ok) return undefined;
    this.#cpim = read.value;
    const rest = this.#held.subarray(end);
    this.#held = NOTHING;
    return rest;
  }
}

/** Behind the second empty line: that of the message headers, and that of the content headers. */
function endOfHeads(octets: Uint8Array): number | undefined {
  const first = endOfHead(octets, 0);
  return first === undefined ? undefined : endOfHead(octets, first);
}

function endOfHead(octets: Uint8Array, from: number): number | undefined {
  for (let at = from; at < octets.length; at += 1) {
    if (octets[at] !== LF) continue;
    const next = octets[at + 1] === CR ? at + 2 : at + 1;
    if (octets[next] === LF) return next + 1;
  }
  return undefined;
}

const CR = 13;
const LF = 10;
