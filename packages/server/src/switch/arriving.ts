/** A chunk for the server itself that comes in pieces, the first of which is looked at. RFC 4975 §5.1 */
import type { MsrpRequest } from "@parlance/msrp";
import type { StreamedSend } from "../ports/index.ts";
import type { Inspection } from "./inspection.ts";
import type { Leg } from "./leg.ts";

export class Arriving implements StreamedSend {
  readonly #head: MsrpRequest;
  readonly #inspection: Inspection;
  readonly #leg: Leg;
  readonly #begin: () => StreamedSend;
  #stream: StreamedSend | undefined;
  #refused = false;

  constructor(head: MsrpRequest, inspection: Inspection, leg: Leg, begin: () => StreamedSend) {
    this.#head = head;
    this.#inspection = inspection;
    this.#leg = leg;
    this.#begin = begin;
  }

  piece(bytes: Uint8Array): void {
    if (this.#refused) return;
    const status =
      this.#stream === undefined
        ? this.#first(bytes)
        : this.#inspection.piece(this.#head, bytes.length);
    if (status === undefined) return this.#stream?.piece(bytes);
    this.#refused = true;
    this.#stream?.broken();
    this.#leg.answer(this.#head, status);
  }

  end(flag: "$" | "+" | "#"): void {
    this.#inspection.ended(this.#head, flag);
    if (!this.#refused) this.#stream?.end(flag);
  }

  broken(): void {
    if (!this.#refused) this.#stream?.broken();
  }

  #first(bytes: Uint8Array): number | undefined {
    const verdict = this.#inspection.judge(this.#head, bytes);
    if (verdict.do === "refuse") return verdict.status;
    if (verdict.do === "hold") return 400; // a head as long as this is none
    this.#stream = this.#begin();
    return undefined;
  }
}
