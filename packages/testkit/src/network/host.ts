/** A machine with an address and a way into the world; programs come and go on it. */
import type { Address } from "@parlance/sip";
import type { Link } from "./link.ts";

/** What of a running program the network has to know. */
export interface Program {
  readonly listening: boolean;
  datagram(bytes: Uint8Array, from: Address, port: number): void;
}

export class Host {
  readonly name: string;
  readonly address: string;
  readonly link: Link;
  program: Program | undefined;
  #port = 40_000;

  constructor(name: string, address: string, link: Link) {
    this.name = name;
    this.address = address;
    this.link = link;
  }

  nextPort(): number {
    this.#port += 1;
    return this.#port;
  }
}
