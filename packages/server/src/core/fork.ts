/** Drives one forwarded request, at one contact or many, to the one end its asker hears of. RFC 3261 §16.6, §16.7 */
import {
  type ClientTransaction,
  type Destination,
  ForkContext,
  type ForkEffect,
  type ForkTarget,
  type KeptRequest,
  keepInvite,
  type RequestObserver,
  type SendFailure,
  type SipRequest,
  type SipResponse,
  withoutOurVia,
} from "@parlance/sip";
import type { Clock } from "@parlance/wire";
import type { RegisteredContact } from "./registrar/contact.ts";
import type { Sender } from "./sender.ts";

/** How all branches together ended. */
export interface ForkEnd {
  /** 408 when no contact answered, 480 when none could be reached. */
  readonly status: number;
  /** Ready for the caller, without our Via; undefined when no contact answered. */
  readonly response: SipResponse | undefined;
  /** Which branch a 2xx came from. Undefined for every other end. */
  readonly from: Branch | undefined;
}

export interface ForkObserver {
  provisional(response: SipResponse, from: Branch): void;
  /** Once. */
  end(end: ForkEnd): void;
  /** A further 2xx of an INVITE: every one is for the caller. RFC 3261 §16.7 item 5 */
  late(response: SipResponse, from: Branch): void;
}

export interface Branch {
  /** As it goes, but for our Via. */
  readonly request: SipRequest;
  readonly to: Destination;
  /** What tells a request that comes back to us from one that only passes again. RFC 5393 §4.2.1 */
  readonly loopMark?: string | undefined;
  /** Whose it is; undefined for a place that no user has registered. */
  readonly contact?: RegisteredContact | undefined;
  /** Hears the final answer of this branch, whatever becomes of the others. */
  readonly answered?: ((response: SipResponse) => void) | undefined;
}

export interface ForkPlan<T> {
  readonly method: string;
  readonly targets: readonly ForkTarget<T>[];
  /** All at once, whatever their q. */
  readonly parallel: boolean;
  readonly breadth: number;
  /** Made when its turn has come. */
  readonly branch: (target: T, maxBreadth: number) => Branch;
}

export interface ForkPorts {
  readonly sender: Sender;
  readonly clock: Clock;
}

/** The usual case, and so the short way: one contact, and nothing to cancel. */
export function sendOne(branch: Branch, { sender }: ForkPorts, observer: ForkObserver): void {
  const { request, to, loopMark } = branch;
  const heard = new OnlyBranch(branch, observer);
  if (loopMark === undefined) sender.send(request, to, heard);
  else sender.send(request, to, heard, { branchSuffix: loopMark });
}

class OnlyBranch implements RequestObserver {
  readonly #branch: Branch;
  readonly #observer: ForkObserver;

  constructor(branch: Branch, observer: ForkObserver) {
    this.#branch = branch;
    this.#observer = observer;
  }

  response(response: SipResponse): void {
    // RFC 4320 §4.1: a provisional answer to anything but INVITE goes one hop only.
    if (response.status < 200) return;
    const from = this.#branch;
    from.answered?.(response);
    this.#observer.end({ status: response.status, response: withoutOurVia(response), from });
  }

  timeout(): void {
    this.#fail(408);
  }

  failed(reason: SendFailure): void {
    this.#fail(statusOf(reason));
  }

  #fail(status: number): void {
    this.#observer.end({ status, response: undefined, from: undefined });
  }
}

interface ForkOfBranch {
  response(number: number, response: SipResponse, from: Branch): void;
  failed(number: number, reason: SendFailure | "timeout"): void;
}

/** Hears the answers to one branch of a fork. */
class OneOfMany implements RequestObserver {
  readonly #number: number;
  readonly #fork: ForkOfBranch;
  #branch: Branch;

  constructor(number: number, branch: Branch, fork: ForkOfBranch) {
    this.#number = number;
    this.#branch = branch;
    this.#fork = fork;
  }

  response(response: SipResponse): void {
    const { status } = response;
    if (status >= 200) this.#branch.answered?.(response);
    this.#fork.response(this.#number, response, this.#branch);
    const accepted = status >= 200 && status < 300 && response.cseq.method === "INVITE";
    if (accepted && !(this.#branch instanceof AcceptedBranch)) {
      this.#branch = new AcceptedBranch(this.#branch);
    }
  }

  timeout(): void {
    this.#fork.failed(this.#number, "timeout");
  }

  failed(reason: SendFailure): void {
    this.#fork.failed(this.#number, reason);
  }
}

/** Its INVITE has had a 2xx: what is kept of it is for those who answer it as well. RFC 6026 §7.2 */
class AcceptedBranch implements Branch {
  readonly to: Destination;
  readonly #invite: KeptRequest;

