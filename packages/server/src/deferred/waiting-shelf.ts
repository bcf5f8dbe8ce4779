/** What waits for a user comes when he asks for it, whatever he has set, and goes when he has it. OMA IM 12.1.3, clause 14.5 */
import { CSeq, Params, parseUri, ReferredBy } from "@parlance/sip";
import type { PushResult } from "../bringing/index.ts";
import type { Edit, User } from "../ports/index.ts";
import { type Asked, type Shelf, toThese } from "../referral/index.ts";
import type { DeferredMessage } from "../store/index.ts";
import { forget } from "./forget.ts";
import type { DeferredOptions } from "./options.ts";
import type { DeferredPorts } from "./ports.ts";
import { bringWaiting } from "./push.ts";
import { tellArrived } from "./report.ts";
import { idIn, type WaitingList } from "./waiting-list.ts";

export class WaitingShelf implements Shelf {
  readonly #ports: DeferredPorts;
  readonly #list: Pick<WaitingList, "ids" | "changed">;
  readonly #options: Pick<DeferredOptions, "datagramBytes">;

  constructor(
    ports: DeferredPorts,
    list: Pick<WaitingList, "ids" | "changed">,
    options: Pick<DeferredOptions, "datagramBytes">,
  ) {
    this.#ports = ports;
    this.#list = list;
    this.#options = options;
  }

  async find(user: User, references: readonly string[]): Promise<readonly string[] | undefined> {
    if (references.some((one) => ALL.test(one))) return this.#list.ids(user);
    const ids: string[] = [];
    for (const reference of references) {
      const id = idIn(reference);
      const message = id === undefined ? undefined : await this.#ports.store.find(user.name, id);
      if (message === undefined || message.kind !== "message") return undefined;
      ids.push(message.id);
    }
    return ids;
  }

  async bring(user: User, id: string, asked: Asked): Promise<PushResult> {
    const { store, clock } = this.#ports;
    const message = await store.find(user.name, id);
    if (message === undefined || message.expiresAt <= clock.now()) return "unreadable";
    const result = await this.#bring(message, user, asked);
    if (result !== "delivered") return result;
    await tellArrived(message, this.#ports);
    await forget(user.name, [message], this.#ports);
    this.#list.changed(user);
    return result;
  }

  #bring(message: DeferredMessage, user: User, asked: Asked): Promise<PushResult> {
    const way = toThese(this.#ports.way, asked.devices);
    const special = { way, edit: askedFor(asked, this.#ports.clock.now()) };
    return bringWaiting(message, user, { ...this.#ports, way }, this.#options, special);
  }
}

const ALL = /^sip:all@/;
const HALF = 2 ** 30;

/** Clause 14.5; a number that is none of an attempt to push it, lest the two be taken for a loop. RFC 3261 §8.2.2.2 */
function askedFor({ callId, service }: Asked, now: number): Edit {
  return (edit) => {
    // Of a copy the group that it was sent to stands there already.
    if (edit.get(ReferredBy) === undefined) {
      edit.set(ReferredBy, { name: undefined, uri: parseUri(service), params: Params.none });
    }
    edit.setText("In-Reply-To", callId);
    const method = edit.get(CSeq)?.method;
    if (method !== "MESSAGE") return; // the Call-ID of an INVITE is another one each time
    edit.set(CSeq, { number: HALF + (Math.floor(now / 1_000) % HALF), method });
  };
}
