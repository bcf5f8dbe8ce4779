/** The registrar's judgement on a REGISTER that asks for outbound. RFC 5626 §6 */

import { FormatError } from "@parlance/wire";
import type { NameAddr, SipUri } from "../message/index.ts";

/** What of a REGISTER decides. */
export interface OutboundAsk {
  /** One Via: the client is connected to us and no edge proxy is in between. */
  readonly firstHop: boolean;
  /** The first URI of Path, which names the edge proxy next to the client. RFC 3327 */
  readonly edge: SipUri | undefined;
  /** Whether Supported lists `outbound`. */
  readonly supported: boolean;
  readonly contacts: readonly OutboundContact[];
}

export interface OutboundContact {
  readonly contact: NameAddr;
  /** Seconds granted or asked; 0 removes. */
  readonly expiresS: number;
}

export type OutboundVerdict =
  | { readonly do: "refuse"; readonly status: 400 | 439; readonly reason: string }
  /** Bindings are told apart by URI, as ever; any reg-id is to be ignored. */
  | { readonly do: "ignore" }
  /** Bindings are told apart by instance and reg-id. */
  | { readonly do: "apply"; readonly requireOutbound: boolean };

export function judgeOutbound(ask: OutboundAsk): OutboundVerdict {
  const flows = ask.contacts.filter(({ contact }) => flowOf(contact) !== undefined);
  if (flows.length === 0) return { do: "ignore" }; // a reg-id without instance does not count
  if (!ask.firstHop && ask.edge?.params.has("ob") !== true) {
    if (!ask.supported) return { do: "ignore" };
    return { do: "refuse", status: 439, reason: "First Hop Lacks Outbound Support" };
  }
  const kept = ask.contacts.filter(({ expiresS }) => expiresS > 0);
  if (kept.length > 1 && kept.some(({ contact }) => flowOf(contact) !== undefined)) {
    return { do: "refuse", status: 400, reason: "One flow takes one Contact" };
  }
  return { do: "apply", requireOutbound: ask.supported };
}

/** One flow of one device. */
export interface InstanceFlow {
  readonly instance: string;
  readonly regId: number;
}

/** Instance and reg-id of a Contact when it has both. Throws `FormatError` for a broken reg-id. */
export function flowOf(contact: NameAddr): InstanceFlow | undefined {
  const text = contact.params.get("reg-id");
  const instance = instanceOf(contact);
  if (text === undefined || instance === undefined) return undefined;
  // RFC 5626 §11.1: 1 to 2**31 - 1
  const regId = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (regId < 1 || regId > 0x7fff_ffff) throw new FormatError("reg-id", 0, "not 1 to 2147483647");
  return { instance, regId };
}

const MAX_INSTANCE = 128; // a UUID URN has 45 characters

/** The URN of `+sip.instance`, out of its angle brackets. RFC 5626 §4.1 */
export function instanceOf(contact: NameAddr): string | undefined {
  const value = contact.params.get("+sip.instance");
  if (value === undefined) return undefined;
  const urn = value.startsWith("<") && value.endsWith(">") ? value.slice(1, -1) : value;
  if (urn === "" || urn.length > MAX_INSTANCE) {
    throw new FormatError("+sip.instance", 0, `not 1 to ${MAX_INSTANCE} characters`);
  }
  return urn;
}
