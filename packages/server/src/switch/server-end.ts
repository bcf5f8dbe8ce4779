/** A leg whose other side is the server itself: it takes messages, or sends one. OMA IM 9.3, 12.6 */
import {
  ChunkReceiver,
  ChunkSender,
  FrameTurns,
  type IncomingControl,
  type IncomingHead,
  type IncomingSink,
  type MsrpRequest,
  type MsrpResponse,
  type MsrpWriter,
  readReport,
  receiveLimits,
  type SendFailure,
  sendLimits,
} from "@parlance/msrp";
import type { Random, Wheel } from "@parlance/wire";
import type {
  LegFailure,
  MediaEnd,
  MediaEndUser,
  MediaMessage,
  MediaRules,
  SentOutcome,
  StreamedSend,
} from "../ports/index.ts";
import { Arriving } from "./arriving.ts";
import { Inspection } from "./inspection.ts";
import type { Leg, LegOwner } from "./leg.ts";
import type { SwitchLimits } from "./limits.ts";

export interface ServerEndPorts {
  readonly limits: SwitchLimits;
  readonly wheel: Wheel;
  readonly random: Random;
  readonly writer: MsrpWriter;
  makeLeg(owner: LegOwner): Leg;
}

/** A server sends much: larger chunks than a client's, which may be interrupted. RFC 4975 §7.1.1 */
const SEND_LIMITS = { ...sendLimits, chunkBytes: 16_384 };

export class ServerEnd implements LegOwner, MediaEnd {
  readonly leg: Leg;
  readonly #user: MediaEndUser;
  readonly #inspection: Inspection;
  readonly #receiver: ChunkReceiver;
  readonly #sender: ChunkSender;
  readonly #turns: FrameTurns;
  #closed = false;
  /** The status of what is not through when it ends. */
  #endStatus = 481;

  constructor(user: MediaEndUser, rules: MediaRules, ports: ServerEndPorts) {
    this.#user = user;
    this.#inspection = new Inspection(rules, {
      limits: ports.limits,
      now: () => ports.wheel.now(),
    });
    this.leg = ports.makeLeg(this);
    this.#receiver = new ChunkReceiver(
      {
        wheel: ports.wheel,
        accept: (head, control) => this.#accept(head, control),
        respond: (request, status) => this.leg.answer(request, status),
        report: (request, status, sizeBytes) => {
          if (status !== 200 || user.keeps !== true) this.leg.report(request, status, sizeBytes);
        },
        hold: () => this.leg.hold(this),
        letGo: () => this.leg.letGo(this),
      },
      { ...receiveLimits, messageBytes: rules.maxBytes },
    );
    const { wheel, random, writer } = ports;
    this.#sender = new ChunkSender(
      { wheel, random, writer, wake: () => this.#turns.wake() },
      SEND_LIMITS,
    );
    this.#turns = new FrameTurns({
      line: () => this.leg.line,
      paths: () => this.leg.requestLines,
      next: (paths) => this.#sender.next(paths),
    });
  }

  get connected(): boolean {
    return this.leg.connected;
  }

  send(message: MediaMessage): Promise<SentOutcome> {
    if (this.#closed) return Promise.resolve({ kind: "failed", status: this.#endStatus });
    const { promise, resolve, reject } = Promise.withResolvers<SentOutcome>();
    this.#sender.send(message, {
      accepted: () => resolve({ kind: "sent" }),
      failed: (failure) => {
        if (failure.why === "source failed") reject(new Error("what was to be sent is not there"));
        else resolve({ kind: "failed", status: this.#statusOf(failure) });
      },
    });
    return promise;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#sender.close();
    this.#receiver.close();
    this.leg.close();
  }

  request(frame: MsrpRequest): void {
    if (frame.method === "REPORT") return this.#reported(frame);
    if (frame.method !== "SEND") return this.leg.answer(frame, 501);
    const verdict = this.#inspection.judge(frame);
    this.#forgetLeft(this.leg);
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
    return new Arriving(head, this.#inspection, this.leg, this.#receiver);
  }

  answered(response: MsrpResponse): void {
    this.#sender.answered(response);
  }

  relieved(): void {} // whoever sends asks for a turn

  bound(): void {
    this.#turns.wake();
    this.#user.connected?.();
  }

  lost(): void {
    this.#sender.lost("confirmed"); // a device that is sent messages in chunks keeps what it has of them
  }

  /** What has reached the receiver, it gives up itself. */
  looked(leg: Leg, now: number): void {
    this.#inspection.look(now, false);
    this.#forgetLeft(leg);
  }

  failed(_: Leg, reason: LegFailure): void {
    this.#endStatus = 408;
    this.#sender.close();
    if (!this.#closed) this.#user.failed(reason);
  }

  #accept(head: IncomingHead, control: IncomingControl): IncomingSink | number {
    return this.#user.arriving?.(head, control) ?? 403; // nothing was to come this way
  }

  #forgetLeft(leg: Leg): void {
    for (const { held } of this.#inspection.takeLeft()) {
      for (const one of held) leg.answer(one, 408);
    }
  }

  #reported(request: MsrpRequest): void {
    const report = readReport(request);
    if (report.ok) this.#sender.reported(report.value);
  }

  #statusOf({ status, why }: SendFailure): number {
    return status ?? (why === "session ended" ? this.#endStatus : 408);
  }
}
