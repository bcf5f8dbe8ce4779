/** Provisional responses that must arrive: the answering side. RFC 3262 §3 */

import type { RAckValue } from "../message/index.ts";

/** A value: each step makes the next one. One response at a time waits for its PRACK. */
export interface ReliableSender {
  /** The request that is being answered. */
  readonly cseq: number;
  readonly method: string;
  /** The RSeq used last. */
  readonly rseq: number;
  readonly waiting: Waiting | undefined;
  /** Acknowledged or given up with the final response: a late PRACK for these is fine. §3 */
  readonly finished: boolean;
}

interface Waiting {
  readonly rseq: number;
  /** It carries a session description: no 2xx may overtake it. */
  readonly describesSession: boolean;
  readonly since: number;
  readonly intervalMs: number;
  readonly resendAt: number;
}

const T1_MS = 500;
const GIVE_UP_MS = 64 * T1_MS;
const MAX_FIRST = 2 ** 31 - 1;
const MAX_RSEQ = 2 ** 32 - 1;

/** Whether a request wants, allows or forbids reliable provisional responses. §3 */
export function reliabilityOf(
  supported: readonly string[],
  required: readonly string[],
): "must" | "may" | "must not" {
  if (required.includes("100rel")) return "must";
  return supported.includes("100rel") ? "may" : "must not";
}

/** `share` is a random number in [0, 1) that chooses the first RSeq. */
export function startReliableSender(
  request: { readonly cseq: number; readonly method: string },
  share: number,
): ReliableSender {
  const first = 1 + Math.floor(share * (MAX_FIRST - 1)); // §3: uniformly in 1 to 2**31 - 1
  return { ...request, rseq: first - 1, waiting: undefined, finished: false };
}

/** The RSeq for the next response; undefined while one waits, after the final one, and for a 100. */
export function sendReliably(
  of: ReliableSender,
  response: { readonly status: number; readonly describesSession: boolean },
  now: number,
): { readonly sender: ReliableSender; readonly rseq: number } | undefined {
  const { status, describesSession } = response;
  if (of.waiting !== undefined || of.finished || status < 101 || status > 199) return undefined;
  const rseq = of.rseq + 1;
  if (rseq > MAX_RSEQ) return undefined; // never wraps
  const waiting = { rseq, describesSession, since: now, intervalMs: T1_MS, resendAt: now + T1_MS };
  return { sender: { ...of, rseq, waiting }, rseq };
}

export type PrackVerdict =
  | { readonly do: "accept"; readonly sender: ReliableSender }
  | { readonly do: "refuse"; readonly status: 481 };

/** A PRACK in the dialog. */
export function judgePrack(of: ReliableSender, rack: RAckValue): PrackVerdict {
  const { waiting } = of;
  const matches =
    waiting !== undefined &&
    rack.rseq === waiting.rseq &&
    rack.cseq === of.cseq &&
    rack.method === of.method; // with case, §7.2
  if (!matches) return { do: "refuse", status: 481 };
  return { do: "accept", sender: { ...of, waiting: undefined } };
}

/** What the deadline asks for: the response once more, or a 5xx to the request. §3 */
export function reliableTick(
  of: ReliableSender,
  now: number,
): { readonly sender: ReliableSender; readonly do: "nothing" | "resend" | "give up" } {
  const { waiting } = of;
  if (waiting === undefined || of.finished) return { sender: of, do: "nothing" };
  if (now - waiting.since >= GIVE_UP_MS) {
    return { sender: { ...of, waiting: undefined, finished: true }, do: "give up" };
  }
  if (now < waiting.resendAt) return { sender: of, do: "nothing" };
  const intervalMs = waiting.intervalMs * 2; // without the cap of T2, §3
  const again = { ...waiting, intervalMs, resendAt: now + intervalMs };
  return { sender: { ...of, waiting: again }, do: "resend" };
}

/** Epoch ms; undefined when nothing waits. */
export function reliableDeadline({ waiting, finished }: ReliableSender): number | undefined {
  if (waiting === undefined || finished) return undefined;
  return Math.min(waiting.resendAt, waiting.since + GIVE_UP_MS);
}

/** A 2xx waits for the PRACK of a session description; any other final response may go. §3 */
export function mayAnswer({ waiting }: ReliableSender, status: number): boolean {
  return !(status >= 200 && status < 300 && waiting?.describesSession === true);
}

/** After the final response nothing is sent again, but a late PRACK still gets its 200. §3 */
export function finishReliably(of: ReliableSender): ReliableSender {
  return { ...of, finished: true };
}
