/** An INVITE of the server's own to a user who is back, with one thing to bring. OMA IM 12.1, 14.6 */
import type { Params, SipRequest } from "@parlance/sip";
import { faceTowards } from "../media/index.ts";
import type { Binding, Calls, MediaRules, MediaSwitch, User, Way } from "../ports/index.ts";
import { Bringing, type Brought } from "./bringing.ts";
import type { PushResult } from "./judge-push.ts";

export interface BringTo {
  readonly user: User;
  readonly contacts: readonly Binding[];
  readonly invite: SipRequest;
  /** Of our Contact. */
  readonly features: Params;
}

export interface BringPorts {
  readonly way: Pick<Way, "onward">;
  readonly calls: Calls;
  readonly media: MediaSwitch;
}

/** A client that asks its user may take its time. */
const RING_MS = 100_000;
const NOTHING_COMES: MediaRules = { admits: () => false, maxBytes: 0, mayBegin: () => false };

export async function bringTo(
  { user, contacts, invite, features }: BringTo,
  what: Brought,
  { way, calls, media }: BringPorts,
): Promise<PushResult> {
  const onward = way.onward(user, contacts);
  const [towards] = onward.targets;
  if (towards === undefined) return "away";
  const bringing = new Bringing(what, {
    end: (to, endUser) => media.end(to, NOTHING_COMES, endUser),
    place: (owner, onwardUser) =>
      // The offer differs from device to device, but there is one from the start.
      calls.place(onwardUser.dress(invite, towards), onward.party, owner, {
        face: faceTowards(calls, towards, features),
        patienceMs: RING_MS,
        outlet: onward.outlet(onwardUser),
      }),
  });
  return bringing.run();
}
