/** A message too large to be gathered: it goes on as it comes, piece by piece, to those who were there when it began. RFC 7701 §6.1 */
import { CPIM } from "@parlance/im";
import type { Flag } from "@parlance/msrp";
import type { HeardMessage } from "../../ports/index.ts";
import type { DeviceLeg } from "./device-leg.ts";
import { baseFor, rangeOf } from "./message.ts";
import type { Carried, Due, Outcomes, RoomEnd } from "./model.ts";
import { Parcel } from "./parcel.ts";

export interface StreamParts {
  /** The Message-ID with which the devices get it. */
  readonly id: string;
  readonly ends: Iterable<DeviceLeg>;
  /** Those who keep it. */
  readonly heard: readonly HeardMessage[];
  /** Its envelope included; undefined when its sender does not say. */
  readonly totalBytes: number | undefined;
  readonly outcomes: Outcomes | undefined;
  readonly successReport: boolean;
  readonly newId: () => string;
}

const PIECE_BYTES = 65_536;

export class Stream implements Carried, Outcomes {
  /** It is not kept in the log. */
  readonly sequence = 0;
  readonly outcomes = this;
  readonly #parts: StreamParts;
  /** Who gets it still. */
  readonly #ends: Set<DeviceLeg>;
  /** The flag of the last piece is known only when the end has come. */
  #last: Uint8Array | undefined;
  #at = 1;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#ends = new Set(parts.ends);
  }

  /** None of the devices is ready for more: the sender may wait for the fastest of them, never for others. */
  get congested(): boolean {
    if (this.#ends.size === 0) return false;
    for (const end of this.#ends) if (!end.outbox.congested) return false;
    return true;
  }

  /** Calls back once, when one of them is ready for more or gone. */
  onRelief(run: () => void): void {
    for (const end of this.#ends) end.outbox.onRelief(run);
  }

  piece(octets: Uint8Array): void {
    for (const one of this.#parts.heard) one.write(octets);
    for (let at = 0; at < octets.length; at += PIECE_BYTES) {
      if (this.#last !== undefined) this.#send(this.#last, "+");
      this.#last = octets.subarray(at, at + PIECE_BYTES);
    }
  }

  end(): void {
    this.#send(this.#last ?? NOTHING, "$");
    for (const one of this.#parts.heard) one.end();
  }

  /** Its sender gives it up, or is gone. RFC 4975 §7.1 */
  abort(): void {
    for (const one of this.#parts.heard) one.abandon();
    if (this.#at === 1) return;
    this.#send(NOTHING, "#");
  }

  expect(): void {}

  /** The first piece that fails ends it for that device. */
  settled(end: RoomEnd, status: number): void {
    this.#parts.outcomes?.settled(end, status);
    if (status !== 200) this.#giveUp(end);
  }

  arrived(end: RoomEnd): void {
    this.#parts.outcomes?.arrived(end);
  }

  #send(body: Uint8Array, flag: Flag): void {
    const due = this.#write(body, flag);
    this.#at += body.length;
    for (const end of this.#ends) {
      if (end.detached) this.#ends.delete(end);
      else if (!end.outbox.postPieces([due])) this.#tooSlow(end);
    }
  }

  /** It loses the message, not its place in the room. */
  #tooSlow(end: DeviceLeg): void {
    this.settled(end, 413);
    end.outbox.postPieces([this.#write(NOTHING, "#")]);
  }

  #giveUp(end: RoomEnd): void {
    for (const one of this.#ends) {
      if (one !== end) continue;
      this.#ends.delete(one);
      one.outbox.takeBack(this);
    }
  }

  #write(body: Uint8Array, flag: Flag): Due {
    const { id, totalBytes, successReport, newId } = this.#parts;
    const parcel = new Parcel({
      base: baseFor(body, newId),
      messageId: id,
      range: rangeOf(this.#at, body.length, totalBytes),
      successReport,
      failureReport: "yes",
      contentType: CPIM,
      body,
      flag,
    });
    return { parcel, of: this, last: flag === "$" };
  }
}

const NOTHING = new Uint8Array(0);
