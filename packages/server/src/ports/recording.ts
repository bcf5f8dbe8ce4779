/** What users send and get, for whoever keeps it for them. OMA IM 13 */
import type { Passage } from "./passage.ts";
import type { User } from "./principal.ts";

export interface Recording {
  /** False: there is no need to tell of messages that he sends now. */
  listensTo(user: User): boolean;
  /** The user's message was taken, by its receiver or by a function that brings it. */
  sent(passage: Passage, user: User): void;
  /** A device of the user has taken the message. */
  received(passage: Passage, user: User): void;
}
