/** The core put together: everything that a request passes which is not a function of the IM service. */
import { Endpoint, type FlowEvents, HopFinder } from "@parlance/sip";
import type { Cancel } from "@parlance/wire";
import type { ServerConfig, ServerPorts } from "../config.ts";
import type { Limits } from "../limits.ts";
import type { Decisions, ReadContent, SecurityWatch, User } from "../ports/index.ts";
import { Accounts } from "./accounts.ts";
import { Answers } from "./answer.ts";
import { Authenticator } from "./authentication.ts";
import { ServerCalls } from "./calls.ts";
import { RequestContent } from "./content.ts";
import { denials } from "./denials.ts";
import { DialogLegs } from "./dialog-legs.ts";
import type { Account, Directory } from "./directory.ts";
import { Dispatch } from "./dispatch.ts";
import { errorText, noted } from "./endpoint-events.ts";
import { Forwarder } from "./forwarder.ts";
import { Guard } from "./guard.ts";
import { Home } from "./home.ts";
import { InDialog } from "./in-dialog.ts";
import { BehindCore } from "./isc/behind-core.ts";
import type { RegistrationLook } from "./isc/registration-look.ts";
import { LimitHits } from "./limit-hits.ts";
import { LiveFlows } from "./live-flows.ts";
import { Location } from "./location.ts";
import { AccountLogins } from "./logins.ts";
import { OwnAddresses } from "./own-addresses.ts";
import { Peers } from "./peers.ts";
import { Sleepers } from "./push/sleepers.ts";
import { Waking } from "./push/waking.ts";
import { RegEvents } from "./registrar/reg-events.ts";
import { Registrar } from "./registrar/registrar.ts";
import { Registration } from "./registrar/registration.ts";
import { SignedOut } from "./registrar/signed-out.ts";
import { Ringing } from "./ringing.ts";
import { Routes } from "./routes.ts";
import { Sender } from "./sender.ts";
import { Subscriptions } from "./subscriptions.ts";
import { ThroughWay } from "./way.ts";

const NOBODY: SecurityWatch = { report: () => undefined };
const TICK_MS = 1_000; // how exactly registrations end
/** A request that passes us at both of its ends is given up at the far one first, where it can be kept. */
const FAR_END_MS = 5_000;

export class Core {
  readonly endpoint: Endpoint;
  readonly accounts: Accounts;
  readonly directory: Directory;
  readonly registrar: Registrar;
  readonly signedOut: SignedOut;
  readonly regEvents: RegEvents;
  readonly subscriptions: Subscriptions;
  readonly calls: ServerCalls;
  readonly way: ThroughWay;
  readonly own: OwnAddresses;
  readonly readContent: ReadContent;
  readonly home: Home;
  readonly logins: AccountLogins;
  /** For whoever has bounds of his own. */
  readonly hits: LimitHits;
  readonly watch: SecurityWatch;
  readonly decisions: Decisions = { tell: undefined };
  readonly ringing = new Ringing();
  readonly #ports: ServerPorts;
  readonly #flows = new LiveFlows();
  readonly #authenticator: Authenticator;
  readonly #sender: Sender;
  readonly #patientSender: Sender;
  readonly #look: RegistrationLook | undefined;
  readonly #dispatch: Dispatch;
  readonly #waking: Waking;
  #tick: Cancel | undefined;

