/** What deferred messaging needs of the rest of the server. */
import type { Clock, Random } from "@parlance/wire";
import type {
  LimitWatch,
  Log,
  Metrics,
  ReadContent,
  Recording,
  Reports,
  SecurityWatch,
  User,
  UserRules,
  UserSettings,
  Way,
} from "../ports/index.ts";
import type { DeferredStore } from "../store/index.ts";
import type { WaitingFiles } from "./files/waiting-files.ts";
import type { LargeMessages } from "./large/large-messages.ts";
import type { WaitingNotice } from "./waiting-notice.ts";

export interface DeferredPorts {
  readonly store: DeferredStore;
  readonly way: Way;
  readonly reports: Reports;
  readonly rules: UserRules;
  readonly settings: UserSettings;
  readonly readContent: ReadContent;
  /** Told of what a device has taken. */
  readonly recording: Recording;
  /** What waits for the user is not what it was. */
  readonly changed: (user: User) => void;
  readonly clock: Clock;
  readonly random: Random;
  /** The account of that name, from memory. */
  readonly userNamed: (name: string) => User | undefined;
  /** Has the user a contact now? */
  readonly isReachable: (user: User) => boolean;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly hits: LimitWatch;
  /** Undefined where the server has no switch, or nowhere to keep so much. */
  readonly large: LargeMessages | undefined;
  /** Undefined where files are not kept, either. */
  readonly files: WaitingFiles | undefined;
  /** Tells those who fetch themselves that something waits; undefined where nobody is told. */
  readonly notice: Pick<WaitingNotice, "tell"> | undefined;
  /** Told of messages that no client can take. */
  readonly security: SecurityWatch;
}
