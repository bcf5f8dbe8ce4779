/** Files that somebody gives to rooms and gets from them through a storm. */
import type { IncomingFile, Room, SentFile, SentFileState } from "@parlance/client";
import { concatBytes } from "@parlance/wire";
import type { World } from "../world/world.ts";

export interface GivenInRoom {
  readonly name: string;
  readonly content: Uint8Array;
  readonly room: string;
  /** By way of the file server, or offered to each who is in. */
  readonly via: "session" | "http";
  /** For all members of a group, whether they are in or not: offered to each, or told outside of its session where the author is out of it by then. */
  readonly toMembers: boolean;
  readonly at: number;
  /** Of the last that was heard of it: who died hears no more. */
  state: SentFileState;
  /** Its sender ended before it did. */
  orphaned: boolean;
}

export interface TakenInRoom {
  readonly name: string;
  readonly room: string;
  readonly content: Uint8Array;
}

export class RoomFiles {
  readonly given: GivenInRoom[] = [];
  readonly taken: TakenInRoom[] = [];
  /** Those that he was told of by a message, and in which room. */
  readonly announced: { readonly name: string; readonly room: string }[] = [];
  readonly #world: World;
  readonly #who: string;

  constructor(world: World, who: string) {
    this.#world = world;
    this.#who = who;
  }

  get underWay(): boolean {
    return this.given.some((one) => !one.orphaned && !isOver(one.state));
  }

  give(to: Room, file: Pick<GivenInRoom, "name" | "content" | "room" | "via" | "toMembers">): void {
    const { name, content, via, room } = file;
    this.#world.remark(`${this.#who} gives ${name} (${content.length}) to ${room} by ${via}`);
    let sent: SentFile;
    try {
      sent = to.sendFile(content, { name, via });
    } catch (error) {
      return this.#world.remark(`${this.#who} cannot: ${String(error)}`);
    }
    const at = this.#world.clock.now();
    const given: GivenInRoom = { ...file, at, state: sent.state, orphaned: false };
    this.given.push(given);
    sent.on("state", (state) => {
      given.state = state;
      this.#world.remark(`${this.#who}: ${name} is ${state} ${sent.failure?.message ?? ""}`);
    });
  }

  async take(file: IncomingFile, room: string): Promise<void> {
    const pieces: Uint8Array[] = [];
    try {
      await file.save((piece) => void pieces.push(piece));
      this.#world.remark(`${this.#who} has ${file.name} of ${room}`);
      this.taken.push({ name: file.name, room, content: concatBytes(...pieces) });
    } catch (error) {
      this.#world.remark(`${this.#who} does not get ${file.name}: ${String(error)}`);
    }
  }

  ended(): void {
    for (const file of this.given) file.orphaned ||= !isOver(file.state);
  }
}

/** Of a file for many no more may be heard than that it has left. */
export function isOver(state: SentFileState): boolean {
  return state === "sent" || state === "deferred" || state === "delivered" || state === "failed";
}
