/** Whether a request may be forwarded at all. RFC 3261 §16.3 */
import { MaxForwards, ProxyRequire, type SipRequest, type Uri } from "../message/index.ts";

export interface ForwardingRules {
  /** The option tags of Proxy-Require that this proxy understands. */
  readonly extensions: ReadonlySet<string>;
  /** The schemes of a Request-URI that it can route, in lower case. */
  readonly schemes: ReadonlySet<string>;
}

export interface Objection {
  readonly status: 416 | 420 | 483;
  /** For the Unsupported header of a 420. */
  readonly unsupported: readonly string[];
}

/** Syntax was judged before; loops are judged where it is known how far the request spreads. */
export function checkForwarding(
  request: SipRequest,
  rules: ForwardingRules,
): Objection | undefined {
  if (!rules.schemes.has(schemeOf(request.uri))) return object(416); // RFC 3261 §16.3 item 2
  if (request.get(MaxForwards) === 0) return object(483); // RFC 3261 §16.3 item 3
  const required = request.get(ProxyRequire) ?? [];
  const unsupported = required.filter((tag) => !rules.extensions.has(tag.toLowerCase()));
  return unsupported.length > 0 ? object(420, unsupported) : undefined; // RFC 3261 §16.3 item 5
}

function schemeOf(uri: Uri): string {
  if (uri.kind === "other") return uri.scheme;
  if (uri.kind === "tel") return "tel";
  return uri.secure ? "sips" : "sip";
}

function object(status: Objection["status"], unsupported: readonly string[] = []): Objection {
  return { status, unsupported };
}
