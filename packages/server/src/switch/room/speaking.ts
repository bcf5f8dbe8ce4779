/** What members say: judged, written as the others are to see it, kept where it is kept, and passed on. Clause 8.2, 8.3 */
import { type Cpim, parseImdnHeaders } from "@parlance/formats";
import type { HeardMessage, Log, MaybePromise, RoomRules } from "../../ports/index.ts";
import type { Heard } from "./arrival.ts";
import type { AwaitedReports } from "./awaited-reports.ts";
import type { DeviceLeg } from "./device-leg.ts";
import type { Distribution } from "./distribution.ts";
import { Ear } from "./ear.ts";
import { dressEnvelope } from "./envelope.ts";
import type { TooFast } from "./flow.ts";
import { type Judged, judgeEnvelope } from "./judge-envelope.ts";
import type { RoomLog } from "./log.ts";
import type { MappingTable } from "./mapping-table.ts";
import { Message } from "./message.ts";
import type { Member, Outcomes, RoomEnd } from "./model.ts";
import { FailureOnly } from "./outcomes.ts";
import { PassingOrder } from "./passing-order.ts";
import type { Speech } from "./speech.ts";
import { Stream } from "./stream.ts";

export interface SpeakingPorts {
  readonly table: MappingTable;
  readonly distribution: Distribution;
  readonly awaited: AwaitedReports;
  readonly log: Log;
  readonly rules: () => RoomRules;
  /** Address keys that mean the room. */
  readonly names: () => ReadonlySet<string>;
  roomLog(): RoomLog | undefined;
  now(): number;
  readonly newId: () => string;
  /** One of the members has said something. */
  spoke(): void;
  /** It was refused for its pace, and goes on. */
  flood(from: RoomEnd): void;
  tooFast(limit: TooFast["limit"]): void;
}

export class Speaking {
  readonly #ports: SpeakingPorts;
  readonly #order = new PassingOrder();

  constructor(ports: SpeakingPorts) {
    this.#ports = ports;
  }

  /** Goes on behind what was said before it. */
  pass(message: Message): void {
    this.#order.pass(() => this.#pass(message));
  }

