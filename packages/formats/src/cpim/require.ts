/** What a message insists on being understood. RFC 3862 §3.5, §4.7 */
import type { Cpim } from "./cpim.ts";
import { CPIM_HEADERS, type HeaderName } from "./names.ts";

/**
 * The required names that the reader does not know. Whoever acts on the message must then refuse it;
 * whoever only relays it passes it on. A name whose prefix nobody declared is known to nobody.
 */
export function unknownRequirements(
  message: Cpim,
  understoodNamespaces: ReadonlySet<string>,
): readonly HeaderName[] {
  return message.require.filter(
    ({ namespace }) =>
      namespace === undefined ||
      (namespace !== CPIM_HEADERS && !understoodNamespaces.has(namespace)),
  );
}
