/** A request of ours on its way over one hop after the other, to exactly one end. RFC 3261 §18.1.1, RFC 3263 §4.3 */
import type { Cancel, Link } from "@parlance/wire";
import { type Hop, isReliable } from "../locate/index.ts";
import { formatUnderVia, type SipRequest, type SipResponse } from "../message/index.ts";
import {
  type Attempt,
  type AttemptOwner,
  type AttemptUser,
  type Branch,
  InviteAttempt,
  NonInviteAttempt,
} from "./attempt.ts";
import type { Engine } from "./engine.ts";
import type { Flow } from "./flow.ts";
import type { ClientTransaction, RequestObserver, RequestOptions, SendFailure } from "./ports.ts";
import { ownVia } from "./via.ts";

export interface OutgoingOwner extends AttemptOwner {
  begun(outgoing: Outgoing): Link<Outgoing>;
  /** It has come to its one end. */
  settled(place: Link<Outgoing>): void;
  hasRoom(): boolean;
}

type Place = Pick<Hop, "address" | "datagramsOnly">;

export class Outgoing implements ClientTransaction, AttemptUser {
  readonly request: SipRequest;
  flow: Flow | undefined;
  ended = false;
  readonly #owner: OutgoingOwner;
  readonly #observer: RequestObserver;
  readonly #options: RequestOptions;
  readonly #place: Link<Outgoing>;
  #hops: readonly Hop[] = [];
  #attempt: Attempt | undefined;
  #cancelled = false;
  #heard = false;
  #wait: Cancel | undefined;

  constructor(
    request: SipRequest,
    observer: RequestObserver,
    options: RequestOptions,
    owner: OutgoingOwner,
  ) {
    this.request = request;
    this.#observer = observer;
    this.#options = options;
    this.#owner = owner;
    this.#place = owner.begun(this);
  }

  startOn(flow: Flow): void {
    this.#sendOn(flow, { address: flow.remote });
  }

  /** One hop after the other, until one answers. RFC 3263 §4.3 */
  startOver(hops: readonly Hop[]): void {
    this.#hops = hops;
    this.#tryNext("no hop");
  }

