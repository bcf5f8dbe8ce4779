/** The reg event package: a user watches his own registrations. RFC 3680, RFC 5628, RFC 6665 §4.2 */
import { REGINFO_TYPE } from "@parlance/formats";
import { refuse } from "@parlance/im";
import {
  Accept,
  Event,
  Expires,
  type Flow,
  fetchNotification,
  formatNameAddr,
  judgeSubscribe,
  type Notification,
  type NotifierInput,
  type NotifierStep,
  type NotifyEffect,
  openSubscription,
  type ServerTransaction,
  type SipRequest,
  type SubscribeVerdict,
  stepNotifier,
} from "@parlance/sip";
import type { Cancel, Clock } from "@parlance/wire";
import type { Limits } from "../../limits.ts";
import type { LimitWatch, Passage } from "../../ports/index.ts";
import type { Answers } from "../answer.ts";
import type { Account, Directory } from "../directory.ts";
import type { Home } from "../home.ts";
import type { Sender } from "../sender.ts";
import {
  makeNotify,
  serverContact,
  type WatcherDialog,
  watcherDialog,
  watcherKey,
  watcherKeyIn,
} from "../watcher-dialog.ts";
import { regDocument } from "./reg-document.ts";
import type { ContactNews, Registrar } from "./registrar.ts";

const REG = { name: "reg", bodyTypes: [REGINFO_TYPE], usualS: 3_600 }; // RFC 3680 §4.4: 3761 is as good

interface Watcher {
  readonly key: string;
  readonly dialog: WatcherDialog;
  readonly account: Account;
  flow: Flow;
  state: Notification;
  cseq: number;
  /** Of the next document. */
  version: number;
  /** By contact: what happened since the last document; undefined: everything has to be told. */
  news: Map<number, ContactNews> | undefined;
  wake: Cancel | undefined;
}

export interface RegEventPorts {
  readonly registrar: Registrar;
  readonly directory: Directory;
  readonly home: Home;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly answers: Answers;
  readonly hits: LimitWatch;
}

export class RegEvents {
  readonly #ports: RegEventPorts;
  readonly #watchers = new Map<string, Watcher>();
  readonly #byAccount = new Map<string, Set<Watcher>>();

