/** Whether an envelope names its sender truly. Clause 8.2 step 8, RFC 7701 §6.1 */
import type { NamedUri } from "@parlance/formats";
import { ANONYMOUS_URI, claimedSender, identityKey } from "@parlance/im";
import type { RoomMember } from "../../ports/index.ts";
import { addressOf } from "./mapping-table.ts";

/** His entity, any of his own addresses, or that of nobody when he hides. Clause 8.3 */
export function isSender(from: NamedUri, { appearance, identities }: RoomMember): boolean {
  if (from.uri === appearance.entity) return true; // IM-7.1.3.2.1-04
  const claim = claimedSender(from, identities);
  if (claim === "named") return true;
  const key = addressOf(from.uri)?.key;
  if (key === undefined) return false;
  if (key === identityKey(appearance.entity)) return true;
  return claim === "anonymous" && appearance.anonymous && key === ANONYMOUS_URI;
}
