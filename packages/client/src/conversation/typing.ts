/** Our own composing towards everybody: in a session where there is one, by MESSAGE elsewhere. RFC 3994 */
import { IS_COMPOSING } from "@parlance/im";
import { parseUri } from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import type { Requests } from "../connection/requests.ts";
import { bareMessage, type Sender } from "../sending/pager-message.ts";
import type { Talk } from "../session/talk.ts";
import { OwnComposing } from "./composing.ts";

export interface TypingPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly requests: Requests;
  readonly sender: Sender;
  readonly isOnline: () => boolean;
  readonly talk: (address: string) => Talk;
  /** The group at this address, if we are in it. */
  readonly room: (address: string) => { sendComposing(document: Uint8Array): void } | undefined;
}

export class Typing {
  readonly #ports: TypingPorts;
  readonly #peers = new Map<string, OwnComposing>();

  constructor(ports: TypingPorts) {
    this.#ports = ports;
  }

  to(address: string): OwnComposing {
    const known = this.#peers.get(address);
    if (known !== undefined) return known;
    const made = new OwnComposing(this.#ports.clock, (document) => this.#send(address, document));
    this.#peers.set(address, made);
    return made;
  }

  stop(): void {
    for (const composing of this.#peers.values()) composing.stop();
  }

  /** Worth nothing a moment later: neither kept, nor sent again, nor reported. RFC 3994 §3.2 */
  #send(address: string, document: Uint8Array): void {
    const { clock, random, requests, sender, isOnline, talk, room } = this.#ports;
    const group = room(address);
    if (group !== undefined) return group.sendComposing(document);
    const session = talk(address).current;
    if (session !== undefined) {
      session.sendComposing(document);
      return;
    }
    if (!isOnline()) return;
    const body = { type: IS_COMPOSING, bytes: document };
    const request = bareMessage(parseUri(address), body, sender, { random, now: clock.now() });
    const perishable = request
      .edit()
      .setText("Expires", "0")
      .setText("Priority", "non-urgent")
      .done();
    requests.send(perishable).catch(() => {});
  }
}
