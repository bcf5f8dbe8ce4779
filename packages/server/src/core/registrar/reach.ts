/** How a contact will be reached: on its connection, where its REGISTER came from, or where it says. */
import {
  type Flow,
  type Hop,
  hostAddress,
  isReliable,
  type SipUri,
  type ViaValue,
} from "@parlance/sip";
import { zoneOf } from "../zones.ts";

export interface Reach {
  /** Set: the contact lives and dies with this connection. RFC 5626 §5.3 */
  readonly flow: Flow | undefined;
  /** Set: not where the contact says, but here. */
  readonly hop: Hop | undefined;
}

const AS_WRITTEN: Reach = { flow: undefined, hop: undefined };

export interface ReachAsk {
  readonly uri: SipUri;
  readonly flow: Flow;
  readonly via: ViaValue;
  /** The client keeps this flow open and wants to be reached on it. RFC 5626 */
  readonly outbound: boolean;
  /** The contact leads back to us, so that its requests would run in circles. */
  readonly ours: boolean;
  /** An edge proxy stands in between and knows the way. RFC 3327 */
  readonly path: boolean;
}

/** Never a name: a contact must not make us look up, or connect to, what its user thinks of. */
export function reachOf({ uri, flow, via, outbound, ours, path }: ReachAsk): Reach {
  if (path) return AS_WRITTEN;
  if (isReliable(flow.transport)) {
    return outbound || ours || !listensElsewhere(uri, flow, via)
      ? { flow, hop: undefined }
      : AS_WRITTEN;
  }
  if (!outbound && !ours && isReachable(uri, flow)) return AS_WRITTEN;
  return { flow: undefined, hop: { transport: "UDP", address: flow.remote } };
}

/**
 * A stream client whose contact names another port of its own host listens there, unless it says
 * (`alias`, RFC 5923 §4) that its connection is as good. Any other contact is out of our reach:
 * it is the client's side of the connection, or a name or an address behind a NAT.
 */
function listensElsewhere(uri: SipUri, flow: Flow, via: ViaValue): boolean {
  if (flow.transport === "WS" || flow.transport === "WSS") return false; // RFC 7118 §5
  if (via.params.has("alias")) return false;
  const stream = uri.secure || /^(?:tcp|tls)$/i.test(uri.params.get("transport") ?? "");
  if (!stream || hostAddress(uri.host) !== flow.remote.host) return false;
  return (uri.port ?? (uri.secure ? 5_061 : 5_060)) !== flow.remote.port;
}

/** An address that means the same to us as to its user. */
function isReachable(uri: SipUri, flow: Flow): boolean {
  if (uri.host === flow.remote.host) return true; // as nearly always
  const address = hostAddress(uri.host);
  if (address === undefined) return false;
  if (address === flow.remote.host) return true;
  const zone = zoneOf(address);
  return zone === "public" || (zone !== "nowhere" && zone === zoneOf(flow.remote.host));
}
