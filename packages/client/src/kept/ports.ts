/** What the part for what waits and what is recorded needs of the client. */
import type { NameAddr } from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import type { Requests } from "../connection/requests.ts";
import type { Subscriptions } from "../connection/subscriptions.ts";
import type { Documents } from "../documents/documents.ts";
import type { Sender } from "../sending/pager-message.ts";
import type { AskedFor } from "./asked.ts";

export interface KeptPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly sender: Sender;
  /** Of the account. */
  readonly domain: string;
  readonly requests: Requests;
  readonly subscriptions: Subscriptions;
  readonly contact: () => NameAddr;
  readonly documents: Pick<Documents, "read" | "remove">;
  readonly asked: AskedFor;
}
