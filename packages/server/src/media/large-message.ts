/** An INVITE that carries one message, as the server tells it from others. OMA IM 7.2.1.9, 9.1 */
import { LARGE_MESSAGE_TAG, type SessionKind, sessionKindOf } from "@parlance/im";
import { type SipRequest, sessionOf } from "@parlance/sip";
import type { Binding } from "../ports/index.ts";
import { readOfferedMedia, type SessionMedia } from "./session-media.ts";

/** What an INVITE is for, and what it offers; undefined when it offers no messages, or nothing at all. */
export function saidBy(invite: SipRequest): {
  readonly kind: SessionKind;
  readonly offer: SessionMedia | undefined;
} {
  const body = sessionOf(invite);
  const read = body === undefined ? undefined : readOfferedMedia(body);
  const offer = typeof read === "string" ? undefined : read;
  return { kind: sessionKindOf(invite, offer?.media), offer };
}

/** The devices that say they take large messages; all of them when none says so. */
export function largeFirst<T extends Binding>(bindings: readonly T[]): readonly T[] {
  const saying = bindings.filter(({ contactText }) => contactText.includes(LARGE_MESSAGE_TAG));
  return saying.length > 0 ? saying : bindings;
}
