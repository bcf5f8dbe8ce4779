/** Sessions of many that run, and who was in them: what they are found by after a restart. OMA IM 21 */

export interface StoredConference {
  /** User part of the session identity. */
  readonly id: string;
  readonly kind: "ad-hoc" | "pre-defined" | "chat room";
  /** Address key of the group; undefined for an ad-hoc session. */
  readonly group: string | undefined;
  /** Address key of whoever began it. */
  readonly creator: string;
  readonly subject: string | undefined;
  /** Nobody new may come in. */
  readonly locked: boolean;
  readonly startedAt: number;
}

/** Whoever is, was or was asked to be in it. */
export interface StoredParticipant {
  /** Address key. */
  readonly address: string;
  readonly uri: string;
  readonly state: "invited" | "present" | "gone" | "expelled";
  /** What the others know him by. */
  readonly entity: string;
  readonly anonymous: boolean;
  readonly alias: string | undefined;
  readonly groupName: string | undefined;
  readonly profileName: string | undefined;
  /** He may read and not write. */
  readonly muted: boolean;
  /** He has asked for what is said to be kept, under this name; empty for one that is not of his choice. */
  readonly recordsAs: string | undefined;
}

export interface ConferenceRecord {
  readonly conference: StoredConference;
  /** By address. */
  readonly participants: readonly StoredParticipant[];
}

export interface ConferenceStore {
  /** Durable when it resolves. One that is there is replaced, its participants stay. */
  open(conference: StoredConference): Promise<void>;

  /** Durable when it resolves. The same address is replaced; in a session that is not there nothing happens. */
  put(id: string, participant: StoredParticipant): Promise<void>;

  /** Durable when it resolves. Nobody has to know any more that he was there. */
  forget(id: string, address: string): Promise<void>;

  /** Durable when it resolves: the session and everybody in it are gone. False: it was not there. */
  end(id: string): Promise<boolean>;

  /** Reads only: sessions in the order of their ids, at most `limit`, those after `after`. */
  list(after: string | undefined, limit: number): Promise<readonly ConferenceRecord[]>;
}
