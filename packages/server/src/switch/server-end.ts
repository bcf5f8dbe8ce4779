/** A leg whose other side is the server itself: it takes messages, or sends one. OMA IM 9.3, 12.6 */
import {
  ChunkReceiver,
  formatByteRange,
  type IncomingControl,
  type IncomingHead,
  type IncomingSink,
  type MsrpRequest,
  receiveLimits,
} from "@parlance/msrp";
import type { Wheel } from "@parlance/wire";
import type {
  LegFailure,
  MediaEnd,
  MediaEndUser,
  MediaMessage,
  MediaRules,
  SentOutcome,
  StreamedSend,
} from "../ports/index.ts";
import { Inspection } from "./inspection.ts";
import type { Awaiting, Leg, LegOwner } from "./leg.ts";
import type { SwitchLimits } from "./limits.ts";

export interface ServerEndPorts {
  readonly limits: SwitchLimits;
  readonly wheel: Wheel;
  newId(): string;
  makeLeg(owner: LegOwner): Leg;
}

/** What the server sends at once, and how much of it may be unanswered. */
const CHUNK_BYTES = 16_384;
const WINDOW = 16;

export class ServerEnd implements LegOwner, MediaEnd {
  readonly leg: Leg;
  readonly #ports: ServerEndPorts;
  readonly #user: MediaEndUser;
  readonly #inspection: Inspection;
  readonly #receiver: ChunkReceiver;
  #sending: Sending | undefined;
  #relieved: (() => void) | undefined;
  #closed = false;

  constructor(user: MediaEndUser, rules: MediaRules, ports: ServerEndPorts) {
    this.#ports = ports;
    this.#user = user;
    this.#inspection = new Inspection(rules, ports.limits);
    this.leg = ports.makeLeg(this);
    this.#receiver = new ChunkReceiver(
      {
        wheel: ports.wheel,
        accept: (head, control) => this.#accept(head, control),
        respond: (request, status) => this.leg.answer(request, status),
        report: (request, status, sizeBytes) => this.leg.report(request, status, sizeBytes),
        hold: () => this.leg.hold(this),
        letGo: () => this.leg.letGo(this),
      },
      { ...receiveLimits, messageBytes: rules.maxBytes },
    );
  }

  get connected(): boolean {
    return this.leg.connected;
  }

  async send(message: MediaMessage): Promise<SentOutcome> {
    if (this.#closed) return { kind: "failed", status: 481 };
    const sending = new Sending(message, this.leg, {
      newId: () => this.#ports.newId(),
      room: () => this.#room(),
    });
    this.#sending = sending;
    return sending.run();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#sending?.stop(481);
    this.#receiver.close();
    this.leg.close();
    this.#relieved?.();
  }

  request(frame: MsrpRequest): void {
    if (frame.method === "REPORT") return; // what counts is the answers
    if (frame.method !== "SEND") return this.leg.answer(frame, 501);
    const verdict = this.#inspection.judge(frame);
    switch (verdict.do) {
      case "pass":
        return this.#receiver.take(frame);
      case "pass all":
        for (const one of [...verdict.held, frame]) this.#receiver.take(one);
        return;
      case "refuse":
        for (const one of [...verdict.held, frame]) this.leg.answer(one, verdict.status);
        return;
      case "hold":
    }
  }

  begin(head: MsrpRequest): StreamedSend {
    return new Arriving(head, this.#inspection, this.leg, () => this.#receiver.begin(head));
  }

  relieved(): void {
    if (!this.leg.congested) this.#relieved?.();
  }

  bound(): void {
    this.#user.connected?.();
  }

  failed(_: Leg, reason: LegFailure): void {
    this.#sending?.stop(408);
    if (!this.#closed) this.#user.failed(reason);
  }

  #accept(head: IncomingHead, control: IncomingControl): IncomingSink | number {
    return this.#user.arriving?.(head, control) ?? 403; // nothing was to come this way
  }

  /** Resolves when the device can take more. */
  async #room(): Promise<void> {
    if (this.#closed || !this.leg.congested) return;
    await new Promise<void>((resolve) => {
      this.#relieved = resolve;
    });
    this.#relieved = undefined;
  }
}

/** A chunk in pieces, whose first one is looked at. */
class Arriving implements StreamedSend {
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

interface SendingPorts {
  newId(): string;
  room(): Promise<void>;
}

/** One message on its way to the device: so many chunks unanswered, and no more. RFC 4975 §7.1.1 */
class Sending implements Awaiting {
  readonly #message: MediaMessage;
  readonly #leg: Leg;
  readonly #ports: SendingPorts;
  readonly #messageId: string;
  #unanswered = 0;
  #failure: number | undefined;
  #wake: (() => void) | undefined;

  constructor(message: MediaMessage, leg: Leg, ports: SendingPorts) {
    this.#message = message;
    this.#leg = leg;
    this.#ports = ports;
    this.#messageId = ports.newId();
  }

  async run(): Promise<SentOutcome> {
    const { sizeBytes } = this.#message;
    let sent = 0;
    for await (const octets of this.#message.read()) {
      for (let at = 0; at < octets.length; at += CHUNK_BYTES) {
        while (this.#unanswered >= WINDOW && this.#failure === undefined) await this.#answer();
        await this.#ports.room();
        if (this.#failure !== undefined) return { kind: "failed", status: this.#failure };
        const body = octets.subarray(at, at + CHUNK_BYTES);
        this.#chunk(body, sent, sizeBytes);
        sent += body.length;
      }
    }
    while (this.#unanswered > 0 && this.#failure === undefined) await this.#answer();
    if (this.#failure !== undefined) return { kind: "failed", status: this.#failure };
    return { kind: "sent" };
  }

  stop(status: number): void {
    this.#failure ??= status;
    this.#wake?.();
  }

  answered(_: string, status: number): void {
    this.#unanswered -= 1;
    if (status !== 200) this.#failure ??= status;
    this.#wake?.();
  }

  #chunk(body: Uint8Array, at: number, total: number): void {
    const range = { start: at + 1, end: at + body.length, total };
    this.#unanswered += 1;
    this.#leg.sendChunk(
      {
        id: this.#ports.newId(),
        headers: [
          ["Message-ID", this.#messageId],
          ["Byte-Range", formatByteRange(range)],
          ["Failure-Report", "yes"],
          ["Content-Type", this.#message.contentType],
        ],
        body,
        flag: at + body.length === total ? "$" : "+",
      },
      { awaiting: this, answers: true, onlyErrors: false },
    );
  }

  async #answer(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }
}