  cancel(): void {
    if (this.ended || this.request.method !== "INVITE") return; // RFC 3261 §9.1
    this.#cancelled = true;
    if (this.#attempt instanceof InviteAttempt) this.#attempt.cancel();
    else this.fail("cancelled");
  }

  fail(reason: SendFailure): void {
    if (this.#end()) return;
    this.#owner.engine.counters.failures += 1;
    this.#tell(() => this.#observer.failed(reason));
  }

  response(response: SipResponse): void {
    const { status } = response;
    this.#heard = true;
    if (status < 200) {
      this.#waitForInvite(status);
      if (!this.ended) this.#tell(() => this.#observer.response(response));
      return;
    }
    if (status === 503 && this.#hops.length > 0 && !this.#cancelled && !this.ended) {
      return this.#tryNext("unreachable"); // RFC 3263 §4.3
    }
    const repeated = this.#end();
    // A proxy and a UAC must see each 2xx of an INVITE: it wants its ACK. RFC 6026 §7.2
    if (repeated && status >= 300) return;
    this.#tell(() => this.#observer.response(response));
  }

  timeout(): void {
    if (this.ended) return;
    // RFC 3263 §4.3: the next hop only where this one gave no sign of life
    if (this.#hops.length > 0 && !this.#heard && !this.#cancelled) return this.#tryNext("no hop");
    this.#end();
    this.#tell(() => this.#observer.timeout());
  }

  lost(): void {
    this.#tryNext("unreachable");
  }

  accepted(): AttemptUser {
    return new LaterAnswers(this.#observer, this.#owner.engine);
  }

  #tryNext(otherwise: SendFailure): void {
    if (this.ended) return;
    this.#attempt = undefined;
    this.#heard = false;
    const [hop, ...rest] = this.#hops;
    if (this.#cancelled || hop === undefined) {
      return this.fail(this.#cancelled ? "cancelled" : otherwise);
    }
    this.#hops = rest;
    this.#openHop(hop, (flow) => {
      if (flow === undefined) this.#tryNext("unreachable");
      else this.#sendOn(flow, hop);
    });
  }

  #openHop(hop: Hop, opened: (flow: Flow | undefined) => void): void {
    this.#owner.engine.open(hop, (flow) => {
      if (!this.ended) opened(flow);
    });
  }

  /** What is too long for a datagram goes by stream, to the same place. RFC 3261 §18.1.1 */
  #sendOn(flow: Flow, { address, datagramsOnly }: Place): void {
    const branch = this.#prepare(flow);
    const { settings, streamless, wheel } = this.#owner.engine;
    const limit = settings.datagramLimit(flow);
    if (isReliable(flow.transport) || branch.bytes.length <= limit) return this.#launch(branch);
    const { method, body } = this.request;
    const needsStream = method === "MESSAGE" && body.length > limit; // RFC 3428 §8
    const asDatagram = (): void =>
      needsStream ? this.#tryNext("too large") : this.#launch(branch); // RFC 3261 §18.1.1
    if (datagramsOnly === true) return asDatagram();
    if (!needsStream && streamless.has(address, wheel.now())) return asDatagram();
    this.#openHop({ transport: "TCP", address }, (stream) => {
      if (stream !== undefined) return this.#launch(this.#prepare(stream));
      streamless.note(address, wheel.now());
      asDatagram();
    });
  }

  /** Each attempt is a branch of its own. RFC 3261 §16.6 item 7 */
  #prepare(flow: Flow): Branch {
    const { engine } = this.#owner;
    const branch = engine.newBranch(this.#options.branchSuffix);
    const via = ownVia(flow, engine.settings.sentBy(flow), branch, engine.settings.alias);
    return { request: this.request, via, bytes: formatUnderVia(this.request, via), branch, flow };
  }

  #launch(branch: Branch): void {
    if (!this.#owner.hasRoom()) return this.fail("busy");
    this.flow = branch.flow;
    const invite = this.request.method === "INVITE";
    const Kind = invite ? InviteAttempt : NonInviteAttempt;
    this.#attempt = new Kind(branch, this, this.#owner);
    this.#attempt.start();
  }

  /** Every provisional answer but 100 gives the callee its time anew. RFC 3261 §16.7 item 2 */
  #waitForInvite(status: number): void {
    const attempt = this.#attempt;
    if (!(attempt instanceof InviteAttempt) || this.ended) return;
    if (this.#wait !== undefined && status === 100) return;
    this.#wait?.();
    const { wheel, settings } = this.#owner.engine;
    const waitMs = this.#options.inviteWaitMs ?? settings.inviteWaitMs;
    this.#wait = wheel.after(waitMs, () => attempt.cancel());
  }

  /** True when it had ended before. */
  #end(): boolean {
    if (this.ended) return true;
    this.ended = true;
    this.#wait?.();
    this.#owner.settled(this.#place);
    return false;
  }

  #tell(what: () => void): void {
    tell(what, this.request.method, this.#owner.engine);
  }
}

/** All that is left of a request that was accepted: a proxy and a UAC must see each 2xx of an INVITE. RFC 6026 §7.2 */
class LaterAnswers implements AttemptUser {
  readonly #observer: RequestObserver;
  readonly #engine: Engine;

  constructor(observer: RequestObserver, engine: Engine) {
    this.#observer = observer;
    this.#engine = engine;
  }

  response(response: SipResponse): void {
    tell(() => this.#observer.response(response), "INVITE", this.#engine);
  }

  timeout(): void {}

  lost(): void {}

  accepted(): this {
    return this;
  }
}

function tell(what: () => void, method: string, engine: Engine): void {
  try {
    what();
  } catch (error) {
    engine.report({ kind: "observer failed", method, error });
  }
}
