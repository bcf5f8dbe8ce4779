/** Every request that comes in: past the guard, then to whoever has to do with its method. RFC 3261 §8.2, §16.3 */
import { because, METHODS, refuse } from "@parlance/im";
import {
  checkForwarding,
  Event,
  type Flow,
  hasLooped,
  loopMark,
  MaxForwards,
  Require,
  Route,
  type ServerTransaction,
  type SipRequest,
  type TransactionUser,
} from "@parlance/sip";
import type { Clock } from "@parlance/wire";
import type { Decision, Decisions, Principal, ReadContent } from "../ports/index.ts";
import type { Answers } from "./answer.ts";
import { type Asker, ClientAsker } from "./asker.ts";
import type { ServerCalls } from "./calls.ts";
import type { Denials } from "./denials.ts";
import type { DialogLegs } from "./dialog-legs.ts";
import { type Admitted, answerDenied, type Guard, type Verdict } from "./guard.ts";
import type { Home } from "./home.ts";
import { type InDialog, readRouteSet } from "./in-dialog.ts";
import type { Served } from "./isc/behind-core.ts";
import { readTrigger, type Trigger } from "./isc/trigger.ts";
import type { LiveFlows } from "./live-flows.ts";
import { answerOptions } from "./options.ts";
import type { OwnAddresses } from "./own-addresses.ts";
import { RequestPassage } from "./passage.ts";
import type { RegEvents } from "./registrar/reg-events.ts";
import type { Registration } from "./registrar/registration.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { ThroughWay } from "./way.ts";

export interface DispatchPorts {
  readonly home: Home;
  readonly guard: Guard;
  readonly flows: LiveFlows;
  readonly legs: DialogLegs;
  readonly inDialog: InDialog;
  readonly registration: Registration;
  /** Set behind a core: it hands over what is to be served, and registers users itself. */
  readonly served: Served | undefined;
  readonly regEvents: RegEvents;
  readonly subscriptions: Subscriptions;
  readonly calls: ServerCalls;
  readonly way: ThroughWay;
  readonly own: OwnAddresses;
  readonly readContent: ReadContent;
  readonly clock: Clock;
  readonly answers: Answers;
  readonly counts: Denials;
  readonly decisions: Decisions;
}

const KNOWN: ReadonlySet<string> = new Set<string>([...METHODS, "REGISTER", "INFO"]);
/** They belong to a dialog, and so to nobody when they come without one. */
const ONLY_IN_DIALOGS: ReadonlySet<string> = new Set(["BYE", "NOTIFY", "UPDATE", "PRACK", "INFO"]);
/** Packages of the service: RFC 3680, RFC 4575, RFC 4354, RFC 5875, clause 14.4. */
const PACKAGES: ReadonlySet<string> = new Set([
  "reg",
  "conference",
  "poc-settings",
  "xcap-diff",
  "sip-profile",
  "ua-profile",
]);
const RULES = {
  extensions: new Set<string>(),
  schemes: new Set(["sip", "sips", "tel", "im"]),
};

export class Dispatch implements TransactionUser {
  readonly #ports: DispatchPorts;
  #draining = false;

  constructor(ports: DispatchPorts) {
    this.#ports = ports;
  }

  request(request: SipRequest, transaction: ServerTransaction, flow: Flow): void | Promise<void> {
    const { home, guard, flows, answers } = this.#ports;
    flows.seen(flow);
    home.learn(flow);
    if (!KNOWN.has(request.method)) {
      return answers.refuse(transaction, refuse("not implemented", ALLOW));
    }
    const open = request.method === "OPTIONS" && home.isServer(request.uri);
    const verdict = guard.judge(request, flow, open);
    if (verdict.do !== "admit") {
      this.#ports.counts.denied(verdict, flow);
      if (verdict.do === "challenge") {
        this.#ports.decisions.tell?.({ ...challenged(verdict), request, flow });
      }
      return answerDenied(transaction, verdict, answers);
    }
    this.#ports.decisions.tell?.({ ...admittedAs(verdict.admitted), request, flow });
    return this.#admitted(verdict.admitted, transaction, flow);
  }

