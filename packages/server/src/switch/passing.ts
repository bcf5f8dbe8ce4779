/** A frame too large to be held passes in pieces, each a chunk of its own. RFC 4975 §5.1, RFC 7977 §5.1 */
import type { Flag } from "@parlance/msrp";
import { concatBytes } from "@parlance/wire";
import type { StreamedSend } from "../ports/index.ts";

/** One on its way to the other side. */
export interface Going {
  /** Nothing more of it goes on. */
  readonly failed: boolean;
  piece(bytes: Uint8Array): void;
  end(flag: Flag): void;
  /** It is not to go on, for what was seen of it. */
  refuse(status: number): void;
}

export interface PassingPorts {
  /** Nothing can be said by these first octets yet. */
  readonly isCut: (first: Uint8Array) => boolean;
  /** By the head and the first octets: how it goes on, or the status that refuses it. */
  readonly begin: (first: Uint8Array) => Going | number;
  /** More of it; a status when it has grown too large. */
  readonly grown: (bytes: number) => number | undefined;
  readonly ended: (flag: Flag) => void;
  /** To its sender; at once, so that he stops. */
  readonly refused: (status: number) => void;
  /** Called after each piece: whoever sends too fast is not read. */
  readonly paced: () => void;
}

export class Passing implements StreamedSend {
  readonly #ports: PassingPorts;
  #onward: Going | undefined;
  #refused = false;
  /** Too few to begin with. */
  #first: Uint8Array = NOTHING;

  constructor(ports: PassingPorts) {
    this.#ports = ports;
  }

  piece(bytes: Uint8Array): void {
    const begun = this.#onward;
    if (this.#refused || begun?.failed === true) return;
    if (begun === undefined) return this.#start(bytes);
    const status = this.#ports.grown(bytes.length);
    if (status !== undefined) return begun.refuse(status);
    begun.piece(bytes);
    this.#ports.paced();
  }

  end(flag: Flag): void {
    if (this.#first.length > 0) this.#begin(this.#first); // this is all of it
    this.#ports.ended(flag);
    this.#onward?.end(flag);
  }

  /** The connection went in the middle: what came goes on, and the rest comes by a new one. */
  broken(): void {
    this.#onward?.end("+");
  }

  #start(bytes: Uint8Array): void {
    const first = this.#first.length === 0 ? bytes : concatBytes(this.#first, bytes);
    if (this.#ports.isCut(first)) this.#first = first;
    else this.#begin(first);
  }

  #begin(first: Uint8Array): void {
    this.#first = NOTHING;
    const onward = this.#ports.begin(first);
    if (typeof onward === "number") {
      this.#refused = true;
      return this.#ports.refused(onward);
    }
    this.#onward = onward;
    onward.piece(first);
    this.#ports.paced();
  }
}

const NOTHING = new Uint8Array(0);
