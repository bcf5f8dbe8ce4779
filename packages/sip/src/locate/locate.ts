/** From a URI to the hops it stands for, DNS answers given as data: asks for what is missing. RFC 3263 §4 */
import { hostAddress, type SipUri } from "../message/index.ts";
import { defaultPort, type Hop, isSecure, type TransportName } from "./hop.ts";
import type { NaptrRecord, SrvRecord } from "./resolver.ts";
import { orderServers, type Pick } from "./srv-order.ts";

export type Question =
  | { readonly type: "NAPTR"; readonly name: string }
  | { readonly type: "SRV"; readonly name: string }
  | { readonly type: "address"; readonly name: string };

/** What is known so far; an empty list: asked, and there is no such record. */
export interface Answers {
  naptr(name: string): readonly NaptrRecord[] | undefined;
  srv(name: string): readonly SrvRecord[] | undefined;
  addresses(name: string): readonly string[] | undefined;
}

export interface LocatePolicy {
  /** Those that we can open a hop on, the most wanted first. */
  readonly transports: readonly TransportName[];
  readonly pick: Pick;
}

export type Located =
  | { readonly kind: "ask"; readonly questions: readonly Question[] }
  | { readonly kind: "hops"; readonly hops: readonly Hop[] }
  | { readonly kind: "nowhere"; readonly reason: string };

/** A service of a domain: what carries it, and the name that its SRV records have. */
interface Service {
  readonly transport: TransportName;
  readonly name: string;
}

const MAX_HOPS = 16; // Each may cost a transaction timeout.
const MAX_SERVICES = 4; // One for each transport that DNS can name.

export function locate(uri: SipUri, answers: Answers, policy: LocatePolicy): Located {
  // RFC 3261 §16.5 lets maddr choose the way; here no peer chooses a destination of ours.
  if (uri.params.has("maddr")) return nowhere("maddr is not followed");
  const wanted = readTransport(uri);
  if (wanted === "unknown") return nowhere("transport is not known");
  const transport = wanted ?? defaultTransport(uri, policy.transports);
  if (transport === undefined || !policy.transports.includes(transport)) {
    return nowhere("transport is not in use here");
  }
  const literal = hostAddress(uri.host);
  if (literal !== undefined) return hopsTo(uri, transport, uri.port, [literal]); // RFC 3263 §4.2
  if (uri.port !== undefined) return byAddress(uri, transport, answers); // RFC 3263 §4.2
  const services =
    wanted === undefined ? findServices(uri, answers, policy) : [service(uri, wanted)];
  if ("kind" in services) return services;
  return byServices(uri, services, answers, policy) ?? byAddress(uri, transport, answers);
}

/** "unknown" for what no transport of ours is; `undefined` when the URI leaves it open. */
function readTransport(uri: SipUri): TransportName | undefined | "unknown" {
  switch (uri.params.get("transport")?.toLowerCase()) {
    case undefined:
      return undefined;
    case "udp":
      return uri.secure ? "unknown" : "UDP"; // RFC 3261 §26.2.2: sips is TLS all the way
    case "tcp":
      return uri.secure ? "TLS" : "TCP";
    case "tls":
      return "TLS"; // RFC 3261 §26.2.2: deprecated, still met
    case "ws":
      return uri.secure ? "WSS" : "WS"; // RFC 7118 §5.2.4
    case "wss":
      return "WSS";
    default:
      return "unknown";
  }
}

/** TLS for sips, else UDP; another where that is not in use. RFC 3263 §4.1 */
function defaultTransport(
  { secure }: SipUri,
  transports: readonly TransportName[],
): TransportName | undefined {
  if (secure) return "TLS";
  return transports.includes("UDP") ? "UDP" : transports.find((name) => !isSecure(name));
}

/** RFC 3263 §4.1: NAPTR first, else an SRV name for each transport. */
function findServices(
  uri: SipUri,
  answers: Answers,
  { transports }: LocatePolicy,
): readonly Service[] | Located {
  const records = answers.naptr(uri.host);
  if (records === undefined) return ask({ type: "NAPTR", name: uri.host });
  const named = records
    .toSorted((a, b) => a.order - b.order || a.preference - b.preference)
    .flatMap((record) => readNaptr(record, uri.secure))
    .filter(({ transport }) => transports.includes(transport));
  if (named.length > 0) return named.slice(0, MAX_SERVICES);
  return transports
    .filter((transport) => (uri.secure ? isSecure(transport) : true))
    .filter((transport) => transport !== "WS" && transport !== "WSS") // RFC 7118 gives them no SRV name
    .map((transport) => service(uri, transport));
}

