/** A device in the room: what it says goes to the room, what the room has for it goes to it. Clause 8.1, 8.3 */
import { takesType } from "@parlance/formats";
import {
  ChunkReceiver,
  type IncomingControl,
  type IncomingHead,
  type IncomingSink,
  type MsrpRequest,
  type MsrpResponse,
  receiveLimits,
} from "@parlance/msrp";
import type { Wheel } from "@parlance/wire";
import type {
  LegFailure,
  MaybePromise,
  MediaFacts,
  RoomDevice,
  RoomFailure,
  RoomLeg,
  StreamedSend,
} from "../../ports/index.ts";
import type { Leg, LegOwner } from "../leg.ts";
import type { RoomLimits } from "./limits.ts";
import type { Memory } from "./memory.ts";
import type { Due, Member, RoomEnd, RoomMessage } from "./model.ts";
import { Outbox } from "./outbox.ts";
import { Said } from "./said.ts";
import type { Turn } from "./turn.ts";

export interface DeviceLegPorts {
  readonly limits: RoomLimits;
  readonly wheel: Wheel;
  readonly turn: Turn;
  readonly memory: Memory;
  readonly mark: Uint8Array;
  /** By which it is known again among the devices of its member. */
  readonly name: string | undefined;
  /** Of one message. */
  readonly maxBytes: number;
  makeLeg(owner: LegOwner): Leg;
  arriving(head: IncomingHead, control: IncomingControl, from: DeviceLeg): IncomingSink | number;
  reported(request: MsrpRequest, from: DeviceLeg): void;
  /** The status that answers it. */
  nickname(request: MsrpRequest, from: DeviceLeg): MaybePromise<number>;
  /** It takes other messages than before, or is gone. */
  changed(): void;
  /** It is let in. */
  entered(leg: DeviceLeg): void;
  /** It ends; what it has not answered is known still. */
  leaving(leg: DeviceLeg): void;
  /** It does not come back. */
  forgotten(leg: DeviceLeg): void;
  /** Everything that waited for it has been written, and it is connected. */
  ready(leg: DeviceLeg): void;
  failed(leg: DeviceLeg, reason: RoomFailure): void;
}

/** These say something of a message, not of the device. RFC 4975 §10.5, §10.6 */
const OF_THE_MESSAGE: ReadonlySet<number> = new Set([413, 415]);

/** So many wrapped types are remembered. */
const MOST_TYPES = 16;

export class DeviceLeg implements LegOwner, RoomLeg, RoomEnd {
  readonly member: Member;
  readonly leg: Leg;
  readonly outbox: Outbox;
  /** Reads what it has not had from the log, at its own pace. */
  behind = false;
  readonly awaited = true;
  /** The place in the log of the last message that was put into the outbox. */
  position = 0;
  /** Places in the log of what it has said last. */
  readonly said: Said;
  readonly #ports: DeviceLegPorts;
  readonly #receiver: ChunkReceiver;
  readonly #taken = new Map<string, boolean>();
  #device: RoomDevice | undefined;
  #name: string | undefined;
  #failures = 0;
  /** The place in the log of the first message that it has not answered, or not taken. */
  #notTaken: number | undefined;
  #entered = false;
  #detached = false;
  #leftForGood = false;

