/** What is said about input that breaks its format: which format, where, and why. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  /** The format that was being read, as its specification calls it ("message/cpim", "SIP Via"). */
  readonly format: string;
  /** Where in the input of the reader that failed, in its own units (octets or characters). */
  readonly offset: number;
  readonly reason: string;

  constructor(format: string, offset: number, reason: string) {
    super(`${format} at ${offset}: ${reason}`);
    this.format = format;
    this.offset = offset;
    this.reason = reason;
  }
}

/** The outcome of reading what a peer sent: malformed input is a value, not an exception. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: FormatError };

/** Runs a reader that throws `FormatError`; any other throw is a bug of ours and passes through. */
export function parsed<T>(read: () => T): Parsed<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (error instanceof FormatError) return { ok: false, error };
    throw error;
  }
}
