/** What was said in conferences that keep it, and how far each member has had it. */

/** A message as it went to the devices. */
export interface RoomEntry {
  /** Identity of the group or session. */
  readonly room: string;
  /** Rises within the room; not every number is taken. */
  readonly sequence: number;
  /** The Message-ID with which every device gets it. */
  readonly messageId: string;
  /** Key of the member who said it. */
  readonly sender: string;
  /** By what he would say it again. */
  readonly senderId: string;
  /** Keys of the members for whom alone it is; undefined for all. */
  readonly audience: readonly string[] | undefined;
  readonly saidAt: number;
  /** Wrapped type, `type/subtype`. */
  readonly type: string;
  /** The envelope and what is in it. */
  readonly bytes: Uint8Array;
}

/** How far a member has had what was said. */
export interface RoomCursor {
  readonly member: string;
  readonly sequence: number;
}

/** So much is read at a time. */
export interface RoomPage {
  readonly messages: number;
  readonly bytes: number;
}

export interface RoomStart {
  /** Of the last message that was ever kept; 0 for none. */
  readonly last: number;
  readonly cursors: readonly RoomCursor[];
}

export interface RoomStore {
  /** Reads only: rooms of which anything is kept, in their order, at most `limit`, those after `after`. */
  list(after: string | undefined, limit: number): Promise<readonly string[]>;

  /** Reads only: what is known of a room; of one that is not, nothing. */
  open(room: string): Promise<RoomStart>;

  /** Durable when it resolves: now its sender may be told 200. "known": the same sender said it under that id before. */
  append(entry: RoomEntry): Promise<"stored" | "known">;

  /** Reads only: in the order of sequence, those after `after` that are for the member, or by him; one at least. */
  page(room: string, member: string, after: number, most: RoomPage): Promise<readonly RoomEntry[]>;

  /** Reads only: the sequence of a message; undefined when it is not kept any more. */
  find(room: string, messageId: string): Promise<number | undefined>;

  /** Durable when it resolves. They never go back. */
  advance(room: string, cursors: readonly RoomCursor[]): Promise<void>;

  /** Durable when it resolves: the member has left for good. */
  forget(room: string, member: string): Promise<void>;

  /**
   * Durable when it resolves: of every room, how far he has had it, under his key or what begins with it and a blank; and what was said to him
   * alone. He is no longer among those to whom alone something else was said. How many rows it were.
   */
  forgetMember(member: string): Promise<number>;

  /** Durable when it resolves: how many went, of those before this sequence and of those said before this time. */
  prune(room: string, beforeSequence: number, saidBefore: number): Promise<number>;

  /** Durable when it resolves: all of the room. */
  remove(room: string): Promise<void>;
}
