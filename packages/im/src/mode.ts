/** Pager mode or large message mode: which one carries a message. Clause 8.1. */

export type Mode = "pager" | "large message";

/** From this many bytes on a request may not travel in datagrams. RFC 3428 §8 */
export const MAX_PAGER_BYTES = 1300;

export interface ModeQuestion {
  /** The whole MESSAGE request as it would leave the client, headers included. */
  readonly requestBytes: number;
  /** Known for certain: every hop to the recipient runs over TCP, TLS or WebSocket. */
  readonly connectionOriented: boolean;
  /** What the operator allows instead of 1300. */
  readonly maxPagerBytes?: number;
  /** Room kept for headers that are added on the way. */
  readonly allowanceBytes?: number;
}

export function chooseMode(ask: ModeQuestion): Mode {
  const limit = (ask.maxPagerBytes ?? MAX_PAGER_BYTES) - (ask.allowanceBytes ?? 0);
  if (ask.requestBytes < limit) return "pager"; // IM-8.1-01
  if (ask.connectionOriented) return "pager"; // IM-8.1-02
  return "large message"; // IM-8.1-03, exactly the limit included
}
