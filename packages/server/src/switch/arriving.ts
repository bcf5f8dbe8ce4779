/** A chunk for the server itself that comes in pieces, the first of which is looked at. RFC 4975 §5.1 */
import type { ChunkReceiver, MsrpRequest } from "@parlance/msrp";
import { concatBytes } from "@parlance/wire";
import type { StreamedSend } from "../ports/index.ts";
import type { Inspection } from "./inspection.ts";
import type { Leg } from "./leg.ts";

export class Arriving implements StreamedSend {
  readonly #head: MsrpRequest;
  readonly #inspection: Inspection;
  readonly #leg: Leg;
  readonly #receiver: ChunkReceiver;
  #stream: StreamedSend | undefined;
  #refused = false;
  /** Too few to see who speaks. */
  #first: Uint8Array = NOTHING;

  constructor(head: MsrpRequest, inspection: Inspection, leg: Leg, receiver: ChunkReceiver) {
    this.#head = head;
    this.#inspection = inspection;
    this.#leg = leg;
    this.#receiver = receiver;
  }

  piece(bytes: Uint8Array): void {
    if (this.#refused) return;
    if (this.#stream === undefined) {
      const first = this.#first.length === 0 ? bytes : concatBytes(this.#first, bytes);
      if (this.#inspection.isCut(this.#head, first)) this.#first = first;
      else this.#start(first);
      return;
    }
    const status = this.#inspection.piece(this.#head, bytes.length);
    if (status === undefined) return this.#stream.piece(bytes);
    this.#stream.broken();
    this.#refuse(status);
  }

  end(flag: "$" | "+" | "#"): void {
    if (this.#first.length > 0) this.#start(this.#first); // this is all of it
    this.#inspection.ended(this.#head, flag);
    if (!this.#refused) this.#stream?.end(flag);
  }

  broken(): void {
    if (!this.#refused) this.#stream?.broken();
  }

  #start(first: Uint8Array): void {
    this.#first = NOTHING;
    const verdict = this.#inspection.judge(this.#head, first);
    if (verdict.do === "refuse") {
      for (const one of verdict.held) this.#leg.answer(one, verdict.status);
      return this.#refuse(verdict.status);
    }
    if (verdict.do === "hold") return this.#refuse(400); // a head as long as this is none
    if (verdict.do === "pass all") for (const one of verdict.held) this.#receiver.take(one);
    this.#stream = this.#receiver.begin(this.#head);
    this.#stream.piece(first);
  }

  #refuse(status: number): void {
    this.#refused = true;
    this.#leg.answer(this.#head, status);
  }
}

const NOTHING = new Uint8Array(0);
