/** What a device says that holds no sessions of messages, and nothing about its user. RFC 4975, RFC 3261 §21.4 */

/** `tagged`: one of the devices that were asked says it is an IM client. */
export function holdsNoSessions(status: number, tagged: boolean): boolean {
  // telepathy-rakia says 480 to media that it does not know. Of an IM client that means: not now.
  return NO_SESSIONS.has(status) || (status === 480 && !tagged);
}

export const NO_SESSIONS: ReadonlySet<number> = new Set([405, 415, 488, 501, 606]);
