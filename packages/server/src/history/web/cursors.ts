/** Places in what a user keeps, for clients: opaque, sealed, good for their user alone. */
import {
  base64url,
  equalBytes,
  FormatError,
  type Hashing,
  parseBase64url,
  parsed,
} from "@parlance/wire";

const SEAL_BYTES = 12;
const CURSOR = /^([0-9a-z]{1,7})\.([A-Za-z0-9_-]{16})$/;

export class Cursors {
  readonly #key: Uint8Array;
  readonly #hashing: Hashing;

  /** `key`: ≥ 256 bits. */
  constructor(key: Uint8Array, hashing: Hashing) {
    this.#key = key;
    this.#hashing = hashing;
  }

  /** `number`: a whole one below 2^31. */
  seal(owner: string, number: number): string {
    const place = number.toString(36);
    return `${place}.${base64url(this.#sealOf(owner, place))}`;
  }

  /** Throws `FormatError` for what was not sealed by us for this user. */
  open(owner: string, cursor: string): number {
    const [, place = "", seal = ""] = CURSOR.exec(cursor) ?? [];
    const shown = parsed(() => parseBase64url(seal));
    if (place === "" || !shown.ok || !equalBytes(shown.value, this.#sealOf(owner, place)))
      throw new FormatError("cursor", 0, "not one of ours");
    return Number.parseInt(place, 36); // sealed by us
  }

  #sealOf(owner: string, place: string): Uint8Array {
    const seal = this.#hashing.hmacSha256(this.#key, `history cursor ${place} ${owner}`);
    return seal.subarray(0, SEAL_BYTES);
  }
}
