/** One INVITE dialog usage: what comes in its dialog, what its owner sends, and its end. RFC 3261 §12 to §15, RFC 5057 */
import { afterRequest, type Dialog, type InDialog } from "../dialog/index.ts";
import type { SendFailure, ServerTransaction } from "../endpoint/index.ts";
import {
  Allow,
  Params,
  Reason,
  type SipRequest,
  type SipResponse,
  Supported,
  type Tagged,
} from "../message/index.ts";
import { type Running, start, step } from "../transaction/index.ts";
import { type Body, type CallEdit, putBody, withExtensions } from "./body.ts";
import type { Call, CallEnd, CallFault, CallOwner, RequestMore, RequestOutcome } from "./call.ts";
import { type Ending, endingPlan } from "./ending.ts";
import { ownDialog } from "./engine.ts";
import type { OfferOutcome } from "./exchange.ts";
import { Negotiation, type NegotiationUser } from "./negotiation.ts";
import type { Offer } from "./offer.ts";
import type { Peer } from "./peer.ts";
import { readable } from "./peer.ts";
import { SessionClock, type SessionClockUser } from "./session-clock.ts";
import type { Way, WayUser } from "./way.ts";

/** Where calls are found by their dialogs. */
export interface CallRegistry {
  entered(usage: InviteUsage): void;
  left(usage: InviteUsage): void;
}

/** What an early call stands on: the INVITE that has no final answer yet. */
export interface EarlyPhase {
  /** The owner wants no more of it. */
  hangUp(reasons: readonly Tagged[]): void;
  /** The caller ends it with BYE, where CANCEL is usual. RFC 3261 §15 */
  peerHungUp(): void;
}

/** Takes the PRACKs of our provisional answers. RFC 3262 §3 */
export interface PrackTaker {
  prack(transaction: ServerTransaction): void;
}

/** They have a meaning for the call itself, or none without an INVITE: no owner sends them. */
const OURS = new Set(["INVITE", "ACK", "CANCEL", "BYE", "UPDATE", "PRACK"]);

export class InviteUsage implements Call, InDialog, NegotiationUser, SessionClockUser {
  readonly owner: CallOwner;
  readonly way: Way;
  readonly clock: SessionClock;
  readonly negotiation: Negotiation;
  early: EarlyPhase | undefined;
  pracks: PrackTaker | undefined;
  readonly #registry: CallRegistry;
  #ending: Running<Ending> = UP;
  #end: CallEnd = BY_US;
  #reasons: readonly Tagged[] = NO_REASONS;

  constructor(way: Way, owner: CallOwner, registry: CallRegistry) {
    this.way = way;
    this.owner = owner;
    this.clock = new SessionClock(way.engine, this);
    this.negotiation = new Negotiation(way, this.clock, this);
    this.#registry = registry;
    registry.entered(this);
  }

  get dialog(): Dialog {
    return this.way.dialog;
  }

  get peer(): Peer {
    return this.way.peer;
  }

  get state(): Call["state"] {
    return this.#ending.state === "up" ? this.way.dialog.state : "over";
  }

  get refreshSeconds(): number | undefined {
    return this.clock.intervalS;
  }

  offer(body: Body, edit?: CallEdit): Promise<OfferOutcome> {
    return this.#wish(this.#modifying(), body, edit);
  }

  askForOffer(edit?: CallEdit): Promise<OfferOutcome> {
    return this.#wish("INVITE", undefined, edit);
  }

  request(method: string, { body, edit }: RequestMore = {}): Promise<RequestOutcome> {
    if (OURS.has(method)) throw new RangeError(`${method} is sent by the call itself`);
    if (this.state === "over") return Promise.resolve({ kind: "failed", why: "cancelled" });
    return new Promise((resolve) => {
      const user = new OwnerRequest(this, method, resolve);
      this.way.send(
        method,
        (request) => {
          edit?.(request);
          putBody(request, body);
        },
        user,
      );
    });
  }

