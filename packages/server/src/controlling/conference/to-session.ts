/** Controlling function: one large message, or files, for those who are in a session. Clauses 11.6, 12.5, 13.3 */
import { because, isRefusal, namedEntity, type Refusal, refuse } from "@parlance/im";
import { From, formatUri, Params, parseUri, ReferredBy } from "@parlance/sip";
import type { Spreading, Verdict } from "../../ports/index.ts";
import { READER } from "../reader.ts";
import type { Ask } from "./ask.ts";
import type { Conference } from "./conference.ts";
import type { Hosting } from "./hosting.ts";
import { judgeMessage } from "./message-to-session.ts";
import type { Participant } from "./participant.ts";

/** `conference`: undefined for a chat room in which nobody is. */
export function toSession(
  ask: Ask,
  conference: Conference | undefined,
  spreading: Spreading,
  on: Hosting,
): Verdict {
  const { originator, offer, passage } = ask;
  const from = originator && conference?.people.get(originator.address);
  const refusal = judgeMessage({
    isOurs: ask.isOurs,
    exists: true,
    originator,
    participates: from?.state === "present",
    unknownExtensions: ask.unknownExtensions,
    hasBody: true,
  });
  if (refusal !== undefined) return no(refusal);
  if (isRefusal(offer)) return no(offer);
  if (conference === undefined || from === undefined) return no(refuse("no such conference"));
  if (ask.purpose === "file") return filesToAll(ask, from, conference, spreading);
  // As if it had been said there: by what name, and to whom, the room sees to.
  return spreading.hear(passage, on.options.limits.messageBytes, async (envelope) => {
    const objection = await conference.say(from, envelope);
    return objection === undefined ? 200 : statusOf(objection);
  });
}

/** To each who is in; files do not wait for those who come back. */
function filesToAll(
  { passage }: Ask,
  from: Participant,
  conference: Conference,
  spreading: Spreading,
): Verdict {
  if (!from.mayWrite) return no(because(refuse("access denied"), READER));
  const others = conference.present.filter((one) => one !== from);
  if (others.length === 0) return no(refuse("unreachable"));
  const { name, uri } = namedEntity(from.appearance);
  return spreading.spread(passage, {
    recipients: others.map((one) => one.user?.address ?? formatUri(one.uri)),
    to: conference.name,
    readdress: false,
    reported: false,
    form: async () => ({
      edit(copy) {
        copy.set(From, { name, uri: parseUri(uri), params: Params.none });
        if (from.appearance.anonymous) copy.setText("Privacy", "id"); // he hides here, whatever he says of it
        copy.set(ReferredBy, {
          name: undefined,
          uri: parseUri(conference.name),
          params: Params.none,
        });
      },
      changes: {},
    }),
  });
}

/** MSRP has the same numbers for the same things, but not all of them. RFC 4975 §10 */
function statusOf({ status }: Refusal): number {
  return MSRP_STATUSES.has(status) ? status : status === 513 ? 413 : 408;
}

const MSRP_STATUSES: ReadonlySet<number> = new Set([400, 403, 404, 413, 415]);

function no(refusal: Refusal): Verdict {
  return { do: "refuse", refusal };
}
