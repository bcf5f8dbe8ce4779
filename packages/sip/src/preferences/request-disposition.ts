/** How the caller wants a request to be processed by servers. RFC 3841 §9.1 */

import { FormatError } from "@parlance/wire";

/** One directive of each kind at most; undefined where the caller leaves it to us. */
export interface Disposition {
  readonly redirect: boolean | undefined;
  readonly cancel: boolean | undefined;
  readonly fork: boolean | undefined;
  readonly recurse: boolean | undefined;
  readonly parallel: boolean | undefined;
  readonly queue: boolean | undefined;
}

const NO_DISPOSITION: Disposition = {
  redirect: undefined,
  cancel: undefined,
  fork: undefined,
  recurse: undefined,
  parallel: undefined,
  queue: undefined,
};

const DIRECTIVES: ReadonlyMap<string, readonly [keyof Disposition, boolean]> = new Map([
  ["proxy", ["redirect", false]],
  ["redirect", ["redirect", true]],
  ["cancel", ["cancel", true]],
  ["no-cancel", ["cancel", false]],
  ["fork", ["fork", true]],
  ["no-fork", ["fork", false]],
  ["recurse", ["recurse", true]],
  ["no-recurse", ["recurse", false]],
  ["parallel", ["parallel", true]],
  ["sequential", ["parallel", false]],
  ["queue", ["queue", true]],
  ["no-queue", ["queue", false]],
]);

/**
 * Reads the tokens of the header. The set is closed (RFC 3841 §9.1), yet an unknown token harms
 * nobody and is passed over. Throws `FormatError` for two of a kind.
 */
export function readDisposition(tokens: readonly string[] | undefined): Disposition {
  if (tokens === undefined) return NO_DISPOSITION;
  const wanted: { -readonly [Kind in keyof Disposition]: Disposition[Kind] } = {
    ...NO_DISPOSITION,
  };
  for (const token of tokens) {
    const [kind, value] = DIRECTIVES.get(token.toLowerCase()) ?? [];
    if (kind === undefined || value === undefined) continue;
    if (wanted[kind] !== undefined) {
      throw new FormatError("Request-Disposition", 0, `more than one ${kind} directive`);
    }
    wanted[kind] = value;
  }
  return wanted;
}
