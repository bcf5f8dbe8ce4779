/** The first envelope that a device gets, in a chunk too large to be held: its head is tried, the rest waits for the answer. RFC 4975 §10.5 */
import type { Flag } from "@parlance/msrp";
import type { Onward } from "./onward.ts";
import type { Going } from "./passing.ts";

export interface TriedSendPorts {
  /** As it is; `first` hears how its first chunk was answered. */
  plain(first: (status: number) => "go on" | "given up"): Onward;
  /** What is in it, for a device that does not know what it is; a status when there is nothing for it. */
  bare(): Onward | number;
  /** What has come of it, as it came. */
  heard(octets: Uint8Array): void;
  /** The device takes envelopes. */
  taken(): void;
  /** To its sender: it goes on in no form. */
  refused(status: number): void;
  /** Called after its last octet has gone on. */
  ended(flag: Flag): void;
  /** It is known how it goes, and what has come of it has gone on. */
  over(): void;
}

export class TriedSend implements Going {
  readonly #ports: TriedSendPorts;
  readonly #headBytes: number;
  /** What came first. */
  #start: Uint8Array = NOTHING;
  #going: Onward;
  /** What has come meanwhile; undefined once it is known how it goes. */
  #held: (() => void)[] | undefined = [];
  #refused = false;

  /** `headBytes`: what is tried, of the first piece, which has at least one octet more. */
  constructor(headBytes: number, ports: TriedSendPorts) {
    this.#headBytes = headBytes;
    this.#ports = ports;
    this.#going = ports.plain((status) => this.#answered(status));
  }

  get failed(): boolean {
    return this.#going.failed;
  }

  piece(bytes: Uint8Array): void {
    this.#ports.heard(bytes);
    // A view would keep alive all that was read with it.
    const copy = this.#held === undefined ? bytes : bytes.slice();
    if (this.#start.length === 0) return this.#try(copy);
    this.#do(() => this.#going.piece(copy));
  }

  end(flag: Flag): void {
    this.#do(() => {
      this.#going.end(flag);
      this.#ports.ended(flag);
    });
  }

  refuse(status: number): void {
    this.#refused = true;
    this.#going.refuse(status);
  }

  #try(start: Uint8Array): void {
    this.#start = start;
    this.#going.piece(start.subarray(0, this.#headBytes));
    this.#going.flush();
  }

  #answered(status: number): "go on" | "given up" {
    const bare = status === 415 && !this.#refused ? this.#ports.bare() : undefined;
    if (typeof bare === "number") this.#ports.refused(bare);
    else if (bare !== undefined) {
      this.#going = bare;
      bare.piece(this.#start);
    } else if (status === 200) {
      this.#ports.taken();
      this.#going.piece(this.#start.subarray(this.#headBytes));
    }
    this.#release();
    return bare === undefined ? "go on" : "given up";
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const act of held) act();
    this.#ports.over();
  }

  #do(act: () => void): void {
    if (this.#held === undefined) act();
    else this.#held.push(act);
  }
}

const NOTHING = new Uint8Array(0);
