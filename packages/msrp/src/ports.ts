/** Connections as MSRP sees them: what the machine (or a simulated one) does for it. RFC 4975 §5.4, RFC 7977 §5 */
import type { Cancel } from "@parlance/wire";

/** What carries the octets. `ws` and `wss` carry one frame a WebSocket message, `tcp` and `tls` a stream. */
export type MsrpTransport = "tcp" | "tls" | "ws" | "wss";

export interface MsrpAddress {
  /** An IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Digest of a certificate as SDP writes it. RFC 8122 §5 */
export interface Fingerprint {
  /** The hash function in lower case: "sha-1", "sha-256", "sha-512". */
  readonly hash: string;
  /** Octets in upper-case hexadecimal with colons between them. */
  readonly value: string;
}

/** What TLS has shown about the other side; empty lists without TLS or without a certificate. */
export interface PeerProof {
  /** Host names of its certificate. Empty unless the certificate was verified up to a trusted root. */
  readonly names: readonly string[];
  /** Of its certificate, whoever signed it, under every hash that the adapter can compute. */
  readonly fingerprints: readonly Fingerprint[];
}

/**
 * An open connection, TLS and WebSocket handshakes done. Nothing is read from it before `attach`.
 * None of its functions throws, also after the end; what is written then is dropped.
 */
export interface MsrpConnection {
  /** Unique among the connections of one adapter, never used again. */
  readonly id: string;
  readonly transport: MsrpTransport;
  readonly local: MsrpAddress;
  readonly remote: MsrpAddress;
  readonly peer: PeerProof;
  /** Which of our listeners it came in by; `undefined` for one that was dialled. */
  readonly listener: string | undefined;
  /** Called once, by whoever takes the connection. Until then the adapter reads nothing. */
  attach(events: MsrpConnectionEvents): void;
  /**
   * Sends octets after those that were written before. The adapter gathers what is written in one turn
   * of the event loop. It may keep the octets by reference: they are not changed any more.
   * A stream may be written in any pieces. On `ws` and `wss` each call is one frame.
   */
  write(bytes: Uint8Array): void;
  /** Octets that were written and have not left the process yet. */
  readonly backlogBytes: number;
  /** Ends reading until `resume`; what is on its way may still arrive. Calls do not nest. */
  pause(): void;
  resume(): void;
  /** Flushes what was written, then ends the connection. `closed` follows unless it was told already. */
  close(): void;
}

/** What a connection tells. All calls are made from the event loop, never from within `write` or `close`. */
export interface MsrpConnectionEvents {
  /**
   * What arrived: on `tcp` and `tls` the stream in any cut, on `ws` and `wss` one whole message. The octets
   * are kept by reference and must not be changed afterwards.
   */
  received(bytes: Uint8Array): void;
  /** The backlog was above zero and is zero now. */
  drained(): void;
  /** Once, last: by either side or for want of a network. The reason is for logs. */
  closed(reason: string): void;
}

/** Where to connect to. Names are resolved by the adapter, each of their addresses tried in order. RFC 4975 §6.2 */
export type DialTarget =
  | {
      readonly transport: "tcp";
      readonly host: string;
      readonly port: number;
    }
  | {
      readonly transport: "tls";
      readonly host: string;
      readonly port: number;
      readonly expect: TlsExpectation;
    }
  | {
      readonly transport: "ws" | "wss";
      /** `ws://` or `wss://`; offered with the subprotocol `msrp`. RFC 7977 §4.1 */
      readonly url: string;
    };

/** Whom TLS has to meet. RFC 4975 §14.2, §14.4, RFC 6714 §6 */
export type TlsExpectation =
  /** A certificate from a trusted root with this name in it. */
  | { readonly by: "name"; readonly name: string }
  /** A certificate with one of these fingerprints, whoever signed it. */
  | { readonly by: "fingerprint"; readonly fingerprints: readonly Fingerprint[] };

export type DialOutcome =
  | { readonly ok: true; readonly connection: MsrpConnection }
  | { readonly ok: false; readonly failure: DialFailure };

export interface DialFailure {
  readonly why:
    | "not allowed" // the address is one that we never connect to
    | "no address" // the name does not resolve
    | "no answer" // refused, unreachable or too slow
    | "not authenticated"; // TLS met somebody else
  /** For logs. */
  readonly detail: string;
}

export interface MsrpDialer {
  /**
   * Opens a connection and tells the outcome once, later, never from within the call. After `Cancel` nothing
   * is told and a connection that comes about is closed.
   */
  dial(target: DialTarget, done: (outcome: DialOutcome) => void): Cancel;
}
