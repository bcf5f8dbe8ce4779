/** The Byte-Range header: which part of its message a body is. RFC 4975 §7.1.1 */
import { FormatError, type Parsed, parsed } from "@parlance/wire";
import { digits } from "./characters.ts";

/** Positions count from one. Peers are known to count characters: nothing is framed by these numbers. */
export interface ByteRange {
  readonly start: number;
  /** Undefined for "*": the chunk may be interrupted. */
  readonly end: number | undefined;
  /** Undefined for "*": the sender does not know it yet. */
  readonly total: number | undefined;
}

/** Of a request that does not say. RFC 4975 §7.3.1 */
export const WHOLE_RANGE: ByteRange = { start: 1, end: undefined, total: undefined };

export function parseByteRange(text: string): Parsed<ByteRange> {
  return parsed(() => readByteRange(text));
}

export function formatByteRange({ start, end, total }: ByteRange): string {
  return `${start}-${end ?? "*"}/${total ?? "*"}`;
}

/** Throws `FormatError`. */
export function readByteRange(text: string): ByteRange {
  const hyphen = text.indexOf("-");
  const slash = text.indexOf("/");
  if (hyphen === -1 || slash < hyphen) fail("expected start-end/total");
  const start = digits(text.slice(0, hyphen)) ?? fail("start is not a number");
  const end = numberOrStar(text.slice(hyphen + 1, slash));
  const total = numberOrStar(text.slice(slash + 1));
  if (start === 0) fail("the first octet has position one");
  if (end !== undefined && end < start - 1) fail("end lies before start"); // 1-0/0 is empty
  if (total !== undefined && start > total + 1) fail("start lies behind the total");
  if (total !== undefined && end !== undefined && end > total) fail("end lies behind the total");
  return { start, end, total };
}

function numberOrStar(text: string): number | undefined {
  return text === "*" ? undefined : (digits(text) ?? fail("neither a number nor a star"));
}

function fail(reason: string): never {
  throw new FormatError("MSRP Byte-Range", 0, reason);
}
