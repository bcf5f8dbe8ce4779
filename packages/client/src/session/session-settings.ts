/** How sessions are held, as an application wants it. */
import type { SessionMode } from "./talk.ts";

export interface SessionOptions {
  /** When conversations open sessions by themselves. Default `auto`. */
  readonly mode?: SessionMode;
  /** What is done when others open one: `ask` tells the event "invitation". Default `accept`. */
  readonly incoming?: "accept" | "ask" | "decline";
  /**
   * What is done when others invite into a group: `ask` tells the event "invitation", and where nobody listens the
   * user is not reachable for it. Default `ask`.
   */
  readonly groups?: "accept" | "ask" | "decline";
  /** A session in which nothing happens ends after so long. Default 300. */
  readonly idleSeconds?: number;
  /** Sessions at one time. Default 20. */
  readonly most?: number;
  /** Where MSRP over WebSocket is taken, if not by the own server at `/msrp`: a `ws:` or `wss:` URL. */
  readonly url?: string;
  /** A message that is sent as a session of its own is taken unasked up to this size. Default 1 MiB. */
  readonly autoAcceptLargeBytes?: number;
}

export interface SessionSettings {
  readonly mode: SessionMode;
  readonly incoming: "accept" | "ask" | "decline";
  readonly groups: "accept" | "ask" | "decline";
  readonly idleMs: number;
  readonly most: number;
  readonly autoAcceptLargeBytes: number;
}

const IDLE_S = 300;
const MOST = 20;
const AUTO_ACCEPT_BYTES = 1_048_576;

export function readSessionOptions(options: SessionOptions = {}): SessionSettings {
  const { mode = "auto", incoming = "accept", idleSeconds = IDLE_S, most = MOST } = options;
  return {
    mode,
    incoming,
    groups: options.groups ?? "ask",
    idleMs: idleSeconds * 1_000,
    most,
    autoAcceptLargeBytes: options.autoAcceptLargeBytes ?? AUTO_ACCEPT_BYTES,
  };
}
