/** What one side of a bridge says, on its way to the other: looked at, and put into the form that is taken there. */
import { type Cpim, formatCpim, makeImdn, type NamedUri, parseCpim } from "@parlance/formats";
import { CPIM } from "@parlance/im";
import {
  type Flag,
  isAnswered,
  type MsrpRequest,
  Recut,
  type RecutChunk,
  rangeIn,
} from "@parlance/msrp";
import { concatBytes, parsed } from "@parlance/wire";
import type { MediaRules, StreamedSend } from "../ports/index.ts";
import { EnvelopeTrial } from "./envelope-trial.ts";
import { FirstEnvelope } from "./first-envelope.ts";
import { Inspection } from "./inspection.ts";
import type { Leg } from "./leg.ts";
import type { SwitchLimits } from "./limits.ts";
import { Onward } from "./onward.ts";
import type { OverheardSend, Overhearing } from "./overhearing.ts";
import { type Going, Passing } from "./passing.ts";
import { type Change, ChangedSend, Reshaping } from "./reshaping.ts";
import { isCpim } from "./speaker-check.ts";
import { TriedSend } from "./tried-send.ts";

export interface DirectionPorts {
  readonly limits: SwitchLimits;
  newId(): string;
  now(): number;
}

/** Whose device says it, and whose hears it. */
export interface Legs {
  readonly from: Leg;
  readonly to: Leg;
}

export interface DirectionRules {
  readonly from: MediaRules;
  readonly to: MediaRules;
}

export class Direction {
  readonly #ports: DirectionPorts;
  readonly #inspection: Inspection;
  readonly #reshaping: Reshaping;
  /** Who hears this, as a notification about it names him. */
  readonly #hearer: NamedUri | undefined;

  readonly #overhearing: Overhearing | undefined;
  /** An envelope whose rest has to wait. */
  #first: FirstEnvelope | undefined;

  constructor(
    { from, to }: DirectionRules,
    ports: DirectionPorts,
    overhearing: Overhearing | undefined,
  ) {
    this.#ports = ports;
    this.#inspection = new Inspection(from, { limits: ports.limits, now: () => ports.now() });
    this.#reshaping = new Reshaping({ now: () => ports.now(), from: from.speaks, to: to.speaks });
    this.#hearer = to.speaks;
    this.#overhearing = overhearing;
  }

  close(): void {
    this.#overhearing?.close();
  }

  /** Gives up what its sender has left unfinished; `unread`: nothing of his was read. */
  look(now: number, from: Leg, unread: boolean): void {
    this.#inspection.look(now, unread);
    this.#forgetLeft(from);
  }

