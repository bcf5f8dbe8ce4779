/** Somebody in a scenario: what he hears, and who asks him in. */
import type { ClientEvents, ImClient, IncomingFile, IncomingMessage, Room } from "@parlance/client";
import { Unmet } from "./words.ts";

type GroupInvitation = Extract<ClientEvents["invitation"], { readonly kind: "group" }>;

export class Person {
  readonly im: ImClient;
  readonly #heard: IncomingMessage[] = [];
  readonly #asked: GroupInvitation[] = [];
  readonly #rooms: Room[] = [];
  readonly #files: IncomingFile[] = [];
  #news = Promise.withResolvers<void>();

  constructor(im: ImClient) {
    this.im = im;
    const noted =
      <T>(list: T[]) =>
      (one: T): void => {
        list.push(one);
        this.#tell();
      };
    im.on("message", noted(this.#heard));
    im.on("room", noted(this.#rooms));
    im.on("file", noted(this.#files));
    im.on("invitation", (asked) => {
      if (asked.kind === "group") noted(this.#asked)(asked);
    });
  }

  get address(): string {
    return this.im.address;
  }

  /** How often he has got this text. */
  count(text: string): number {
    return this.#heard.filter((one) => one.kind === "text" && one.text === text).length;
  }

  /** Those of these texts that he has got, as they came. */
  order(texts: readonly string[]): readonly string[] {
    return this.#heard.flatMap((one) =>
      one.kind === "text" && texts.includes(one.text) ? [one.text] : [],
    );
  }

  /** The message with this text, when it is there. */
  hears(text: string): Promise<IncomingMessage> {
    return this.#first(() => this.#heard.find((one) => one.kind === "text" && one.text === text));
  }

  /** The first word of a group itself. */
  hearsOfGroup(): Promise<IncomingMessage> {
    return this.#first(() => this.#heard.find(({ reach }) => reach === "system"));
  }

  /** The next who asks him into a group. */
  isAsked(): Promise<GroupInvitation> {
    return this.#first(() => this.#asked.shift());
  }

  offered(): Promise<IncomingFile> {
    return this.#first(() => this.#files.shift());
  }

  /** Says yes to the next who asks, and is in. */
  async comes(): Promise<Room> {
    const room = (await this.isAsked()).accept();
    if (room === undefined) throw new Unmet("the invitation was over before it was answered");
    await room.inside;
    return room;
  }

  /** The group that he is in without having been asked. */
  async isBrought(): Promise<Room> {
    const room = await this.#first(() => this.#rooms.shift());
    await room.inside;
    return room;
  }

  async #first<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await this.#news.promise;
    }
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}

/** When so many are in the room, as one of them sees it. */
export function isFull(room: Room, count: number): Promise<void> {
  return roomIs(room, () => room.members.filter(({ state }) => state === "in").length === count);
}

/** When he is no longer in it. */
export function isLeft(room: Room): Promise<void> {
  return roomIs(room, () => room.state === "left");
}

/** When something holds of a room. */
export function roomIs(room: Room, holds: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    if (holds()) resolve();
  };
  room.on("roster", look);
  room.on("state", look);
  look();
  return promise;
}

/** The code of what a promise rejects with; undefined where it does not. */
export async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}
