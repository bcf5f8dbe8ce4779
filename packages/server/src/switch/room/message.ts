/** What was said, and the frames that carry it. */
import { type BodyKind, CPIM } from "@parlance/im";
import { type ByteRange, holdsEndLine } from "@parlance/msrp";
import { addressedTo } from "./envelope.ts";
import type { Due, Member, Outcomes, RoomEnd, RoomMessage } from "./model.ts";
import { Parcel } from "./parcel.ts";

export interface MessageParts {
  readonly id: string;
  readonly from: Member | undefined;
  readonly by: RoomEnd | undefined;
  readonly to: readonly Member[] | undefined;
  readonly kind: BodyKind;
  readonly essence: string;
  readonly envelope: Uint8Array;
  readonly sequence: number;
  readonly outcomes: Outcomes | undefined;
  /** The devices are to report that they have it. */
  readonly successReport: boolean;
  readonly newId: () => string;
}

/** Of one chunk: what a receiver holds at once. Below it a message goes in one. */
const PIECE_BYTES = 65_536;
/** Seventy-two bits of it, before the mark of a device. */
const BASE_CHARACTERS = 12;

export class Message implements RoomMessage {
  readonly id: string;
  readonly from: Member | undefined;
  readonly by: RoomEnd | undefined;
  readonly to: readonly Member[] | undefined;
  readonly kind: BodyKind;
  readonly essence: string;
  readonly envelope: Uint8Array;
  readonly sequence: number;
  readonly outcomes: Outcomes | undefined;
  readonly #parts: MessageParts;
  #dues: readonly Due[] | undefined;

  constructor(parts: MessageParts) {
    this.id = parts.id;
    this.from = parts.from;
    this.by = parts.by;
    this.to = parts.to;
    this.kind = parts.kind;
    this.essence = parts.essence;
    this.envelope = parts.envelope;
    this.sequence = parts.sequence;
    this.outcomes = parts.outcomes;
    this.#parts = parts;
  }

  dueAt({ oneTo, member }: RoomEnd): readonly Due[] {
    const severalTo = this.to !== undefined && this.to.length > 1;
    if (oneTo && severalTo && this.to.includes(member)) {
      return this.#write(addressedTo(this.envelope, member));
    }
    this.#dues ??= this.#write(this.envelope);
    return this.#dues;
  }

  #write(envelope: Uint8Array): readonly Due[] {
    const { id, kind } = this;
    const { successReport, newId } = this.#parts;
    const dues: Due[] = [];
    for (let at = 0; at < envelope.length; at += PIECE_BYTES) {
      const body = envelope.subarray(at, at + PIECE_BYTES);
      const last = at + body.length === envelope.length;
      const parcel = new Parcel({
        base: baseFor(body, newId),
        messageId: id,
        range: rangeOf(at + 1, body.length, envelope.length),
        successReport,
        failureReport: kind === "composing" ? "no" : "yes", // Clause 3.13
        contentType: CPIM,
        body,
        flag: last ? "$" : "+",
      });
      dues.push({ parcel, of: this, last });
    }
    return dues;
  }
}

/** A longer chunk has to be one that could be interrupted. RFC 4975 §7.1.1 */
const UNINTERRUPTED_BYTES = 2_048;

export function rangeOf(start: number, bytes: number, total: number | undefined): ByteRange {
  return { start, end: bytes > UNINTERRUPTED_BYTES ? undefined : start + bytes - 1, total };
}

/** What the transaction ids of a body begin with: what does not look like its end. RFC 4975 §7.1 */
export function baseFor(body: Uint8Array, newId: () => string): string {
  for (;;) {
    const base = newId().slice(0, BASE_CHARACTERS);
    if (!holdsEndLine(body, base)) return base;
  }
}
