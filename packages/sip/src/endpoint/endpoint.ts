/** The SIP stack without I/O: messages come in by flows, find their transactions, and leave by flows. RFC 3261 §17, §18 */
import { Chain, FormatError } from "@parlance/wire";
import type { Hop } from "../locate/index.ts";
import {
  checkRequest,
  checkResponse,
  formatLeaving,
  formatUnderVia,
  makeResponse,
  RetryAfter,
  type SipMessage,
  SipRequest,
  SipResponse,
  type SipUri,
} from "../message/index.ts";
import { responseKey, serverKey } from "../transaction/index.ts";
import { Attempt } from "./attempt.ts";
import { Engine } from "./engine.ts";
import type { Flow, FlowEvents, FlowFault } from "./flow.ts";
import { FlowsInUse } from "./flows-in-use.ts";
import { Outgoing, type OutgoingOwner } from "./outgoing.ts";
import type {
  BuildResponse,
  ClientTransaction,
  Destination,
  EndpointOptions,
  EndpointPorts,
  EndpointStats,
  Finder,
  RequestObserver,
  RequestOptions,
  TimerTrace,
  Trace,
  TransactionUser,
} from "./ports.ts";
import { Registry } from "./registry.ts";
import type { Remnant } from "./remnants.ts";
import { InviteServerRun, NonInviteServerRun, type ServerOwner, ServerRun } from "./server-run.ts";
import { addTag, type HeldTransaction } from "./server-transaction.ts";
import { markSource, ownVia } from "./via.ts";

export class Endpoint implements FlowEvents {
  readonly #engine: Engine;
  readonly #user: TransactionUser;
  readonly #registry: Registry<ServerRun, Attempt>;
  readonly #flows = new FlowsInUse();
  readonly #outgoing = new Chain<Outgoing>();
  readonly #finder: Finder | undefined;
  readonly #serverOwner: ServerOwner;
  readonly #clientOwner: OutgoingOwner;
  #stopped = false;

  constructor(ports: EndpointPorts, user: TransactionUser, options: EndpointOptions = {}) {
    const perSource = options.transactionsPerSource ?? 256;
    const limitOf = typeof perSource === "number" ? () => perSource : perSource;
    this.#engine = new Engine(ports, options);
    this.#user = user;
    this.#registry = new Registry(this.#engine.wheel, options.transactions ?? 100_000, limitOf);
    this.#finder = ports.finder;
    this.#serverOwner = this.#ownServers();
    this.#clientOwner = this.#ownClients();
  }

  /** Sees every message from now on; `undefined` ends it. */
  set trace(trace: Trace | undefined) {
    this.#engine.trace = trace;
  }

  /** Hears of every timer that fires from now on. */
  set timerTrace(trace: TimerTrace | undefined) {
    this.#engine.timerTrace = trace;
  }

  get stats(): EndpointStats {
    return {
      ...this.#engine.counters,
      serverTransactions: this.#registry.servers.size,
      clientTransactions: this.#registry.clients.size,
    };
  }

