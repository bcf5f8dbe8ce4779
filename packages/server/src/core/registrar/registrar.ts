/** The registrar: keeps where each user can be reached. RFC 3261 §10.3, RFC 5626 §6, RFC 3327 §5.3 */
import { type Refusal, refuse } from "@parlance/im";
import {
  Contact,
  Expires,
  type Flow,
  formatUri,
  judgeOutbound,
  type NameAddr,
  Path,
  type SipRequest,
  type SipUri,
  Supported,
} from "@parlance/sip";
import type { Clock } from "@parlance/wire";
import type { Limits } from "../../limits.ts";
import type { LimitWatch, Log } from "../../ports/index.ts";
import type { BindingChange, BindingStore, StoredBinding } from "../../store/index.ts";
import type { Account, Directory } from "../directory.ts";
import type { Home } from "../home.ts";
import { AT_THE_CORE, CapabilitiesReader, NO_CAPABILITIES, RegisteredContact } from "./contact.ts";
import { Contacts } from "./contacts.ts";
import { Fallbacks } from "./fallbacks.ts";
import {
  judgeRegistration,
  type Registration,
  type Verdict,
  type Wanted,
} from "./judge-registration.ts";
import { covers } from "./lease.ts";
import { reachOf } from "./reach.ts";
import { changeFor, ownRow, removal, rowOf } from "./stored-row.ts";

/** Why a contact came, changed or went. RFC 3680 §5.3 */
export type ContactEvent =
  | "registered"
  | "created"
  | "refreshed"
  | "expired"
  | "unregistered"
  | "deactivated";

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
}

type Change = Extract<Verdict, { readonly do: "change" }>;

const PAGE = 1_000;
const NO_OUTBOUND = { do: "ignore" } as const;

export class Registrar {
  readonly contacts = new Contacts();
  readonly #ports: RegistrarPorts;
  readonly #capabilities: CapabilitiesReader;
  readonly #listeners: RegistrarListener[] = [];
  readonly #fallbacks = new Fallbacks();
  #nextId = 1;

  constructor(ports: RegistrarPorts) {
    this.#ports = ports;
    this.#capabilities = new CapabilitiesReader(ports.plainSip);
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
      return { contacts: current, requireOutbound: false, reachable: false };
    }
    const contacts: Registration["contacts"] = "star" in given ? "all" : given;
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
    return this.#carryOut(ask, verdict, outbound.do === "apply" && outbound.requireOutbound);
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
    for (const contact of this.contacts.on(flow)) this.#drop(contact, "unregistered");
  }

  /** Forgets what has expired, a bounded part of it at a time. */
  async purge(): Promise<void> {
    const { clock, limits, store, hits } = this.#ports;
    const now = clock.now();
    const due = this.contacts.expired(now, limits.expiredBindingsPerTick);
    if (due.length === limits.expiredBindingsPerTick) hits.hit("expiredBindingsPerTick");
    for (const contact of due) this.#drop(contact, "expired");
    const stored = due.filter(({ flow }) => flow === undefined);
    if (stored.length > 0) await store.change(stored.map(removal)); // they may lie there for longer
  }

  /** Ends every registration of a user at once. Returns the contacts that went. */
  revoke(address: string): readonly RegisteredContact[] {
    const gone = this.contacts.of(address);
    const [first] = gone;
    if (first === undefined) return gone;
    this.contacts.replace(address, []);
    const { store, log } = this.#ports;
    store.change([{ do: "remove all", user: address }]).catch((error: unknown) => {
      // They stay on the disk until they expire; a restart before that brings them back.
      log.error("revocation not durable", { user: address, error: String(error) });
    });
    this.#tell(
      first.account,
      gone.map((contact) => ({ contact, event: "deactivated" as const })),
    );
    return gone;
  }

  #carryOut(
    ask: RegisterAsk,
    { put, remove, replaced }: Change,
    requireOutbound: boolean,
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
      if (contact.flow === undefined) changes.push(removal(contact));
    }
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
    const done = { contacts: after, requireOutbound, reachable: fresh.length > 0 };
    if (changes.length === 0) {
      this.#tell(account, news);
      return done;
    }
    this.#fallbacks.begin(address, before);
    return this.#ports.store.change(changes).then(
      () => {
        this.#fallbacks.succeed(address, after);
        for (const contact of fresh) contact.stored = contact.flow === undefined;
        this.#tell(account, news);
        return done;
      },
      () => {
        // RFC 3261 §10.3 step 7: all or nothing. Somebody else's later change stands.
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
    const row = rowOf(wanted, { request, user, address: ask.address, path, hop: reach.hop, now });
    const stored =
      reach.flow === undefined && renews?.stored === true && covers(renews.row, row, expiresAt);
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

  #drop(contact: RegisteredContact, event: ContactEvent): void {
    this.contacts.remove(contact.user, [contact]);
    this.#tell(contact.account, [{ contact, event }]);
  }

  #tell(account: Account, news: readonly ContactNews[]): void {
    for (const listener of this.#listeners) listener(account, news);
  }
}

function judgeOutboundOf(
  request: SipRequest,
  contacts: readonly NameAddr[],
): ReturnType<typeof judgeOutbound> {
  if (!contacts.some(({ params }) => params.has("reg-id"))) return NO_OUTBOUND; // as most clients
  const [edge] = request.get(Path) ?? [];
  const edgeUri: SipUri | undefined = edge?.uri.kind === "sip" ? edge.uri : undefined;
  const expires = request.get(Expires);
  return judgeOutbound({
    firstHop: request.texts("Via").length === 1 && edge === undefined,
    edge: edgeUri,
    supported: request.get(Supported)?.includes("outbound") === true,
    contacts: contacts.map((contact) => ({
      contact,
      expiresS: Number(contact.params.get("expires") ?? expires ?? 1),
    })),
  });
}

function outboundRefusal(verdict: {
  readonly status: 400 | 439;
  readonly reason: string;
}): Refusal {
  const { status, reason } = verdict;
  return { kind: "refusal", condition: "failure", status, warning: reason, headers: [] };
}
