/** One client transaction: one branch of a request on one flow. RFC 3261 §17.1 */
import { type Cancel, type Link, type Place, Runner } from "@parlance/wire";
import { isSecure } from "../locate/index.ts";
import { formatMessage, type SipRequest, type SipResponse } from "../message/index.ts";
import { clientKey, type InviteClient, type NonInviteClient } from "../transaction/index.ts";
import { makeAck, makeCancel } from "./derived-requests.ts";
import type { Engine } from "./engine.ts";
import type { Flow } from "./flow.ts";
import type { FlowsInUse, FlowUse, Rider } from "./flows-in-use.ts";
import type { TimerName } from "./ports.ts";
import type { Evictable } from "./registry.ts";
import type { Remnant } from "./remnants.ts";

/** Hears how an attempt goes. */
export interface AttemptUser {
  response(response: SipResponse): void;
  timeout(): void;
  lost(): void;
  /** Who hears of what else comes after a 2xx to INVITE: no more is kept for it than that takes. RFC 6026 §7.2 */
  accepted(): AttemptUser;
}

export interface AttemptOwner {
  readonly engine: Engine;
  readonly flows: FlowsInUse;
  /** Gives the place where its answers find it. */
  entered(key: string, attempt: Attempt): Place<Attempt | Remnant>;
  /** From now on it only absorbs repeats. */
  finished(attempt: Attempt): Link<Evictable>;
  /** Until then repeats of its answer are absorbed in its place, and that is all. */
  left(attempt: Attempt, until: number): void;
  gone(attempt: Attempt, finished: Link<Evictable> | undefined): void;
}

export interface Branch {
  /** Without our Via. */
  readonly request: SipRequest;
  /** Our Via, which stands on top of what is sent. */
  readonly via: string;
  readonly bytes: Uint8Array;
  readonly branch: string;
  readonly flow: Flow;
}

type ClientAction = InviteClient["action"] | NonInviteClient["action"];

const INVITE = { again: "A", end: "B" } as const;
const NON_INVITE = { again: "E", end: "F" } as const;
/** For whom the rest is of no interest. */
const DEAF: AttemptUser = { response() {}, timeout() {}, lost() {}, accepted: () => DEAF };

export abstract class Attempt implements Rider, Evictable {
  readonly flow: Flow;
  readonly place: Place<Attempt | Remnant>;
  protected readonly owner: AttemptOwner;
  #branch: Branch | undefined;
  #user: AttemptUser;
  protected incoming: SipResponse | undefined;
  readonly #use: FlowUse;
  readonly #riding: Link<Rider>;
  #finished: Link<Evictable> | undefined;
  #sent = false;

  constructor(branch: Branch, user: AttemptUser, owner: AttemptOwner) {
    this.flow = branch.flow;
    this.owner = owner;
    this.#branch = branch;
    this.#user = user;
    this.#use = owner.flows.take(branch.flow);
    this.#riding = this.#use.riders.add(this);
    this.place = owner.entered(clientKey(branch.branch, branch.request.method), this);
  }

  abstract start(): void;
  abstract forget(): void;
  abstract flowLost(): void;
  protected abstract answered(status: number): void;
  /** Those that send again and give up. RFC 3261, table 4 */
  protected abstract readonly timers: { readonly again: TimerName; readonly end: TimerName };

  /** Answers come back by the path of their request: the same host, as safely as it went. */
  cameBy(flow: Flow): boolean {
    if (flow.id === this.flow.id) return true;
    return (
      flow.remote.host === this.flow.remote.host &&
      isSecure(flow.transport) === isSecure(this.flow.transport)
    );
  }

  receive(response: SipResponse): void {
    this.incoming = response;
    this.answered(response.status);
    this.incoming = undefined;
  }

