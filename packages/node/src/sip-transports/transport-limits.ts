/** What one peer, and all of them together, may hold open, leave unread or leave unsent. */
export interface TransportLimits {
  readonly connections: number;
  readonly connectionsPerSource: number;
  readonly tlsHandshakeMs: number;
  /** From the start of a connection to the end of its first message. */
  readonly firstMessageMs: number;
  /** From the first octet of a message to the end of its header section. */
  readonly headerMs: number;
  /** Between two arrivals of octets of one body. */
  readonly bodyGapMs: number;
  /** Without a message on a connection that nobody has bound to a user. */
  readonly idleUnboundMs: number;
  /** The same for connections that we opened. */
  readonly idleOutgoingMs: number;
  /** A peer that takes nothing of what waits for it. */
  readonly stalledMs: number;
  readonly connectMs: number;
  /** For a peer to answer our end of the connection with its own. */
  readonly endMs: number;
  /** What may wait for a slow reader. */
  readonly queueBytes: number;
  readonly queueMessages: number;
  /** The same for trusted peers: one connection carries the traffic of many users. */
  readonly trustedQueueBytes: number;
  readonly trustedQueueMessages: number;
  readonly webSocketMessageBytes: number;
  readonly webSocketFragments: number;
}

export const TRANSPORT_LIMITS: TransportLimits = {
  connections: 15_000, // under the usual 20,000 descriptors of a service, with room for the rest
  connectionsPerSource: 100, // a household or a small office behind one address
  tlsHandshakeMs: 5_000,
  firstMessageMs: 10_000,
  headerMs: 10_000,
  bodyGapMs: 10_000,
  idleUnboundMs: 30_000,
  idleOutgoingMs: 200_000, // outlives the longest wait for the answer to an INVITE, 180 s
  stalledMs: 10_000,
  connectMs: 5_000, // well inside the 32 s that the request itself may take
  endMs: 2_000,
  queueBytes: 1_048_576,
  queueMessages: 500,
  trustedQueueBytes: 16_777_216, // half a second of 26,000 messages a second
  trustedQueueMessages: 13_000,
  webSocketMessageBytes: 1_048_576,
  webSocketFragments: 64,
};
