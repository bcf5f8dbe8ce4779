/** How a contact will be reached: on its connection, where its REGISTER came from, or where it says. */
import { type Flow, type Hop, isReliable, type SipUri, type ViaValue } from "@parlance/sip";

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
  /** An edge proxy stands in between and knows the way. RFC 3327 */
  readonly path: boolean;
}

export function reachOf({ uri, flow, via, outbound, path }: ReachAsk): Reach {
  if (path) return AS_WRITTEN;
  if (isReliable(flow.transport)) {
    return outbound || !listensElsewhere(uri, flow, via) ? { flow, hop: undefined } : AS_WRITTEN;
  }
  if (!outbound && isReachable(uri, flow)) return AS_WRITTEN;
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
  if (bare(uri.host) !== flow.remote.host) return false;
  return (uri.port ?? (uri.secure ? 5_061 : 5_060)) !== flow.remote.port;
}

/** A private address from a public source means nothing here, nor does a name that nobody can look up. */
function isReachable(uri: SipUri, flow: Flow): boolean {
  const host = bare(uri.host).toLowerCase();
  if (host === flow.remote.host) return true;
  if (host.endsWith(".invalid")) return false;
  return !isPrivate(host) || isPrivate(flow.remote.host);
}

function bare(host: string): string {
  return host.startsWith("[") ? host.slice(1, -1) : host;
}

/** RFC 1918, RFC 6598, loopback and link-local; RFC 4193 for IPv6. */
function isPrivate(host: string): boolean {
  if (/^(?:10|127)\./.test(host) || /^(?:192\.168|169\.254)\./.test(host)) return true;
  const [, second] = /^172\.(\d{1,3})\./.exec(host) ?? [];
  if (second !== undefined) return Number(second) >= 16 && Number(second) <= 31;
  const [, shared] = /^100\.(\d{1,3})\./.exec(host) ?? [];
  if (shared !== undefined) return Number(shared) >= 64 && Number(shared) <= 127;
  return /^(?:f[cd]|fe[89ab])[0-9a-f]{0,2}:|^::1$/i.test(host);
}
