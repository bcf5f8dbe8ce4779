/** One SEND on its way to the other side in chunks of our own, and its answer once they have theirs. RFC 4975 §5.1, §7.2 */
import { type Flag, type MsrpRequest, Recut, type RecutChunk } from "@parlance/msrp";
import type { Leg } from "./leg.ts";
import type { Going } from "./passing.ts";
import { type Change, ChangedSend } from "./reshaping.ts";
import type { Awaiting } from "./sent.ts";

export interface OnwardPorts {
  readonly to: Leg;
  newId(): string;
  /** What has come of it, as it came. */
  heard(octets: Uint8Array): void;
  /** Once: an error at once, a yes when all has arrived. */
  done(status: number, flag: Flag): void;
  /** How the first chunk was answered; "given up": it goes otherwise, and nothing more is to be said of this. */
  first?(status: number): "go on" | "given up";
}

export class Onward implements Awaiting, Going {
  readonly #head: MsrpRequest;
  readonly #ports: OnwardPorts;
  readonly #changed: ChangedSend | undefined;
  readonly #recut: Recut;
  #unanswered = 0;
  #status = 200;
  /** How it ended. */
  #flag: Flag | undefined;
  #told = false;
  #firstIsAnswered = false;

  constructor(head: MsrpRequest, change: Change | undefined, ports: OnwardPorts) {
    this.#head = head;
    this.#ports = ports;
    this.#changed = change && new ChangedSend(head, change);
    this.#recut = new Recut(head, (chunk) => this.#send(chunk), this.#changed);
  }

  /** Nothing more of it goes on. */
  get failed(): boolean {
    return this.#status !== 200;
  }

  piece(bytes: Uint8Array): void {
    if (this.failed) return;
    this.#ports.heard(bytes);
    this.#recut.piece(this.#changed?.octets(bytes) ?? bytes);
  }

  end(flag: Flag): void {
    this.#flag = flag;
    if (!this.failed) {
      if (this.#changed !== undefined) this.#recut.piece(this.#changed.rest(flag));
      this.#recut.end(flag);
    }
    this.#tell();
  }

  /** It is not to go on, for what was seen of it. */
  refuse(status: number): void {
    if (!this.failed) {
      this.#status = status;
      this.#recut.abort(); // RFC 4975 §7.1: the other side is not to wait for the rest
    }
    this.#tell();
  }

  /** What has come goes now, whatever comes behind it. */
  flush(): void {
    this.#recut.flush();
  }

  answered(_: string, status: number): void {
    this.#unanswered -= 1;
    if (status !== 200 && !this.failed) this.#status = status;
    const isFirst = !this.#firstIsAnswered;
    this.#firstIsAnswered = true;
    if (isFirst && this.#ports.first?.(status) === "given up") this.#told = true;
    this.#tell();
  }

  #send(chunk: RecutChunk): void {
    const { failureReport } = this.#head;
    const answers = failureReport !== "no";
    if (answers) this.#unanswered += 1;
    const how = { awaiting: this, answers, onlyErrors: failureReport === "partial" };
    this.#ports.to.sendChunk({ id: this.#ports.newId(), ...chunk }, how);
  }

  #tell(): void {
    const arrived = this.#flag !== undefined && this.#unanswered === 0;
    if (this.#told || (!this.failed && !arrived)) return;
    this.#told = true;
    this.#ports.done(this.#status, this.#flag ?? "+");
  }
}
