/** The header of an envelope that only a server that copies may write. RFC 5438 §8 */
import type { Cpim, Removal } from "@parlance/formats";

const IMDN_HEADERS = "urn:ietf:params:imdn";
/** Says for whom a copy was meant. */
const ORIGINAL_TO: Removal = { namespace: IMDN_HEADERS, name: "Original-To" };

/** What of the envelope of a user has to go. */
export function forgeryIn({ extensions }: Pick<Cpim, "extensions">): readonly Removal[] {
  const forged = extensions.some(
    ({ namespace, name }) => namespace === ORIGINAL_TO.namespace && name === ORIGINAL_TO.name,
  );
  return forged ? [ORIGINAL_TO] : [];
}
