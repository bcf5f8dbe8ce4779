/** Provisional answers of ours that must arrive: one at a time, each repeated until its PRACK. RFC 3262 §3 */
import type { Cancel } from "@parlance/wire";
import type { ServerTransaction } from "../endpoint/index.ts";
import { RAck, type SipResponse } from "../message/index.ts";
import {
  finishReliably,
  judgePrack,
  mayAnswer,
  type ReliableSender,
  reliableDeadline,
  reliableTick,
  sendReliably,
  startReliableSender,
} from "../reliability/index.ts";
import type { CallEngine } from "./engine.ts";
import type { PrackTaker } from "./usage.ts";

export interface ProvisionalsUser {
  /** In order; it wants its answer. `describes`: what it acknowledges carried a description. */
  pracked(transaction: ServerTransaction, describes: boolean): void;
  /** One was never acknowledged. */
  noPrack(): void;
}

export interface Provisional {
  readonly status: number;
  readonly describesSession: boolean;
  readonly make: (rseq: number) => SipResponse;
}

/** Those that wait for the PRACK of the one before; who rings more often says nothing new. RFC 3262 §3 */
const MAX_QUEUED = 4;

export class Provisionals implements PrackTaker {
  readonly #engine: CallEngine;
  #user: ProvisionalsUser | undefined;
  #transaction: ServerTransaction | undefined;
  #sender: ReliableSender;
  #sent: SipResponse | undefined;
  #queue: readonly Provisional[] = [];
  #wait: Cancel | undefined;

  constructor(engine: CallEngine, transaction: ServerTransaction, user: ProvisionalsUser) {
    const { number, method } = transaction.request.cseq;
    this.#engine = engine;
    this.#transaction = transaction;
    this.#user = user;
    this.#sender = startReliableSender({ cseq: number, method }, engine.share());
  }

  /** False while a 2xx would overtake a description. RFC 3262 §3 */
  get mayAccept(): boolean {
    return mayAnswer(this.#sender, 200) && !this.#queue.some((each) => each.describesSession);
  }

  send(provisional: Provisional): void {
    const { status, describesSession, make } = provisional;
    const next = sendReliably(this.#sender, { status, describesSession }, this.#engine.wheel.now());
    if (next === undefined) {
      if (this.#queue.length < MAX_QUEUED) this.#queue = [...this.#queue, provisional];
      return;
    }
    this.#sender = next.sender;
    this.#sent = make(next.rseq);
    this.#transaction?.respond(this.#sent);
    this.#arm();
  }

  prack(transaction: ServerTransaction): void {
    const rack = transaction.request.get(RAck);
    if (rack === undefined) return transaction.reply(400);
    const describes = this.#sender.waiting?.describesSession ?? false;
    const verdict = judgePrack(this.#sender, rack);
    if (verdict.do === "refuse") return transaction.reply(verdict.status); // RFC 3262 §3
    this.#sender = verdict.sender;
    this.#wait?.();
    const user = this.#user;
    if (user === undefined) return transaction.reply(200); // late. RFC 3262 §3
    user.pracked(transaction, describes);
    const [next, ...rest] = this.#queue;
    this.#queue = rest;
    if (next !== undefined) this.send(next);
  }

  /** The final answer is given: nothing is repeated any more. */
  finish(): void {
    this.#wait?.();
    this.#sender = finishReliably(this.#sender);
    this.#queue = [];
    this.#user = undefined;
    this.#transaction = undefined;
    this.#sent = undefined;
  }

  #arm(): void {
    this.#wait?.();
    const { wheel } = this.#engine;
    const at = reliableDeadline(this.#sender);
    if (at !== undefined)
      this.#wait = wheel.after(Math.max(0, at - wheel.now()), () => this.#tick());
  }

  #tick(): void {
    const { sender, do: what } = reliableTick(this.#sender, this.#engine.wheel.now());
    this.#sender = sender;
    if (what === "give up") return this.#user?.noPrack();
    if (what === "resend" && this.#sent !== undefined) this.#transaction?.respond(this.#sent);
    this.#arm();
  }
}
