/** Comparing long contents: what `deepEqual` prints of them when they differ takes gigabytes. */
import { equalBytes } from "@parlance/wire";

/** Throws where they differ. */
export function sameOctets(got: Uint8Array, wanted: Uint8Array): void {
  if (equalBytes(got, wanted)) return;
  const at = wanted.findIndex((octet, index) => got[index] !== octet);
  throw new Error(`${got.length} octets for ${wanted.length}, other ones from ${at} on`);
}
