/** What a REFER asks to be done: which request, to whom. RFC 3515 §2.1, RFC 5368 §7 */

import { FormatError } from "@parlance/wire";
import { isToken, type NameAddr, type Uri, type UriHeader } from "../message/index.ts";

export type ReferTarget =
  | {
      readonly kind: "one";
      /** INVITE where nothing is said. RFC 3515 §2.1 */
      readonly method: string;
      /** Without method and headers, which are not part of an address. */
      readonly uri: Uri;
      /** Headers for the request that a user may choose: see `CHOSEN_HEADERS`. */
      readonly headers: readonly UriHeader[];
    }
  /** The targets are in the body part with this Content-ID. RFC 5368 §7 */
  | { readonly kind: "list"; readonly contentId: string };

/**
 * URI headers that are carried over. All others are dropped: the Refer-To of a user must not choose
 * routes, identities or bodies of a request that somebody else sends. RFC 3261 §19.1.5
 */
const CHOSEN_HEADERS: ReadonlySet<string> = new Set([
  "accept-contact",
  "call-info",
  "join",
  "replaces",
  "require",
  "subject",
  "target-dialog",
]);

/** Throws `FormatError`. */
export function readReferTarget({ uri, params }: NameAddr): ReferTarget {
  if (uri.kind === "other" && uri.scheme === "cid") {
    return { kind: "list", contentId: uri.opaque };
  }
  // Some write the method outside of the angle brackets, as a parameter of the header.
  const outside = params.get("method");
  if (uri.kind !== "sip") return { kind: "one", method: method(outside), uri, headers: [] };
  const inside = uri.params.get("method");
  if (inside !== undefined && outside !== undefined && inside !== outside) {
    throw new FormatError("Refer-To", 0, "two methods");
  }
  return {
    kind: "one",
    method: method(inside ?? outside),
    uri: { ...uri, params: uri.params.without("method"), headers: [] },
    headers: uri.headers.filter(([name]) => CHOSEN_HEADERS.has(name.toLowerCase())),
  };
}

function method(text: string | undefined): string {
  if (text === undefined) return "INVITE";
  if (!isToken(text) || text.length > 32) throw new FormatError("Refer-To", 0, "not a method");
  return text; // methods are compared with case. RFC 3261 §7.1
}
