/** A connection of the relay's own to whoever comes next, shared by all who go there. RFC 4976 §6.4.2, §6.5 */
import type { DialTarget } from "@parlance/msrp";
import type { Cancel } from "@parlance/wire";
import type { LineWatch, MediaLine, MediaLines } from "../ports/index.ts";

/** Where frames go. */
export interface Hop {
  readonly full: boolean;
  /** `lost` is called if it never leaves. */
  write(bytes: Uint8Array, lost: () => void): void;
  /** As that of a connection: calls when there is room, or never will be. */
  takeTurn(write: () => boolean): void;
}

/** Octets that wait for the connection; then whoever sends is not read. */
const WAITING_BYTES = 262_144;
/** And then what comes all the same is lost: several connections may have read on. */
const MOST_WAITING_BYTES = 4_194_304;

export class NextHop implements Hop, LineWatch {
  readonly #gone: () => void;
  readonly #cancelDial: Cancel;
  #line: MediaLine | undefined;
  #waiting: { readonly bytes: Uint8Array; readonly lost: () => void }[] = [];
  #waitingBytes = 0;
  /** Of those who wait until there is a connection. */
  #turns: (() => boolean)[] = [];
  #usedAt: number;
  readonly #now: () => number;

  constructor(
    target: DialTarget,
    ports: {
      readonly lines: MediaLines;
      readonly gone: () => void;
      readonly now: () => number;
    },
  ) {
    this.#gone = ports.gone;
    this.#now = ports.now;
    this.#usedAt = ports.now();
    this.#cancelDial = ports.lines.dial(target, (line) => {
      if (line === undefined) return this.#end();
      this.#line = line;
      line.bind(this);
      const waiting = this.#waiting;
      this.#forgetWaiting();
      for (const { bytes } of waiting) line.write(bytes);
      for (const write of this.#takeTurns()) line.takeTurn(write);
    });
  }

  get full(): boolean {
    return this.#line?.full ?? this.#waitingBytes > WAITING_BYTES;
  }

  get usedAt(): number {
    return this.#usedAt;
  }

  write(bytes: Uint8Array, lost: () => void): void {
    this.#usedAt = this.#now();
    if (this.#line !== undefined) return this.#line.write(bytes);
    if (this.#waitingBytes + bytes.length > MOST_WAITING_BYTES) return lost();
    this.#waiting.push({ bytes, lost });
    this.#waitingBytes += bytes.length;
  }

  takeTurn(write: () => boolean): void {
    if (this.#line === undefined) this.#turns.push(write);
    else this.#line.takeTurn(write);
  }

  close(): void {
    this.#cancelDial();
    this.#line?.release(this);
    this.#line?.close();
    this.#end();
  }

  lineClosed(): void {
    this.#end();
  }

  #end(): void {
    this.#gone();
    const waiting = this.#waiting;
    this.#forgetWaiting();
    for (const { lost } of waiting) lost();
    for (const write of this.#takeTurns()) write();
  }

  #forgetWaiting(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #takeTurns(): readonly (() => boolean)[] {
    const turns = this.#turns;
    this.#turns = [];
    return turns;
  }
}
