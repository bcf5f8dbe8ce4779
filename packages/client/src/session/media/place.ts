/** Where this client is to be found in a session, and how it gets to the other side: it always connects itself. RFC 4975 §6, RFC 7977 §5.2.2 */
import type { AgreedMedia } from "@parlance/formats";
import { type DialTarget, dialTarget, MSRP_PORT, makeMsrpUri, parseMsrpUri } from "@parlance/msrp";
import type { Flow } from "@parlance/sip";
import { isWebSocket } from "../../transports/is-web-socket.ts";

export interface Place {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly transport: "tcp" | "ws";
  /** Where WebSockets of sessions are taken: by our own server. */
  readonly url: string | undefined;
}

/** As secure as the signalling is. Nobody connects to us: the port is one that names nothing else. */
export function placeOn(flow: Flow, url: string | undefined): Place {
  const { transport, local } = flow;
  const secure = transport === "TLS" || transport === "WSS";
  const { host } = local;
  if (isWebSocket(transport)) return { secure, host, port: MSRP_PORT, transport: "ws", url };
  return { secure, host, port: local.port, transport: "tcp", url };
}

/** `secure`: as the other side has it, where it is the one who offers. */
export function pathTo(place: Place, sessionId: string, secure = place.secure): string {
  const { host, port, transport } = place;
  return makeMsrpUri({ scheme: secure ? "msrps" : "msrp", host, port, sessionId, transport }).text;
}

/**
 * Where to connect to: what a path says of TCP, and our own server for WebSockets, whose URL no path tells.
 * Undefined when there is no way.
 */
export function dialFor({ remote, connectTo }: AgreedMedia, place: Place): DialTarget | undefined {
  const [first = ""] = remote.path;
  const uri = parseMsrpUri(first);
  if (!uri.ok) return undefined;
  if (uri.value.transport !== "tcp") {
    const { url } = place;
    if (url === undefined) return undefined;
    return { transport: url.startsWith("wss:") ? "wss" : "ws", url };
  }
  const fingerprints = remote.fingerprints.map(({ algorithm, value }) => ({
    hash: algorithm,
    value,
  }));
  const { host, port } = connectTo;
  return dialTarget(uri.value, fingerprints, { host, port });
}
