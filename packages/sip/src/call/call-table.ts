/** All calls of one element: made here, found by what a message says of them, bounded. RFC 3261 §12.2.2, RFC 3891, RFC 4538 */
import {
  type DialogId,
  DialogTable,
  dialogOfCallee,
  idOfRequest,
  judgeReplaces,
  type ReplacesVerdict,
  tagOf,
} from "../dialog/index.ts";
import type { Destination, ServerTransaction } from "../endpoint/index.ts";
import {
  type DialogReference,
  Params,
  Require,
  SessionExpires,
  type SipRequest,
  Supported,
  Unsupported,
} from "../message/index.ts";
import { putRetryAfter } from "./answering.ts";
import { type Face, putFace } from "./body.ts";
import type { Call } from "./call.ts";
import { CallEngine } from "./engine.ts";
import { IncomingCall, type IncomingOwner } from "./incoming-call.ts";
import { refuseInterval } from "./negotiation.ts";
import { OutgoingCall, type Placing } from "./outgoing-call.ts";
import type { OutgoingOwner } from "./outgoing-owner.ts";
import type { CallOptions, CallPorts } from "./ports.ts";
import { judgeInterval } from "./session-clock.ts";
import { type CallRegistry, InviteUsage } from "./usage.ts";
import { Way } from "./way.ts";

const MAX_CALLS = 20_000;
const RETRY_AFTER_S = 5;

export interface CallStats {
  /** Dialogs, early ones too. */
  readonly calls: number;
  /** INVITEs of ours without an end. */
  readonly outgoing: number;
  /** INVITEs of peers without a final answer. */
  readonly incoming: number;
  readonly refusedByLimit: number;
}

export class CallTable {
  readonly #engine: CallEngine;
  readonly #dialogs = new DialogTable<InviteUsage>();
  readonly #registry: CallRegistry;
  readonly #limit: number;
  /** INVITEs that have no final answer, by what a copy of them would have in common. RFC 3261 §8.2.2.2 */
  readonly #incoming = new Set<string>();
  #outgoing = 0;
  #refusedByLimit = 0;

