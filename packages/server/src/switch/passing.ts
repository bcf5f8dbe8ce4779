/** A frame too large to be held passes in pieces, each a chunk of its own. RFC 4975 §5.1, RFC 7977 §5.1 */
import type { Flag } from "@parlance/msrp";
import type { StreamedSend } from "../ports/index.ts";
import type { Onward } from "./onward.ts";

export interface PassingPorts {
  /** By the head and the first octets: how it goes on, or the status that refuses it. */
  readonly begin: (first: Uint8Array) => Onward | number;
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
  #onward: Onward | undefined;
  #refused = false;

  constructor(ports: PassingPorts) {
    this.#ports = ports;
  }

  piece(bytes: Uint8Array): void {
    const begun = this.#onward;
    if (this.#refused || begun?.failed === true) return;
    const onward = begun === undefined ? this.#first(bytes) : this.#next(begun, bytes);
    if (onward === undefined) return;
    onward.piece(bytes);
    this.#ports.paced();
  }

  end(flag: Flag): void {
    this.#ports.ended(flag);
    this.#onward?.end(flag);
  }

  /** The connection went in the middle: what came goes on, and the rest comes by a new one. */
  broken(): void {
    this.#onward?.end("+");
  }

  #first(bytes: Uint8Array): Onward | undefined {
    const onward = this.#ports.begin(bytes);
    if (typeof onward !== "number") {
      this.#onward = onward;
      return onward;
    }
    this.#refused = true;
    this.#ports.refused(onward);
    return undefined;
  }

  #next(onward: Onward, bytes: Uint8Array): Onward | undefined {
    const status = this.#ports.grown(bytes.length);
    if (status === undefined) return onward;
    onward.refuse(status);
    return undefined;
  }
}
