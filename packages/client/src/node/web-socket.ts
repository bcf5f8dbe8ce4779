/** WebSockets of Node that know their authorities and let go of dead servers. */
import { messageLimits } from "@parlance/sip";
import { type ClientOptions, WebSocket } from "ws";
import type { PausableChannel } from "../transports/msrp-web-sockets.ts";
import { authoritiesWith } from "./dial.ts";

/** What the other side may still need to say goodbye. */
const LINGER_MS = 1_000;

/** Above every chunk that a server makes of a larger one. */
const MSRP_FRAME_BYTES = 1_048_576;

const LONGEST_MESSAGE = {
  sip: messageLimits.headerSectionBytes + messageLimits.streamBodyBytes,
  msrp: MSRP_FRAME_BYTES,
};

/** Begins to connect, with that subprotocol. RFC 7118 §4.1, RFC 7977 §4.1 */
export function webSocketTo(
  subprotocol: "sip" | "msrp",
  authorities: readonly string[],
): (url: string) => PausableChannel {
  const ca = authoritiesWith(authorities);
  const options: ClientOptions = {
    perMessageDeflate: false,
    maxPayload: LONGEST_MESSAGE[subprotocol],
    minVersion: "TLSv1.2",
    ...(ca === undefined ? {} : { ca }),
  };
  return (url) => new NodeWebSocket(url, subprotocol, options);
}

class NodeWebSocket extends WebSocket {
  override close(code?: number, reason?: string): void {
    super.close(code, reason);
    setTimeout(() => this.terminate(), LINGER_MS).unref();
  }
}