  end(reasons: readonly Tagged[] = NO_REASONS): void {
    if (this.early !== undefined) return this.early.hangUp(reasons);
    this.#reasons = reasons;
    this.#hangUp(BY_US);
  }

  serve(transaction: ServerTransaction): void | Promise<void> {
    const { request, flow } = transaction;
    const after = afterRequest(this.way.dialog, request);
    if (after === "out of order") return transaction.reply(500); // RFC 3261 §12.2.2
    this.way.dialog = { ...after, remoteTarget: this.way.dialog.remoteTarget };
    this.way.learned = flow;
    if (request.method === "BYE") return this.#bye(transaction);
    if (this.state === "over") return transaction.reply(481); // RFC 5407 §3.2.2
    this.peer.learn(request, this.way.engine);
    switch (request.method) {
      case "INVITE":
        return this.negotiation.serveInvite(transaction, after.remoteTarget);
      case "UPDATE":
        return this.negotiation.serveUpdate(transaction, after.remoteTarget);
      case "PRACK":
        if (this.pracks === undefined) return transaction.reply(481); // RFC 3262 §3
        return this.pracks.prack(transaction);
      default:
        return this.#forOwner(transaction);
    }
  }

  /** True when it belongs to a 2xx of ours. */
  acknowledge(ack: SipRequest): boolean {
    const known = this.negotiation.acknowledge(ack);
    if (known && !this.negotiation.unacknowledged) this.#step("ack");
    return known;
  }

  /** The first INVITE has its 2xx, and the dialog may last. */
  confirm(dialog: Dialog): void {
    this.early = undefined;
    this.way.dialog = ownDialog({ ...dialog, state: "confirmed" });
  }

  /** An early call that comes to nothing. */
  drop(): void {
    this.early = undefined;
    this.#ending = OVER;
    this.#forget();
  }

  // What the negotiation and the clock have to say.

  offered(offer: Offer): void {
    this.owner.offered(offer, this);
  }

  acknowledged(answer: Body | undefined): void {
    if (this.state === "confirmed") this.owner.acknowledged(this, answer);
  }

  lost(why: CallFault): void {
    if (this.early !== undefined) return; // its INVITE decides
    this.#hangUp({ by: "failure", why });
    if (why === "no ack" && !this.negotiation.unacknowledged) this.#step("ack");
  }

  hangUp(): void {
    this.end();
  }

  refresh(): void {
    const method = this.#modifying();
    const body = method === "INVITE" ? this.owner.description(this) : undefined;
    this.negotiation.offer({ method, body, edit: undefined }, (outcome) => {
      if (outcome.kind === "refused") this.clock.notRefreshed(); // RFC 4028 §10
    });
  }

  expire(): void {
    this.#hangUp({ by: "failure", why: "expired" }); // RFC 4028 §10
  }

