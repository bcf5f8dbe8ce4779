/** What the SDK asks of its surroundings; the Node and browser bindings, and tests, provide it. */
import type { MsrpDialer } from "@parlance/msrp";
import type { Flow, FlowEvents, Hop, Transports } from "@parlance/sip";
import type { Clock, Inflate, PlainHashing, Random, StartHash } from "@parlance/wire";
import type { Fetch } from "./files/fetch.ts";

export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: PlainHashing;
  /** For files, which are hashed while they come and go. */
  readonly startHash: StartHash;
  /** For files on a web server; without it there are none. */
  readonly fetch?: Fetch;
  /** Undoes `Content-Encoding`; without it such bodies are answered 415. */
  readonly inflate?: Inflate;
  /** Where the server of a domain is, when none is named: its DNS is asked. RFC 3263 */
  readonly findServer?: (domain: string) => Promise<readonly Hop[]>;
  /** Opens connections for sessions; without it everything goes by pager mode. */
  readonly msrp?: MsrpDialer;
  /**
   * What sessions are made of is loaded when the first one is needed, and not before the client connects: for pages, which
   * are to begin soon.
   */
  readonly loadsSessionsLater?: boolean;
  /** Whether the runtime can open such a hop at all. */
  supports(hop: Hop): boolean;
  /** Sockets of one client. */
  open(events: SocketEvents): ClientTransports;
}

/** What sockets tell the client. */
export interface SocketEvents extends FlowEvents {
  /** The answer to a ping: a stream on which none comes is given up. RFC 5626 §4.4.1 */
  pong(flow: Flow): void;
}

export interface ClientTransports extends Transports {
  /** Lets go of every socket. */
  end(): Promise<void>;
}
