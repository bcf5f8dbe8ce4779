/** Small values the server keeps for itself: which migration of its own data ran, an instance id, switches of the operator. */

export interface SettingsStore {
  /** Reads only. */
  get(key: string): Promise<string | undefined>;

  /** Durable when it resolves. */
  put(key: string, value: string): Promise<void>;

  /** Durable when it resolves. */
  remove(key: string): Promise<void>;

  /** Reads only: the pairs whose key starts with `prefix`, in order, at most `limit`. */
  list(prefix: string, limit: number): Promise<readonly (readonly [key: string, value: string])[]>;
}