function readNaptr({ flags, service: kind, replacement }: NaptrRecord, secure: boolean): Service[] {
  if (flags.toLowerCase() !== "s" || replacement === "") return [];
  switch (kind.toUpperCase()) {
    case "SIPS+D2T":
      return [{ transport: "TLS", name: replacement }];
    case "SIP+D2T":
      return secure ? [] : [{ transport: "TCP", name: replacement }]; // RFC 3263 §4.1
    case "SIP+D2U":
      return secure ? [] : [{ transport: "UDP", name: replacement }];
    default:
      return [];
  }
}

function service({ host }: SipUri, transport: TransportName): Service {
  if (transport === "UDP") return { transport, name: `_sip._udp.${host}` };
  if (transport === "TCP") return { transport, name: `_sip._tcp.${host}` };
  return { transport, name: `_sips._tcp.${host}` }; // RFC 3263 §4.2
}

/** `undefined` when no service of the domain is in DNS. */
function byServices(
  uri: SipUri,
  services: readonly Service[],
  answers: Answers,
  policy: LocatePolicy,
): Located | undefined {
  const known = services.map(({ transport, name }) => ({
    transport,
    name,
    records: answers.srv(name),
  }));
  const open = known.filter(({ records }) => records === undefined);
  if (open.length > 0)
    return { kind: "ask", questions: open.map(({ name }) => ({ type: "SRV", name })) };
  const found = known.filter(({ records }) => records !== undefined && records.length > 0);
  if (found.length === 0) return undefined;
  const targets = found.flatMap(({ transport, records = [] }) =>
    records
      .filter(({ target }) => target !== "." && target !== "") // RFC 2782: decidedly not available
      .slice(0, MAX_HOPS)
      .map((record) => ({ transport, record })),
  );
  if (targets.length === 0) return nowhere("the domain offers no service");
  const names = new Set(targets.map(({ record }) => record.target));
  const missing = [...names].filter((name) => answersFor(name, answers) === undefined);
  if (missing.length > 0) {
    return { kind: "ask", questions: missing.map((name) => ({ type: "address", name })) };
  }
  const hops = found.flatMap(({ transport, records = [] }) =>
    orderServers(records, policy.pick).flatMap(({ target, port }) =>
      makeHops(uri, transport, port, answersFor(target, answers) ?? []),
    ),
  );
  return reached(hops);
}

function byAddress(uri: SipUri, transport: TransportName, answers: Answers): Located {
  const addresses = answers.addresses(uri.host);
  if (addresses === undefined) return ask({ type: "address", name: uri.host });
  return hopsTo(uri, transport, uri.port, addresses);
}

/** The target of an SRV record may be a literal where an administrator was careless. */
function answersFor(name: string, answers: Answers): readonly string[] | undefined {
  const literal = hostAddress(name);
  return literal === undefined ? answers.addresses(name) : [literal];
}

function hopsTo(
  uri: SipUri,
  transport: TransportName,
  port: number | undefined,
  hosts: readonly string[],
): Located {
  return reached(makeHops(uri, transport, port ?? defaultPort(transport), hosts));
}

/** A certificate has to prove the name that the user knows, not what DNS made of it. RFC 5922 §7.3 */
function makeHops(
  uri: SipUri,
  transport: TransportName,
  port: number,
  hosts: readonly string[],
): Hop[] {
  return hosts
    .filter((host) => hostAddress(host) !== undefined)
    .map((host) => {
      const address = { host, port };
      return isSecure(transport)
        ? { transport, address, serverName: uri.host }
        : { transport, address };
    });
}

function reached(hops: readonly Hop[]): Located {
  return hops.length === 0
    ? nowhere("the name has no address")
    : { kind: "hops", hops: hops.slice(0, MAX_HOPS) };
}

function ask(question: Question): Located {
  return { kind: "ask", questions: [question] };
}

function nowhere(reason: string): Located {
  return { kind: "nowhere", reason };
}
