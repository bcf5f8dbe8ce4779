/** What an INVITE is for: a conversation, one large message, or a file. Clauses 7.2.1.9, 9.1, 10.1 */
import { ANY_FILE, type FileOffer, type MessageMedia, NO_DATES } from "@parlance/formats";
import { Contact, type SipRequest } from "@parlance/sip";
import { CPIM } from "./body-kind.ts";
import { asksFor, LARGE_MESSAGE_TAG, offers } from "./feature-tags.ts";

export type SessionKind = "conversation" | "large message" | "file";

/**
 * By the feature tag for large messages, by the file that is offered. IM-7.2.1.9-N1. `media` is what the INVITE offers
 * for messages, undefined when it waits for an offer.
 */
export function sessionKindOf(invite: SipRequest, media: MessageMedia | undefined): SessionKind {
  if (media?.file?.transferId !== undefined) return "file"; // RFC 5547 §8.1
  if (asksFor(invite, LARGE_MESSAGE_TAG)) return "large message";
  if (offeredByContact(invite)) return "large message";
  const announced = media?.file !== undefined && media.direction === "sendonly";
  return announced ? "large message" : "conversation";
}

/** How the offer of a large message announces its size: a file without an id. */
export function largeMessageFile(sizeBytes: number): FileOffer {
  const type = { essence: CPIM, parameters: new Map<string, string>() };
  return {
    selector: { ...ANY_FILE, type, sizeBytes },
    transferId: undefined,
    disposition: undefined,
    dates: NO_DATES,
    iconId: undefined,
    range: undefined,
  };
}

function offeredByContact(invite: SipRequest): boolean {
  const contacts = invite.get(Contact);
  if (contacts === undefined || "star" in contacts) return false;
  return contacts.some(({ params }) => offers(params, LARGE_MESSAGE_TAG));
}
