/** Subscriptions of one account, over its line. RFC 6665 §4.1, OMA IM 7.1.1.11 */
import type { ServerTransaction } from "@parlance/sip";
import type { SubscriptionsPorts, Watch, Watching, WatchOwner } from "./watch.ts";
import { WatchingDialog } from "./watching-dialog.ts";

export class Subscriptions {
  readonly #ports: SubscriptionsPorts;
  readonly #dialogs = new Set<WatchingDialog>();

  constructor(ports: SubscriptionsPorts) {
    this.#ports = ports;
  }

  watch(watching: Watching, owner: WatchOwner): Watch {
    const dialog: WatchingDialog = new WatchingDialog(watching, owner, {
      ...this.#ports,
      over: () => this.#dialogs.delete(dialog),
    });
    this.#dialogs.add(dialog);
    dialog.start();
    return dialog;
  }

  /** A NOTIFY of one of them; false when it is of none. */
  serve(transaction: ServerTransaction): boolean {
    if (transaction.request.method !== "NOTIFY") return false;
    return [...this.#dialogs].some((dialog) => dialog.serve(transaction));
  }

  /** There is a line again: whoever notifies has to learn where we are now. */
  lineIsBack(): void {
    for (const dialog of this.#dialogs) dialog.lineIsBack();
  }

  stop(): void {
    for (const dialog of this.#dialogs) dialog.stop();
    this.#dialogs.clear();
  }
}
