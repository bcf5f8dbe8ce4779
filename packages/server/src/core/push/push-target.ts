/** What a Contact says about how its device is woken. RFC 8599 §4.1, §8.3 */
import type { Features, NameAddr, SipUri } from "@parlance/sip";

export interface PushTarget {
  readonly provider: string;
  readonly prid: string;
  readonly param: string | undefined;
}

/** Above what any provider gives out. */
const LONGEST = 1_024;
const NAMES = ["pn-provider", "pn-prid", "pn-param"] as const;

/** In seconds: a device that renews its registration does it so long before its end. RFC 8599 §5.6.1.1 */
const RENEWED_BEFORE = 121;

/** Feature-Caps of the answer to a REGISTER: one value for each service. RFC 8599 §5.4, RFC 6809 §6.3 */
export function featureCapsOf(services: readonly ServedPush[]): string {
  return services
    .map(({ provider, renewsItself: byItself }) => {
      const before = byItself ? `;${PNSREG}="${RENEWED_BEFORE}"` : "";
      return `*;+sip.pns="${provider}"${before}`;
    })
    .join(", ");
}

/** Undefined: it cannot be woken, or only asks whether it could. */
export function pushTargetOf({ params }: SipUri): PushTarget | undefined {
  const [provider = "", prid = "", param] = NAMES.map((name) => params.get(name));
  if (provider === "" || prid === "") return undefined;
  if (NAMES.some((name) => (params.get(name)?.length ?? 0) > LONGEST)) return undefined;
  return { provider, prid, param };
}

/** Media feature tag of a device that renews its registration by itself, without being woken for that. RFC 8599 §8.5 */
const PNSREG = "+sip.pnsreg";

export function renewsItself(features: Features): boolean {
  return features.has(PNSREG);
}

/** A service that is told of. */
export interface ServedPush {
  readonly provider: string;
  /** Devices by it are not woken to register again, and are told so. */
  readonly renewsItself: boolean;
}

export type PushVerdict =
  /** Nothing about it in the answer. */
  | { readonly do: "ignore" }
  /** The answer says which of them it is, or all that there are. */
  | { readonly do: "tell"; readonly services: readonly ServedPush[] }
  /** 555 */
  | { readonly do: "refuse" };

/**
 * One registrar serves the domain: what it does not know nobody between it and the device does. RFC 8599 §5.6.1.1,
 * §5.6.1.2
 */
export function judgePush(
  contacts: readonly NameAddr[],
  served: readonly string[] | undefined,
): PushVerdict {
  if (served === undefined) return { do: "ignore" };
  const told = new Map<string, boolean>();
  for (const { uri, params } of contacts) {
    if (uri.kind !== "sip" || !uri.params.has("pn-provider")) continue;
    const provider = uri.params.get("pn-provider") ?? "";
    if (provider === "") for (const one of served) told.set(one, told.get(one) ?? false);
    else if (served.includes(provider)) {
      const byItself = uri.params.has("pn-prid") && params.has(PNSREG);
      told.set(provider, byItself || told.get(provider) === true);
    } else return { do: "refuse" };
    if (uri.params.has("pn-prid") && pushTargetOf(uri) === undefined) return { do: "refuse" };
  }
  const services = [...told].map(([provider, byItself]) => ({ provider, renewsItself: byItself }));
  return services.length === 0 ? { do: "ignore" } : { do: "tell", services };
}
