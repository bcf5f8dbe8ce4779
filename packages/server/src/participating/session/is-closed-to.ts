/** Would a device be called by this INVITE, as its user has set it by now? IM-5.2.4-08a, IM-5.2.4-08b, IM-5.2.4-08g */
import { asksFor, IM_TAG } from "@parlance/im";
import type { SipRequest } from "@parlance/sip";
import { saidBy } from "../../media/index.ts";
import type { Binding, Untagged, User, UserSettings } from "../../ports/index.ts";
import { ABOUT_SESSION } from "../about-session.ts";

export function isClosedTo(
  invite: SipRequest,
  device: Pick<Binding, "instance">,
  user: User,
  { settings, untagged }: { readonly settings: UserSettings; readonly untagged: Untagged },
): boolean {
  if (untagged !== "serve" && !asksFor(invite, IM_TAG)) return false; // no session of this service
  return settings.bars(user, ABOUT_SESSION[saidBy(invite).kind].barrable, device);
}
