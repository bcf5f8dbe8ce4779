/** The address key of a URI that somebody else wrote down. */
import { addressKey, parseUri } from "@parlance/sip";
import { parsed } from "@parlance/wire";

/** The text itself when it is no URI: then it equals no address. */
export function keyOf(uri: string): string {
  const key = parsed(() => addressKey(parseUri(uri)));
  return key.ok ? key.value : uri;
}
