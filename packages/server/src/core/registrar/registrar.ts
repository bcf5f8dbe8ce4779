/** The registrar: keeps where each user can be reached. RFC 3261 §10.3, RFC 5626 §6, RFC 3327 §5.3 */
import { type Refusal, refuse } from "@parlance/im";
import { Contact, Expires, type Flow, formatUri, Path, type SipRequest } from "@parlance/sip";
import type { Clock } from "@parlance/wire";
import type { Limits } from "../../limits.ts";
import type { LimitWatch, Log } from "../../ports/index.ts";
import type { BindingChange, BindingStore, StoredBinding } from "../../store/index.ts";
import type { Account, Directory } from "../directory.ts";
import type { Home } from "../home.ts";
import { judgePush, type ServedPush } from "../push/push-target.ts";
import type { Sleeper, Sleepers } from "../push/sleepers.ts";
import { Asleep, isAsleep, sleeperRemoval } from "./asleep.ts";
import {
  AT_THE_CORE,
  CapabilitiesReader,
  contactUriOf,
  NO_CAPABILITIES,
  RegisteredContact,
} from "./contact.ts";
import { Contacts } from "./contacts.ts";
import { Fallbacks } from "./fallbacks.ts";
import {
  judgeRegistration,
  type Registration,
  type Verdict,
  type Wanted,
} from "./judge-registration.ts";
import { covers } from "./lease.ts";
import { judgeOutboundOf, outboundRefusal } from "./outbound-of.ts";
import { reachOf } from "./reach.ts";
import type { SignedOut } from "./signed-out.ts";
import { changeFor, ownRow, removal, rowOf } from "./stored-row.ts";

/** Why a contact came, changed or went. RFC 3680 §5.3 */
export type ContactEvent =
  | "registered"
  | "created"
  | "refreshed"
  | "expired"
  | "unregistered"
  | "deactivated"
  | "rejected";

export interface ContactNews {
  readonly contact: RegisteredContact;
  readonly event: ContactEvent;
}

export type RegistrarListener = (account: Account, news: readonly ContactNews[]) => void;

export interface RegistrarPorts {
  readonly store: BindingStore;
  readonly directory: Directory;
  readonly home: Home;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly plainSip: boolean;
  /** The contacts are those of a core, which tells of them. */
  readonly behindCore: boolean;
  /** Values of `pn-provider` that are served; undefined: no device is woken. RFC 8599 */
  readonly pushProviders: readonly string[] | undefined;
  readonly sleepers: Sleepers;
  readonly signedOut: SignedOut;
  readonly log: Log;
  readonly hits: LimitWatch;
}

/** A REGISTER that the guard let through. */
export interface RegisterAsk {
  readonly request: SipRequest;
  readonly account: Account;
  /** Address key of To. */
  readonly address: string;
  readonly flow: Flow;
  /** See `Registration`. */
  readonly provenAt: number | undefined;
}

export interface Registered {
  readonly contacts: readonly RegisteredContact[];
  /** The flows of the client are told apart, and it is told so. RFC 5626 §6 */
  readonly requireOutbound: boolean;
  /** Some contact came or was renewed: the user can be reached. */
  readonly reachable: boolean;
  /** Told in Feature-Caps. RFC 8599 §8.2, §8.4 */
  readonly pushServices: readonly ServedPush[];
}

type Change = Extract<Verdict, { readonly do: "change" }>;

const PAGE = 1_000;

export class Registrar {
  readonly contacts = new Contacts();
  readonly #ports: RegistrarPorts;
  readonly #capabilities: CapabilitiesReader;
  readonly #listeners: RegistrarListener[] = [];
  readonly #fallbacks = new Fallbacks();
  readonly #asleep: Asleep;
  #nextId = 1;

  constructor(ports: RegistrarPorts) {
    this.#ports = ports;
    const { sleepers, pushProviders: providers, clock } = ports;
    this.#asleep = new Asleep({ sleepers, providers, clock });
    this.#capabilities = new CapabilitiesReader(ports.plainSip);
    ports.hits.uses("bindingsPerUser", () => this.contacts.most);
    ports.directory.onRevoked(({ address }) => this.revoke(address));
  }

