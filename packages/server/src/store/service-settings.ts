/** What users have set for the service, and what their devices keep published. RFC 3903, OMA IM 3.2.2 */

export interface StoredPublication {
  /** Names it to the device that keeps it published. RFC 3903 §4.1 */
  readonly etag: string;
  /** When its content came; refreshing it says nothing new. */
  readonly saidAt: number;
  readonly expiresAt: number;
  /** Ids in it that are those of a device: what they bar, they bar there alone. */
  readonly devices: readonly string[];
  /** application/poc-settings+xml */
  readonly document: Uint8Array;
}

export interface StoredServiceSettings {
  /** Name of the account. */
  readonly user: string;
  /** They outlive what was published; undefined: never said. */
  readonly lasting: LastingSettings;
  /** In the order in which they were said. */
  readonly publications: readonly StoredPublication[];
}

export interface LastingSettings {
  readonly offlineDelivery: boolean | undefined;
  readonly storesSessions: boolean | undefined;
  readonly storesMessages: boolean | undefined;
}

export interface ServiceSettingsStore {
  /** Durable when it resolves. Takes the place of all that was known of the user. */
  put(settings: StoredServiceSettings): Promise<void>;

  /** Durable when it resolves. False: nothing was known of him. */
  remove(user: string): Promise<boolean>;

  /** Reads only: in the order of names, at most `limit`, those after `after`. */
  list(after: string | undefined, limit: number): Promise<readonly StoredServiceSettings[]>;
}
