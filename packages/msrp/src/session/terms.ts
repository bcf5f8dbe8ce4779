/** What both sides have agreed on for a session, by their descriptions. RFC 4975 §8, RFC 6714 §4 */
import { MSRP_PORT, type MsrpUri, type UriComparison } from "../frame/index.ts";
import type { DialTarget, Fingerprint, MsrpAddress } from "../ports.ts";

export interface SessionTerms {
  /** Where requests go: our own relays, if we use any, and then the `a=path` of the peer. RFC 4976 §4 */
  readonly remotePath: string;
  /** Where we connect to; undefined when the peer connects to us. */
  readonly dial: DialTarget | undefined;
  /** What is compared of the URI of the peer. "session id" by default. */
  readonly compare?: UriComparison | undefined;
  /** Who connects to us over TLS has to show one of these; empty for no such demand. RFC 4975 §14.4 */
  readonly fingerprints?: readonly Fingerprint[] | undefined;
  /** `a=max-size` of the peer. */
  readonly maxSizeBytes?: number | undefined;
}

/**
 * Where to connect for a path that begins with `uri`. `anchor`: the address of the `c=` and `m=` lines, where
 * RFC 6714 has it used. Undefined for a URI over WebSocket: that is connected to by its URL, which no path has.
 */
export function dialTarget(
  uri: MsrpUri,
  fingerprints: readonly Fingerprint[],
  anchor?: MsrpAddress,
): DialTarget | undefined {
  if (uri.transport !== "tcp") return undefined;
  const name = uri.host.startsWith("[") ? uri.host.slice(1, -1) : uri.host;
  const { host, port } = anchor ?? { host: name, port: uri.port ?? MSRP_PORT }; // RFC 4976 §8
  if (uri.scheme === "msrp") return { transport: "tcp", host, port };
  // RFC 4975 §14.2, §14.4: the name is that of the URI, wherever the connection leads.
  const expect =
    fingerprints.length > 0
      ? ({ by: "fingerprint", fingerprints } as const)
      : ({ by: "name", name } as const);
  return { transport: "tls", host, port, expect };
}
