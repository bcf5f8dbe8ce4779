/** What devices say, and what holds for a user because of it. IM-5.2.4-08 */
import type { EntitySettings } from "@parlance/formats";
import type { Publication } from "@parlance/sip";
import type { LastingSettings } from "../store/index.ts";

/** The content of a PUBLISH. */
export interface Said {
  readonly entities: readonly EntitySettings[];
  /** Ids among them that are instances of devices. */
  readonly devices: readonly string[];
  /** Epoch ms; refreshing it says nothing new. */
  readonly at: number;
}

export type Published = Publication<Said>;

/** Everything that is known of a user. */
export interface Known {
  readonly lasting: LastingSettings;
  readonly publications: readonly Published[];
}

export const NOTHING_KNOWN: Known = {
  lasting: { offlineDelivery: undefined, storesSessions: undefined, storesMessages: undefined },
  publications: [],
};
