/** Sessions as users have kept them: what holds together the messages that were said in each. OMA SIMPLE IM clause 13 */

/** Who was in it, as the owner may see him. */
export interface RecordedParty {
  readonly uri: string;
  readonly name: string | undefined;
}

export interface NewRecording {
  /** By which its owner asks for it. See `TimeOrderedIds`: the order of ids is that of their beginnings. */
  readonly id: string;
  /** Name of the account that keeps it. */
  readonly owner: string;
  readonly name: string;
  readonly subject: string | undefined;
  /** As of its messages. */
  readonly conversation: string;
  readonly group: string | undefined;
  readonly groupName: string | undefined;
  readonly parties: readonly RecordedParty[];
  readonly startedAt: number;
  readonly expiresAt: number;
}

export interface Recording extends NewRecording {
  /** Undefined while it goes on. */
  readonly endedAt: number | undefined;
  /** What was kept, whatever has become of it since. */
  readonly messages: number;
  readonly sizeBytes: number;
}

/** A message of a recording. */
export interface RecordedMessage {
  /** Rises with each message of the recording. */
  readonly number: number;
  /** In the history of the owner. */
  readonly message: string;
}

/** A recording that is over, and some of its messages, which are to go first. */
export interface DueRecording {
  readonly owner: string;
  readonly id: string;
  readonly messages: readonly RecordedMessage[];
}

export interface RecordingStore {
  /** Durable when it resolves. */
  begin(recording: NewRecording): Promise<void>;

  /** Durable when it resolves: a message of the history belongs to it. False: there is no such recording any more. */
  add(owner: string, id: string, message: string, sizeBytes: number): Promise<boolean>;

  /** Durable when it resolves. False: there is no such recording any more. */
  end(
    owner: string,
    id: string,
    endedAt: number,
    parties: readonly RecordedParty[],
  ): Promise<boolean>;

  /** Durable when it resolves: those that an earlier life has not ended. How many there were. */
  endAll(endedAt: number): Promise<number>;

  /** Reads only: the newest first, those that were begun before the id `before`. */
  list(owner: string, before: string | undefined, limit: number): Promise<readonly Recording[]>;

  /** Reads only. A recording of another owner is not found. */
  find(owner: string, id: string): Promise<Recording | undefined>;

  /** Reads only: in their order, those behind the number `after`. */
  messages(
    owner: string,
    id: string,
    after: number,
    limit: number,
  ): Promise<readonly RecordedMessage[]>;

  /** Durable when it resolves: gone for the owner; `due` tells of it. False: there was none. */
  remove(owner: string, id: string): Promise<boolean>;

  /** Durable when it resolves: everything of an account that is removed. How many there were. */
  removeAll(owner: string): Promise<number>;

  /** Reads only: one that was removed or has expired by `now` and is not on hold, with at most `limit` of its messages. */
  due(now: number, limit: number): Promise<DueRecording | undefined>;

  /** Durable when it resolves: the messages up to that number belong to it no more; without any it is forgotten. */
  unlink(owner: string, id: string, upTo: number): Promise<void>;
}
