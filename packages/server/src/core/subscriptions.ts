/** Subscriptions to what functions of the server let others watch. RFC 6665 §4.2 */
import { formatWarning, refuse } from "@parlance/im";
import {
  Accept,
  Event,
  type EventPackage,
  Expires,
  type Flow,
  fetchNotification,
  formatNameAddr,
  judgeSubscribe,
  type NotifyEffect,
  openSubscription,
  type ServerTransaction,
  type SubscribeVerdict,
  type Tagged,
} from "@parlance/sip";
import type { Clock } from "@parlance/wire";
import type { Limits } from "../limits.ts";
import type { LimitWatch, Notifier, Passage, Verdict, Watch, Watched } from "../ports/index.ts";
import { partyOf } from "./dialog-legs.ts";
import { mostOf } from "./limit-hits.ts";
import type { Sender } from "./sender.ts";
import { Subscription, type SubscriptionPorts } from "./subscription.ts";
import { type WatcherDialog, watcherDialog, watcherKey, watcherKeyIn } from "./watcher-dialog.ts";

export interface SubscriptionsPorts {
  readonly sender: Sender;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly hits: LimitWatch;
  readonly domain: string;
  /** Where the watcher is reached now. */
  readonly wayTo: SubscriptionPorts["wayTo"];
}

type Held = { readonly subscription: Subscription; readonly watched: Watched };

const TAKEN: Verdict = { do: "taken" };

export class Subscriptions implements Notifier {
  readonly #ports: SubscriptionsPorts;
  readonly #held = new Map<string, Held>();
  /** Of each user, and to each thing. */
  readonly #byWatcher = new Map<string, number>();
  readonly #byThing = new Map<string, number>();

