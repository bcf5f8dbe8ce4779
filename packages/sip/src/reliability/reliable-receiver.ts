/** Provisional responses that must arrive: the asking side. RFC 3262 §4 */

import type { RAckValue } from "../message/index.ts";

/** The RSeq received last in order, for each early dialog; undefined before the first. */
export interface ReliableReceiver {
  readonly rseq: number | undefined;
}

export const NOTHING_RECEIVED: ReliableReceiver = { rseq: undefined };

/** What of a provisional response decides. */
export interface ReliableResponse {
  readonly status: number;
  /** Require lists `100rel`. */
  readonly reliable: boolean;
  readonly rseq: number | undefined;
  readonly cseq: number;
  readonly method: string;
}

export type ReliableVerdict =
  /** Not sent reliably: just process it. */
  | { readonly do: "process" }
  /** Process it and send PRACK with this RAck. */
  | { readonly do: "acknowledge"; readonly rack: RAckValue; readonly receiver: ReliableReceiver }
  /** Once more, or out of order: neither processed nor acknowledged. */
  | { readonly do: "discard" };

export function judgeReliable(of: ReliableReceiver, response: ReliableResponse): ReliableVerdict {
  const { status, reliable, rseq, cseq, method } = response;
  if (!reliable || status <= 100 || status >= 200) return { do: "process" }; // a 100 is hop by hop
  if (rseq === undefined || rseq === 0) return { do: "discard" };
  if (of.rseq !== undefined && rseq !== of.rseq + 1) return { do: "discard" };
  return { do: "acknowledge", rack: { rseq, cseq, method }, receiver: { rseq } };
}