  /** From now on nothing new is begun; what goes on in dialogs goes on. */
  get draining(): boolean {
    return this.#draining;
  }

  drain(): void {
    this.#draining = true;
  }

  ack(request: SipRequest, flow: Flow): void {
    const { home, legs, inDialog, flows, calls } = this.#ports;
    flows.seen(flow);
    if (calls.ack(request, flow)) return;
    const routeSet = readRouteSet(request, home, legs);
    if (!routeSet.forged && request.get(MaxForwards) !== 0) {
      inDialog.ack(routeSet.request, routeSet.legs);
    }
  }

  #admitted(admitted: Admitted, transaction: ServerTransaction, flow: Flow): void | Promise<void> {
    const { home, legs, registration, served, inDialog, readContent, clock } = this.#ports;
    const { method } = admitted.request;
    const refused = (refusal: ReturnType<typeof refuse>): void =>
      this.#ports.answers.refuse(transaction, refusal);
    if (this.#draining && !admitted.request.to.params.has("tag")) {
      return refused(refuse("overload", [["Retry-After", "5"]]));
    }
    if (method === "REGISTER") {
      if (served !== undefined) return served.registrations.serve(admitted, transaction);
      return registration.serve(admitted, transaction, flow);
    }
    const routeSet = readRouteSet(admitted.request, home, legs);
    const { request } = routeSet;
    // Outside of dialogs a core may name us as it likes.
    const inDialogs = served === undefined || request.to.params.has("tag");
    if (routeSet.forged && inDialogs) return refused(refuse("no such dialog"));
    const { principal, originator } = admitted;
    const receivedAt = clock.now();
    const passage = new RequestPassage(
      { request, principal, originator, flow, transaction, receivedAt },
      readContent,
    );
    const objection = checkForwarding(request, RULES);
    if (objection !== undefined && !(objection.status === 483 && this.#isForUs(request))) {
      return transaction.reply(objection.status, undefined, (edit) => {
        if (objection.status === 420) edit.setText("Unsupported", objection.unsupported.join(", "));
      });
    }
    if (request.to.params.has("tag")) {
      if (routeSet.legs.length > 0) {
        return inDialog.relay(passage, routeSet.legs, this.#asker(transaction));
      }
      return this.#ownDialog(passage, transaction);
    }
    if (ONLY_IN_DIALOGS.has(method)) return refused(refuse("no such dialog"));
    if (served !== undefined) {
      return this.#handedOver(passage, readTrigger(admitted.request), served, transaction);
    }
    // Whoever sends us on to a place of his choice takes us for an open relay.
    if (request.has(Route)) return refused(refuse("access denied"));
    this.#initial(passage, transaction);
  }

  /** Outside of dialogs, from a core. */
  #handedOver(
    passage: RequestPassage,
    trigger: Trigger,
    { requests }: Served,
    transaction: ServerTransaction,
  ): void {
    const asker = this.#asker(transaction);
    if (this.#isForUs(passage.request)) return this.#toServer(passage, transaction);
    if (this.#ports.own.serves(passage, asker)) return;
    if (!requests.concerns(passage, trigger)) return requests.passOn(passage, asker);
    if (!this.#isBarred(passage, transaction)) requests.serve(passage, trigger, asker);
  }

  /** Outside of dialogs. */
  #initial(passage: RequestPassage, transaction: ServerTransaction): void {
    const { home, regEvents, way, own } = this.#ports;
    const { request, principal } = passage;
    // Only peers can send back what we sent them: everybody else has to log in to be heard.
    if (
      principal.kind === "trusted peer" &&
      hasLooped(request, loopMark(request), (via) => home.isOurs(via))
    ) {
      return this.#ports.answers.refuse(transaction, refuse("loop")); // RFC 5393 §4.2.2
    }
    if (this.#isForUs(request)) return this.#toServer(passage, transaction);
    if (request.method === "SUBSCRIBE" && regEvents.isFor(request)) {
      return regEvents.subscribe(passage, transaction);
    }
    const asker = this.#asker(transaction);
    if (own.serves(passage, asker)) return;
    if (!this.#isBarred(passage, transaction)) way.enter(passage, asker);
  }

  /** True, and refused, where nobody here may serve it. */
  #isBarred(passage: RequestPassage, transaction: ServerTransaction): boolean {
    const { way, answers } = this.#ports;
    const { request } = passage;
    if (request.method === "PUBLISH" || this.#isBadSubscription(passage)) {
      this.#badEvent(transaction);
      return true;
    }
    // Sessions and services take a REFER; no user lets others command his device.
    const commands = request.method === "REFER" && way.isUser(request.uri);
    if (commands) answers.refuse(transaction, because(refuse("access denied"), COMMANDED));
    return commands;
  }

  #isForUs({ uri }: SipRequest): boolean {
    return this.#ports.home.isServer(uri);
  }

  /** Of a package that nobody here knows, or at the user's own address, where the server answers. RFC 6665 §4.2.1 */
  #isBadSubscription({ request, principal }: RequestPassage): boolean {
    if (request.method !== "SUBSCRIBE") return false;
    if (!PACKAGES.has(request.get(Event)?.value ?? "")) return true;
    const key = this.#ports.home.keyOf(request.uri);
    return (
      key !== undefined && principal.kind === "user" && principal.user.identities.includes(key)
    );
  }

  #toServer(passage: RequestPassage, transaction: ServerTransaction): void {
    const { request } = passage;
    const required = request.get(Require) ?? [];
    if (required.length > 0) {
      return this.#ports.answers.refuse(
        transaction,
        refuse("unknown extension", [["Unsupported", required.join(", ")]]),
      );
    }
    if (request.method === "OPTIONS") return answerOptions(transaction, this.#events);
    if (request.method === "SUBSCRIBE" || request.method === "PUBLISH") {
      return this.#badEvent(transaction);
    }
    this.#ports.answers.refuse(transaction, refuse("unknown method", ALLOW));
  }

