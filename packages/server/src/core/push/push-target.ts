/** What a Contact says about how its device is woken. RFC 8599 §4.1, §8.3 */
import type { NameAddr, SipUri } from "@parlance/sip";

export interface PushTarget {
  readonly provider: string;
  readonly prid: string;
  readonly param: string | undefined;
}

/** Above what any provider gives out. */
const LONGEST = 1_024;
const NAMES = ["pn-provider", "pn-prid", "pn-param"] as const;

/** Undefined: it cannot be woken, or only asks whether it could. */
export function pushTargetOf({ params }: SipUri): PushTarget | undefined {
  const [provider = "", prid = "", param] = NAMES.map((name) => params.get(name));
  if (provider === "" || prid === "") return undefined;
  if (NAMES.some((name) => (params.get(name)?.length ?? 0) > LONGEST)) return undefined;
  return { provider, prid, param };
}

export type PushVerdict =
  /** Nothing about it in the answer. */
  | { readonly do: "ignore" }
  /** The answer says which of them it is, or all that there are. */
  | { readonly do: "tell"; readonly providers: readonly string[] }
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
  const told = new Set<string>();
  for (const { uri } of contacts) {
    if (uri.kind !== "sip" || !uri.params.has("pn-provider")) continue;
    const provider = uri.params.get("pn-provider") ?? "";
    if (provider === "") for (const one of served) told.add(one);
    else if (served.includes(provider)) told.add(provider);
    else return { do: "refuse" };
    if (uri.params.has("pn-prid") && pushTargetOf(uri) === undefined) return { do: "refuse" };
  }
  return told.size === 0 ? { do: "ignore" } : { do: "tell", providers: [...told] };
}
