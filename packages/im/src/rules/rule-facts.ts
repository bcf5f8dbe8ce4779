/** What rules are asked about: one request of one originator. */
import type { MediaKind } from "@parlance/formats";

export interface RuleFacts {
  /** Keys (`identityKey`) of the originator by which rules may match him; none when he hides. */
  readonly identities: readonly string[];
  /** He asked for anonymity. */
  readonly anonymous: boolean;
  /** He stands in the list of the group that is asked for. */
  readonly listMember: boolean;
  readonly media: MediaKind;
  /** Feature tag of the service. */
  readonly service: string;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** Whether an identity stands in a list of another document; of one that cannot be had, no. */
export type InExternalList = (anchor: string, identity: string) => boolean;