  /** A dialog of the server itself, or one that does not exist. */
  #ownDialog(passage: RequestPassage, transaction: ServerTransaction): void | Promise<void> {
    const { regEvents, subscriptions, calls, served } = this.#ports;
    const taken = calls.serve(transaction, passage.principal);
    if (taken !== false) return taken === true ? undefined : taken;
    const { request } = passage;
    if (request.method === "NOTIFY" && served?.look.notified(request, transaction)) return;
    if (request.method === "SUBSCRIBE") {
      if (request.get(Event)?.value === "reg") return regEvents.subscribe(passage, transaction);
      if (subscriptions.serve(passage, transaction)) return;
    }
    this.#ports.answers.refuse(transaction, refuse("no such dialog"));
  }

  /** Event packages that the server notifies of at addresses of users. */
  get #events(): string {
    return ["reg", ...this.#ports.own.packages].join(", ");
  }

  #asker(transaction: ServerTransaction): Asker {
    return new ClientAsker(transaction, this.#ports.answers);
  }

  #badEvent(transaction: ServerTransaction): void {
    const refusal = refuse("bad event", [["Allow-Events", this.#events]]); // RFC 6665 §7.2.1
    this.#ports.answers.refuse(transaction, refusal);
  }
}

const COMMANDED = { why: "nobody commands the device of another", clause: "RFC 3515 §2.4.2" };
const ALLOW = [["Allow", METHODS.join(", ")]] as const;

function challenged({
  status,
  failed,
}: Extract<Verdict, { readonly do: "challenge" }>): Pick<Decision, "by" | "said" | "clause"> {
  const why = failed ? "the proof was wrong or stale" : "no proof yet";
  return { by: "guard", said: `${status} ${why}`, clause: "RFC 3261 §22.2" };
}

function admittedAs({ principal }: Admitted): Pick<Decision, "by" | "said" | "clause"> {
  const clause = principal.kind === "trusted peer" ? "RFC 3325 §5" : "RFC 3261 §22.4";
  return { by: "guard", said: `this is ${nameOf(principal)}`, clause };
}

function nameOf(principal: Principal): string {
  if (principal.kind === "user") return principal.user.address;
  return principal.kind === "trusted peer" ? `the peer ${principal.peer}` : principal.kind;
}
