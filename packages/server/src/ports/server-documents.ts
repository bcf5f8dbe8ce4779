/** Documents that the server itself writes about a user: he reads them, and deletes what they speak of. OMA IM 17.5 */
import type { User } from "./principal.ts";

export interface ServerDocument {
  /** As its usage has it. */
  readonly bytes: Uint8Array;
}

export interface ServerDocuments {
  /** Undefined where there is nothing to speak of. */
  read(user: User): Promise<ServerDocument | undefined>;
  /**
   * Durable when it resolves: what this reference names is gone, or with undefined everything. False: there was
   * nothing. Absent where nothing may be deleted.
   */
  readonly remove?: (user: User, reference: string | undefined) => Promise<boolean>;
  /** Tells of each change. */
  onChange(listener: (user: User) => void): void;
}
