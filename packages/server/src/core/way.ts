/**
 * The one way through the server: participating function of the originator, owner of the target,
 * participating function of the target user, contacts. Everything that is in memory is judged at once,
 * so a relayed MESSAGE makes no detour over a promise.
 */
import { type Refusal, refuse } from "@parlance/im";
import type { SipRequest, SipUri, TransportName, Uri } from "@parlance/sip";
import { type Cancel, type Clock, FormatError } from "@parlance/wire";
import type { Limits } from "../limits.ts";
import type {
  Binding,
  Decisions,
  LimitWatch,
  Log,
  Onward,
  Originator,
  Outcome,
  Owner,
  Passage,
  Principal,
  User,
  Verdict,
  Way,
} from "../ports/index.ts";
import { type Asker, functionAsker, overheard } from "./asker.ts";
import { decided, ORIGINATING, takenBy } from "./decided.ts";
import type { Account, Directory } from "./directory.ts";
import type { Forwarder } from "./forwarder.ts";
import type { Home } from "./home.ts";
import type { Location } from "./location.ts";
import { changedOnward, onwardOf, onwardToContacts } from "./onward.ts";
import { edited, RequestPassage } from "./passage.ts";
import { waitForDevice } from "./push/wait-for-device.ts";
import type { Waking } from "./push/waking.ts";
import { RegisteredContact } from "./registrar/contact.ts";
import { type Exits } from "./routes.ts";
import type { Functions } from "./served-functions.ts";
import { UserWay } from "./user-way.ts";
import { WritingRate } from "./writing-rate.ts";

export interface WayPorts {
  readonly home: Home;
  readonly directory: Directory;
  readonly location: Location;
  readonly waking: Waking;
  readonly routes: Exits;
  readonly forwarder: Pick<Forwarder, "toContacts">;
  /** Set: users of the domain are reached by way of a core, as everybody else is, and by this transport. */
  readonly behindCore: TransportName | undefined;
  readonly readContent: ConstructorParameters<typeof RequestPassage>[1];
  readonly clock: Clock;
  readonly limits: Limits;
  readonly log: Log;
  readonly hits: LimitWatch;
  readonly decisions: Decisions;
}

interface Service {
  readonly owner: Owner;
  /** In the domain's own name. */
  readonly target: SipUri;
}

export class ThroughWay implements Way {
  readonly #ports: WayPorts;
  readonly #rate: WritingRate;
  readonly #user: UserWay;
  #functions: Functions | undefined;

  constructor(ports: WayPorts) {
    this.#ports = ports;
    this.#user = new UserWay({ ...ports, serving: () => this.#serving });
    this.#rate = new WritingRate(ports.limits, ports.hits, ports.clock);
  }

  /** The functions need the way, and the way needs them: they are made in between. */
  use(functions: Functions): void {
    this.#functions = functions;
  }

  /** From the beginning: a request that came in. */
  enter(passage: Passage, asker: Asker): void {
    const { principal } = passage;
    if (principal.kind === "anonymous") return asker.refuse(refuse("not authenticated"));
    if (principal.kind !== "user") return this.toOwner(passage, asker);
    this.originate(passage, principal.user, asker, (onward, by) => this.toOwner(onward, by));
  }

  /** Participating function of the originator; what it lets pass goes `onward`. */
  originate(
    passage: Passage,
    user: User,
    asker: Asker,
    onward: (passage: Passage, asker: Asker) => void,
  ): void {
    const waitSeconds = this.#rate.request(passage, user.address);
    if (waitSeconds !== undefined) {
      return asker.refuse(refuse("overload", [["Retry-After", String(waitSeconds)]]));
    }
    const verdict = this.#serving.originating.judge(passage, user);
    this.#ports.decisions.tell?.(decided(ORIGINATING, verdict, passage, [user.address]));
    switch (verdict.do) {
      case "pass":
        return this.#overheard(edited(passage, verdict.edit), user, asker, onward);
      case "refuse":
        return asker.refuse(verdict.refusal);
      case "answer":
        return asker.reply(verdict.status, verdict.edit);
      default:
        throw new Error(`an originating function cannot ${verdict.do}`);
    }
  }

