/** Fingerprints of certificates. RFC 8122 §5 */
import { FormatError } from "@parlance/wire";
import { FORMAT } from "./lines.ts";

export interface Fingerprint {
  /** `sha-256` … in lower case. MD5 and MD2 prove nothing and are left out. */
  readonly algorithm: string;
  /** Hexadecimal pairs between colons, upper case. */
  readonly value: string;
}

const ALGORITHM = /^[a-z0-9-]{1,32}$/;
const VALUE = /^[0-9A-F]{2}(?::[0-9A-F]{2}){0,63}$/;
const BROKEN: ReadonlySet<string> = new Set(["md5", "md2"]);

/** Undefined for a function that must not be used. Throws `FormatError`. */
export function readFingerprint(text: string): Fingerprint | undefined {
  const [algorithm = "", value = "", ...more] = text.split(" ").filter((word) => word !== "");
  const read = { algorithm: algorithm.toLowerCase(), value: value.toUpperCase() };
  if (!isFingerprint(read) || more.length > 0) {
    throw new FormatError(FORMAT, 0, "fingerprint is malformed");
  }
  return BROKEN.has(read.algorithm) ? undefined : read;
}

export function writeFingerprint(fingerprint: Fingerprint): string {
  if (!isFingerprint(fingerprint)) throw new RangeError("not a fingerprint");
  return `${fingerprint.algorithm} ${fingerprint.value}`;
}

function isFingerprint({ algorithm, value }: Fingerprint): boolean {
  return ALGORITHM.test(algorithm) && VALUE.test(value);
}