  #forgetLeft(from: Leg): void {
    for (const { messageId, held } of this.#inspection.takeLeft()) {
      this.#overhearing?.left(messageId);
      this.#reshaping.ended({ messageId }, "#");
      for (const one of held) from.answer(one, 408);
    }
  }

  /** A SEND with a body. */
  say(frame: MsrpRequest, legs: Legs): void {
    if (this.#first !== undefined) return this.#first.keep(() => this.say(frame, legs));
    const verdict = this.#inspection.judge(frame);
    this.#forgetLeft(legs.from);
    switch (verdict.do) {
      case "pass": {
        const change = this.#reshaping.judge(frame, frame.body ?? NOTHING, legs.to);
        return this.#passAs(frame, change, legs);
      }
      case "pass all":
        return this.#passOn([...verdict.held, frame], legs);
      case "refuse":
        for (const one of [...verdict.held, frame]) legs.from.answer(one, verdict.status);
        if (verdict.begun) this.#giveUp(frame, legs);
        return;
      case "hold":
    }
  }

  /** One in pieces. */
  begin(head: MsrpRequest, legs: Legs, paced: () => void): StreamedSend {
    if (this.#first !== undefined) {
      return this.#first.stream(() => this.begin(head, legs, paced));
    }
    return new Passing({
      isCut: (first) => this.#inspection.isCut(head, first),
      begin: (first) => this.#begin(head, first, legs),
      grown: (bytes) => this.#inspection.piece(head, bytes),
      ended: (flag) => {
        this.#inspection.ended(head, flag);
        this.#reshaping.ended(head, flag);
      },
      refused: (status) => legs.from.answer(head, status),
      paced,
    });
  }

  /** A report of the one who hears this, as the one who has said it counts; undefined when it is nothing to him. */
  report(request: MsrpRequest): MsrpRequest | undefined {
    return this.#reshaping.report(request);
  }

  #begin(head: MsrpRequest, first: Uint8Array, legs: Legs): Going | number {
    const verdict = this.#inspection.judge(head, first);
    this.#forgetLeft(legs.from);
    if (verdict.do === "refuse") {
      for (const one of verdict.held) legs.from.answer(one, verdict.status);
      if (verdict.begun) this.#giveUp(head, legs);
      return verdict.status;
    }
    if (verdict.do === "hold") return 400; // more than the longest head has come, and it is not whole
    if (verdict.do === "pass all") {
      this.#passOn(verdict.held, legs, first);
      return this.#behind(head, legs);
    }
    const change = this.#reshaping.judge(head, first, legs.to);
    if (typeof change === "number") return change;
    const tried = change === undefined && this.#isTrial(head, legs.to) && isAnswered(head, 200);
    return tried ? this.#try(head, first, legs) : this.#onward(head, change, legs);
  }

  /** The first envelope that the device gets; a chunk that gives up a message brings none. */
  #isTrial(head: MsrpRequest, to: Leg): boolean {
    if (to.envelopes !== undefined || !isCpim(head.contentType ?? "")) return false;
    return head.flag !== "#" && rangeIn(head).start === 1;
  }

  /** What follows of it, and behind it, is held, as it is where it comes in several chunks. */
  #try(head: MsrpRequest, first: Uint8Array, legs: Legs): TriedSend {
    const { from, to } = legs;
    const over = this.#holdTheRest(from);
    const send = this.#overhearing?.begins(head);
    const settled = (status: number, flag: Flag): void => send?.settled(status, flag);
    return new TriedSend(headBytesOf(first), {
      plain: (answered) =>
        new Onward(head, undefined, {
          to,
          heard: () => {},
          newId: () => this.#ports.newId(),
          first: answered,
          done: (status, flag) => {
            settled(status, flag);
            from.answer(head, status);
          },
        }),
      bare: () => {
        const change = this.#reshaping.unwrap(head, first);
        if (typeof change === "number") return change;
        return this.#onward(head, change, legs, (status, flag) => {
          if (status === 200) to.envelopes = "refused";
          settled(status, flag);
        });
      },
      taken: () => {
        to.envelopes = "taken";
      },
      heard: (octets) => send?.octets(octets),
      refused: (status) => {
        settled(status, "+");
        from.answer(head, status);
      },
      ended: (flag) => this.#reshaping.ended(head, flag),
      over,
    });
  }

  /** Nothing more of this leg goes on before what this returns is called. */
  #holdTheRest(from: Leg): () => void {
    const first = new FirstEnvelope(from);
    this.#first = first;
    return () => {
      this.#first = undefined;
      first.over();
    };
  }

  /** `more`: of what follows them, as far as the head of the envelope goes. */
  #passOn(frames: readonly MsrpRequest[], legs: Legs, more: Uint8Array = NOTHING): void {
    const start = concatBytes(...frames.map(({ body }) => body ?? NOTHING), more);
    for (const frame of frames) {
      const pass = (): void =>
        this.#passAs(frame, this.#reshaping.judge(frame, start, legs.to), legs);
      if (this.#first === undefined) pass();
      else this.#first.keep(pass);
    }
  }

  /** One in pieces whose message has begun: as its beginning goes, and once it is known how. */
  #behind(head: MsrpRequest, legs: Legs): Going {
    const begin = (): Going => {
      const change = this.#reshaping.judge(head, NOTHING, legs.to);
      return this.#onward(head, typeof change === "number" ? undefined : change, legs);
    };
    return this.#first === undefined ? begin() : this.#first.going(begin);
  }

  /** What has gone on of it was not all: the other side is not to wait for the rest. RFC 4975 §7.1 */
  #giveUp(head: MsrpRequest, { to }: Legs): void {
    const change = this.#reshaping.judge(head, NOTHING, to);
    const changed = typeof change === "object" ? new ChangedSend(head, change) : undefined;
    const how = { awaiting: undefined, answers: false, onlyErrors: false };
    const send = (chunk: RecutChunk): void =>
      to.sendChunk({ id: this.#ports.newId(), ...chunk }, how);
    new Recut(head, send, changed).abort();
    this.#reshaping.ended(head, "#");
  }

  #passAs(frame: MsrpRequest, change: Change | number | undefined, legs: Legs): void {
    if (change === undefined) this.#pass(frame, legs);
    else if (typeof change === "number") legs.from.answer(frame, change);
    else this.#passChanged(frame, change, legs);
  }

  /** The first envelope is a trial where it can be taken off. */
  #pass(frame: MsrpRequest, { from, to }: Legs): void {
    const send = this.#overhearing?.begins(frame);
    send?.octets(frame.body ?? NOTHING);
    const sender = send?.listening(from) ?? from;
    // Of one in several chunks nothing goes on before the first is answered: it has to be answered in any case.
    const answered = frame.flag === "$" ? isAnswered(frame, 415) : isAnswered(frame, 200);
    if (!answered || !this.#isTrial(frame, to)) return to.pass(frame, from, sender);
    const over = frame.flag === "$" ? () => {} : this.#holdTheRest(from);
    const trial = new EnvelopeTrial(sender, {
      taken: () => {
        to.envelopes = "taken";
      },
      refused: () => this.#passBare(frame, { from, to }, send, over),
      over,
    });
    to.pass(frame, from, trial);
  }

  /** Some take envelopes by what they say, and answer 415 to them. */
  #passBare(
    frame: MsrpRequest,
    legs: Legs,
    send: OverheardSend | undefined,
    over: () => void,
  ): void {
    const change = this.#reshaping.unwrap(frame, frame.body ?? NOTHING);
    const { flag = "+" } = frame;
    if (typeof change === "number") {
      send?.settled(415, flag);
      legs.from.answer(frame, 415);
      return over();
    }
    this.#passChanged(frame, change, legs, (status) => {
      if (status === 200) legs.to.envelopes = "refused";
      send?.settled(status, flag);
      over();
    });
  }

  /** `ended`: it is said a second time, and what it says has been heard. */
  #passChanged(
    frame: MsrpRequest,
    change: Change,
    legs: Legs,
    ended?: (status: number) => void,
  ): void {
    const { body = NOTHING, flag = "+" } = frame;
    const onward = this.#onward(frame, change, legs, ended);
    onward.piece(body);
    this.#reshaping.ended(frame, flag);
    onward.end(flag);
  }

  #onward(
    head: MsrpRequest,
    change: Change | undefined,
    legs: Legs,
    ended?: (status: number, flag: Flag) => void,
  ): Onward {
    const send = ended === undefined ? this.#overhearing?.begins(head) : undefined;
    return new Onward(head, change, {
      to: legs.to,
      heard: (octets) => send?.octets(octets),
      newId: () => this.#ports.newId(),
      done: (status, flag) => {
        ended?.(status, flag);
        send?.settled(status, flag);
        legs.from.answer(head, status);
        const envelope = flag === "$" || status !== 200 ? change?.envelope : undefined;
        if (envelope !== undefined) this.#notify(head, envelope, status, legs.from);
      },
    });
  }

  /** A device that sees no envelope answers no wish in it: what the answer to it says, we say. RFC 5438 §7.2.1 */
  #notify(head: MsrpRequest, envelope: Cpim, status: number, author: Leg): void {
    const hearer = this.#hearer;
    // Of a device that answers nothing nobody knows what has arrived.
    if (hearer === undefined || !isAnswered(head, status)) return;
    const notification = {
      kind: "delivery",
      status: status === 200 ? "delivered" : "failed",
    } as const;
    const messageId = this.#ports.newId();
    const about = { notification, from: hearer, recipientUri: hearer.uri, messageId };
    const made = parsed(() => makeImdn(envelope, { ...about, now: this.#ports.now() }));
    if (!made.ok || made.value === undefined) return;
    const body = formatCpim(made.value.message);
    author.sendChunk(
      {
        id: this.#ports.newId(),
        headers: [
          ["Message-ID", messageId],
          ["Byte-Range", `1-${body.length}/${body.length}`],
          ["Failure-Report", "no"],
          ["Content-Type", CPIM],
        ],
        body,
        flag: "$",
      },
      { awaiting: undefined, answers: false, onlyErrors: false },
    );
  }
}

const NOTHING = new Uint8Array(0);

/** Of an envelope that was read: up to its content, and at least one octet less than all that is there. */
function headBytesOf(start: Uint8Array): number {
  const read = parseCpim(start);
  const head = read.ok ? start.length - read.value.content.length : start.length;
  return Math.min(head, start.length - 1);
}
