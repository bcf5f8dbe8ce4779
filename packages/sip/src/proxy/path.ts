/** The way back to a user agent that registered through proxies. RFC 3327 */
import { type NameAddr, Path, type SipRequest, Supported } from "../message/index.ts";

export type PathVerdict =
  | { readonly kind: "path"; readonly path: readonly NameAddr[] }
  /** Answered with 420 by the recommended policy. RFC 3327 §5.3 */
  | { readonly kind: "not supported" };

/** What a registrar keeps with the binding: pushed as Route in this very order. RFC 3327 §5.3, §5.4 */
export function readPath(register: SipRequest): PathVerdict {
  const path = register.get(Path) ?? [];
  const supported = register.get(Supported) ?? [];
  if (path.length > 0 && !supported.some((tag) => tag.toLowerCase() === "path")) {
    return { kind: "not supported" };
  }
  return { kind: "path", path };
}
