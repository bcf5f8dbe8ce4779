/** What clients and servers of the service announce in Allow, Supported and Accept. */

/** Every method of the service, for Allow. */
export const METHODS = [
  "INVITE",
  "ACK",
  "CANCEL",
  "BYE",
  "OPTIONS",
  "MESSAGE",
  "UPDATE",
  "REFER",
  "SUBSCRIBE",
  "NOTIFY",
  "PUBLISH",
  "PRACK",
] as const;

/** Option tags of a client: RFC 4028, 3891, 4488, 4538, 5627, 5626, 3327, 5366. */
export const CLIENT_EXTENSIONS = [
  "timer",
  "replaces",
  "norefersub",
  "tdialog",
  "gruu",
  "outbound",
  "path",
  "recipient-list-invite",
] as const;

/** A server adds RFC 5365, 5368 and 3262. */
export const SERVER_EXTENSIONS = [
  ...CLIENT_EXTENSIONS,
  "recipient-list-message",
  "multiple-refer",
  "100rel",
] as const;

/** Option tag of a MESSAGE to many. RFC 5365 §5 */
export const RECIPIENT_LIST_MESSAGE = "recipient-list-message";

/** Bodies that both take at the outermost level. */
export const BODIES = [
  "application/sdp",
  "message/cpim",
  "application/resource-lists+xml",
  "multipart/mixed",
] as const;

/**
 * In `a=chatroom`: what is said is kept for those who lose their session, and they get it when they come back. A token of
 * our own. RFC 7701 §8
 */
export const CATCH_UP = "catch-up";