  constructor(ports: CallPorts, options: CallOptions = {}) {
    this.#engine = new CallEngine(ports, options);
    this.#limit = options.calls ?? MAX_CALLS;
    const dialogs = this.#dialogs;
    this.#registry = {
      entered: (usage) => dialogs.set(usage),
      left: ({ dialog }) => dialogs.end(dialog.id),
    };
  }

  get stats(): CallStats {
    return {
      calls: this.#dialogs.size,
      outgoing: this.#outgoing,
      incoming: this.#incoming.size,
      refusedByLimit: this.#refusedByLimit,
    };
  }

  /**
   * Sends an INVITE that its owner has built, with From tag, Call-ID and CSeq; Contact, Allow, Supported and
   * Session-Expires are added where they are missing. Challenges are for the outlet to answer, redirections for the owner.
   */
  place(invite: SipRequest, to: Destination, owner: OutgoingOwner, placing: Placing): OutgoingCall {
    let counted = true;
    const outgoing = new OutgoingCall(
      { engine: this.#engine, registry: this.#registry },
      { ...placing, invite: this.#complete(invite, placing.face), to, owner },
      () => {
        if (counted) this.#outgoing -= 1;
        counted = false;
      },
    );
    const full = this.#isFull();
    this.#outgoing += 1;
    if (full) {
      this.#refusedByLimit += 1;
      outgoing.failed("busy");
    } else outgoing.start();
    return outgoing;
  }

  /**
   * An INVITE outside of dialogs. `undefined`: it was refused here, for what it requires, for its session interval, as a
   * copy, or because there are too many calls. Throws `FormatError`.
   */
  invited(
    transaction: ServerTransaction,
    owner: IncomingOwner,
    face: Face,
  ): IncomingCall | undefined {
    const { request, flow, localTag } = transaction;
    if (this.#isFull()) {
      this.#refusedByLimit += 1;
      transaction.reply(503, undefined, (edit) => putRetryAfter(edit, RETRY_AFTER_S));
      return undefined;
    }
    const key = mergeKey(request);
    if (this.#incoming.has(key)) return refused(transaction, 482); // RFC 3261 §8.2.2.2
    const unknown = this.#unspoken(request, face);
    if (unknown.length > 0) {
      transaction.reply(420, undefined, (edit) => edit.set(Unsupported, unknown)); // RFC 3261 §8.2.2.3
      return undefined;
    }
    const to = { ...request.to, params: request.to.params.with("tag", localTag) };
    const dialog = dialogOfCallee(request, { status: 180, to });
    if (dialog === undefined) return refused(transaction, 400); // RFC 3261 §8.1.1.8: no Contact
    const timer = judgeInterval(request, this.#engine);
    if (timer?.do === "refuse") return refuseInterval(transaction, timer.minSE);
    const way = new Way(this.#engine, face, { dialog, learned: flow });
    way.peer.learn(request, this.#engine);
    const usage = new InviteUsage(way, owner, this.#registry);
    usage.clock.heard(request);
    this.#incoming.add(key);
    const incoming = new IncomingCall(usage, { transaction, owner, timer }, () =>
      this.#incoming.delete(key),
    );
    incoming.start();
    return incoming;
  }

  /**
   * The call of a request in a dialog: `call.serve` takes it. `undefined`: none, or none that the sender is in, and the
   * answer is 481 either way. `belongs` judges whether the sender is the peer of that call: both tags can be overheard.
   */
  find(request: SipRequest, belongs: (call: Call) => boolean): Call | undefined {
    return this.#find(request, belongs);
  }

  /** An ACK; false when it belongs to no 2xx of a call here. */
  ack(request: SipRequest, belongs: (call: Call) => boolean): boolean {
    return this.#find(request, belongs)?.acknowledge(request) ?? false;
  }

  /** An INVITE that wants to take the place of a call; whether its sender may, is judged elsewhere. RFC 3891 §3 */
  replaces(request: SipRequest): ReplacesVerdict<Call> {
    return judgeReplaces(request, this.#dialogs);
  }

  /** RFC 4538 §4 */
  ofTarget(reference: DialogReference): Call | undefined {
    return this.#dialogs.ofTarget(reference);
  }

  get(id: DialogId): Call | undefined {
    return this.#dialogs.get(id);
  }

  /** Whether the dialog ended here a moment ago. */
  hasEnded(request: SipRequest): boolean {
    return this.#dialogs.hasEnded(idOfRequest(request));
  }

  [Symbol.iterator](): IterableIterator<Call> {
    return this.#dialogs[Symbol.iterator]();
  }

  /** No timer fires any more; nobody is told, nothing is sent. */
  stop(): void {
    this.#engine.wheel.stop();
  }

  /** What its owner has left out. RFC 3261 §13.2.1, RFC 4028 §7.1 */
  #complete(invite: SipRequest, face: Face): SipRequest {
    const { sessionTimer } = this.#engine;
    const edit = invite.edit();
    putFace(edit, this.#engine.textsOf(face), (header) => !invite.has(header));
    if (sessionTimer === undefined) return edit.done();
    if (edit.get(Supported)?.includes("timer") !== true) edit.append(Supported, "timer"); // IM-7.1.1.1-06
    if (!invite.has(SessionExpires)) {
      edit.set(SessionExpires, { seconds: sessionTimer.usualS, params: Params.none });
    }
    return edit.done();
  }

  /** Every call can acknowledge provisional answers, whether its owner lists it or not. RFC 3262 §3 */
  #unspoken(request: SipRequest, { supported }: Face): readonly string[] {
    const spoken = ["100rel", ...this.#engine.extensions, ...supported];
    return (request.get(Require) ?? []).filter((tag) => !spoken.includes(tag));
  }

  #find(request: SipRequest, belongs: (call: Call) => boolean): InviteUsage | undefined {
    const usage = this.#dialogs.ofRequest(request);
    return usage !== undefined && belongs(usage) ? usage : undefined;
  }

  #isFull(): boolean {
    return this.#dialogs.size + this.#outgoing >= this.#limit;
  }
}

function refused(transaction: ServerTransaction, status: number): undefined {
  transaction.reply(status);
}

/** RFC 3261 §8.2.2.2 */
function mergeKey(request: SipRequest): string {
  return `${request.callId} ${tagOf(request.from)} ${request.cseq.number}`;
}
