/** What was decided about a request, for whoever looks on. */
import type { Flow, SipRequest } from "@parlance/sip";

export interface Decision {
  /** Who decided: "originating function", "controlling function" … */
  readonly by: string;
  /** In a few words, none of them a message's: "refused: 403 IM feature tag missing". */
  readonly said: string;
  /** Where it is written: the id of a requirement, or the section of an RFC. */
  readonly clause?: string | undefined;
  readonly request: SipRequest;
  /** Where the request came in. */
  readonly flow?: Flow | undefined;
  /** Address keys of users whom it is about, beside those that the request names. */
  readonly users?: readonly string[];
}

/** Undefined while nobody looks: then nothing is made that could be told. */
export interface Decisions {
  tell: ((decision: Decision) => void) | undefined;
}
