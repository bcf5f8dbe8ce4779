/** Somebody with nothing but a SIP phone, in a storm: what he hears he writes down, and what he says he says once. */

import type { PhoneText, PlainPhone } from "../world/plain-phone.ts";
import type { ClientTransport, World } from "../world/world.ts";

export interface PhoneWritten {
  readonly text: string;
  readonly to: readonly string[];
  readonly at: number;
  /** The server's answer; undefined: there was none. */
  status: number | undefined;
}

export class PhonePerson {
  readonly name: string;
  readonly address: string;
  readonly transport: ClientTransport;
  readonly written: PhoneWritten[] = [];
  readonly shown: PhoneText[] = [];
  readonly #world: World;
  #phone: PlainPhone | undefined;

  constructor(name: string, world: World, transport: ClientTransport) {
    this.name = name;
    this.address = world.address(name);
    this.transport = transport;
    this.#world = world;
  }

  get isThere(): boolean {
    return this.#phone !== undefined;
  }

  get isOnline(): boolean {
    return this.#phone?.isRegistered === true;
  }

  comeBack(): void {
    if (this.#phone !== undefined) return;
    const phone = this.#world.phone(this.name, { transport: this.transport });
    phone.heard = (text) => {
      this.#world.remark(`the phone of ${this.name} shows ${text.text}`);
      this.shown.push(text);
    };
    phone.start();
    this.#phone = phone;
  }

  die(): void {
    this.#world.remark(`the phone of ${this.name} is switched off`);
    this.#phone?.kill();
    this.#phone = undefined;
  }

  async write(text: string, to: string): Promise<void> {
    const phone = this.#phone;
    if (phone === undefined) return;
    const written: PhoneWritten = {
      text,
      to: [to],
      at: this.#world.clock.now(),
      status: undefined,
    };
    this.written.push(written);
    this.#world.remark(`the phone of ${this.name} says ${text} to ${to}`);
    written.status = await phone.send(to, text);
    this.#world.remark(`the phone of ${this.name}: ${text} is ${written.status}`);
  }
}
