/** What a message is for, by the type of what it carries, and what follows from that. */

export type BodyKind = "message" | "receipt" | "composing" | "notice";

export const CPIM = "message/cpim";
export const IMDN = "message/imdn+xml";
export const IS_COMPOSING = "application/im-iscomposing+xml";
export const DEFERRED_LIST = "application/vnd.oma.im.deferred-list+xml";
export const RESOURCE_LISTS = "application/resource-lists+xml";
export const EXTERNAL_BODY = "message/external-body"; // IM-8.1.1-09
/** What RCS clients announce a file by that lies on a server. GSMA RCC.07 §3.2.5.2 */
export const RCS_FILE = "application/vnd.gsma.rcs-ft-http+xml";

/** `type` is the media type inside CPIM when there is CPIM, in any case, parameters allowed. */
export function bodyKind(type: string): BodyKind {
  switch (essenceOf(type)) {
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

/** It says where a file lies, and does not bring it. `type` as for `bodyKind`. */
export function isFileLink(type: string): boolean {
  const essence = essenceOf(type);
  return essence === EXTERNAL_BODY || essence === RCS_FILE;
}

/** What a composing indication lives for is over before anybody returns; zero means "now or never". */
export function mayBeStored(kind: BodyKind, expiresSeconds: number | undefined): boolean {
  return kind !== "composing" && expiresSeconds !== 0; // RFC 3428 §4
}

function essenceOf(type: string): string {
  const end = type.indexOf(";");
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase();
}
