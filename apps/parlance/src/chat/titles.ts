/** What groups made for once are called that the user is in on another device: their addresses say nothing to people. */
import type { ImClient } from "@parlance/client";
import { isMadeForOnce } from "./model.ts";

export interface ChatTitlesPorts {
  readonly client: Pick<ImClient, "rooms" | "pastRooms" | "history">;
  /** What the group is called from now on. */
  readonly title: (address: string, title: string) => void;
}

/** What is said is not kept back longer than this. */
const WAIT_MS = 3_000;
/** A group may come into the list of the server a moment after what was said in it. */
const MOST_TRIES = 3;
/** Groups that are remembered to have been asked for. */
const MOST_ASKED = 200;

export class ChatTitles {
  readonly #ports: ChatTitlesPorts;
  readonly #known = new Set<string>();
  readonly #tries = new Map<string, number>();

  constructor(ports: ChatTitlesPorts) {
    this.#ports = ports;
  }

  /** Undefined: all is known that can be. Never rejects: a group without a title is called otherwise. */
  learn(address: string): Promise<void> | undefined {
    const { rooms, pastRooms, history } = this.#ports.client;
    if (!isMadeForOnce(address) || this.#known.has(address)) return undefined;
    if (rooms.some((room) => room.address === address)) return undefined;
    const past = pastRooms.find((room) => room.address === address);
    const title = past?.name ?? past?.subject;
    if (title !== undefined) return this.#told(address, title);
    const tries = this.#tries.get(address) ?? 0;
    if (!history.available || tries >= MOST_TRIES) return undefined;
    if (this.#tries.size >= MOST_ASKED) this.#tries.clear();
    this.#tries.set(address, tries + 1);
    return this.#ask();
  }

  async #ask(): Promise<void> {
    const { history } = this.#ports.client;
    const signal = AbortSignal.timeout(WAIT_MS);
    const page = await history.conversations({ signal }).catch(() => undefined);
    for (const { address, name } of page?.conversations ?? []) {
      if (name !== undefined && isMadeForOnce(address)) this.#told(address, name);
    }
  }

  #told(address: string, title: string): undefined {
    this.#known.add(address);
    this.#ports.title(address, title);
  }
}
