/** What a client does when an initial request is refused: one table, no I/O. */

export type Reaction =
  /** Answer the challenge, once. */
  | { readonly do: "authenticate" }
  /** Follow the contacts of the redirection, at most `limit`. */
  | { readonly do: "redirect"; readonly limit: number }
  /** Send again with the interval that the answer asks for. */
  | { readonly do: "raise interval" }
  /** Send again, once, after Retry-After or this time. */
  | { readonly do: "retry"; readonly afterMs: number }
  /** Send the content again as a large message, once. */
  | { readonly do: "large message" }
  /** Give up. The user is told `reason`; `text` means that the Warning says more. */
  | { readonly do: "tell"; readonly reason: Reason; readonly text: boolean };

export type Reason =
  | "refused"
  | "no such user or group"
  | "not reachable"
  | "not supported"
  | "busy"
  | "declined"
  | "server trouble";

const RETRY_AFTER_MS = 2_000; // long enough for a restart, short enough to be waited for
const MAX_CONTACTS = 3; // each may redirect again, so this bounds the tree

const bySeen = new Map<number, Reaction>([
  [401, { do: "authenticate" }],
  [407, { do: "authenticate" }],
  [403, { do: "tell", reason: "refused", text: true }],
  [404, { do: "tell", reason: "no such user or group", text: false }],
  [604, { do: "tell", reason: "no such user or group", text: false }],
  [408, { do: "tell", reason: "not reachable", text: false }],
  [480, { do: "tell", reason: "not reachable", text: true }],
  [487, { do: "tell", reason: "not reachable", text: false }],
  [413, { do: "tell", reason: "not supported", text: false }],
  [415, { do: "tell", reason: "not supported", text: false }],
  [488, { do: "tell", reason: "not supported", text: false }],
  [422, { do: "raise interval" }],
  [486, { do: "tell", reason: "busy", text: true }],
  [600, { do: "tell", reason: "busy", text: false }],
  [603, { do: "tell", reason: "declined", text: false }],
]);

/** `sizeRefused`: the answer's Warning was read as "too big"; `pager`: the request was a MESSAGE. */
export interface Refused {
  readonly status: number;
  readonly pager: boolean;
  readonly sizeRefused: boolean;
}

/** The reaction to one final answer of 300 or more. Doing it only once is the caller's part. */
export function reactTo({ status, pager, sizeRefused }: Refused): Reaction {
  if (pager && (status === 413 || status === 513 || sizeRefused)) return { do: "large message" };
  const listed = bySeen.get(status);
  if (listed !== undefined) return listed;
  if (status < 400) return { do: "redirect", limit: MAX_CONTACTS };
  if (status >= 500 && status < 600) return { do: "retry", afterMs: RETRY_AFTER_MS };
  return { do: "tell", reason: "refused", text: true };
}
