/** WebSockets of Node that know their authorities and let go of dead servers. */
import { messageLimits } from "@parlance/sip";
import { type ClientOptions, WebSocket } from "ws";
import type { Channel } from "../transports/web-sockets.ts";
import { authoritiesWith } from "./dial.ts";

/** What the other side may still need to say goodbye. */
const LINGER_MS = 1_000;

export function webSocketTo(authorities: readonly string[]): (url: string) => Channel {
  const ca = authoritiesWith(authorities);
  const options: ClientOptions = {
    perMessageDeflate: false,
    maxPayload: messageLimits.headerSectionBytes + messageLimits.streamBodyBytes,
    minVersion: "TLSv1.2",
    ...(ca === undefined ? {} : { ca }),
  };
  return (url) => new NodeWebSocket(url, "sip", options);
}

class NodeWebSocket extends WebSocket {
  override close(code?: number, reason?: string): void {
    super.close(code, reason);
    setTimeout(() => this.terminate(), LINGER_MS).unref();
  }
}
