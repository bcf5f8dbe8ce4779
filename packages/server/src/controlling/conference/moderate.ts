/**
 * Controlling function: whoever moderates says how the session is to be: another subject, locked, somebody who may not
 * write. By PUBLISH of a partial conference state in his dialog, where the specification has no word. Clause 16, RFC 3903,
 * RFC 4575
 */
import {
  CONFERENCE_INFO_TYPE,
  type ConferenceDocument,
  parseConference,
  type UserElement,
} from "@parlance/formats";
import { isRefusal, type Refusal, refuse } from "@parlance/im";
import { ContentType, Event, SipIfMatch, type SipRequest } from "@parlance/sip";
import type { Conference } from "./conference.ts";
import type { Participant } from "./participant.ts";
import { CONFERENCE_PACKAGE } from "./roster.ts";

/** What is to be otherwise. */
export interface Wish {
  readonly subject: string | undefined;
  readonly locked: boolean | undefined;
  readonly muted: readonly { readonly who: Participant; readonly muted: boolean }[];
}

/** More is no line above a conversation. */
const SUBJECT_CHARACTERS = 200;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

export interface ModerationFacts {
  readonly isConference: boolean;
  /** Nothing that is published here is kept, so there is nothing to be changed or refreshed. */
  readonly refersToEarlier: boolean;
  readonly contentType: string | undefined;
  /** He may send others away. */
  readonly moderates: boolean;
  readonly wish: Wish | Refusal;
}

/** RFC 3903 §6, in its order. */
export function judgeModeration(facts: ModerationFacts): Wish | Refusal {
  if (!facts.isConference) return refuse("bad event", [["Allow-Events", "conference, refer"]]);
  if (facts.refersToEarlier) return refuse("no such publication");
  if (!facts.moderates) return refuse("no moderating");
  if (facts.contentType === undefined) return refuse("no body");
  if (facts.contentType !== CONFERENCE_INFO_TYPE) {
    return refuse("unsupported type", [["Accept", CONFERENCE_INFO_TYPE]]);
  }
  return facts.wish;
}

/** Undefined: it is so now. */
export function moderate(
  request: SipRequest,
  { rights }: Participant,
  conference: Conference,
): Refusal | undefined {
  const wish = judgeModeration({
    isConference: request.get(Event)?.value === CONFERENCE_PACKAGE.name,
    refersToEarlier: request.has(SipIfMatch),
    contentType: request.body.length === 0 ? undefined : request.get(ContentType)?.type,
    moderates: rights.expel,
    wish: readWish(request.body, conference),
  });
  if (isRefusal(wish)) return wish;
  if (wish.subject !== undefined) changeSubject(wish.subject, conference);
  if (wish.locked !== undefined) conference.locked = wish.locked;
  for (const { who, muted } of wish.muted) conference.mute(who, muted);
  return undefined;
}

/** Whoever moderates may as well say it in a re-INVITE or UPDATE, as some phones do. interop: linphone */
export function mayBeSubject(text: string): boolean {
  return text.length <= SUBJECT_CHARACTERS && !UNSEEN.test(text);
}

export function changeSubject(text: string, conference: Conference): void {
  const subject = text.trim();
  if (subject !== (conference.subject ?? ""))
    conference.subject = subject === "" ? undefined : subject;
}

function readWish(body: Uint8Array, conference: Conference): Wish | Refusal {
  const read = parseConference(body);
  if (!read.ok || !conference.terms.isNamed(read.value.entity)) return refuse("bad body");
  return wishIn(read.value, conference);
}

function wishIn(
  { description, status, users }: ConferenceDocument,
  conference: Conference,
): Wish | Refusal {
  const subject = description?.subject;
  if (subject !== undefined && !mayBeSubject(subject)) return refuse("bad body");
  const muted: Wish["muted"][number][] = [];
  for (const user of users?.users ?? []) {
    const wanted = mutedIn(user);
    if (wanted === undefined) continue;
    const who = conference.people.named(user.entity);
    if (who?.state !== "present") return refuse("no such user");
    if (wanted && who.rights.expel) return refuse("no moderating"); // those who moderate do not silence each other
    muted.push({ who, muted: wanted });
  }
  return { subject, locked: status?.locked, muted };
}

/** As his endpoints are to be. RFC 4575 §5.7.3 */
function mutedIn({ endpoints }: UserElement): boolean | undefined {
  const statuses = endpoints.map(({ status }) => status);
  if (statuses.includes("muted-via-focus")) return true;
  return statuses.includes("connected") ? false : undefined;
}
