/** What was read from the octets of a record, whatever its protocol. */
import { type BodyMarks, NO_MARKS } from "./body-marks.ts";

export interface Reading extends BodyMarks {
  /** "MESSAGE sip:bob@example.com", "200 OK (MESSAGE)", or the first line of what is no message. */
  readonly title: string;
  readonly form: "request" | "response" | "note";
  readonly method: string | undefined;
  readonly status: number | undefined;
  /** The same for a request, its repeats and its answers on one flow. */
  readonly exchange: string | undefined;
  readonly callId: string | undefined;
  /** Address keys of everyone it names. */
  readonly users: ReadonlySet<string>;
  /** Address keys of who says it and to whom, where it tells. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly mediaType: string | undefined;
  readonly clause: string | undefined;
}

/** A reading that tells nothing but this. */
export function nothing(title: string): Reading {
  return {
    ...NO_MARKS,
    title,
    form: "request",
    method: undefined,
    status: undefined,
    exchange: undefined,
    callId: undefined,
    users: new Set(),
    from: undefined,
    to: undefined,
    mediaType: undefined,
    clause: undefined,
  };
}