  onChange(listener: RegistrarListener): void {
    this.#listeners.push(listener);
  }

  /** Reads what was registered before the restart, and forgets what has expired since. */
  async load(): Promise<void> {
    const { clock, store } = this.#ports;
    const now = clock.now();
    let after: StoredBinding | undefined;
    for (;;) {
      const page = await store.list(after, PAGE);
      const expired: BindingChange[] = [];
      for (const row of page) {
        if (row.expiresAt > now) this.#restore(row);
        else expired.push({ do: "remove", user: row.user, id: row.id });
      }
      if (expired.length > 0) await store.change(expired);
      after = page.at(-1);
      if (after === undefined || page.length < PAGE) return;
    }
  }

  /**
   * Carries out a REGISTER. Its contacts are in use at once; the promise, when something has to
   * become durable, is what the 200 waits for. Throws `FormatError` for what cannot be read.
   */
  register(ask: RegisterAsk): Refusal | Registered | Promise<Refusal | Registered> {
    const { request, account } = ask;
    const given = request.get(Contact);
    const current = this.contacts.of(account.user.address);
    if (given === undefined) {
      // RFC 3261 §10.3 step 6: no Contact asks for what is there.
      return { contacts: current, requireOutbound: false, reachable: false, pushServices: [] };
    }
    const contacts: Registration["contacts"] = "star" in given ? "all" : given;
    if (this.#ports.signedOut.refuses(account.user.address, contacts)) return refuse("signed out");
    const push = judgePush(contacts === "all" ? [] : contacts, this.#ports.pushProviders);
    if (push.do === "refuse") return refuse("no such push service"); // RFC 8599 §5.6.1
    const outbound = judgeOutboundOf(request, contacts === "all" ? [] : contacts);
    if (outbound.do === "refuse") return outboundRefusal(outbound);
    const registration = {
      contacts,
      expires: request.get(Expires),
      callId: request.callId,
      cseq: request.cseq.number,
      provenAt: ask.provenAt,
      outbound: outbound.do === "apply",
    };
    const verdict = judgeRegistration(registration, current, this.#ports.limits);
    if (verdict.do === "refuse") {
      if (verdict.limit !== undefined) this.#ports.hits.hit(verdict.limit);
      return verdict.refusal;
    }
    const pushServices = push.do === "tell" ? push.services : [];
    const requireOutbound = outbound.do === "apply" && outbound.requireOutbound;
    return this.#carryOut(ask, { ...verdict, contacts }, { requireOutbound, pushServices });
  }

  /**
   * What the registrar of a core tells: these are the contacts behind one address of the user now.
   * Resolves after the commit; when it rejects, what was known before holds.
   */
  async assume(account: Account, address: string, rows: readonly StoredBinding[]): Promise<void> {
    const user = account.user.address;
    const before = this.contacts.of(user);
    const replaced = before.filter(({ row }) => row.address === address);
    const ids = new Set(rows.map(({ id }) => id));
    const gone = replaced.filter(({ row }) => !ids.has(row.id));
    const fresh = rows.map((row) => this.#assumed(account, row, replaced));
    const after = [...fresh, ...before.filter((contact) => !replaced.includes(contact))];
    this.contacts.replace(user, after);
    const puts = rows.map((binding) => ({ do: "put" as const, binding }));
    try {
      await this.#ports.store.change([...gone.map(removal), ...puts]);
    } catch (error) {
      if (this.contacts.of(user) === after) this.contacts.replace(user, before);
      throw error;
    }
  }

  /** The connection is gone, and with it the contacts that live on it. */
  flowClosed(flow: Flow): void {
    for (const contact of this.contacts.on(flow)) {
      if (contact.outlivesFlow) this.#forget(this.#asleep.slept(contact));
      this.#drop(contact, "unregistered");
    }
  }

  sleepersOf(user: string): readonly Sleeper[] {
    return this.#ports.sleepers.of(user);
  }

  /** A device that cannot be woken any more, or had to make room for others. */
  forget(sleeper: Sleeper): void {
    this.#ports.sleepers.take(sleeper.user, (one) => one === sleeper);
    this.#forget([sleeper]);
  }

  /** Forgets what has expired, a bounded part of it at a time. */
  async purge(): Promise<void> {
    const { clock, limits, store, hits } = this.#ports;
    const now = clock.now();
    const due = this.contacts.expired(now, limits.expiredBindingsPerTick);
    if (due.length === limits.expiredBindingsPerTick) hits.hit("expiredBindingsPerTick");
    for (const contact of due) this.#drop(contact, "expired");
    const stored = due.filter(({ flow, outlivesFlow }) => flow === undefined || outlivesFlow);
    if (stored.length > 0) await store.change(stored.map(removal)); // they may lie there for longer
  }

  /** Sleeping devices whose registration ends soon; those whose has ended are forgotten. */
  endingSleepers(): readonly Sleeper[] {
    const { sleepers, clock, limits } = this.#ports;
    const { ending, over } = sleepers.due(clock.now(), limits.expiredBindingsPerTick);
    this.#forget(over);
    return ending;
  }

  /** Ends every registration of a user at once. Returns the contacts that went. */
  revoke(address: string): readonly RegisteredContact[] {
    const gone = this.contacts.of(address);
    const [first] = gone;
    const slept = this.#asleep.revoked(address);
    if (first === undefined && !slept) return gone;
    this.contacts.replace(address, []);
    const { store, log } = this.#ports;
    store.change([{ do: "remove all", user: address }]).catch((error: unknown) => {
      // They stay on the disk until they expire; a restart before that brings them back.
      log.error("revocation not durable", { user: address, error: String(error) });
    });
    if (first === undefined) return gone;
    this.#tell(
      first.account,
      gone.map((contact) => ({ contact, event: "deactivated" as const })),
    );
    return gone;
  }

  /** Ends what is registered of one device, at once. Resolves after the commit with the contacts that went. RFC 3680 §5.3 */
  async reject(
    address: string,
    isOf: (row: StoredBinding) => boolean,
  ): Promise<readonly RegisteredContact[]> {
    const gone = this.contacts.of(address).filter(({ row }) => isOf(row));
    const slept = this.#ports.sleepers.take(address, ({ row }) => isOf(row));
    this.contacts.remove(address, gone);
    const [first] = gone;
    const news = gone.map((contact) => ({ contact, event: "rejected" as const }));
    if (first !== undefined) this.#tell(first.account, news);
    await this.#ports.store.change([...gone.map(removal), ...slept.map(sleeperRemoval)]);
    return gone;
  }

  #carryOut(
    ask: RegisterAsk,
    { put, remove, replaced, contacts }: Change & Pick<Registration, "contacts">,
    told: Pick<Registered, "requireOutbound" | "pushServices">,
  ): Registered | Promise<Refusal | Registered> {
    const { account } = ask;
    const { address } = account.user;
    const before = this.contacts.of(address);
    const news: ContactNews[] = [];
    const changes: BindingChange[] = [];
    const gone: RegisteredContact[] = [];
    for (const contact of [...remove, ...replaced]) {
      if (gone.includes(contact)) continue; // named twice
      gone.push(contact);
      news.push({ contact, event: "unregistered" });
      if (contact.flow === undefined || contact.outlivesFlow) changes.push(removal(contact));
    }
    const woken = this.#asleep.named(address, contacts);
    changes.push(...woken.map(sleeperRemoval));
    const fresh = put.map((wanted) => {
      const contact = this.#make(ask, wanted);
      if (wanted.renews !== undefined) gone.push(wanted.renews);
      news.push({ contact, event: wanted.renews === undefined ? "created" : "refreshed" });
      const change = changeFor(contact, wanted.renews);
      if (change !== undefined) changes.push(change);
      return contact;
    });
    const after = [...fresh, ...before.filter((contact) => !gone.includes(contact))];
    this.contacts.replace(address, after);
    const done = { contacts: after, ...told, reachable: fresh.length > 0 };
    if (changes.length === 0) {
      this.#tell(account, news);
      return done;
    }
    this.#fallbacks.begin(address, before);
    return this.#ports.store.change(changes).then(
      () => {
        this.#fallbacks.succeed(address, after);
        for (const contact of fresh) {
          contact.stored = contact.flow === undefined || contact.outlivesFlow;
        }
        this.#tell(account, news);
        return done;
      },
      () => {
        // RFC 3261 §10.3 step 7: all or nothing. Somebody else's later change stands.
        for (const sleeper of woken) this.#ports.sleepers.add(sleeper);
        const durable = this.#fallbacks.fail(address);
        if (this.contacts.of(address) === after) this.contacts.replace(address, durable);
        return refuse("overload", [["Retry-After", "5"]]);
      },
    );
  }

  #make(ask: RegisterAsk, wanted: Wanted): RegisteredContact {
    const { request, account, flow } = ask;
    const now = this.#ports.clock.now();
    const { renews, uri } = wanted;
    const path = request.get(Path)?.map(({ uri: hop }) => formatUri(hop)) ?? [];
    const reach = reachOf({
      uri,
      flow,
      via: request.via,
      outbound: wanted.regId !== undefined,
      ours: this.#ports.home.isOurs(uri),
      path: path.length > 0,
    });
    const expiresAt = now + wanted.expiresSeconds * 1_000;
    const { address: user } = account.user;
    const outlivesFlow = reach.flow !== undefined && this.#asleep.outlives(uri);
    const { address, hop } = { address: ask.address, hop: reach.hop };
    const row = rowOf(wanted, { request, user, address, path, hop, outlivesFlow, now });
    const kept = reach.flow === undefined || outlivesFlow;
    const stored = kept && renews?.stored === true && covers(renews.row, row, expiresAt);
    const contact = new RegisteredContact({
      id: renews?.id ?? this.#nextId++,
      account,
      row: stored ? renews.row : ownRow(row),
      flow: reach.flow,
      refreshedAt: now,
      granted: { expiresAt, cseq: request.cseq.number },
      stored,
      capabilities: stored ? renews.capabilities : this.#capabilities.read(wanted.contact.params),
    });
    // A device that starts anew may be another program.
    if (renews?.takesEnvelopes === false && renews.row.callId === row.callId)
      contact.refusesEnvelopes();
    return contact;
  }