  constructor(config: ServerConfig, limits: Limits, ports: ServerPorts, directory: Directory) {
    const { clock, random, hashing, inflate, secrets, stores, log } = ports;
    const md5 = config.auth?.md5Compat ?? true;
    const plainSip = config.compat?.plainSip ?? false;
    const as = config.core?.applicationServer;
    const home = new Home(config.domain, config.aliases ?? [], as?.names);
    const { domain } = home;
    const watch = ports.security ?? NOBODY;
    const hits = new LimitHits(ports.metrics, watch);
    const { decisions } = this;
    const answers = new Answers(domain, watch, hits, decisions);
    this.hits = hits;
    this.watch = watch;
    this.home = home;
    const gruu = { key: secrets.gruus, hashing, random };
    this.#ports = ports;
    this.directory = directory;
    const sealing = secrets.credentials;
    this.accounts = new Accounts({ store: stores.users, hashing, sealing, clock, domain, md5 });
    this.readContent = (request) =>
      new RequestContent(request, { inflate, limitBytes: limits.inflatedBodyBytes });
    const trustedPeers = config.core?.trustedPeers ?? [];
    const peers = new Peers(trustedPeers, config.core?.trustedListeners ?? []);
    this.logins = new AccountLogins({ directory, sealing, realm: domain, limits });
    this.#authenticator = new Authenticator({
      logins: this.logins,
      hashing,
      random,
      clock,
      limits,
      holdOpen: (flow, until) => ports.transports.bind?.(flow, until),
      md5,
      nonceKey: secrets.nonces,
    });
    hits.uses("nonces", () => this.#authenticator.nonces);
    const sleepers = new Sleepers(limits.bindingsPerUser);
    this.signedOut = new SignedOut({ store: stores.settings, log });
    this.registrar = new Registrar({
      store: stores.bindings,
      directory,
      home,
      clock,
      limits,
      plainSip,
      behindCore: as !== undefined,
      pushProviders: as === undefined ? ports.push?.providers : undefined,
      sleepers,
      signedOut: this.signedOut,
      log,
      hits,
    });
    this.#waking = new Waking(
      {
        service: ports.push,
        sleepers,
        clock,
        random,
        metrics: ports.metrics,
        hits,
        gone: (sleeper) => this.registrar.forget(sleeper),
      },
      {
        messageWaitMs: limits.pushWaitSeconds * 1_000,
        sessionWaitMs: limits.pushRingSeconds * 1_000,
        waiting: limits.pushWaiting,
        waitingOfUser: limits.pushWaitingPerUser,
      },
    );
    this.endpoint = new Endpoint(
      {
        transports: ports.transports,
        clock,
        random,
        finder: new HopFinder({ resolver: ports.resolver, clock, random }),
        log: (event) => noted(event, hits, watch, log),
      },
      {
        request: (request, transaction, flow) => this.#dispatch.request(request, transaction, flow),
        ack: (request, flow) => this.#dispatch.ack(request, flow),
      },
      {
        sentBy: (flow) => home.sentBy(flow),
        transactions: limits.transactions,
        // A trusted peer brings the requests of many.
        transactionsPerSource: (flow) =>
          peers.trusted(flow) === undefined ? limits.transactionsPerSource : limits.transactions,
        inviteWaitMs: limits.inviteWaitMs,
        datagramLimitBytes: limits.datagramMessageBytes,
      },
    );
    this.#sender = new Sender(this.endpoint, clock, limits.forwardWaitMs, hits);
    this.#patientSender = new Sender(this.endpoint, clock, limits.forwardWaitMs + FAR_END_MS, hits);
    const sender = this.#sender;
    const legs = new DialogLegs(secrets.dialogs);
    this.calls = new ServerCalls(
      {
        sender,
        clock,
        random,
        flows: this.#flows,
        contacts: this.registrar.contacts,
        home,
        peerOf: (flow) => peers.trusted(flow),
        behindCore: as !== undefined,
      },
      { calls: limits.calls },
    );
    const behindCore =
      as &&
      new BehindCore(as, {
        peers: trustedPeers,
        sender,
        patientSender: this.#patientSender,
        clock,
        hashing,
        home,
        legs,
        markKey: secrets.marks,
      });
    const own = new Forwarder({ sender, clock, legs, home, ringing: this.ringing });
    const location = new Location(this.registrar.contacts, gruu, as !== undefined);
    const { readContent, registrar } = this;
    this.way = new ThroughWay({
      home,
      directory,
      location,
      waking: this.#waking,
      routes: behindCore?.forwarder ?? new Routes(config.core?.routes ?? [], own),
      forwarder: behindCore?.forwarder ?? own,
      behindCore: behindCore?.hops.transport,
      readContent,
      clock,
      limits,
      log,
      hits,
      decisions,
    });
    this.own = new OwnAddresses({ home, mayAsk: (user) => this.way.mayWrite(user), log });
    this.regEvents = new RegEvents({
      registrar: this.registrar,
      directory,
      home,
      sender,
      clock,
      limits,
      answers,
      hits,
    });
    this.subscriptions = new Subscriptions({
      sender,
      clock,
      limits,
      hits,
      domain,
      wayTo: (party, { target, routes }, learned) =>
        this.calls.wayTo(party, target, learned) ??
        behindCore?.hops.find(routes[0]?.uri) ??
        learned,
    });
    const registration = new Registration({
      registrar: this.registrar,
      home,
      bonds: this.#authenticator.bonds,
      gruu,
      clock,
      limits,
      answers,
      hits,
      serviceRoute: config.core?.serviceRoute ?? [],
      reachable: ({ user }) => {
        this.onReachable?.(user);
        this.#waking.registered(user.address);
      },
    });
    const served = behindCore?.serving({
      home,
      directory,
      location,
      registrar,
      way: this.way,
      readContent,
      plainSip,
      clock,
      limits,
      answers,
      hits,
      random,
      log,
      reachable: (user) => this.onReachable?.(user),
    });
    this.#look = served?.look;
    this.#dispatch = new Dispatch({
      home,
      guard: new Guard({
        peers,
        directory,
        authenticator: this.#authenticator,
        peersOnly: as !== undefined,
      }),
      flows: this.#flows,
      legs,
      inDialog: new InDialog({
        sender,
        clock,
        home,
        directory,
        location,
        flows: this.#flows,
        routed: (uri) => behindCore?.hops.find(uri) ?? (uri?.kind === "sip" ? uri : undefined),
      }),
      served,
      registration,
      regEvents: this.regEvents,
      subscriptions: this.subscriptions,
      calls: this.calls,
      way: this.way,
      own: this.own,
      readContent,
      clock,
      answers,
      counts: denials(ports.metrics, watch, hits),
      decisions,
    });
    directory.onRevoked((_user, account) => this.#closeConnections(account));
  }

  /** Can the owner of this address be brought now what is too long for a datagram? Of others we cannot know: true. */
  takesLong(address: string): boolean {
    const user = this.directory.owner(address)?.user;
    if (user === undefined) return true;
    return this.registrar.contacts.of(user.address).some(({ datagramsOnly }) => !datagramsOnly);
  }

  /** Told after the answer to a REGISTER that made a user reachable. */
  onReachable: ((user: User) => void) | undefined;

  /** What the adapters call. */
  get events(): FlowEvents {
    return {
      message: (message, flow) => this.endpoint.message(message, flow),
      fault: (fault, flow) => this.endpoint.fault(fault, flow),
      closed: (flow) => {
        this.registrar.flowClosed(flow);
        this.#authenticator.bonds.untie(flow);
        this.#flows.closed(flow);
        this.endpoint.closed(flow);
      },
    };
  }

  async start(): Promise<void> {
    await this.signedOut.start();
    await this.registrar.load();
    this.#schedule();
  }

  /** For these accounts something waits, and whether they are there was not told while the server was down. */
  async askAbout(names: readonly string[]): Promise<void> {
    await this.#look?.askAbout(names);
  }

  stop(): void {
    this.#tick?.();
    this.#waking.stop();
    this.#look?.stop();
    this.#sender.stop();
    this.#patientSender.stop();
    this.calls.stop();
    this.regEvents.stop();
    this.subscriptions.stop();
    this.endpoint.stop();
  }

  /** Requests that were sent on and whose end is awaited. */
  get waiting(): number {
    return this.#sender.waiting + this.#patientSender.waiting;
  }

  /** Something waits for him: those of his devices that sleep may come for it. RFC 8599 */
  wake({ address }: User): void {
    this.#waking.wake(address, "message");
  }

  get draining(): boolean {
    return this.#dispatch.draining;
  }

  /** No more requests than those that are being served. */
  drain(): void {
    this.#dispatch.drain();
  }

  #schedule(): void {
    this.#tick = this.#ports.clock.schedule(TICK_MS, () => {
      this.registrar.purge().catch((error: unknown) => {
        this.#ports.log.error("expired contacts not removed", { error: errorText(error) });
      });
      this.#waking.refresh(this.registrar.endingSleepers());
      this.#schedule();
    });
  }

  /** Whoever has no account any more, or another password, has to log in anew. */
  #closeConnections(account: Account): void {
    for (const flow of this.#authenticator.bonds.flowsOf(account)) {
      this.#ports.transports.close(flow);
    }
  }
}
