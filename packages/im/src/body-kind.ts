/** What a message is for, by the type of what it carries, and what follows from that. */

export type BodyKind = "message" | "receipt" | "composing" | "notice";

export const CPIM = "message/cpim";
export const IMDN = "message/imdn+xml";
export const IS_COMPOSING = "application/im-iscomposing+xml";
export const DEFERRED_LIST = "application/vnd.oma.im.deferred-list+xml";
export const RESOURCE_LISTS = "application/resource-lists+xml";
export const EXTERNAL_BODY = "message/external-body"; // IM-8.1.1-09

/** `type` is the media type inside CPIM when there is CPIM, in any case, parameters allowed. */
export function bodyKind(type: string): BodyKind {
  const end = type.indexOf(";");
  switch ((end < 0 ? type : type.slice(0, end)).trim().toLowerCase()) {
    case IS_COMPOSING:
      return "composing";
    case IMDN:
      return "receipt"; // RFC 5438 §7.1.1
    case DEFERRED_LIST:
      return "notice";
    default:
      return "message";
  }
}

/** What a composing indication lives for is over before anybody returns; zero means "now or never". */
export function mayBeStored(kind: BodyKind, expiresSeconds: number | undefined): boolean {
  return kind !== "composing" && expiresSeconds !== 0; // RFC 3428 §4
}
