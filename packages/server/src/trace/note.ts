/** Records of what is on no wire: what was decided, and which timer fired. */
import { utf8Bytes, utf8TextLossy } from "@parlance/wire";

export interface TraceNote {
  /** Who says it: "participating function of the originator", "timer E" … */
  readonly by: string;
  /** What: "refused: 403 IM feature tag missing", "to 2 contacts of sip:bob@example.com". */
  readonly said: string;
  /** The id of a requirement, or the section of an RFC. */
  readonly clause: string | undefined;
  readonly callId: string | undefined;
  /** Start line and CSeq of the request that it is about: a note stands by its transaction. */
  readonly about: string | undefined;
  /** Address keys. */
  readonly users: readonly string[];
}

const MOST_CHARACTERS = 512;

export function formatNote({ by, said, clause, callId, about, users }: TraceNote): Uint8Array {
  const list = [by, said, clause, callId, about].map(
    (text) => text?.slice(0, MOST_CHARACTERS) ?? null,
  );
  return utf8Bytes(JSON.stringify([...list, users.slice(0, 8)]));
}

/** What `formatNote` has written. */
export function readNote(bytes: Uint8Array): TraceNote {
  const [by, said, clause, callId, about, users] = JSON.parse(utf8TextLossy(bytes));
  return {
    by,
    said,
    clause: clause ?? undefined,
    callId: callId ?? undefined,
    about: about ?? undefined,
    users,
  };
}