  constructor(ports: SubscriptionsPorts) {
    this.#ports = ports;
    const { hits } = ports;
    hits.uses("subscriptionsPerUser", () => mostOf(this.#byWatcher.values()));
    hits.uses("subscriptionsPerResource", () => mostOf(this.#byThing.values()));
  }

  get count(): number {
    return this.#held.size;
  }

  subscribe(passage: Passage, watched: Watched): Verdict {
    const { request, principal, flow, transaction } = passage;
    const party = partyOf(principal);
    if (flow === undefined || transaction === undefined || party === undefined) {
      return { do: "refuse", refusal: refuse("failure") };
    }
    const watcher = watcherOf(passage, party);
    const verdict = this.#judge(transaction, watcher, watched, undefined);
    if (verdict.do === "refuse") {
      this.#refuse(verdict, watched.package, transaction);
      return TAKEN;
    }
    const seconds = "expiresS" in verdict ? verdict.expiresS : 0;
    const dialog = watcherDialog(request, transaction.localTag);
    this.#grant(transaction, seconds, watched, flow);
    const status = verdict.do === "fetch" ? fetchNotification(true) : undefined;
    this.#open(dialog, { party, watcher, flow, seconds, fetch: status }, watched);
    return TAKEN;
  }

  implied(passage: Passage, event: Tagged, watched: Watched): Watch | undefined {
    const { request, principal, flow, transaction } = passage;
    const party = partyOf(principal);
    if (flow === undefined || transaction === undefined || party === undefined) return undefined;
    const dialog = watcherDialog(request, transaction.localTag, event);
    const { usualS: seconds } = watched.package;
    const watcher = watcherOf(passage, party);
    return this.#open(dialog, { party, watcher, flow, seconds, fetch: undefined }, watched);
  }

  /** A SUBSCRIBE in the dialog of a subscription of ours; false when there is none, or not of its sender. */
  serve({ request, principal }: Passage, transaction: ServerTransaction): boolean {
    const held = this.#held.get(watcherKeyIn(request));
    const party = partyOf(principal);
    if (held === undefined || party === undefined || held.subscription.party !== party)
      return false;
    const { subscription, watched } = held;
    if (!subscription.allowed) {
      transaction.reply(403);
      return true;
    }
    const verdict = this.#judge(transaction, subscription.watcher, watched, subscription);
    if (verdict.do === "refuse") {
      this.#refuse(verdict, watched.package, transaction);
      return true;
    }
    const seconds = "expiresS" in verdict ? verdict.expiresS : 0;
    this.#grant(transaction, seconds, watched, transaction.flow);
    if (verdict.do === "unsubscribe") subscription.end("timeout");
    else subscription.refreshed(transaction.flow, this.#ports.clock.now() + seconds * 1_000);
    return true;
  }

  /** No timer fires any more, and nobody is told: watchers find out when they refresh. */
  stop(): void {
    for (const { subscription } of this.#held.values()) subscription.drop();
  }

  #judge(
    { request }: ServerTransaction,
    watcher: string,
    watched: Watched,
    known: Subscription | undefined,
  ): SubscribeVerdict {
    const { limits } = this.#ports;
    const named = request.get(Event)?.value === watched.package.name;
    return judgeSubscribe(
      {
        package: named ? watched.package : undefined,
        expiresS: request.get(Expires),
        accept: request.get(Accept)?.map(({ type }) => type),
        inDialog: known !== undefined,
        known: known !== undefined,
        ofUser: this.#byWatcher.get(watcher) ?? 0,
        ofResource: this.#byThing.get(watched.name) ?? 0,
      },
      {
        perUser: limits.subscriptionsPerUser,
        perResource: limits.subscriptionsPerResource,
        shortestS: limits.minSubscriptionSeconds,
        longestS: limits.maxSubscriptionSeconds,
      },
    );
  }

  #refuse(
    { status, reason, minExpiresS }: Extract<SubscribeVerdict, { readonly do: "refuse" }>,
    { name, bodyTypes }: EventPackage,
    transaction: ServerTransaction,
  ): void {
    const { hits, domain } = this.#ports;
    const { host } = transaction.flow.remote;
    if (minExpiresS !== undefined) hits.hit("minSubscriptionSeconds", host);
    if (status === 403) {
      hits.hit(reason.includes("user") ? "subscriptionsPerUser" : "subscriptionsPerResource", host);
    }
    transaction.reply(status, undefined, (edit) => {
      if (minExpiresS !== undefined) edit.setText("Min-Expires", String(minExpiresS));
      if (status === 406) edit.setText("Accept", bodyTypes.join(", "));
      if (status === 489) edit.setText("Allow-Events", name);
      edit.setText("Warning", formatWarning(domain, reason));
    });
  }

  #grant(transaction: ServerTransaction, seconds: number, watched: Watched, flow: Flow): void {
    transaction.reply(200, undefined, (edit) => {
      edit.set(Expires, seconds).setText("Contact", formatNameAddr(watched.contact(flow)));
    });
  }

  #open(
    dialog: WatcherDialog,
    of: {
      readonly party: string;
      readonly watcher: string;
      readonly flow: Flow;
      readonly seconds: number;
      readonly fetch: NotifyEffect | undefined;
    },
    watched: Watched,
  ): Watch {
    const { sender, clock, wayTo } = this.#ports;
    const key = watcherKey(dialog);
    const subscription = new Subscription(dialog, of, watched, {
      sender,
      clock,
      wayTo,
      over: () => this.#forget(key, of.watcher, watched.name),
    });
    if (of.fetch !== undefined) {
      subscription.tellOnce(of.fetch);
      return subscription;
    }
    this.#held.set(key, { subscription, watched });
    count(this.#byWatcher, of.watcher, 1);
    count(this.#byThing, watched.name, 1);
    const expiresAt = clock.now() + of.seconds * 1_000;
    subscription.begin(openSubscription({ state: "active", expiresAt }, clock.now()));
    return subscription;
  }

  #forget(key: string, watcher: string, thing: string): void {
    if (!this.#held.delete(key)) return;
    count(this.#byWatcher, watcher, -1);
    count(this.#byThing, thing, -1);
  }
}

/** Whose subscription it is: a core brings those of many. */
function watcherOf({ originator }: Passage, party: string): string {
  return originator?.address ?? party;
}

function count(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const now = (counts.get(key) ?? 0) + by;
  if (now > 0) counts.set(key, now);
  else counts.delete(key);
}