  perform(action: ClientAction): void {
    const { engine } = this.owner;
    switch (action) {
      case "send request":
        if (this.#branch === undefined) return;
        if (this.#sent) {
          engine.counters.repeatsOut += 1;
          this.#fired(this.timers.again);
        } else engine.counters.requestsOut += 1;
        this.#sent = true;
        return engine.send(this.flow, this.#branch.bytes);
      case "send ack":
        return this.sendAck();
      case "pass up":
        if (this.incoming !== undefined) this.#user.response(this.incoming);
        return;
      case "report timeout":
        engine.counters.timeouts += 1;
        this.#fired(this.timers.end);
        return this.#user.timeout();
      case "report transport error":
        return this.#user.lost();
    }
  }

  ended(): void {
    this.#use.riders.remove(this.#riding);
    this.owner.flows.release(this.#use);
    this.owner.gone(this, this.#finished);
  }

  protected get branch(): Branch | undefined {
    return this.#branch;
  }

  /** The request is answered: nothing of it is kept, and nobody is told of repeats. */
  protected absorb(): void {
    this.#rest(DEAF);
  }

  /** It is answered, but others may answer as well. RFC 6026 §8.4 */
  protected listen(): void {
    this.#rest(this.#user.accepted());
  }

  #rest(user: AttemptUser): void {
    this.#branch = undefined;
    this.#user = user;
    this.#finished ??= this.owner.finished(this);
  }

  protected sendAck(): void {}

  #fired(timer: TimerName): void {
    if (this.#branch === undefined) return;
    this.owner.engine.fired(timer, this.#branch.request, this.#branch.branch, this.flow);
  }
}

export class NonInviteAttempt extends Attempt {
  protected readonly timers = NON_INVITE;
  readonly #runner: Runner<NonInviteClient>;

  constructor(branch: Branch, user: AttemptUser, owner: AttemptOwner) {
    super(branch, user, owner);
    const { engine } = owner;
    this.#runner = new Runner(engine.plansFor(branch.flow).nonInviteClient, engine.wheel, this);
  }

  start(): void {
    this.#runner.start();
  }

  forget(): void {
    this.#runner.forget();
  }

  flowLost(): void {
    this.#runner.input("transport error");
  }

  override perform(action: NonInviteClient["action"]): void {
    super.perform(action);
    if (this.#runner.state === "completed") this.#reduce();
  }

  protected answered(status: number): void {
    this.#runner.input(status < 200 ? "1xx" : "2xx-6xx");
  }

  /** Nothing else happens to it until timer K, so nothing else is kept. RFC 3261 §17.1.2.2 */
  #reduce(): void {
    const until = this.#runner.nextAt;
    if (until === undefined || this.#runner.over) return;
    this.owner.left(this, until);
    this.#runner.forget();
  }
}

export class InviteAttempt extends Attempt {
  protected readonly timers = INVITE;
  readonly #runner: Runner<InviteClient>;
  #cancel: "no" | "wanted" | "sent" = "no";
  #ack: Uint8Array | undefined;
  #abandon: Cancel | undefined;

  constructor(branch: Branch, user: AttemptUser, owner: AttemptOwner) {
    super(branch, user, owner);
    const { engine } = owner;
    this.#runner = new Runner(engine.plansFor(branch.flow).inviteClient, engine.wheel, this);
  }

  start(): void {
    this.#runner.start();
  }

  forget(): void {
    this.#runner.forget();
  }

  flowLost(): void {
    this.#runner.input("transport error");
  }

  /** Waits for a provisional answer when there is none yet. RFC 3261 §9.1 */
  cancel(): void {
    if (this.#cancel !== "no") return;
    this.#cancel = "wanted";
    if (this.#runner.state === "proceeding") this.#sendCancel();
  }

  override ended(): void {
    this.#abandon?.();
    super.ended();
  }

  protected answered(status: number): void {
    if (status < 200) this.#runner.input("1xx");
    else this.#runner.input(status < 300 ? "2xx" : "3xx-6xx");
    if (this.#cancel === "wanted" && this.#runner.state === "proceeding") this.#sendCancel();
    if (this.#runner.state === "completed") this.absorb();
    const settled = this.branch === undefined || this.#runner.over;
    if (this.#runner.state === "accepted" && !settled) this.#settle();
  }

  #settle(): void {
    this.#abandon?.();
    this.#abandon = undefined;
    this.listen();
  }

  /** The same flow, the same branch. RFC 3261 §17.1.1.3 */
  protected override sendAck(): void {
    if (this.branch !== undefined && this.incoming !== undefined) {
      this.#ack ??= formatMessage(makeAck(this.branch, this.incoming));
    }
    if (this.#ack !== undefined) this.owner.engine.send(this.flow, this.#ack);
  }

  #sendCancel(): void {
    if (this.branch === undefined) return;
    this.#cancel = "sent";
    const { engine } = this.owner;
    const request = makeCancel(this.branch);
    const bytes = formatMessage(request);
    new NonInviteAttempt({ ...this.branch, request, bytes }, DEAF, this.owner).start();
    // RFC 3261 §9.1: no final answer in 64*T1, and the request counts as cancelled.
    const abandon = () => this.#runner.input("abandon");
    this.#abandon = engine.wheel.after(64 * engine.settings.t1, abandon);
  }
}