  constructor(member: Member, ports: DeviceLegPorts) {
    this.member = member;
    this.#ports = ports;
    this.said = new Said(ports.limits.remembered);
    this.#name = ports.name;
    this.leg = ports.makeLeg(this);
    this.outbox = new Outbox({
      limits: ports.limits,
      turn: ports.turn,
      memory: ports.memory,
      mark: ports.mark,
      now: () => ports.wheel.now(),
      line: () => this.leg.line,
      paths: () => this.leg.requestLines,
      settled: (due, status) => this.#settled(due, status),
      emptied: () => ports.ready(this),
    });
    this.#receiver = new ChunkReceiver(
      {
        wheel: ports.wheel,
        accept: (head, control) => ports.arriving(head, control, this),
        respond: (request, status) => this.leg.answer(request, status),
        report: () => {}, // whom a message has reached is told when it has
        hold: () => this.leg.hold(this),
        letGo: () => this.leg.letGo(this),
      },
      {
        ...receiveLimits,
        messageBytes: ports.maxBytes, // step 6
        openMessages: ports.limits.openMessages,
      },
    );
  }

  get connected(): boolean {
    return this.leg.connected;
  }

  get facts(): MediaFacts {
    return { ...this.leg.facts, waiting: this.outbox.waiting, sent: this.outbox.went };
  }

  get upToDate(): boolean {
    return !this.behind && this.outbox.empty && this.#notTaken === undefined;
  }

  get detached(): boolean {
    return this.#detached;
  }

  get privately(): boolean {
    return this.#device?.privately ?? true;
  }

  get oneTo(): boolean {
    return this.#device?.oneTo ?? false;
  }

  takes(essence: string): boolean {
    if (this.#device === undefined) return true;
    const known = this.#taken.get(essence);
    if (known !== undefined) return known;
    const takes = takesType(this.#device.types, essence);
    if (this.#taken.size >= MOST_TYPES) this.#taken.clear();
    this.#taken.set(essence, takes);
    return takes;
  }

  update(device: RoomDevice): void {
    this.#device = device;
    this.#taken.clear();
    this.#ports.changed();
  }

  /** By which it is known again among the devices of its member. */
  get name(): string | undefined {
    return this.#name;
  }

  enter(device?: string): void {
    if (device !== undefined) this.#name ??= device;
    if (this.#entered || this.#detached) return;
    this.#entered = true;
    this.member.entered = true;
    this.#ports.entered(this);
  }

  /** It is not expected back. */
  get leftForGood(): boolean {
    return this.#leftForGood;
  }

  detach(comesBack = true): void {
    this.#leftForGood = !comesBack;
    this.end(481);
    if (!comesBack && this.#entered) this.#ports.forgotten(this);
  }

  /** `status`: what becomes of the messages that it has not answered. */
  end(status: number): void {
    if (this.#detached) return;
    this.#detached = true;
    this.#ports.leaving(this);
    this.member.ends.delete(this);
    this.#receiver.close();
    this.leg.close();
    this.outbox.close(status);
    this.#ports.changed();
  }

  /** It is given up. */
  cut(reason: RoomFailure): void {
    if (this.#detached) return;
    this.end(408);
    this.#ports.failed(this, reason);
  }

  judge({ essence, envelope, to, from }: RoomMessage): number | undefined {
    const device = this.#device;
    if (device === undefined) return undefined;
    if (!this.takes(essence)) return 415;
    if (device.maxBytes !== undefined && envelope.length > device.maxBytes) return 413;
    return to !== undefined && from !== undefined && !device.privately ? 428 : undefined;
  }

  post(message: RoomMessage): void {
    if (!this.offer(message)) this.#overflow(message);
  }

  /** False: there is no room for it. */
  offer(message: RoomMessage): boolean {
    const { sequence } = message;
    if (sequence > 0 && (this.behind || sequence <= this.position)) return true;
    if (!this.#put(message.dueAt(this))) return false;
    if (sequence > 0) this.position = sequence;
    return true;
  }

  #put(dues: readonly Due[]): boolean {
    const [first] = dues;
    if (first === undefined) return true;
    return dues.length === 1 ? this.outbox.post(first) : this.outbox.postPieces(dues);
  }

  /** Notes how far it has had everything; `head` is where the log is. */
  note(head: number): void {
    const upTo = this.behind ? this.position : head;
    const open = [this.outbox.unsettled, this.#notTaken].filter((one) => one !== undefined);
    const had = Math.min(upTo, ...open.map((sequence) => sequence - 1));
    this.member.had = Math.max(this.member.had, had);
    const { name } = this;
    const nothingYet = this.behind && this.position === 0; // where it begins is not known, or it never came
    if (name === undefined || nothingYet) return;
    const { hadBy } = this.member;
    hadBy.set(name, Math.max(hadBy.get(name) ?? 0, had));
  }

  request(frame: MsrpRequest): void {
    switch (frame.method) {
      case "SEND":
        return this.#receiver.take(frame);
      case "REPORT":
        return this.#ports.reported(frame, this);
      case "NICKNAME":
        return void this.#answerLater(frame, this.#ports.nickname(frame, this));
      default:
        this.leg.answer(frame, 501); // step 3
    }
  }

  begin(head: MsrpRequest): StreamedSend {
    return this.#receiver.begin(head);
  }

  answered(response: MsrpResponse): void {
    this.outbox.answered(response);
  }

  relieved(): void {} // nobody is held up for one device

  bound(): void {
    this.outbox.wake();
    if (this.outbox.idle) this.#ports.ready(this);
  }

  lost(): void {
    this.outbox.lost();
    const { unsettled } = this.outbox;
    if (unsettled !== undefined && !this.outbox.inOrder) this.#readAgain(unsettled);
  }

  failed(_: Leg, reason: LegFailure): void {
    this.cut(reason);
  }

  look(now: number): void {
    this.outbox.look(now);
  }

  async #answerLater(frame: MsrpRequest, status: MaybePromise<number>): Promise<void> {
    this.leg.answer(frame, typeof status === "number" ? status : await status);
  }

  /** What the log keeps need not wait here: who is away for a while reads it there. */
  #overflow({ sequence, outcomes }: RoomMessage): void {
    outcomes?.settled(this, 408);
    if (sequence > 0 && !this.connected) this.behind = true;
    else this.cut("too slow");
  }

  #settled({ of: { outcomes, sequence }, last }: Due, status: number): void {
    if (status === 200) {
      this.#failures = 0;
      if (last) outcomes?.settled(this, status);
      return;
    }
    outcomes?.settled(this, status);
    if (this.#detached || OF_THE_MESSAGE.has(status)) return;
    if (sequence > 0) this.#notTaken = Math.min(sequence, this.#notTaken ?? sequence);
    this.#failures += 1;
    const { failuresInRow } = this.#ports.limits;
    if (status === 481 || status === 506 || this.#failures >= failuresInRow) {
      return this.cut("not answering"); // Clause 8.7
    }
    if (status === 408 && sequence > 0) this.#readAgain(sequence);
  }

  /** Whether it has a message that it has not answered nobody knows: from there on it gets all of them once more. */
  #readAgain(sequence: number): void {
    this.behind = true;
    this.position = Math.min(this.position, sequence - 1);
    for (const { of } of this.outbox.takeBackKept()) of.outcomes?.settled(this, 408);
    if (this.connected && this.outbox.idle) this.#ports.ready(this);
  }
}
