/** Values of header fields. RFC 9110 §5, structured fields (RFC 9651), digest fields (RFC 9530) */
import { FormatError, hex, parseBase64 } from "@parlance/wire";
import type { WebRequest } from "./message.ts";

const MOST_DIGITS = 10;
const SHA_256_BYTES = 32;

/** The value of a field that may stand once. Throws `FormatError`: 400. */
export function field({ headers }: WebRequest, name: string): string | undefined {
  const values = headers.get(name) ?? [];
  if (values.length > 1) throw new FormatError(name, 0, "stands more than once");
  return values[0]?.trim();
}

/** A whole number that is not negative. Throws `FormatError`. */
export function numberField(request: WebRequest, name: string): number | undefined {
  const text = field(request, name);
  if (text === undefined) return undefined;
  const read = wholeNumber(text);
  if (read === undefined) throw new FormatError(name, 0, "expected 1 to 10 digits");
  return read;
}

/** `?1` or `?0`. RFC 9651 §3.3.6. Throws `FormatError`. */
export function booleanField(request: WebRequest, name: string): boolean | undefined {
  const text = field(request, name);
  if (text === undefined) return undefined;
  if (text !== "?0" && text !== "?1") throw new FormatError(name, 0, "expected ?0 or ?1");
  return text === "?1";
}

/** The SHA-256 of a digest field in hexadecimal; other algorithms are not looked at. RFC 9530 §3. Throws `FormatError`. */
export function sha256Field(request: WebRequest, name: string): string | undefined {
  const text = field(request, name);
  if (text === undefined) return undefined;
  const members = text.split(",", 8).map((member) => member.trim());
  const found = members.filter((member) => /^sha-256=/i.test(member));
  const [member] = found;
  if (member === undefined) return undefined;
  const [, encoded] = /^sha-256=:([A-Za-z0-9+/=]{0,64}):$/i.exec(member) ?? [];
  if (found.length > 1 || encoded === undefined) throw new FormatError(name, 0, "no SHA-256");
  const bytes = parseBase64(encoded);
  if (bytes.length !== SHA_256_BYTES) throw new FormatError(name, 0, "no SHA-256");
  return hex(bytes);
}

/** 1 to 10 digits. */
export function wholeNumber(text: string): number | undefined {
  if (text.length > MOST_DIGITS || !/^\d+$/.test(text)) return undefined;
  return Number(text); // digits, counted
}
