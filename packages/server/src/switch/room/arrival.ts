/** A message on its way in: gathered as far as it is judged, and whole where it is small enough. Clause 8.2, 8.3 */
import { type Cpim, parseCpim } from "@parlance/formats";
import type { IncomingControl, IncomingHead, IncomingSink } from "@parlance/msrp";
import { concatBytes } from "@parlance/wire";
import type { MaybePromise } from "../../ports/index.ts";
import type { Gathering } from "./gathering.ts";
import type { Judged } from "./judge-envelope.ts";
import type { Stream } from "./stream.ts";

/** An envelope, or the beginning of one, and what it is. */
export interface Heard {
  readonly bytes: Uint8Array;
  readonly cpim: Cpim;
  readonly judged: Judged;
}

export interface ArrivalPorts {
  /** What is larger goes on in pieces. */
  readonly gatheredBytes: number;
  /** What all rooms gather together. */
  readonly gathering: Gathering;
  /** There was no memory for it. */
  full(): void;
  /** Headers that are not whole after so much are none. */
  readonly cpimHeadBytes: number;
  /** A status that refuses it, or what it is. Once for each message. */
  judge(cpim: Cpim): Judged | number;
  /** It is whole. The status that answers its last chunk. */
  said(heard: Heard): MaybePromise<number>;
  /** It is too large to be gathered, and goes on from here. */
  begun(heard: Heard): Stream | number;
}

export class Arrival implements IncomingSink {
  readonly #head: IncomingHead;
  readonly #control: IncomingControl;
  readonly #ports: ArrivalPorts;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** With fewer octets it is no use to look again whether the envelope has its headers. */
  #lookAt = 0;
  #judged: Judged | undefined;
  #stream: Stream | undefined;
  #refused = false;

  constructor(head: IncomingHead, control: IncomingControl, ports: ArrivalPorts) {
    this.#head = head;
    this.#control = control;
    this.#ports = ports;
  }

  write(octets: Uint8Array): boolean | undefined {
    if (this.#refused) return undefined;
    if (this.#stream !== undefined) return this.#goOn(this.#stream, octets);
    const status = this.#gather(octets) ?? this.#look();
    if (status === undefined) return this.#pace();
    this.#refused = true;
    this.#letGo();
    this.#control.refuse(status);
    return undefined;
  }

  end(): number | Promise<number> {
    if (this.#stream !== undefined) {
      this.#stream.end();
      return 200;
    }
    const bytes = this.#gathered();
    this.#letGo();
    const read = parseCpim(bytes);
    if (!read.ok) return 400; // step 7
    const judged = this.#judged ?? this.#ports.judge(read.value);
    if (typeof judged === "number") return judged;
    return this.#ports.said({ bytes, cpim: read.value, judged });
  }

  abandon(): void {
    this.#letGo();
    this.#stream?.abort();
  }

  #gather(octets: Uint8Array): number | undefined {
    if (!this.#ports.gathering.take(octets.length)) {
      this.#ports.full();
      return 413;
    }
    this.#pieces.push(octets);
    this.#bytes += octets.length;
    return undefined;
  }

  #letGo(): void {
    this.#ports.gathering.giveBack(this.#bytes);
    this.#pieces = [];
    this.#bytes = 0;
  }

  /** Judges as soon as the headers are there, and goes on as soon as it is known to be large. */
  #look(): number | undefined {
    const { gatheredBytes, cpimHeadBytes } = this.#ports;
    const { sizeBytes = 0 } = this.#head;
    if (this.#bytes >= sizeBytes && sizeBytes > 0 && sizeBytes <= gatheredBytes) return undefined;
    const large = Math.max(sizeBytes, this.#bytes) > gatheredBytes;
    if (this.#judged !== undefined && !large) return undefined;
    if (this.#judged === undefined && this.#bytes < this.#lookAt) return undefined;
    const bytes = this.#gathered();
    const read = parseCpim(bytes);
    if (!read.ok) {
      this.#lookAt = 2 * this.#bytes;
      return this.#bytes > cpimHeadBytes ? 400 : undefined;
    }
    const judged = this.#judged ?? this.#ports.judge(read.value);
    if (typeof judged === "number") return judged;
    this.#judged = judged;
    return large ? this.#begin({ bytes, cpim: read.value, judged }) : undefined;
  }

  #begin(heard: Heard): number | undefined {
    const stream = this.#ports.begun(heard);
    if (typeof stream === "number") return stream;
    this.#stream = stream;
    this.#letGo();
    return undefined;
  }

  #goOn(stream: Stream, octets: Uint8Array): boolean | undefined {
    stream.piece(octets);
    return this.#pace();
  }

  #pace(): boolean | undefined {
    if (this.#stream?.congested !== true) return undefined;
    this.#stream.onRelief(() => this.#control.resume());
    return false;
  }

  #gathered(): Uint8Array {
    const [only] = this.#pieces;
    if (this.#pieces.length === 1 && only !== undefined) return only;
    const bytes = concatBytes(...this.#pieces);
    this.#pieces = [bytes];
    return bytes;
  }
}
