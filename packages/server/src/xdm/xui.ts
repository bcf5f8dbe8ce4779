/** Whose documents a path is about. RFC 4825 §4, §6.2 */
import { identityKey } from "@parlance/im";
import type { User } from "../ports/index.ts";

/** Any of his identities, as it is: an address with parameters is another name. */
export function isXuiOf(xui: string, { identities }: User): boolean {
  return !/[;?]/.test(xui) && identities.includes(identityKey(xui));
}
