/** What operators and the server did that somebody may have to answer for. */

export interface AuditEntry {
  readonly at: number;
  /** Who did it: an account, "operator …", "server". */
  readonly actor: string;
  /** What: "user created", "trace started" … */
  readonly action: string;
  /** To whom or what. */
  readonly subject: string;
  /** Never message text, secrets or credentials. */
  readonly detail: string;
}

export interface AuditRecord extends AuditEntry {
  /** Rises by one with each entry. */
  readonly sequence: number;
}

export interface AuditStore {
  /** Durable when it resolves. Its sequence number. */
  append(entry: AuditEntry): Promise<number>;

  /** Reads only: newest first, at most `limit`, those with a sequence below `before`. */
  page(before: number | undefined, limit: number): Promise<readonly AuditRecord[]>;

  /** Durable when it resolves. Removes at most `limit` entries older than `olderThan`; says how many. */
  trim(olderThan: number, limit: number): Promise<number>;
}
