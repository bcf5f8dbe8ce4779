/** Middleboxes that change the address of a description and nothing else. RFC 6714 §4 */
import { hostKey, type MsrpPath, type MsrpUri } from "../frame/index.ts";
import type { MsrpAddress } from "../ports.ts";
import type { Setup } from "./connection-role.ts";

/** What a description says about where its author can be reached. */
export interface DescribedPlace {
  /** `a=msrp-cema` is there. */
  readonly cema: boolean;
  /** Address of the `c=` line and port of the `m=` line; a name where they hold one. */
  readonly address: MsrpAddress;
  readonly path: MsrpPath;
  readonly setup: Setup | undefined;
  /** What the host of the first path URI resolves to, if it is a name and somebody asked. */
  readonly pathAddresses?: readonly string[] | undefined;
}

export type Anchoring =
  /** The address of the `c=` and `m=` lines is connected to, and session ids alone are compared. */
  | "anchored"
  /** The path is connected to, as RFC 4975 has it. */
  | "plain"
  /** For an offerer: a new offer without `a=msrp-cema` is needed. RFC 6714 §4.2 */
  | "offer again"
  /** For an answerer: 488, or port zero. RFC 6714 §4.3 */
  | "refuse";

/** For who answers: also whether `a=msrp-cema` goes into the answer ("anchored"). RFC 6714 §4.3 */
export function judgeOfferedPlace(offer: DescribedPlace, weUseRelay: boolean): Anchoring {
  if (!offer.cema) return isOwnPlace(offer) ? "plain" : "refuse";
  const theyUseRelay = offer.path.length > 1;
  if (weUseRelay && theyUseRelay) return "plain";
  if (theyUseRelay && (offer.setup === "active" || offer.setup === undefined)) return "plain";
  if (weUseRelay && offer.setup === "passive") return "plain";
  return "anchored";
}

/** For who has offered with `a=msrp-cema`. `weConnect`: by the setup attributes. RFC 6714 §4.2 */
export function judgeAnsweredPlace(
  answer: DescribedPlace,
  of: { readonly weUseRelay: boolean; readonly weConnect: boolean },
): Anchoring {
  if (answer.cema) return "anchored";
  if (isOwnPlace(answer)) return "plain";
  const theyUseRelay = answer.path.length > 1;
  if (!of.weConnect || of.weUseRelay || theyUseRelay) return "offer again";
  return "anchored"; // RFC 6714 §4.2, last paragraph but one: the `c=` and `m=` lines are used
}

/** Whether the address is that of one of the URIs: nobody has changed it. RFC 6714 §4.4 */
function isOwnPlace({ address, path, pathAddresses }: DescribedPlace): boolean {
  return path.some((uri, index) => matches(address, uri, index === 0 ? pathAddresses : undefined));
}

/** A name that nobody has resolved is taken to be the address. */
function matches(
  address: MsrpAddress,
  { host, port }: MsrpUri,
  resolved: readonly string[] | undefined,
): boolean {
  if (port !== undefined && port !== address.port) return false;
  const [ours, theirs] = [hostKey(address.host), hostKey(host)];
  if (ours === theirs) return true;
  const isAddress = /^[\d.]+$|:/;
  if (isAddress.test(ours) && isAddress.test(theirs)) return false;
  return resolved?.some((one) => hostKey(one) === ours) ?? true;
}