  /** IM-7.2.2.6-01a: UPDATE only where the peer has shown that it knows it. */
  #modifying(): "UPDATE" | "INVITE" {
    return this.peer.allows("UPDATE") ? "UPDATE" : "INVITE";
  }

  #wish(
    method: "UPDATE" | "INVITE",
    body: Body | undefined,
    edit: CallEdit | undefined,
  ): Promise<OfferOutcome> {
    if (this.state === "over") return Promise.resolve({ kind: "over" });
    return new Promise((resolve) => this.negotiation.offer({ method, body, edit }, resolve));
  }

  #bye(transaction: ServerTransaction): void {
    // IM-6.1.1.14-01, IM-7.1.2.3-01, IM-7.1.2.5-02, IM-7.1.2.5-03, IM-9.2.3-01, IM-9.2.3-02, RFC 3261 §15.1.2
    transaction.reply(200, undefined, this.way.face.edit);
    if (this.early !== undefined) return this.early.peerHungUp();
    const bye = transaction.request;
    this.#end = { by: "peer", bye, reasons: readable(() => bye.get(Reason)) ?? [] };
    this.#step("peer hangs up");
  }

  #hangUp(end: CallEnd): void {
    if (this.#ending.state !== "up") return;
    this.#end = end;
    const { unacknowledged } = this.negotiation;
    this.#step(unacknowledged ? "hang up before the ack" : "hang up");
  }

  #step(input: Ending["input"]): void {
    const { running, actions } = step(endingPlan, this.#ending, input, 0);
    this.#ending = running;
    for (const action of actions) this.#perform(action);
  }

  #perform(action: Ending["action"]): void {
    switch (action) {
      case "send bye":
        return this.#sendBye();
      case "tell":
        this.clock.stop();
        this.negotiation.abandon(false);
        return this.owner.ended(this, this.#end);
      case "forget":
        return this.#forget();
    }
  }

  #sendBye(): void {
    const end = this.#end;
    const reasons = end.by === "failure" ? becauseOf(end.why) : this.#reasons;
    const over = new ByeSent(() => this.#step("bye answered"));
    this.way.send(
      "BYE",
      (bye) => {
        if (reasons.length > 0) bye.set(Reason, reasons); // RFC 3326 §2
      },
      over,
    );
  }

  #forget(): void {
    this.clock.stop();
    this.negotiation.abandon(true);
    this.#registry.left(this);
  }

  #forOwner(transaction: ServerTransaction): void | Promise<void> {
    const taken = this.owner.requested(transaction, this);
    if (taken === true || taken instanceof Promise) return taken === true ? undefined : taken;
    return this.#usualAnswer(transaction);
  }

  #usualAnswer(transaction: ServerTransaction): void {
    const { face, engine } = this.way;
    const { method } = transaction.request;
    if (method === "NOTIFY") return transaction.reply(481); // RFC 6665 §4.1.3
    transaction.reply(method === "OPTIONS" ? 200 : 405, undefined, (edit) => {
      edit.set(Allow, face.allow); // RFC 3261 §8.2.1
      if (method === "OPTIONS") {
        edit.set(Supported, withExtensions(face.supported, engine.extensions)); // RFC 3261 §11.2
      }
      face.edit?.(edit);
    });
  }
}

const NO_REASONS: readonly Tagged[] = [];

/** Nobody has wanted the end: whoever hears the BYE may want to come back. RFC 3326 §2 */
function becauseOf(why: CallFault): readonly Tagged[] {
  const cause = why === "no such call" ? "481" : "408";
  return [{ value: "SIP", params: Params.of(["cause", cause]).withQuoted("text", why) }];
}

const UP: Running<Ending> = start(endingPlan, 0).running;
const OVER: Running<Ending> = { state: "over", alarms: [] };
const BY_US: CallEnd = { by: "us" };

class ByeSent implements WayUser {
  readonly #over: () => void;

  constructor(over: () => void) {
    this.#over = over;
  }

  response({ status }: SipResponse): void {
    if (status >= 200) this.#over();
  }

  failed(): void {
    this.#over();
  }
}

/** Of the session itself is INFO alone; what becomes of the others concerns the call no more. RFC 5057 §5.1 */
class OwnerRequest implements WayUser {
  readonly #usage: InviteUsage;
  readonly #method: string;
  readonly #resolve: (outcome: RequestOutcome) => void;

  constructor(usage: InviteUsage, method: string, resolve: (outcome: RequestOutcome) => void) {
    this.#usage = usage;
    this.#method = method;
    this.#resolve = resolve;
  }

  response(response: SipResponse): void {
    if (response.status < 200) return;
    this.#resolve({ kind: "answered", response });
    if (response.status === 481) this.#lost("no such call");
    if (response.status === 408) this.#lost("no answer");
  }

  failed(why: SendFailure | "timeout"): void {
    this.#resolve({ kind: "failed", why });
    if (why === "timeout") this.#lost("no answer");
  }

  #lost(why: CallFault): void {
    if (this.#method === "INFO") this.#usage.lost(why);
  }
}
