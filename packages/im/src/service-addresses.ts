/** The addresses of the service itself: public service identities of one domain. */
import type { SipUri } from "@parlance/sip";
import { addressKey, parseUri } from "@parlance/sip";

/** Canonical addresses (`addressKey`), so that a plain comparison decides. */
export interface ServiceAddresses {
  /** Makes ad-hoc conferences, and copies a MESSAGE to many. IM-8.1.1-06b */
  readonly factory: string;
  /** Where receipts for such copies come back to. RFC 5438 §8 */
  readonly imdn: string;
  /** Keeps the messages of absent users. */
  readonly deferred: string;
  /** Keeps conversations. */
  readonly history: string;
}

export function serviceAddresses(domain: string): ServiceAddresses {
  const at = (user: string): string => addressKey(parseUri(`sip:${user}@${domain}`));
  return {
    factory: at("conf-factory"),
    imdn: at("imdn"),
    deferred: at("deferred"),
    history: at("history"),
  };
}

/** Which service is addressed; parameters such as `sessiontype` or `isfocus` do not matter. */
export function serviceOf(
  uri: SipUri,
  addresses: ServiceAddresses,
): keyof ServiceAddresses | undefined {
  const key = addressKey(uri);
  if (key === addresses.factory) return "factory";
  if (key === addresses.imdn) return "imdn";
  if (key === addresses.deferred) return "deferred";
  return key === addresses.history ? "history" : undefined;
}