  constructor({ request, to }: Branch) {
    this.to = to;
    this.#invite = keepInvite(request);
  }

  get request(): SipRequest {
    return this.#invite.read();
  }
}

interface RunningBranch {
  readonly transaction: ClientTransaction;
  readonly branch: Branch;
  /** It was given up, whatever becomes of the others. */
  left: boolean;
}

export class Fork<T> implements ForkOfBranch {
  readonly #context: ForkContext<T>;
  /** None once it has ended: what it is made of is not kept for the answers that may still come. */
  #branch: ForkPlan<T>["branch"] | undefined;
  readonly #ports: ForkPorts;
  readonly #observer: ForkObserver;
  readonly #running = new Map<number, RunningBranch>();
  /** Of those that are still to come. */
  #unwanted: ((branch: Branch) => boolean) | undefined;
  /** The first reason why a branch got no answer. */
  #failure: number | undefined;
  #ended = false;

  constructor(plan: ForkPlan<T>, ports: ForkPorts, observer: ForkObserver) {
    const { targets, method, breadth, parallel, branch } = plan;
    this.#context = new ForkContext(targets, { method, breadth, parallel });
    this.#branch = branch;
    this.#ports = ports;
    this.#observer = observer;
  }

  start(): void {
    this.#perform(this.#context.start(this.#now));
  }

  /** The caller has hung up. RFC 3261 §16.10 */
  cancel(): void {
    this.#perform(this.#context.cancel(this.#now));
  }

  /** Some are wanted no more, running or still to come; to whoever asks, nobody was there. */
  leave(unwanted: (branch: Branch) => boolean): void {
    const before = this.#unwanted;
    this.#unwanted = (branch) => before?.(branch) === true || unwanted(branch);
    for (const running of this.#running.values()) {
      if (running.left || !unwanted(running.branch)) continue;
      running.left = true;
      running.transaction.cancel();
    }
  }

  // As its branches see it.

  response(number: number, response: SipResponse, from: Branch): void {
    const left = this.#running.get(number)?.left === true;
    if (left && response.status < 200) return; // it rings no more
    if (left && response.status === 487) return this.failed(number, "unreachable");
    if (response.status >= 200) this.#running.delete(number);
    this.#perform(this.#context.response(number, response, this.#now), from);
  }

  failed(number: number, reason: SendFailure | "timeout"): void {
    this.#failure ??= reason === "timeout" ? 408 : statusOf(reason);
    this.#running.delete(number);
    const why = reason === "timeout" ? "timeout" : "unreachable";
    this.#perform(this.#context.failed(number, why, this.#now));
  }

  get #now(): number {
    return this.#ports.clock.now();
  }

  /** `from`: whose response caused this, if one did. */
  #perform(effects: readonly ForkEffect<T>[], from?: Branch): void {
    for (const effect of effects) {
      switch (effect.do) {
        case "forward":
          if (this.#branch === undefined) break;
          this.#send(effect.branch, this.#branch(effect.to, effect.maxBreadth));
          break;
        case "cancel":
          this.#running.get(effect.branch)?.transaction.cancel();
          break;
        case "respond":
          this.#respond(effect.response, from);
          break;
        case "answer":
          this.#end({
            status: this.#failure ?? effect.status,
            response: undefined,
            from: undefined,
          });
      }
    }
  }

  #send(number: number, branch: Branch): void {
    if (this.#unwanted?.(branch) === true) return this.failed(number, "unreachable");
    const { request, to, loopMark } = branch;
    const observer = new OneOfMany(number, branch, this);
    const options = loopMark === undefined ? {} : { branchSuffix: loopMark };
    const transaction = this.#ports.sender.send(request, to, observer, options);
    if (!transaction.ended) this.#running.set(number, { transaction, branch, left: false });
  }

  #respond(response: SipResponse, from: Branch | undefined): void {
    const { status } = response;
    if (from !== undefined && status < 200) return this.#observer.provisional(response, from);
    if (from !== undefined && this.#ended) return this.#observer.late(response, from);
    this.#end({ status, response, from: status < 300 ? from : undefined });
  }

  #end(end: ForkEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#branch = undefined;
    this.#observer.end(end);
  }
}

function statusOf(reason: SendFailure): number {
  switch (reason) {
    case "too large":
      return 413; // RFC 3428 §8
    case "cancelled":
      return 487;
    case "busy":
    case "stopped":
      return 503;
    default:
      return 480; // no connection: the user is not there
  }
}
