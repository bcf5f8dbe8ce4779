/** What a REGISTER changes, decided from the request and the contacts that are there. RFC 3261 §10.3 */

import type { Refusal } from "@parlance/im";
import { refuse } from "@parlance/im";
import {
  equalUris,
  flowOf,
  formatUri,
  type InstanceFlow,
  instanceOf,
  type NameAddr,
  type SipUri,
} from "@parlance/sip";
import { FormatError } from "@parlance/wire";
import type { Limits } from "../../limits.ts";
import type { RegisteredContact } from "./contact.ts";

/** A REGISTER that is authenticated and allowed, as values. */
export interface Registration {
  /** "all" is the star. RFC 3261 §10.2.2 */
  readonly contacts: readonly NameAddr[] | "all";
  /** The Expires header, seconds. */
  readonly expires: number | undefined;
  readonly callId: string;
  readonly cseq: number;
  /** When the nonce was issued that its answer proves, undefined without one. */
  readonly provenAt: number | undefined;
  /** Instance and reg-id tell contacts apart. RFC 5626 §6 */
  readonly outbound: boolean;
}

export interface Wanted {
  readonly contact: NameAddr;
  readonly uri: SipUri;
  readonly uriText: string;
  readonly instance: string | undefined;
  readonly regId: number | undefined;
  /** In thousandths. */
  readonly q: number;
  /** Granted, after bounds. */
  readonly expiresSeconds: number;
  /** The contact that this one renews. */
  readonly renews: RegisteredContact | undefined;
}

export type Verdict =
  | {
      readonly do: "refuse";
      readonly refusal: Refusal;
      /** The bound that was hit. */
      readonly limit: "bindingsPerUser" | "minExpiresSeconds" | undefined;
    }
  /** `replaced` go because the same device has registered another way. */
  | {
      readonly do: "change";
      readonly put: readonly Wanted[];
      readonly remove: readonly RegisteredContact[];
      readonly replaced: readonly RegisteredContact[];
    };

/** Throws `FormatError` for what cannot be read. */
export function judgeRegistration(
  ask: Registration,
  current: readonly RegisteredContact[],
  limits: Limits,
): Verdict {
  if (ask.contacts === "all") return removeAll(ask, current);
  const put: Wanted[] = [];
  const remove: RegisteredContact[] = [];
  for (const contact of ask.contacts) {
    const wanted = readWanted(contact, ask, current, limits);
    if ("condition" in wanted) {
      return { do: "refuse", refusal: wanted, limit: "minExpiresSeconds" };
    }
    if (wanted.renews !== undefined && isStale(ask, wanted.renews)) return outOfOrder();
    if (wanted.expiresSeconds > 0) put.push(wanted);
    else if (wanted.renews !== undefined) remove.push(wanted.renews);
  }
  const replaced = current.filter((one) => isReplaced(one, put) && !remove.includes(one));
  const renewed = put.filter(({ renews }) => renews !== undefined).length;
  const left = current.length - remove.length - replaced.length - renewed + put.length;
  if (left > limits.bindingsPerUser) return tooMany();
  return { do: "change", put, remove, replaced };
}

/** RFC 3261 §10.3 step 6 */
function removeAll(ask: Registration, current: readonly RegisteredContact[]): Verdict {
  if (ask.expires !== 0) throw new FormatError("Contact", 0, "* without Expires: 0");
  if (current.some((contact) => isStale(ask, contact))) return outOfOrder();
  return { do: "change", put: [], remove: current, replaced: [] };
}

/** RFC 3261 §10.3 step 7 */
function readWanted(
  contact: NameAddr,
  ask: Registration,
  current: readonly RegisteredContact[],
  limits: Limits,
): Wanted | Refusal {
  const { uri } = contact;
  if (uri.kind !== "sip") throw new FormatError("Contact", 0, "not a SIP URI");
  const asked = readExpires(contact) ?? ask.expires ?? limits.defaultExpiresSeconds;
  if (asked > 0 && asked < limits.minExpiresSeconds) {
    return refuse("interval too brief", [["Min-Expires", String(limits.minExpiresSeconds)]]);
  }
  const flow = ask.outbound ? flowOf(contact) : undefined;
  const uriText = formatUri(uri);
  return {
    contact,
    uri,
    uriText,
    instance: instanceOf(contact),
    regId: flow?.regId,
    q: readQ(contact),
    expiresSeconds: Math.min(asked, limits.maxExpiresSeconds),
    renews: current.find((one) => isSame(one, { uri, uriText, flow })),
  };
}

/** By device and flow where the client uses them, else by URI. RFC 5626 §6, RFC 3261 §19.1.4 */
function isSame(
  one: RegisteredContact,
  { uri, uriText, flow }: Pick<Wanted, "uri" | "uriText"> & { flow: InstanceFlow | undefined },
): boolean {
  if (flow !== undefined) return one.regId === flow.regId && one.instance === flow.instance;
  return one.regId === undefined && (one.row.id === uriText || equalUris(one.contact, uri));
}

/**
 * A device that comes back with another address, after a restart say, has not two of them. Only
 * contacts of one REGISTER stand beside each other under one instance.
 */
function isReplaced(one: RegisteredContact, put: readonly Wanted[]): boolean {
  if (one.instance === undefined || one.regId !== undefined) return false;
  if (put.some(({ renews }) => renews === one)) return false;
  return put.some(({ instance, regId }) => instance === one.instance && regId === undefined);
}

/**
 * Whether the request is older than what is there. A client that starts its sequence anew after a
 * restart is told from a late request by its login: the nonce was not yet issued then. RFC 3261 §10.3 step 7
 */
function isStale(ask: Registration, known: RegisteredContact): boolean {
  if (ask.callId !== known.row.callId || ask.cseq > known.cseq) return false;
  return ask.provenAt === undefined || ask.provenAt <= known.refreshedAt;
}

/** RFC 3261 §10.3 step 7: the update fails. Said in words, or a 500 would look like trouble of ours. */
function outOfOrder(): Verdict {
  const refusal = { ...refuse("failure"), warning: "registration is out of order" };
  return { do: "refuse", refusal, limit: undefined };
}

function tooMany(): Verdict {
  const refusal = { ...refuse("access denied"), warning: "too many contacts" };
  return { do: "refuse", refusal, limit: "bindingsPerUser" };
}

/** Undefined when the contact does not say. The header type has checked both numbers. */
function readExpires({ params }: NameAddr): number | undefined {
  const text = params.get("expires");
  return text === undefined ? undefined : Number(text);
}

/** In thousandths. RFC 3261 §20.10 */
function readQ({ params }: NameAddr): number {
  return Math.round(Number(params.get("q") ?? 1) * 1_000);
}