  constructor(ports: RegEventPorts) {
    this.#ports = ports;
    ports.registrar.onChange((account, news) => this.#changed(account, news));
    ports.directory.onRevoked((user) => this.#revoked(user.name));
  }

  get count(): number {
    return this.#watchers.size;
  }

  /** A subscription to the registrations of some address of ours. */
  isFor(request: SipRequest): boolean {
    return request.get(Event)?.value === "reg" && this.#ports.home.keyOf(request.uri) !== undefined;
  }

  subscribe({ request, principal, flow }: Passage, transaction: ServerTransaction): void {
    const { home, directory, clock } = this.#ports;
    if (flow === undefined) throw new Error("only clients subscribe");
    const inDialog = request.to.params.has("tag");
    const known = inDialog ? this.#watchers.get(watcherKeyIn(request)) : undefined;
    const name = principal.kind === "user" ? principal.user.name : undefined;
    const account = name === undefined ? undefined : directory.named(name);
    const own =
      known === undefined
        ? account?.user.identities.includes(home.keyOf(request.uri) ?? "") === true
        : known.account === account;
    if (account === undefined || (!own && !inDialog)) {
      // Whether another user exists, and where he is, is nobody else's business.
      return this.#ports.answers.refuse(transaction, refuse("access denied"));
    }
    const verdict = this.#judge(request, inDialog, own ? known : undefined, account);
    if (verdict.do === "refuse") return this.#refuse(verdict, transaction);
    const seconds = "expiresS" in verdict ? verdict.expiresS : 0;
    transaction.reply(200, undefined, (edit) => {
      edit.set(Expires, seconds).setText("Contact", formatNameAddr(serverContact(flow)));
    });
    const now = clock.now();
    const expiresAt = now + seconds * 1_000;
    if (known !== undefined && own) {
      known.flow = flow;
      known.news = undefined; // RFC 3680 §4.7: a refresh is answered with the whole state
      const input: NotifierInput =
        verdict.do === "unsubscribe"
          ? { kind: "ended", reason: "timeout" }
          : { kind: "refreshed", expiresAt };
      return this.#step(known, stepNotifier(known.state, input, now));
    }
    this.#open(watcherDialog(request, transaction.localTag), account, flow, expiresAt, verdict.do);
  }

  /** The server leaves: watchers may come back at once. RFC 6665 §4.4.1 */
  stop(): void {
    for (const watcher of this.#watchers.values()) this.#forget(watcher);
  }

  #judge(
    request: SipRequest,
    inDialog: boolean,
    known: Watcher | undefined,
    account: Account,
  ): SubscribeVerdict {
    const { limits } = this.#ports;
    const held = this.#byAccount.get(account.user.name)?.size ?? 0;
    return judgeSubscribe(
      {
        package: REG,
        expiresS: request.get(Expires),
        accept: request.get(Accept)?.map(({ type }) => type),
        inDialog,
        known: known !== undefined,
        ofUser: held,
        ofResource: held,
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
    verdict: Extract<SubscribeVerdict, { readonly do: "refuse" }>,
    transaction: ServerTransaction,
  ): void {
    const { status, reason, minExpiresS } = verdict;
    const { limits, hits } = this.#ports;
    const { host } = transaction.flow.remote;
    if (minExpiresS !== undefined) hits.hit("minSubscriptionSeconds", host);
    if (status === 403) {
      // Of a package whose resource is the user himself, the lower bound is the one that was hit.
      const own = limits.subscriptionsPerUser <= limits.subscriptionsPerResource;
      hits.hit(own ? "subscriptionsPerUser" : "subscriptionsPerResource", host);
    }
    transaction.reply(status, undefined, (edit) => {
      if (minExpiresS !== undefined) edit.setText("Min-Expires", String(minExpiresS));
      if (status === 406) edit.setText("Accept", REGINFO_TYPE);
      edit.setText("Warning", `399 ${this.#ports.home.domain} "${reason}"`);
    });
  }

  #open(
    dialog: WatcherDialog,
    account: Account,
    flow: Flow,
    expiresAt: number,
    verdict: "fetch" | "subscribe" | "refresh" | "unsubscribe",
  ): void {
    const opened = openSubscription({ state: "active", expiresAt }, this.#ports.clock.now());
    if (opened.subscription === undefined) return;
    const watcher: Watcher = {
      key: watcherKey(dialog),
      dialog,
      account,
      flow,
      state: opened.subscription,
      cseq: 0,
      version: 0,
      news: undefined,
      wake: undefined,
    };
    if (verdict !== "subscribe") return this.#notify(watcher, fetchNotification(true));
    this.#watchers.set(watcher.key, watcher);
    const others = this.#byAccount.get(account.user.name);
    if (others === undefined) this.#byAccount.set(account.user.name, new Set([watcher]));
    else others.add(watcher);
    this.#step(watcher, opened);
  }

  #changed(account: Account, news: readonly ContactNews[]): void {
    const watchers = this.#byAccount.get(account.user.name);
    if (watchers === undefined) return;
    const now = this.#ports.clock.now();
    for (const watcher of watchers) {
      for (const one of news) watcher.news?.set(one.contact.id, one);
      this.#step(watcher, stepNotifier(watcher.state, { kind: "resource changed" }, now));
    }
  }

  /** His connections end at once, and with them the way to tell him. */
  #revoked(accountName: string): void {
    for (const watcher of this.#byAccount.get(accountName) ?? []) this.#forget(watcher);
  }

  #step(watcher: Watcher, { subscription, notify }: NotifierStep): void {
    if (notify !== undefined) this.#notify(watcher, notify);
    if (subscription === undefined) return this.#forget(watcher);
    const { expiresAt } = subscription;
    if (watcher.wake === undefined || expiresAt !== watcher.state.expiresAt) {
      const { clock } = this.#ports;
      watcher.wake?.();
      watcher.wake = clock.schedule(Math.max(0, expiresAt - clock.now()), () =>
        this.#input(watcher, { kind: "time" }),
      );
    }
    watcher.state = subscription;
  }

  #input(watcher: Watcher, input: NotifierInput): void {
    if (this.#watchers.get(watcher.key) !== watcher) return;
    this.#step(watcher, stepNotifier(watcher.state, input, this.#ports.clock.now()));
  }

  #notify(watcher: Watcher, { status, withState }: NotifyEffect): void {
    watcher.cseq += 1;
    const body = withState ? this.#document(watcher) : undefined;
    const notify = makeNotify(watcher.dialog, {
      cseq: watcher.cseq,
      contact: serverContact(watcher.flow),
      status,
      body: body && { type: REGINFO_TYPE, bytes: body },
    });
    this.#ports.sender.send(notify, watcher.flow, {
      response: (response) =>
        this.#input(watcher, { kind: "notify answered", status: response.status }),
      timeout: () => this.#input(watcher, { kind: "notify lost" }),
      failed: () => this.#input(watcher, { kind: "notify lost" }),
    });
  }

  /** Everything at first and after a refresh, then what has changed. RFC 3680 §5.1 */
  #document(watcher: Watcher): Uint8Array {
    const { registrar, clock } = this.#ports;
    const { user } = watcher.account;
    const contacts = registrar.contacts.of(user.address);
    const full = watcher.news === undefined;
    const news = full
      ? contacts.map((contact) => ({ contact, event: "registered" as const }))
      : [...(watcher.news?.values() ?? [])];
    const version = watcher.version;
    watcher.version += 1;
    watcher.news = new Map();
    return regDocument({
      version,
      state: full ? "full" : "partial",
      aor: user.address,
      active: contacts.length > 0,
      news,
      now: clock.now(),
    });
  }

  #forget(watcher: Watcher): void {
    watcher.wake?.();
    this.#watchers.delete(watcher.key);
    const { name } = watcher.account.user;
    const others = this.#byAccount.get(name);
    others?.delete(watcher);
    if (others?.size === 0) this.#byAccount.delete(name);
  }
}
