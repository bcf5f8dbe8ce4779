/** The room of a conference: who is in it, over which devices, and what the room says itself. Clause 7.2.3; IM-7.2.3-04 */
import { type BodyKind, bodyKind, CPIM } from "@parlance/im";
import type { IncomingControl, IncomingHead, IncomingSink, MsrpRequest } from "@parlance/msrp";
import { type Random, utf8Bytes, type Wheel } from "@parlance/wire";
import type {
  LimitWatch,
  Log,
  MediaRoom,
  PagerDelivery,
  RoomEar,
  RoomMember,
  RoomOwner,
  RoomReturn,
  RoomRules,
  Towards,
} from "../../ports/index.ts";
import type { RoomCursor, RoomEntry, RoomStore } from "../../store/index.ts";
import type { Leg, LegOwner } from "../leg.ts";
import { Arrival } from "./arrival.ts";
import { AwaitedReports } from "./awaited-reports.ts";
import { CatchUp } from "./catch-up.ts";
import { DeviceLeg } from "./device-leg.ts";
import { Distribution } from "./distribution.ts";
import { Ear } from "./ear.ts";
import { Bucket, Flow } from "./flow.ts";
import type { Gathering } from "./gathering.ts";
import { essenceOf } from "./judge-envelope.ts";
import type { RoomLimits, RoomRates } from "./limits.ts";
import { deviceKey, RoomLog } from "./log.ts";
import { addressOf, MappingTable } from "./mapping-table.ts";
import type { Memory } from "./memory.ts";
import { Message } from "./message.ts";
import type { Member } from "./model.ts";
import { answerNickname } from "./nickname.ts";
import { PagerEnd } from "./pager-end.ts";
import { markOf } from "./parcel.ts";
import { Said } from "./said.ts";
import { Speaking } from "./speaking.ts";
import { silent, speechOf } from "./speech.ts";
import { SYSTEM_TEXT, systemEnvelope } from "./system-message.ts";
import type { Turn } from "./turn.ts";

export interface RoomPorts {
  readonly limits: RoomLimits;
  readonly rates: RoomRates;
  readonly store: RoomStore;
  readonly wheel: Wheel;
  readonly random: Random;
  readonly log: Log;
  readonly hits: LimitWatch;
  readonly turn: Turn;
  readonly memory: Memory;
  readonly gathering: Gathering;
  readonly newId: () => string;
  /** Undefined when no listener of ours can be reached by such a device. */
  legTowards(towards: Towards): ((owner: LegOwner) => Leg) | undefined;
  forget(room: Room): void;
}

export class Room implements MediaRoom {
  readonly #owner: RoomOwner;
  readonly #ports: RoomPorts;
  readonly #table: MappingTable;
  readonly #distribution: Distribution;
  readonly #awaited: AwaitedReports;
  readonly #speaking: Speaking;
  readonly #devices = new Map<DeviceLeg, CatchUp | undefined>();
  #rules: RoomRules;
  #names: ReadonlySet<string>;
  #log: RoomLog | undefined;
  readonly #pace: Bucket;
  #serial = 0;

