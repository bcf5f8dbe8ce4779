/** One subscription: what its watcher is owed, and the NOTIFYs that tell him. RFC 6665 §4.2.2 */
import {
  type Destination,
  type EndReason,
  type Flow,
  isReliable,
  type Notification,
  type NotifierInput,
  type NotifierStep,
  type NotifyEffect,
  type SipResponse,
  stepNotifier,
} from "@parlance/sip";
import type { Cancel, Clock } from "@parlance/wire";
import type { Watch, Watched, WatchedState, Watcher } from "../ports/index.ts";
import type { Sender } from "./sender.ts";
import { makeNotify, type WatcherDialog } from "./watcher-dialog.ts";

export interface SubscriptionPorts {
  readonly sender: Sender;
  readonly clock: Clock;
  /** Where requests in that dialog go; `learned` is the connection that its watcher was heard on last. */
  readonly wayTo: (party: string, dialog: WatcherDialog, learned: Flow) => Destination;
  over(): void;
}

export class Subscription implements Watch {
  readonly party: string;
  /** Whose it is. */
  readonly watcher: string;
  readonly #dialog: WatcherDialog;
  readonly #watched: Watched;
  readonly #ports: SubscriptionPorts;
  readonly #watcher: Watcher;
  #flow: Flow;
  #state: Notification | undefined;
  #cseq = 0;
  /** The next NOTIFY tells everything. */
  #whole = true;
  /** The last one could not tell all there was. */
  #more = false;
  #wake: Cancel | undefined;

  constructor(
    dialog: WatcherDialog,
    of: { readonly party: string; readonly watcher: string; readonly flow: Flow },
    watched: Watched,
    ports: SubscriptionPorts,
  ) {
    this.party = of.party;
    this.watcher = of.watcher;
    this.#dialog = dialog;
    this.#flow = of.flow;
    this.#watched = watched;
    this.#ports = ports;
    this.#watcher = watched.watch(this);
  }

  get allowed(): boolean {
    return this.#watcher.allowed;
  }

  begin(opened: NotifierStep): void {
    this.#step(opened);
  }

  /** A fetch. RFC 6665 §4.4.3 */
  tellOnce(effect: NotifyEffect): void {
    this.#notify(effect);
    this.#watcher.over();
  }

  refreshed(flow: Flow, expiresAt: number): void {
    this.#flow = flow;
    this.#whole = true;
    this.#input({ kind: "refreshed", expiresAt });
  }

  changed(): void {
    this.#input({ kind: "resource changed" });
  }

  end(reason: EndReason): void {
    this.#input({ kind: "ended", reason });
  }

  /** Without a word. */
  drop(): void {
    this.#wake?.();
    this.#wake = undefined;
    this.#state = undefined;
  }

  #input(input: NotifierInput): void {
    if (this.#state === undefined) return;
    this.#step(stepNotifier(this.#state, input, this.#ports.clock.now()));
  }

  #step({ subscription, notify }: NotifierStep): void {
    const before = this.#state;
    this.#state = subscription;
    if (notify !== undefined) this.#notify(notify);
    if (subscription === undefined) {
      this.drop();
      this.#watcher.over();
      return this.#ports.over();
    }
    if (before?.expiresAt !== subscription.expiresAt) this.#wakeAt(subscription.expiresAt);
  }

  #wakeAt(expiresAt: number): void {
    const { clock } = this.#ports;
    this.#wake?.();
    this.#wake = clock.schedule(Math.max(0, expiresAt - clock.now()), () => {
      this.#wake = undefined;
      this.#input({ kind: "time" });
    });
  }

  #notify({ status, withState }: NotifyEffect): void {
    const { sender, wayTo } = this.#ports;
    const dialog = this.#dialog;
    this.#cseq += 1;
    const told = withState && this.#watcher.allowed ? this.#tell() : undefined;
    this.#more = told?.more ?? false;
    const request = makeNotify(dialog, {
      cseq: this.#cseq,
      contact: this.#watched.contact(this.#flow),
      status,
      body: told,
    });
    sender.send(request, wayTo(this.party, dialog, this.#flow), {
      response: (response) => this.#answered(response),
      timeout: () => this.#input({ kind: "notify lost" }),
      failed: () => this.#input({ kind: "notify lost" }),
    });
  }

  #answered({ status }: SipResponse): void {
    if (status >= 300) this.#whole = true; // what was told may not have been understood
    this.#input({ kind: "notify answered", status });
    if (status >= 200 && status < 300 && this.#more) this.changed();
  }

  #tell(): WatchedState {
    const whole = this.#whole;
    this.#whole = false;
    return this.#watcher.tell(whole, !isReliable(this.#flow.transport));
  }
}
