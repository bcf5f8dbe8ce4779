/** The way to those devices of a user that he has not closed. IM-5.2.4-08b, IM-5.2.4-08g */
import type { Barrable, UserSettings, Way } from "../ports/index.ts";

/** For functions that bring what has waited: a device that is closed to it is as good as away. */
export function toOpenDevices(way: Way, settings: UserSettings, kind: Barrable): Way {
  const bindings: Way["bindings"] = (request, user) =>
    way.bindings(request, user).filter((device) => !settings.bars(user, kind, device));
  return {
    submit: (request, principal, originator) => way.submit(request, principal, originator),
    deliver: (request, user, chosen = bindings(request, user)) =>
      way.deliver(request, user, chosen),
    onward: (user, chosen) => way.onward(user, chosen),
    reach: (invite, originator) => way.reach(invite, originator),
    awaitDevice: (invite, originator, then) => way.awaitDevice(invite, originator, then),
    bindings,
  };
}
