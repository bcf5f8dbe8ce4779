/** What comes in a session of its own for many: taken whole, and then brought to each. OMA IM 9.3, 13.3 */
import type { Cpim, CpimChanges } from "@parlance/formats";
import type { Edit, Passage, Verdict } from "./passage.ts";

/** As each of them is to get it. */
export interface CopyForm {
  /** Of the request. */
  readonly edit: Edit;
  /** Of the envelope. */
  readonly changes: CpimChanges;
}

export interface ForMany {
  /** URIs of those who are to have it. */
  readonly recipients: readonly string[];
  /** The group or list that it was sent to. */
  readonly to: string;
  /** The envelope of each copy names its recipient; else it names all of them together. */
  readonly readdress: boolean;
  /** Its author may hear of each by name what has become of a file: nobody hides from him. */
  readonly reported: boolean;
  /** Once for each message, when it is whole; of a file, the envelope in which it asks for reports. */
  form(cpim: Cpim | undefined): Promise<CopyForm>;
}

export interface Spreading {
  /** One large message, or files: the sender is told 200 when nothing of it can be lost any more. */
  spread(passage: Passage, many: ForMany): Verdict;
  /** One large message that is heard in a session; `say` has the MSRP status for its sender. */
  hear(passage: Passage, maxBytes: number, say: (envelope: Uint8Array) => Promise<number>): Verdict;
}
