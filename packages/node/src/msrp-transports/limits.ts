/** What one peer, and all of them together, may hold open, leave unread or leave unsent. */
export interface MsrpTransportLimits {
  readonly connections: number;
  readonly connectionsPerSource: number;
  readonly tlsHandshakeMs: number;
  /** For each address of a name. */
  readonly connectMs: number;
  /** A peer that takes nothing of what waits for it. */
  readonly stalledMs: number;
  /** For a peer to answer our end of the connection with its own. */
  readonly endMs: number;
  readonly webSocketMessageBytes: number;
  readonly webSocketFragments: number;
}

export const MSRP_TRANSPORT_LIMITS: MsrpTransportLimits = {
  connections: 15_000, // as many as there may be SIP connections
  connectionsPerSource: 100, // a household or a small office behind one address
  tlsHandshakeMs: 5_000,
  connectMs: 5_000,
  stalledMs: 30_000, // as long as an MSRP transaction lives, RFC 4975 §7.1.1
  endMs: 2_000,
  webSocketMessageBytes: 1_048_576,
  webSocketFragments: 64,
};