  #overheard(
    passage: Passage,
    user: User,
    asker: Asker,
    onward: (passage: Passage, asker: Asker) => void,
  ): void {
    const { recording } = this.#serving;
    if (passage.request.method !== "MESSAGE" || !recording.listensTo(user)) {
      return onward(passage, asker);
    }
    onward(
      passage,
      overheard(asker, () => recording.sent(passage, user)),
    );
  }

  /** From the owner of the target on. */
  toOwner(passage: Passage, asker: Asker): void {
    const { home, directory, location, behindCore } = this.#ports;
    const { uri } = passage.request;
    const service = this.#serviceAt(uri);
    if (service !== undefined) return this.#toService(service, passage, asker);
    const key = home.keyOf(uri);
    if (key === undefined || behindCore !== undefined) return this.toOutside(passage, asker);
    if (uri.kind === "sip" && uri.params.has("gr")) return this.#toDevice(uri, passage, asker);
    const account = directory.owner(key);
    if (account === undefined || account.user.disabled) return asker.refuse(refuse("no such user"));
    const contacts = location.find(passage.request, account, passage.receivedAt);
    if (this.#hasToWait(passage, account, contacts, asker)) return;
    this.toUser(passage, account, contacts, asker);
  }

  /** Away from here. */
  toOutside(passage: Passage, asker: Asker): void {
    const { routes } = this.#ports;
    const onward = passage.request.method === "INVITE" ? routes.onward?.(passage) : undefined;
    if (onward === undefined || !this.#user.isTaken(passage, onward, asker)) {
      routes.leave(passage, asker);
    }
  }

  submit(request: SipRequest, principal: Principal, originator: Originator): Promise<Outcome> {
    const passage = this.#passage(request, principal, originator);
    return new Promise((resolve) => {
      try {
        this.toOwner(passage, functionAsker(resolve));
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        resolve({ status: 400, response: undefined }); // as a client is told that sends such a thing
      }
    });
  }

  deliver(
    request: SipRequest,
    user: User,
    bindings: readonly Binding[] = this.bindings(request, user),
  ): Promise<Outcome> {
    const principal: Principal = { kind: "server", onBehalfOf: undefined };
    const passage = this.#passage(request, principal, undefined);
    return new Promise((resolve) => {
      this.#user.forward(passage, own(bindings), functionAsker(resolve), ({ status, response }) =>
        resolve({ status, response }),
      );
    });
  }

  onward(user: User, bindings: readonly Binding[]): Onward {
    const { forwarder, readContent, clock, behindCore: coreTransport } = this.#ports;
    const principal: Principal = { kind: "server", onBehalfOf: undefined };
    const [originator, flow, transaction] = [undefined, undefined, undefined];
    const carry = (request: SipRequest): Passage => {
      const receivedAt = clock.now();
      const facts = { request, principal, originator, flow, transaction, receivedAt };
      return new RequestPassage(facts, readContent);
    };
    return onwardOf(user, own(bindings), forwarder, { flow, coreTransport, carry });
  }

  reach(invite: SipRequest, originator: Originator): Onward | Refusal {
    const { home, directory, location, routes, forwarder, behindCore } = this.#ports;
    const principal: Principal = { kind: "server", onBehalfOf: originator.address };
    const passage = this.#passage(invite, principal, originator);
    const key = home.keyOf(invite.uri);
    if (key === undefined || behindCore !== undefined) {
      return routes.onward?.(passage) ?? refuse("access denied"); // IM-7.2.1.3-X1, IM-7.2.1.4-X1
    }
    const account = directory.owner(key);
    if (account === undefined || account.user.disabled) return refuse("no such user");
    const contacts = location.find(invite, account, passage.receivedAt);
    const verdict = this.#serving.terminating.judge(passage, account.user, contacts);
    if (verdict.do === "refuse") return verdict.refusal;
    if (verdict.do !== "forward" && verdict.do !== "pass") return refuse("unreachable");
    const chosen = verdict.do === "forward" ? own(verdict.bindings) : contacts;
    if (chosen.length === 0) return refuse("unreachable");
    // A session that the new one takes the place of is another dialog behind us. OMA IM 9.6
    const edit = this.#serving.sessions?.translated(passage);
    const onward = onwardToContacts(passage, account.user, chosen, forwarder);
    return changedOnward(changedOnward(onward, edit), verdict.edit);
  }

  awaitDevice(invite: SipRequest, originator: Originator, then: () => void): Cancel | undefined {
    const { home, directory, location, behindCore } = this.#ports;
    const key = home.keyOf(invite.uri);
    if (key === undefined || behindCore !== undefined) return undefined;
    const account = directory.owner(key);
    if (account === undefined || account.user.disabled) return undefined;
    const principal: Principal = { kind: "server", onBehalfOf: originator.address };
    const passage = this.#passage(invite, principal, originator);
    const contacts = location.find(invite, account, passage.receivedAt);
    return this.#awaited(passage, account, contacts, then);
  }

  bindings(request: SipRequest, user: User): readonly Binding[] {
    const account = this.#ports.directory.owner(user.address);
    if (account === undefined || account.user.disabled) return [];
    return this.#ports.location.find(request, account, this.#ports.clock.now());
  }

  /** A user of ours is addressed, and no service. */
  isUser(uri: Uri): boolean {
    const { home, directory } = this.#ports;
    const key = home.keyOf(uri);
    return key !== undefined && directory.owner(key) !== undefined;
  }

  /** A service of ours is addressed. */
  isService(uri: Uri): boolean {
    return this.#serviceAt(uri) !== undefined;
  }

  /** Takes one message from what a user may write; false when there is none left for now. */
  mayWrite(user: string): boolean {
    return this.#rate.message(user, this.#ports.clock.now());
  }

  get #serving(): Functions {
    if (this.#functions === undefined) throw new Error("the way has no functions yet");
    return this.#functions;
  }

  #passage(request: SipRequest, principal: Principal, originator: Originator | undefined): Passage {
    const { readContent, clock } = this.#ports;
    const receivedAt = clock.now();
    return new RequestPassage(
      { request, principal, originator, flow: undefined, transaction: undefined, receivedAt },
      readContent,
    );
  }

  #serviceAt(uri: Uri): Service | undefined {
    if (uri.kind !== "sip" || uri.user === undefined) return undefined;
    const target = this.#ports.home.normal(uri);
    const owner = this.#serving.owners.find((one) => one.owns(target));
    return owner && { owner, target };
  }

  #toService({ owner, target }: Service, passage: Passage, asker: Asker): void {
    this.#ports.decisions.tell?.(takenBy(owner.name, passage));
    const verdict = owner.serve(passage, target);
    if (!(verdict instanceof Promise)) return this.#serviceSaid(verdict, asker);
    verdict.then(
      (said) => this.#serviceSaid(said, asker),
      (error: unknown) => this.#user.broken(error, asker),
    );
  }

  #serviceSaid(verdict: Verdict, asker: Asker): void {
    if (verdict.do === "refuse") return asker.refuse(verdict.refusal);
    if (verdict.do === "answer") return asker.reply(verdict.status, verdict.edit);
    if (verdict.do === "taken") return;
    throw new Error(`the owner of an address cannot ${verdict.do}`);
  }

  /** RFC 5627 §6.1: one device of a user, and no other when it is away. */
  #toDevice(uri: SipUri, passage: Passage, asker: Asker): void {
    const { home, directory, location } = this.#ports;
    const normal = home.normal(uri);
    const address = location.addressBehind(normal);
    const account = address === undefined ? undefined : directory.owner(address);
    const contacts = location.findDevice(normal, account);
    if (typeof contacts !== "number" && account !== undefined) {
      return this.toUser(passage, account, contacts, asker);
    }
    asker.refuse(refuse(contacts === 480 ? "unreachable" : "no such user"));
  }

  #hasToWait(
    passage: Passage,
    account: Account,
    contacts: readonly RegisteredContact[],
    asker: Asker,
  ): boolean {
    const { location, clock } = this.#ports;
    const giveUp = this.#awaited(passage, account, contacts, () => {
      this.#user.guarded(asker, () => {
        const now = location.find(passage.request, account, clock.now());
        this.toUser(passage, account, now, asker);
      });
    });
    if (giveUp === undefined) return false;
    asker.onCancel(() => {
      giveUp();
      asker.reply(487); // RFC 3261 §9.2
    });
    return true;
  }

  #awaited(
    passage: Passage,
    { user }: Account,
    contacts: readonly RegisteredContact[],
    woken: () => void,
  ): Cancel | undefined {
    const { waking, decisions } = this.#ports;
    if (!waking.canWake(user.address)) return undefined; // as nearly always
    const judge = (): Verdict => this.#serving.terminating.judge(passage, user, contacts);
    const giveUp = waitForDevice({ passage, user, contacts, judge, woken }, waking);
    if (giveUp !== undefined) decisions.tell?.(takenBy("waking of devices", passage));
    return giveUp;
  }

  /** Participating function of the target user, who has these contacts. */
  toUser(...of: Parameters<UserWay["toUser"]>): void {
    this.#user.toUser(...of);
  }
}

/** Bindings are made by the registrar alone, whatever functions have chosen among them. */
function own(bindings: readonly Binding[]): readonly RegisteredContact[] {
  return bindings.filter((binding) => binding instanceof RegisteredContact);
}
