/**
 * The two legs of a dialog that passes through us, each as a sealed name in a Record-Route URI: who is
 * on it, and how he is reached. A later request proves by the leg it comes in on that its sender is
 * in the dialog, and finds its way by the other, with nothing remembered here. RFC 3261 §16.6 step 4, RFC 5626 §5.3
 */
import type { Flow, Hop, TransportName } from "@parlance/sip";
import { base64url, parseBase64url, parsed } from "@parlance/wire";
import type { Principal, Sealing } from "../ports/index.ts";

export interface Leg {
  /** See `partyOf`. */
  readonly party: string;
  readonly way: LegWay;
}

export type LegWay =
  /** A connection that only lives on as itself. */
  | { readonly kind: "connection"; readonly flowId: string }
  /** A place that can be reached anew. */
  | { readonly kind: "hop"; readonly hop: Hop }
  /** Where the rest of the route set leads: an edge proxy that we trust. */
  | { readonly kind: "route" };

const TRANSPORTS: ReadonlySet<string> = new Set<TransportName>(["UDP", "TCP", "TLS", "WS", "WSS"]);

/** Encrypted, because the other side must not learn from it who an anonymous caller is. RFC 3323 §4.1 */
export class DialogLegs {
  readonly #sealing: Sealing;

  constructor(sealing: Sealing) {
    this.#sealing = sealing;
  }

  /** The name of a leg, fit for the user part of a URI. */
  seal(leg: Leg, callId: string): string {
    return base64url(this.#sealing.seal(`leg\n${callId}\n${writeLeg(leg)}`));
  }

  /** Undefined when we have not sealed this leg for this dialog. */
  open(name: string, callId: string): Leg | undefined {
    const bytes = parsed(() => parseBase64url(name));
    const text = bytes.ok ? this.#sealing.open(bytes.value) : undefined;
    const start = `leg\n${callId}\n`;
    return text?.startsWith(start) === true ? readLeg(text.slice(start.length)) : undefined;
  }
}

/** The name of whoever is on a leg: a user by his address, a trusted peer by its own name. */
export function partyOf(principal: Principal): string | undefined {
  if (principal.kind === "user") return principal.user.address;
  return principal.kind === "trusted peer" ? `peer ${principal.peer}` : undefined;
}

/** The way back to whoever sent something over this flow. */
export function wayOf(target: Flow | Hop): LegWay {
  if (!("remote" in target)) return { kind: "hop", hop: target };
  if (target.transport !== "UDP") return { kind: "connection", flowId: target.id };
  return { kind: "hop", hop: { transport: "UDP", address: target.remote } };
}

function writeLeg({ party, way }: Leg): string {
  if (way.kind === "route") return `${party}\nroute`;
  if (way.kind === "connection") return `${party}\nflow\n${way.flowId}`;
  const { transport, address, serverName = "" } = way.hop;
  return `${party}\n${transport}\n${address.host}\n${address.port}\n${serverName}`;
}

/** Only reads what `writeLeg` wrote: the seal was checked before. */
function readLeg(text: string): Leg | undefined {
  const [party = "", kind = "", where = "", port, serverName = ""] = text.split("\n");
  if (kind === "route") return { party, way: { kind } };
  if (kind === "flow") return { party, way: { kind: "connection", flowId: where } };
  if (!isTransport(kind)) return undefined;
  const address = { host: where, port: Number(port) };
  const hop = { transport: kind, address, ...(serverName === "" ? {} : { serverName }) };
  return { party, way: { kind: "hop", hop } };
}

function isTransport(text: string): text is TransportName {
  return TRANSPORTS.has(text);
}
