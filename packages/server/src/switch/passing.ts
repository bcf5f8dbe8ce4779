/** A frame too large to be held passes in pieces, each a chunk of its own. RFC 4975 §5.1, RFC 7977 §5.1 */
import { type Flag, type MsrpRequest, Recut, type RecutChunk } from "@parlance/msrp";
import type { StreamedSend } from "../ports/index.ts";
import type { Inspection } from "./inspection.ts";
import type { Leg } from "./leg.ts";
import type { Awaiting } from "./sent.ts";

export interface PassingPorts {
  readonly inspection: Inspection;
  newId(): string;
  /** Called after each piece: whoever sends too fast is not read. */
  readonly paced: () => void;
}

export class Passing implements StreamedSend, Awaiting {
  readonly #head: MsrpRequest;
  readonly #from: Leg;
  readonly #to: Leg;
  readonly #ports: PassingPorts;
  readonly #recut: Recut;
  #judged = false;
  #unanswered = 0;
  #status = 200;
  #over = false;
  #told = false;

  constructor(head: MsrpRequest, from: Leg, to: Leg, ports: PassingPorts) {
    this.#head = head;
    this.#from = from;
    this.#to = to;
    this.#ports = ports;
    this.#recut = new Recut(head, (chunk) => this.#send(chunk));
  }

  piece(bytes: Uint8Array): void {
    if (!this.#admits(bytes)) return;
    this.#recut.piece(bytes);
    this.#ports.paced();
  }

  end(flag: Flag): void {
    this.#over = true;
    this.#ports.inspection.ended(this.#head, flag);
    this.#finish(flag);
  }

  /** The connection went in the middle: what came goes on, and the rest comes by a new one. */
  broken(): void {
    this.#over = true;
    this.#finish("+");
  }

  answered(_: string, status: number): void {
    this.#unanswered -= 1;
    if (status !== 200 && this.#status === 200) this.#status = status;
    this.#tell();
  }

  #admits(bytes: Uint8Array): boolean {
    if (this.#status !== 200) return false;
    const { inspection } = this.#ports;
    if (this.#judged) {
      this.#status = inspection.piece(this.#head, bytes.length) ?? 200;
    } else {
      this.#judged = true;
      const verdict = inspection.judge(this.#head, bytes);
      if (verdict.do === "refuse") this.#status = verdict.status;
      // More than the longest head has come, and it is not whole.
      if (verdict.do === "hold") this.#status = 400;
    }
    if (this.#status === 200) return true;
    this.#tell(); // at once: the sender is to stop
    return false;
  }

  #finish(flag: Flag): void {
    if (this.#status === 200) this.#recut.end(flag);
    this.#tell();
  }

  #send(chunk: RecutChunk): void {
    const { failureReport } = this.#head;
    const answers = failureReport !== "no";
    if (answers) this.#unanswered += 1;
    const how = { awaiting: this, answers, onlyErrors: failureReport === "partial" };
    this.#to.sendChunk({ id: this.#ports.newId(), ...chunk }, how);
  }

  /** Once: an error at once, a yes when all pieces have arrived. */
  #tell(): void {
    if (this.#told) return;
    const arrived = this.#over && this.#unanswered === 0;
    if (this.#status === 200 && !arrived) return;
    this.#told = true;
    this.#from.answer(this.#head, this.#status);
  }
}
