/** What comes out of a transport: messages, keep-alives, and faults that may still be answered. */
import type { Head, MessageFault } from "./head.ts";
import { firstLine } from "./header-line.ts";
import { Via } from "./headers.ts";
import { type SipMessage, SipRequest, SipResponse } from "./message.ts";

export interface FramedFault extends MessageFault {
  readonly kind: "fault";
  /** Whether the connection is of no more use, since nobody knows where the next message begins. */
  readonly close: boolean;
  /** What was read of a request, for the answer; `undefined` when nothing is to be answered. */
  readonly message: SipRequest | undefined;
}

export type Framed =
  | { readonly kind: "message"; readonly message: SipMessage }
  /** Asks for a pong. RFC 5626 §3.5.1 */
  | { readonly kind: "ping" }
  | { readonly kind: "pong" }
  | FramedFault;

export function framedMessage(head: Head, body: Uint8Array): Framed {
  const { start, lines, octets } = head;
  if (start === undefined) throw new TypeError("a head without a start line has a fault");
  const parts = { lines, body, octets };
  const message = "method" in start ? new SipRequest(start, parts) : new SipResponse(start, parts);
  return { kind: "message", message };
}

/** Neither responses are answered nor what has no way back. RFC 3261 §8.2.6.2, §18.1.2 */
export function framedFault(
  fault: MessageFault,
  head: Pick<Head, "start" | "lines" | "octets"> | undefined,
): FramedFault {
  const start = head?.start;
  const message =
    head !== undefined && start !== undefined && "method" in start && hasVia(head.lines)
      ? new SipRequest(start, { lines: head.lines, body: new Uint8Array(0), octets: head.octets })
      : undefined;
  return { kind: "fault", ...fault, close: true, message };
}

function hasVia(lines: Head["lines"]): boolean {
  return firstLine(lines, Via.key) !== undefined;
}