  constructor(rules: RoomRules, owner: RoomOwner, ports: RoomPorts) {
    const { limits, rates, wheel } = ports;
    this.#owner = owner;
    this.#ports = ports;
    this.#rules = rules;
    this.#names = namesOf(rules);
    this.#log = this.#logFor(rules);
    const pace = new Bucket(rates.roomPerSecond, rates.roomBurst);
    this.#pace = pace;
    this.#table = new MappingTable((row) => ({
      row,
      ends: new Set(),
      entered: false,
      flow: new Flow(rates, pace, limits.refusals),
      had: 0,
      hadBy: new Map(),
      said: new Said(limits.remembered),
    }));
    this.#distribution = new Distribution(this.#table);
    this.#awaited = new AwaitedReports(limits, wheel);
    this.#speaking = new Speaking({
      table: this.#table,
      distribution: this.#distribution,
      awaited: this.#awaited,
      log: ports.log,
      rules: () => this.#rules,
      names: () => this.#names,
      roomLog: () => this.#log,
      now: () => wheel.now(),
      newId: () => ports.newId(),
      spoke: () => this.#owner.spoke(),
      flood: (from) => void (from instanceof DeviceLeg && from.cut("flood")),
      tooFast: (limit) => ports.hits.hit(limit),
    });
  }

  put(row: RoomMember): void {
    this.#table.put(row);
  }

  remove(key: string, comesBack = false): void {
    const member = this.#table.find(key);
    if (member === undefined) return;
    for (const end of member.ends) end.detach();
    this.#table.remove(key);
    if (!member.entered) return; // what was kept for him of an earlier session is kept still
    this.#log?.keep(cursorsOf(member));
    if (!comesBack) this.#log?.leave(key);
  }

  forget(key: string): void {
    this.remove(key);
    this.#log?.forget(key);
  }

  attach(key: string, towards: Towards, back: RoomReturn = {}): DeviceLeg | undefined {
    const member = this.#memberOf(key);
    const makeLeg = this.#ports.legTowards(towards);
    if (makeLeg === undefined) return undefined;
    const { limits, wheel, turn, memory } = this.#ports;
    this.#serial += 1;
    const device = new DeviceLeg(member, {
      limits,
      wheel,
      turn,
      memory,
      mark: markOf(this.#serial),
      name: back.device,
      maxBytes: this.#rules.maxBytes,
      makeLeg,
      arriving: (head, control, from) => this.#arriving(head, control, from),
      reported: (request, from) => this.#awaited.reported(request, from),
      nickname: (request, from) => this.#nickname(request, from),
      changed: () => this.#distribution.changed(),
      ready: (leg) => this.#devices.get(leg)?.ready(),
      entered: (leg) => this.#devices.get(leg)?.entered(),
      leaving: (leg) => this.#leaving(leg),
      forgotten: (leg) => this.#forgotten(leg),
      failed: (leg, reason) => this.#owner.failed(leg.member.row, leg, reason),
    });
    member.ends.add(device);
    this.#devices.set(device, this.#catchUp(device, back));
    this.#distribution.changed();
    return device;
  }

  attachPager(key: string, deliver: PagerDelivery): PagerEnd {
    const member = this.#memberOf(key);
    const { limits } = this.#ports;
    const end: PagerEnd = new PagerEnd(member, {
      limits,
      deliver,
      judge: (cpim, from) => this.#speaking.judge(cpim, from),
      said: (heard, from) => this.#speaking.said(heard, silent(from, this.#ports.newId())),
      failed: (from) => this.#owner.failed(from.member.row, from, "not answering"),
      changed: () => this.#distribution.changed(),
    });
    member.ends.add(end);
    member.entered = true;
    this.#distribution.changed();
    return end;
  }

  listen(key: string, hears: RoomEar): Ear {
    const member = this.#memberOf(key);
    const ear = new Ear(member, { ear: hears, changed: () => this.#distribution.changed() });
    member.ends.add(ear);
    this.#distribution.changed();
    return ear;
  }

  announce(text: string, to?: string): void {
    this.#announce(SYSTEM_TEXT, utf8Bytes(text), to === undefined ? undefined : this.#memberOf(to));
  }

  announceBody(contentType: string, body: Uint8Array, to?: string, text?: string): void {
    const member = to === undefined ? undefined : this.#memberOf(to);
    const essence = essenceOf(contentType);
    const message = this.#announce(contentType, body, member); // IM-7.2.3.5-03
    if (text === undefined) return;
    const otherwise = this.#system(SYSTEM_TEXT, utf8Bytes(text), member);
    for (const { ends } of member === undefined ? this.#table.members : [member]) {
      for (const end of ends) {
        if (!end.takes(essence) || end.judge(message) === 413) end.post(otherwise);
      }
    }
  }

  update(rules: RoomRules): void {
    this.#rules = rules;
    this.#names = namesOf(rules);
    if (rules.log === undefined || this.#log === undefined) this.#log = this.#logFor(rules);
    else this.#log.update(rules.log);
  }

  close(): void {
    this.#noteCursors();
    this.#log?.stop();
    for (const member of this.#table.members) for (const end of member.ends) end.detach();
    this.#awaited.end();
    this.#ports.forget(this);
  }

  /** Gives up what has waited too long. */
  look(now: number): void {
    for (const device of this.#devices.keys()) device.look(now);
  }

  /** What is used up of the paces: by the member who says most, and by all together. */
  paceUsed(now: number): { readonly member: number; readonly room: number } {
    let member = 0;
    for (const { flow } of this.#table.members) member = Math.max(member, flow.used(now));
    return { member, room: this.#pace.used(now) };
  }

  get deviceCount(): number {
    return this.#devices.size;
  }

  #memberOf(key: string): Member {
    const member = this.#table.find(key);
    if (member === undefined) throw new Error(`nobody of the key ${key} is in the room`);
    return member;
  }

  #arriving(head: IncomingHead, control: IncomingControl, from: DeviceLeg): IncomingSink | number {
    if (essenceOf(head.contentType) !== CPIM) return 415; // step 5, IM-7.1.3.2.1-01
    const speech = speechOf(head, from);
    const { gatheredBytes, cpimHeadBytes } = this.#ports.limits;
    return new Arrival(head, control, {
      // What is kept is kept whole.
      gatheredBytes: this.#log === undefined ? gatheredBytes : this.#ports.limits.keptBytes,
      cpimHeadBytes,
      gathering: this.#ports.gathering,
      full: () => this.#ports.hits.hit("roomGatheredBytes"),
      judge: (cpim) => this.#speaking.judge(cpim, from),
      said: (heard) => this.#speaking.said(heard, speech),
      begun: (heard) => this.#speaking.begun(heard, speech, head.sizeBytes),
    });
  }

  #nickname(request: MsrpRequest, { member }: DeviceLeg) {
    return answerNickname(request, {
      allowed: this.#rules.aliases,
      inTime: () => member.flow.nickname(this.#ports.wheel.now()),
      wishes: (alias) => this.#owner.wishes(member.row, alias),
    });
  }

  #announce(contentType: string, content: Uint8Array, to: Member | undefined): Message {
    const message = this.#system(contentType, content, to);
    this.#speaking.pass(message);
    return message;
  }

  #system(contentType: string, content: Uint8Array, to: Member | undefined): Message {
    const now = this.#ports.wheel.now();
    const parts = { contentType, content, to: to?.row };
    return this.#message({
      envelope: systemEnvelope(parts, this.#rules, now),
      essence: essenceOf(contentType),
      kind: bodyKind(contentType),
      to: to === undefined ? undefined : [to],
    });
  }

  /** Of the room itself. */
  #message(of: {
    readonly envelope: Uint8Array;
    readonly essence: string;
    readonly kind: BodyKind;
    readonly to: readonly Member[] | undefined;
  }): Message {
    const newId = () => this.#ports.newId();
    return new Message({
      ...of,
      id: newId(),
      from: undefined,
      by: undefined,
      sequence: 0,
      outcomes: undefined,
      successReport: false,
      newId,
    });
  }

  #catchUp(device: DeviceLeg, back: RoomReturn): CatchUp | undefined {
    const log = this.#log;
    if (log === undefined) return undefined;
    this.#noteCursors();
    return new CatchUp(device, back, {
      log,
      wheel: this.#ports.wheel,
      page: { messages: this.#ports.limits.pageMessages, bytes: this.#ports.limits.pageBytes },
      message: (entry) => this.#again(entry),
      failed: (error) => this.#ports.log.warn("room log", { error: String(error) }),
    });
  }

  /** As it was said. */
  #again({ messageId, sequence, type, bytes }: RoomEntry): Message {
    const outcomes = this.#awaited.of(messageId);
    return new Message({
      id: messageId,
      from: undefined,
      by: undefined,
      to: undefined,
      kind: "message",
      essence: type,
      envelope: bytes,
      sequence,
      outcomes,
      successReport: outcomes !== undefined,
      newId: () => this.#ports.newId(),
    });
  }

  #leaving(leg: DeviceLeg): void {
    if (this.#log !== undefined) leg.note(this.#log.head);
    this.#devices.delete(leg);
    this.#awaited.left(leg);
  }

  /** It has left for good, unless it is here by another leg. */
  #forgotten({ member, name }: DeviceLeg): void {
    if (name === undefined) return;
    if (this.#isHere(member, name)) return;
    member.hadBy.delete(name);
    this.#log?.forgetDevice(member.row.key, name);
  }

  #noteCursors(): void {
    const log = this.#log;
    if (log !== undefined) for (const device of this.#devices.keys()) device.note(log.head);
  }

  #logFor({ log, identity }: RoomRules): RoomLog | undefined {
    if (log === undefined) return undefined;
    const { store, wheel } = this.#ports;
    return new RoomLog(identity, log, {
      store,
      wheel,
      log: this.#ports.log,
      cursors: () => this.#cursors(),
      mostDevices: this.#ports.limits.logDevices,
      isHere: (key, name) => this.#isHere(this.#table.find(key), name),
      crowdedOut: (key, name) => {
        this.#ports.hits.hit("roomLogDevices");
        this.#table.find(key)?.hadBy.delete(name);
      },
    });
  }

  #isHere(member: Member | undefined, name: string): boolean {
    for (const end of member?.ends ?? [])
      if (end instanceof DeviceLeg && end.name === name) return true;
    return false;
  }

  *#cursors() {
    this.#noteCursors();
    for (const member of this.#table.members) if (member.entered) yield* cursorsOf(member);
  }
}

function cursorsOf({ row: { key }, had, hadBy }: Member): readonly RoomCursor[] {
  const ofDevices = [...hadBy].map(([name, sequence]) => {
    return { member: deviceKey(key, name), sequence };
  });
  return [{ member: key, sequence: had }, ...ofDevices];
}

function namesOf({ names }: RoomRules): ReadonlySet<string> {
  return new Set(names.map((name) => addressOf(name)?.key ?? name));
}