  judge(cpim: Cpim, from: RoomEnd): Judged | number {
    const { table, rules, names } = this.#ports;
    const judged = judgeEnvelope(cpim, from.member, {
      rules: rules(),
      names: names(),
      table,
    });
    if (typeof judged === "number") return judged;
    const pace = from.member.flow.judge(judged.kind, this.#ports.now()); // step 12
    if (pace.kind === "in time") return judged;
    this.#ports.tooFast(pace.limit);
    if (pace.flood) this.#ports.flood(from);
    return 403;
  }

  /** A message that is whole. The status that answers it: 200 when it is safe. */
  said(heard: Heard, speech: Speech): MaybePromise<number> {
    const { judged, bytes, cpim } = heard;
    const { member } = speech.from;
    const now = this.#ports.now();
    if (judged.kind === "composing" && !member.flow.composing(now)) return 200; // dropped
    const senderId = senderIdOf(cpim, speech);
    if (member.said.has(senderId)) return 200; // it has gone to everybody
    const envelope = this.#dress(heard, member);
    if (envelope === undefined) return 400;
    const roomLog = judged.kind === "composing" ? undefined : this.#ports.roomLog();
    const parts = { heard, speech, envelope, sizeBytes: bytes.length };
    if (roomLog !== undefined) return this.#keep(roomLog, senderId, parts);
    member.said.add(senderId);
    this.pass(this.#message(parts, this.#ports.newId(), 0));
    return 200;
  }

  /** A message that is larger than is gathered. It is not kept. */
  begun(heard: Heard, speech: Speech, totalBytes: number | undefined): Stream | number {
    const { judged, bytes } = heard;
    const { from } = speech;
    const envelope = this.#dress(heard, from.member);
    if (envelope === undefined) return 400;
    const grown = envelope.length - bytes.length;
    const { distribution, newId } = this.#ports;
    const ends = distribution.receivers(judged.essence, targetsOf(judged), from);
    const id = newId();
    const outcomes = this.#outcomes(speech, id, totalBytes ?? bytes.length);
    this.#ports.spoke();
    const stream = new Stream({
      id,
      ends: ends.filter(takesPieces),
      heard: ends.flatMap((end) => heardBy(end, from.member, totalBytes)),
      totalBytes: totalBytes === undefined ? undefined : totalBytes + grown,
      outcomes,
      successReport: speech.wants.successReport,
      newId,
    });
    const others = ends.filter((end) => end.awaited && end.member !== from.member);
    outcomes?.expect(others.length);
    for (const end of others) if (!takesPieces(end)) outcomes?.settled(end, 413);
    stream.piece(envelope);
    return stream;
  }

  #dress({ bytes, cpim, judged }: Heard, { row }: Member): Uint8Array | undefined {
    const { recipients, kind } = judged;
    const { identity } = this.#ports.rules();
    try {
      return dressEnvelope(bytes, cpim, {
        sender: row,
        kind,
        recipients,
        identity,
        now: this.#ports.now(),
      });
    } catch (error) {
      // Read, but not to be written again: headers with what a header must not hold.
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** Store, then answer; and pass on what is stored alone. */
  async #keep(roomLog: RoomLog, senderId: string, said: Said): Promise<number> {
    const { member } = said.speech.from;
    const id = this.#ports.newId();
    let place = 0;
    const release = this.#order.hold(() => this.#pass(this.#message(said, id, place)));
    try {
      await roomLog.opened();
      const { sequence, stored } = roomLog.append({
        messageId: id,
        sender: member.row.key,
        senderId,
        audience: targetsOf(said.heard.judged)?.map(({ row }) => row.key),
        saidAt: this.#ports.now(),
        type: said.heard.judged.essence,
        bytes: said.envelope,
      });
      place = sequence;
      if (takesPieces(said.speech.from)) said.speech.from.said.add(String(sequence));
      release((await stored) === "stored"); // what is known went on when it was said first
      member.said.add(senderId);
      return 200;
    } catch (error) {
      release(false);
      this.#ports.log.warn("room log", { error: String(error) });
      return 408; // nobody knows what became of it: it may be said again. RFC 4975 §10.4
    }
  }

  #message({ heard, speech, envelope, sizeBytes }: Said, id: string, sequence: number): Message {
    const { judged } = heard;
    const { newId } = this.#ports;
    const silent = judged.kind === "composing";
    return new Message({
      id,
      from: speech.from.member,
      by: speech.from,
      to: targetsOf(judged),
      kind: judged.kind,
      essence: judged.essence,
      envelope,
      sequence,
      outcomes: silent ? undefined : this.#outcomes(speech, id, sizeBytes),
      successReport: !silent && speech.wants.successReport,
      newId,
    });
  }

  /** Who wants to hear of a success gets one report, or none but of a failure. Clause 5.7 */
  #outcomes({ from, wants, report }: Speech, id: string, sizeBytes: number): Outcomes | undefined {
    const ports = {
      sender: from.member,
      report: (status: number) => report(status, sizeBytes),
    };
    if (wants.successReport) {
      if (this.#ports.rules().reports === "final") return this.#ports.awaited.await(id, ports);
      report(200, sizeBytes); // RFC 7701 §6.3
      return undefined;
    }
    return wants.failureReport === "no" ? undefined : new FailureOnly(ports);
  }

  #pass(message: Message): void {
    if (message.from !== undefined) this.#ports.spoke();
    this.#ports.distribution.pass(message);
    if (message.sequence > 0) this.#ports.roomLog()?.passed(message.sequence);
  }
}

interface Said {
  readonly heard: Heard;
  readonly speech: Speech;
  readonly envelope: Uint8Array;
  /** As its sender counts. */
  readonly sizeBytes: number;
}

function targetsOf({ recipients }: Judged): readonly Member[] | undefined {
  return recipients.kind === "all" ? undefined : [...recipients.to, ...recipients.cc];
}

/** Message-IDs of MSRP are those of one session, those of IMDN of the sender. RFC 5438 §6.3 */
function senderIdOf(cpim: Cpim, { messageId }: Speech): string {
  const imdn = parseImdnHeaders(cpim);
  const id = imdn.ok ? imdn.value.messageId : undefined;
  return id === undefined ? `msrp ${messageId}` : `imdn ${id}`;
}

function heardBy(
  end: RoomEnd,
  from: Member,
  totalBytes: number | undefined,
): readonly HeardMessage[] {
  const heard = end instanceof Ear ? end.begins(from, totalBytes) : undefined;
  return heard === undefined ? [] : [heard];
}

function takesPieces(end: RoomEnd): end is DeviceLeg {
  return "outbox" in end;
}
