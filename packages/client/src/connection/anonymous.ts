/** What stands in From of one who hides. RFC 3323 §4.1.1.3 */
import { ANONYMOUS_NAME, ANONYMOUS_URI } from "@parlance/im";
import { parseUri, type Uri } from "@parlance/sip";

export const ANONYMOUS: { readonly name: string; readonly uri: Uri } = {
  name: ANONYMOUS_NAME,
  uri: parseUri(ANONYMOUS_URI),
};
