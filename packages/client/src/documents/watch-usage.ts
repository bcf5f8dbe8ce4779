/** Hears when documents of the user in one usage change, whoever changes them. RFC 5875 */
import { formatResourceLists, RESOURCE_LISTS_TYPE, XCAP_DIFF_TYPE } from "@parlance/formats";
import type { Subscriptions } from "../connection/subscriptions.ts";
import type { Watch } from "../connection/watch.ts";
import type { Sender } from "../sending/pager-message.ts";

export interface UsageWatching {
  readonly usage: string;
  readonly sender: Sender;
  readonly subscriptions: Subscriptions;
  /** Something may be different: after changes, and whenever there is a line again. */
  readonly changed: () => void;
  /** The server tells of no changes. */
  readonly ended: () => void;
}

const SECONDS = 3_600;

export function watchUsage(of: UsageWatching): Watch {
  const { usage, sender, subscriptions, changed, ended } = of;
  const uri = `${usage}/users/${sender.address}/`; // a collection. RFC 5875 §4.4
  const entry = { kind: "entry", uri, displayName: undefined } as const;
  const list = { name: undefined, displayName: undefined, items: [entry] };
  return subscriptions.watch(
    {
      uri: sender.account,
      event: "xcap-diff",
      accept: XCAP_DIFF_TYPE,
      seconds: SECONDS,
      account: sender.account,
      userAgent: sender.userAgent,
      anonymous: false,
      body: { type: RESOURCE_LISTS_TYPE, bytes: formatResourceLists({ lists: [list] }) },
    },
    {
      // Whatever it says: documents that are gone are told by their absence, when a watch begins anew.
      notified: changed,
      ended(_, again) {
        if (!again) ended();
      },
    },
  );
}