  #assumed(
    account: Account,
    row: StoredBinding,
    before: readonly RegisteredContact[],
  ): RegisteredContact {
    const id = before.find((contact) => contact.row.id === row.id)?.id ?? this.#nextId++;
    const refreshedAt = this.#ports.clock.now();
    const capabilities = this.#capabilities.readRow(row) ?? NO_CAPABILITIES;
    return new RegisteredContact({ id, account, row, flow: undefined, refreshedAt, capabilities });
  }

  /** A row that cannot be read any more is left to expire, and so are those of another mode. */
  #restore(row: StoredBinding): void {
    if ((row.flow === AT_THE_CORE) !== this.#ports.behindCore) return;
    const account = this.#ports.directory.owner(row.user);
    if (account === undefined || account.user.disabled) return;
    const capabilities = this.#capabilities.readRow(row);
    if (capabilities === undefined) return;
    if (isAsleep(row)) return this.#asleep.restored(row, contactUriOf(row), capabilities);
    const contact = new RegisteredContact({
      id: this.#nextId++,
      account,
      row,
      flow: undefined,
      refreshedAt: row.registeredAt,
      stored: true,
      capabilities,
    });
    this.contacts.replace(row.user, [...this.contacts.of(row.user), contact]);
  }

  #forget(sleepers: readonly Sleeper[]): void {
    if (sleepers.length === 0) return;
    this.#ports.store.change(sleepers.map(sleeperRemoval)).catch((error: unknown) => {
      this.#ports.log.error("sleeping devices not forgotten", { error: String(error) });
    });
  }

  #drop(contact: RegisteredContact, event: ContactEvent): void {
    this.contacts.remove(contact.user, [contact]);
    this.#tell(contact.account, [{ contact, event }]);
  }

  #tell(account: Account, news: readonly ContactNews[]): void {
    for (const listener of this.#listeners) listener(account, news);
  }
}
