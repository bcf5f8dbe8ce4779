/** Who takes part, over which devices, and what goes to them. Clause 8.1 */
import type { BodyKind } from "@parlance/im";
import type { RoomMember } from "../../ports/index.ts";
import type { Flow } from "./flow.ts";
import type { Parcel } from "./parcel.ts";
import type { Said } from "./said.ts";

/** A row of the mapping table. */
export interface Member {
  /** Changes with his alias and his rights. */
  row: RoomMember;
  readonly ends: Set<RoomEnd>;
  /** He has come in; before that nothing that is said is kept for him. */
  entered: boolean;
  readonly flow: Flow;
  /** The place in the log up to which one of his devices has had everything. */
  had: number;
  /** The same of each device that has a name. */
  readonly hadBy: Map<string, number>;
  /** What he has said, by the ids that tell it from what he says again. */
  readonly said: Said;
}

/** A device of a member. */
export interface RoomEnd {
  readonly member: Member;
  /** Gets messages later than they are said: from the log, when it is there. */
  readonly behind: boolean;
  /** Somebody is told here what was said, so it is waited for; an ear only keeps it. */
  readonly awaited: boolean;
  /** It understands messages to some of those present. */
  readonly privately: boolean;
  /** It expects one To in each of them. */
  readonly oneTo: boolean;
  /** Of a wrapped type, `type/subtype`. */
  takes(essence: string): boolean;
  /** The status that says why it cannot be sent this; undefined when it can. */
  judge(message: RoomMessage): number | undefined;
  post(message: RoomMessage): void;
  detach(): void;
}

/** A message as far as its frames need it. */
export interface Carried {
  /** Its place in the log; 0 when it is not kept. */
  readonly sequence: number;
  /** Who wants to know what becomes of it. */
  readonly outcomes: Outcomes | undefined;
}

/** What was said, ready to go. */
export interface RoomMessage extends Carried {
  /** The Message-ID with which every device gets it, whenever. */
  readonly id: string;
  /** Undefined for the room itself. */
  readonly from: Member | undefined;
  /** The device that said it: it gets no copy. */
  readonly by: RoomEnd | undefined;
  /** Undefined for all. */
  readonly to: readonly Member[] | undefined;
  readonly kind: BodyKind;
  /** Wrapped type, `type/subtype` in lower case. */
  readonly essence: string;
  readonly envelope: Uint8Array;
  /** As it goes to a device, in one piece or several; the same for most of them. */
  dueAt(end: RoomEnd): readonly Due[];
}

/** What becomes of a message at each device. Clause 8.7 */
export interface Outcomes {
  /** It goes to so many; and to those who are `behind` when they are as far. */
  expect(ends: number, behind?: readonly RoomEnd[]): void;
  /** It is over for one: 200, or why not. What is said of it later does not count. */
  settled(end: RoomEnd, status: number): void;
  /** It has arrived there for certain: no report is waited for. */
  arrived(end: RoomEnd): void;
}

/** A frame that is due at one device. */
export interface Due {
  readonly parcel: Parcel;
  readonly of: Carried;
  /** The last one of its message. */
  readonly last: boolean;
}
