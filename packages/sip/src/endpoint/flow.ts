/** Connections and sockets as the stack sees them: the ports between it and what does the I/O. RFC 3261 §18, RFC 5626 §3 */
import type { Address, Hop, TransportName } from "../locate/index.ts";
import type { MessageFault, SipMessage } from "../message/index.ts";

/** One connection, or one pair of datagram addresses. */
export interface Flow {
  /** Unique in the process, never used again. */
  readonly id: string;
  readonly transport: TransportName;
  readonly local: Address;
  readonly remote: Address;
  /** Names that the peer's certificate proved. */
  readonly peerNames?: readonly string[];
  /** Which of our listeners it came in by. */
  readonly listener?: string;
}

/** What does the I/O. */
export interface Transports {
  /** Never throws; a loss is told by `FlowEvents.closed`. */
  send(flow: Flow, bytes: Uint8Array): void;
  /** Takes a live connection when there is one. RFC 5923 */
  open(hop: Hop): Flow | Promise<Flow>;
  close(flow: Flow): void;
  /** The connection belongs to somebody until then (epoch ms), and may be silent for as long. */
  bind?(flow: Flow, until: number): void;
}

/** What a peer sent that was no message; the answer to it, if it can have one. */
export interface FlowFault {
  readonly status: number;
  readonly reason: string;
  /** Why it is none, as in `MessageFault`. */
  readonly limit?: MessageFault["limit"];
  readonly format?: string;
  readonly close: boolean;
  /** As much of the message as an answer needs. */
  readonly message?: SipMessage | undefined;
}

/** What the I/O tells the stack. */
export interface FlowEvents {
  message(message: SipMessage, flow: Flow): void;
  fault(fault: FlowFault, flow: Flow): void;
  closed(flow: Flow, reason: string): void;
}
