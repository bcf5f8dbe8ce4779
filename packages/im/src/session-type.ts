/** The URI parameter that tells a conference server which kind of session is meant. Clause E.5. */
import type { SipUri } from "@parlance/sip";

export type SessionType = "1-1" | "adhoc" | "prearranged" | "chat";

const PARAMETER = "sessiontype";
const known: readonly SessionType[] = ["1-1", "adhoc", "prearranged", "chat"];

export function withSessionType(uri: SipUri, type: SessionType): SipUri {
  return { ...uri, params: uri.params.with(PARAMETER, type) }; // IM-8.1.1-06c
}

/** Undefined when absent or unknown: a server never refuses because of this parameter. */
export function sessionTypeOf(uri: SipUri): SessionType | undefined {
  const value = uri.params.get(PARAMETER)?.toLowerCase();
  return known.find((type) => type === value);
}