  /** Sends a request; our Via is added here. The observer may hear of its end before this returns. */
  request(
    request: SipRequest,
    to: Destination,
    observer: RequestObserver,
    options: RequestOptions = {},
  ): ClientTransaction {
    const outgoing = new Outgoing(request, observer, options, this.#clientOwner);
    if (this.#stopped) outgoing.fail("stopped");
    else if ("remote" in to) outgoing.startOn(to);
    else this.#withHops(to, (hops) => outgoing.startOver(hops));
    return outgoing;
  }

  /** Sends without a transaction: the ACK of a 2xx, with a branch of its own. RFC 3261 §13.2.2.4 */
  send(request: SipRequest, to: Destination): void {
    if (this.#stopped) return;
    if ("remote" in to) return this.#sendOn(request, to);
    this.#withHops(to, ([hop]) => {
      if (hop === undefined) return;
      this.#engine.open(hop, (flow) => {
        if (flow !== undefined) this.#sendOn(request, flow);
      });
    });
  }

  message(message: SipMessage, flow: Flow): void {
    if (this.#stopped) return;
    this.#engine.show("in", message, flow);
    this.#readable(flow, () => {
      if (message instanceof SipRequest) this.#takeRequest(message, flow);
      else if (message instanceof SipResponse) this.#takeResponse(message, flow);
    });
  }

  fault(fault: FlowFault, flow: Flow): void {
    if (this.#stopped) return;
    const { message, status, reason, close } = fault;
    this.#malformed(flow, fault);
    if (message instanceof SipRequest && message.method !== "ACK") {
      this.#readable(flow, () => this.#refuse(markSource(message, flow), flow, status, reason));
    }
    if (close) this.#engine.closeFlow(flow);
  }

  closed(flow: Flow): void {
    this.#flows.closed(flow);
  }

  /** Tells every observer, and does nothing any more. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const outgoing of this.#outgoing) outgoing.fail("stopped");
    for (const transaction of this.#registry.clients.values()) {
      if (transaction instanceof Attempt) transaction.forget();
    }
    for (const transaction of this.#registry.servers.values()) {
      if (transaction instanceof ServerRun) transaction.forget();
    }
    this.#engine.wheel.stop();
  }

  /** Without a Via there is no way to answer, and nothing to match. RFC 3261 §18.2.2 */
  #readable(flow: Flow, take: () => void): void {
    try {
      take();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#malformed(flow, error);
    }
  }

  #malformed(flow: Flow, why: Pick<FlowFault, "limit" | "format"> = {}): void {
    this.#engine.counters.malformed += 1;
    this.#engine.report({ kind: "malformed", limit: why.limit, format: why.format, flow });
  }

  #takeRequest(received: SipRequest, flow: Flow): void {
    this.#engine.counters.requestsIn += 1;
    const request = this.#marked(received, flow);
    if (request === undefined) return;
    const key = serverKey(request);
    const known = this.#registry.servers.get(key);
    if (request.method === "ACK") return this.#takeAck(request, flow, known);
    if (known !== undefined) return this.#takeRepeat(known);
    const fault = checkRequest(request);
    if (fault !== undefined) {
      this.#malformed(flow, fault);
      return this.#refuse(request, flow, fault.status, fault.reason);
    }
    if (request.method === "CANCEL") return this.#takeCancel(request, flow);
    if (!this.#registry.hasRoom()) return this.#refuseByLimit(request, flow, "total");
    if (!this.#registry.enter(flow)) return this.#refuseByLimit(request, flow, "source");
    const Kind = request.method === "INVITE" ? InviteServerRun : NonInviteServerRun;
    const run = new Kind(key, request, flow, this.#serverOwner);
    run.place = this.#registry.servers.add(key, run);
    run.start();
    if (run.transaction !== undefined) this.#serve(run.transaction);
  }

  /** A Via that cannot be read goes back as it came: the flow alone shows the way. RFC 4475 §3.1.2.1 */
  #marked(received: SipRequest, flow: Flow): SipRequest | undefined {
    try {
      return markSource(received, flow);
    } catch (error) {
      if (!(error instanceof FormatError) || !received.has("Via")) throw error;
      this.#malformed(flow, error);
      if (received.method !== "ACK") this.#refuse(received, flow, 400, reasonPhrase(error));
      return undefined;
    }
  }

  #takeRepeat(known: ServerRun | Remnant): void {
    const { counters } = this.#engine;
    counters.repeatsIn += 1;
    if (known instanceof ServerRun) return known.repeat();
    if (known.answer === undefined) return;
    counters.repeatsOut += 1;
    this.#engine.send(known.answer.flow, known.answer.bytes); // RFC 3261 §17.2.2
  }

  #takeAck(request: SipRequest, flow: Flow, known: ServerRun | Remnant | undefined): void {
    if (known instanceof InviteServerRun) return known.ack(request, flow);
    if (checkRequest(request) === undefined) this.#passAck(request, flow);
    else this.#malformed(flow); // RFC 3261 §17: an ACK is never answered
  }

  /**
   * Answered without a transaction: a repeat finds the same INVITE and gets the same answer. It has to come by the flow
   * of the INVITE, or anybody who saw a branch could end a session. RFC 3261 §9.2
   */
  #takeCancel(request: SipRequest, flow: Flow): void {
    const invite = this.#registry.servers.get(serverKey(request, "INVITE"));
    if (!(invite instanceof ServerRun) || invite.flow.id !== flow.id)
      return this.#refuse(request, flow, 481);
    const { transaction, localTag } = invite;
    if (localTag === undefined) return this.#refuse(request, flow, 481); // Refused and acknowledged.
    this.#answerOnce(request, flow, 200, undefined, (edit) => {
      addTag(edit, request, localTag); // RFC 3261 §9.2
    });
    if (transaction !== undefined) this.#guard(transaction, () => transaction.cancel());
  }

  #takeResponse(response: SipResponse, flow: Flow): void {
    this.#engine.counters.responsesIn += 1;
    if (checkResponse(response) !== undefined) return this.#malformed(flow);
    const known = this.#registry.clients.get(responseKey(response));
    if (known instanceof Attempt) {
      if (known.cameBy(flow)) return known.receive(response);
    } else if (known !== undefined) return; // RFC 3261 §17.1.2.2: a repeat, within timer K
    this.#engine.counters.strayResponses += 1;
    this.#attempt(response.cseq.method, flow, () => this.#user.strayResponse?.(response, flow));
  }

  #serve(transaction: HeldTransaction): void {
    this.#guard(transaction, () =>
      this.#user.request(transaction.request, transaction, transaction.flow),
    );
  }

  /** Nothing that a handler throws goes past here, now or later. */
  #guard(transaction: HeldTransaction, run: () => void | Promise<void>): void {
    try {
      const running = run();
      if (running !== undefined) running.catch((error) => this.#broken(transaction, error));
    } catch (error) {
      this.#broken(transaction, error);
    }
  }

  #broken(transaction: HeldTransaction, error: unknown): void {
    if (error instanceof FormatError) {
      this.#malformed(transaction.flow, error);
      return transaction.reply(400, reasonPhrase(error));
    }
    const { method } = transaction.request;
    this.#engine.report({ kind: "handler failed", method, error });
    transaction.reply(500);
  }

  #passAck(request: SipRequest, flow: Flow): void {
    this.#attempt("ACK", flow, () => this.#user.ack(request, flow));
  }

  /** As `#guard`, where nobody waits for an answer. */
  #attempt(method: string, flow: Flow, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (error instanceof FormatError) this.#malformed(flow, error);
      else this.#engine.report({ kind: "handler failed", method, error });
    }
  }

  #refuseByLimit(request: SipRequest, flow: Flow, limit: "source" | "total"): void {
    this.#engine.counters.refusedByLimit += 1;
    this.#engine.report({ kind: "limit reached", limit, flow });
    this.#answerOnce(request, flow, 503, undefined, (edit) => {
      edit.set(RetryAfter, this.#engine.settings.retryAfter);
    });
  }

  #refuse(request: SipRequest, flow: Flow, status: number, reason?: string): void {
    this.#answerOnce(request, flow, status, reason, (edit) =>
      addTag(edit, request, this.#engine.newTag()),
    );
  }

  /** By the same flow and without a trace in memory. */
  #answerOnce(
    request: SipRequest,
    flow: Flow,
    status: number,
    reason: string | undefined,
    build: BuildResponse,
  ): void {
    this.#engine.counters.responsesOut += 1;
    this.#engine.send(flow, formatLeaving(makeResponse(request, status, reason, build)));
  }

  #sendOn(request: SipRequest, flow: Flow): void {
    const { settings } = this.#engine;
    const via = ownVia(
      flow,
      settings.sentBy(flow),
      this.#engine.newBranch(undefined),
      settings.alias,
    );
    this.#engine.counters.requestsOut += 1;
    this.#engine.send(flow, formatUnderVia(request, via));
  }

  #withHops(to: Hop | readonly Hop[] | SipUri, use: (hops: readonly Hop[]) => void): void {
    if ("address" in to) return use([to]);
    if (!("kind" in to)) return use(to);
    const found = this.#finder?.find(to) ?? [];
    if (found instanceof Promise) found.then(use, () => use([]));
    else use(found);
  }

  #ownServers(): ServerOwner {
    const registry = this.#registry;
    return {
      engine: this.#engine,
      flows: this.#flows,
      answered: ({ flow }) => registry.leave(flow),
      finished: (transaction) => registry.finished(transaction),
      left({ place }, what) {
        if (place !== undefined) registry.served(place, what);
      },
      gone(transaction, finished) {
        const { place } = transaction;
        if (place?.value === transaction) registry.servers.leave(place);
        if (finished !== undefined) registry.gone(finished);
      },
      ack: (request, flow) => this.#passAck(request, flow),
    };
  }

  #ownClients(): OutgoingOwner {
    const registry = this.#registry;
    return {
      engine: this.#engine,
      flows: this.#flows,
      hasRoom: () => registry.hasRoom(),
      begun: (outgoing) => this.#outgoing.add(outgoing),
      settled: (place) => this.#outgoing.remove(place),
      entered: (key, attempt) => registry.clients.add(key, attempt),
      finished: (attempt) => registry.finished(attempt),
      left: ({ place }, until) => registry.asked(place, until),
      gone(attempt, finished) {
        if (attempt.place.value === attempt) registry.clients.leave(attempt.place);
        if (finished !== undefined) registry.gone(finished);
      },
    };
  }
}

/** Why, in words that fit a status line. */
function reasonPhrase({ format, reason }: FormatError): string {
  const text = `Bad ${format}: ${reason}`.replaceAll(/[^ -~]/g, "?");
  return text.slice(0, 120);
}
