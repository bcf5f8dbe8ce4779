/** What an operator sets, and is told, about the sockets of SIP. */
import type { Address, Flow, MessageLimits, TransportName } from "@parlance/sip";
import type { Certificates } from "../sockets/certificates.ts";
import type { DestinationPolicy } from "../sockets/destinations.ts";
import type { TransportLimits } from "./transport-limits.ts";

/** What is known of a peer when it is to be trusted or not; names only once they are proved. */
export type Peer = Pick<Flow, "transport" | "remote" | "listener" | "peerNames">;

/** What an operator may want to know; the words are fixed, so that they can label a metric. */
export type TransportEvent =
  | {
      readonly kind: "refused";
      readonly reason: "total" | "source" | "handshake" | "upgrade" | "destination";
      readonly remote: Address;
      readonly detail?: string;
    }
  | { readonly kind: "opened" | "closed"; readonly flow: Flow; readonly reason?: string };

/** What is bounded while a message is read; the rest is looked at by the stack. */
export type FramingLimits = Omit<MessageLimits, "viaValues" | "routeValues" | "contactValues">;

export interface SipTransportsOptions {
  readonly limits?: Partial<TransportLimits>;
  /** How large a message may be. */
  readonly messageLimits?: Partial<FramingLimits>;
  /** Shown on TLS listeners, and to servers that ask who we are. */
  readonly certificates?: Certificates;
  /** PEM certificates of authorities that we believe as a client; those of Node by default. */
  readonly authorities?: readonly string[];
  /** Where we may connect to; by default not to this machine and this link. */
  readonly mayConnect?: DestinationPolicy;
  /** Trusted peers may keep more waiting, stay silent and open more connections. */
  readonly trusts?: (peer: Peer) => boolean;
  readonly log?: (event: TransportEvent) => void;
}

export interface ListenOptions {
  /** `udp://127.0.0.1:5060`, `tcp://[::1]:5060`, `tls://0.0.0.0:5061` */
  readonly url: string;
  /** Appears in flows, so that it can decide the class of a peer. */
  readonly name?: string;
  /** Several processes share the port. */
  readonly reusePort?: boolean;
  /** Ask for certificates of these authorities (PEM). */
  readonly clientAuthorities?: readonly string[];
  /** Refuse peers without one. */
  readonly clientRequired?: boolean;
}

export interface Listening extends Address {
  readonly transport: TransportName;
  readonly name: string | undefined;
}
