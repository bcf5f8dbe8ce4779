/** The status codes of MSRP and what they mean. IANA "MSRP Status Codes", RFC 4975 §10, RFC 4976 §10.3, RFC 7701 §10.3 */

/** Said of a request in a response, and of a message in a REPORT. */
export const STATUS_CODES: ReadonlyMap<number, string> = new Map([
  [200, "OK"], // RFC 4975 §10.1
  [400, "Bad request"], // RFC 4975 §10.2: unintelligible
  [401, "Unauthorized"], // RFC 4976 §10.3: AUTH needs credentials
  [403, "Not allowed"], // RFC 4975 §10.3: do not try again
  [404, "Not found"], // RFC 7701 §10.3: the recipient's URI does not resolve
  [408, "Timeout"], // RFC 4975 §10.4: a hop behind did not answer in time
  [413, "Stop sending this message"], // RFC 4975 §10.5
  [415, "Media type not understood"], // RFC 4975 §10.6
  [423, "Parameter out of bounds"], // RFC 4975 §10.7, RFC 4976 §5.1
  [424, "Malformed nickname"], // RFC 7701 §10.3
  [425, "Nickname reserved or already in use"], // RFC 7701 §10.3
  [428, "Private messages not supported"], // RFC 7701 §10.3
  [481, "No such session"], // RFC 4975 §10.8: the sender should end the session
  [501, "Unknown method"], // RFC 4975 §10.9
  [506, "Session is bound to another connection"], // RFC 4975 §10.10
]);

/** Empty for a code that is not registered. */
export function statusPhrase(status: number): string {
  return STATUS_CODES.get(status) ?? "";
}
