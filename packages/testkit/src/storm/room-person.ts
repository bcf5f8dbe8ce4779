/** Somebody who is in rooms through a storm: joins, leaves, is sent away, dies and comes back, and remembers what was shown. */
import type { ImClient, IncomingMessage, JoinOptions, Room } from "@parlance/client";
import type { ClientTransport, World } from "../world/world.ts";
import { labelOf } from "./person.ts";
import { Presence } from "./presence.ts";
import { RoomFiles } from "./room-files.ts";
import { isOnce, roomOf, type SaidInRoom, type ShownInRoom, type Stay } from "./room-record.ts";

export interface RoomHabits {
  /** Whose device it is; by default of the user of that name. */
  readonly user?: string;
  readonly transport: ClientTransport;
  /** In every room. */
  readonly anonymous: boolean;
  readonly nickname: string | undefined;
}

/** So long may an invitation be on its way. Clause 7.9 */
const RING_MS = 120_000;

export class RoomPerson {
  readonly name: string;
  /** Of the account: others of its devices may be in the storm as well. */
  readonly user: string;
  readonly stays: Stay[] = [];
  readonly said: SaidInRoom[] = [];
  readonly shown: ShownInRoom[] = [];
  /** Who he has been in the rooms. */
  readonly entities = new Set<string>();
  /** When somebody who may has sent him away from a room. */
  expelledAt: readonly { readonly room: string; readonly at: number }[] = [];
  readonly habits: RoomHabits;
  readonly files: RoomFiles;
  readonly #world: World;
  readonly #watched = new WeakSet<Room>();
  readonly #presence: Presence;
  #run = 0;
  /** When he first made a group: he may be in one of which he has not heard yet. */
  #makingSince: number | undefined;
  #number = 0;

  /** `name`: of the device, which is that of the user for his first one. */
  constructor(name: string, world: World, habits: RoomHabits) {
    const { user = name, transport } = habits;
    this.name = name;
    this.user = user;
    this.#world = world;
    this.habits = habits;
    this.files = new RoomFiles(world, name);
    this.#presence = new Presence(world, {
      user,
      device: name,
      options: { transport, displayName: realName(user), sessions: { groups: "accept" } },
      begun: (client, run) => this.#begun(client, run),
    });
  }

  /** What tells who he is, and where his device is. */
  get secrets(): readonly string[] {
    return [
      `sip:${this.user}`,
      `${this.user}@`,
      realName(this.user),
      this.#world.hostOf(this.name),
    ];
  }

  get store(): Presence["store"] {
    return this.#presence.store;
  }

  get forgiven(): ReadonlySet<string> {
    return this.#presence.forgiven;
  }

  get isThere(): boolean {
    return this.#client !== undefined;
  }

  get isOnline(): boolean {
    return this.#presence.isOnline;
  }

  roomAt(address: string): Room | undefined {
    return this.#client?.rooms.find((room) => roomOf(room.address) === address);
  }

  /** The stay that is not over. */
  stayIn(room: string): Stay | undefined {
    return this.stays.find((stay) => stay.room === room && stay.endedAt === undefined);
  }

  /** Or may have been: whoever has asked for it has heard no answer. */
  maybeExpelled(room: string): void {
    const stay = this.stayIn(room);
    if (stay !== undefined) stay.inAt = undefined; // he may learn of it later, or never
  }

  wasExpelled(room: string): void {
    this.maybeExpelled(room);
    this.expelledAt = [...this.expelledAt, { room, at: this.#world.clock.now() }];
  }

  /** The server may not know any more where he has come in, and from where he was sent away, after that time. */
  maybeForgotten(after: number): void {
    this.expelledAt = this.expelledAt.filter(({ at }) => at < after);
    for (const stay of this.stays) {
      if (stay.inAt !== undefined && stay.inAt >= after) stay.inAt = undefined;
    }
  }

  comeBack(): void {
    this.#presence.comeBack();
  }

  close(): void {
    this.files.ended();
    this.#presence.close();
  }

  die(): Promise<void> {
    this.files.ended();
    return this.#presence.die();
  }

  join(room: string): void {
    if (this.#client === undefined || this.stayIn(room) !== undefined) return;
    const now = this.#world.clock.now();
    const before = this.stays.find((stay) => stay.room === room);
    const once = isOnce(room);
    if (once && before === undefined) return; // nobody comes there who was not asked
    const address = before?.address ?? room;
    const stay: Stay = { room, address, once, askedAt: now, inAt: undefined, endedAt: undefined };
    this.stays.push(stay);
    this.#world.remark(`${this.name} wants to be in ${room}`);
    void this.#keepJoining(stay, this.#run);
  }

  leave(room: string): void {
    const stay = this.stayIn(room);
    if (stay === undefined) return;
    stay.endedAt = this.#world.clock.now();
    this.#world.remark(`${this.name} leaves ${room}`);
    this.roomAt(room)?.leave();
  }

  /** A group for once, of these. */
  create(addresses: readonly string[]): void {
    const client = this.#client;
    if (client === undefined) return;
    this.#world.remark(`${this.name} makes a group of ${addresses.join(" ")}`);
    void this.#enter(client.createGroup(addresses, this.#how));
  }

  /** A group of a conversation: with whomever it is, and these. */
  async extend(peer: string, addresses: readonly string[]): Promise<void> {
    const chat = this.#client?.conversation(peer, { sessions: "always" });
    if (chat === undefined) return;
    const words = chat.send("shall we ask the others?");
    await words.accepted.catch(() => {}); // then there is a session, or there is none
    if (this.#client === undefined) return;
    this.#world.remark(`${this.name} asks ${addresses.join(" ")} into his talk with ${peer}`);
    await this.#enter(chat.extend(addresses, this.#how));
  }

  invite(room: string, address: string): void {
    const at = this.roomAt(room);
    if (at === undefined) return;
    this.#world.remark(`${this.name} asks ${address} into ${room}`);
    void at.invite(address).catch((error: unknown) => {
      this.#world.remark(`${this.name} cannot ask ${address}: ${String(error)}`);
    });
  }

  /** To all, or to some of those that he sees there. */
  say(
    room: string,
    choose: ((entities: readonly string[]) => readonly string[]) | undefined,
    filler = "",
  ): void {
    const at = this.roomAt(room);
    if (at === undefined) return;
    const others = at.members.filter(({ me, state }) => !me && state === "in");
    const to = choose?.(others.map(({ entity }) => entity));
    if (to?.length === 0) return;
    this.#number += 1;
    const text = `${this.name}-${this.#number}`;
    const { anonymous, nickname, user } = this.habits;
    const device = user === undefined || user === this.name ? "" : "-by-phone";
    const label = anonymous ? `${nickname?.replace(" ", "")}${device}-${this.#number}` : text;
    const hidden = `${label}${filler}`;
    const sent = to === undefined ? at.send(hidden) : at.whisper(to, hidden);
    this.#world.remark(
      `${this.name} says ${labelOf(hidden)} in ${room} to ${to?.join(" ") ?? "all"}`,
    );
    const said: SaidInRoom = {
      id: sent.id,
      room,
      text: hidden,
      number: this.#number,
      to,
      saidAt: this.#world.clock.now(),
      acceptedAt: undefined,
    };
    this.said.push(said);
    sent.on("state", (state) => {
      this.#world.remark(
        `${this.name}: ${labelOf(hidden)} is ${state} ${sent.failure?.message ?? ""}`,
      );
    });
  }

  giveFile({ room, ...file }: Omit<Parameters<RoomFiles["give"]>[1], "name">): void {
    const at = this.roomAt(room);
    if (at === undefined) return;
    this.#number += 1;
    const { anonymous, nickname } = this.habits;
    const who = anonymous ? `${nickname?.replace(" ", "")}-${this.name.length}` : this.name;
    this.files.give(at, { name: `${who}-${this.#number}.bin`, room, ...file });
  }

  /** `others`: all devices of one. */
  expel(room: string, others: readonly RoomPerson[]): void {
    const at = this.roomAt(room);
    const member = at?.members.find(({ entity }) => others.some((one) => one.entities.has(entity)));
    if (at === undefined || member === undefined) return;
    this.#world.remark(`${this.name} sends ${member.name} away from ${room}`);
    void at.expel(member).then(
      () => others.forEach((one) => one.wasExpelled(room)),
      (error) => {
        for (const one of others) one.maybeExpelled(room);
        this.#world.remark(`${this.name} cannot: ${String(error)}`);
      },
    );
  }

  get #client(): ImClient | undefined {
    return this.#presence.client;
  }

  #begun(client: ImClient, run: number): void {
    this.#run = run;
    client.on("sent", ({ id, state }) => this.#moved(id, state));
    client.on("message", (message) => this.#show(message, client));
    client.on("file", (file) => {
      this.#hearsOf(roomOf(file.conversation));
      void this.files.take(file, roomOf(file.conversation));
    });
    client.on("room", (room) => this.#called(room, run));
    for (const room of client.rooms) {
      // He may have been called, and be in, before the application has heard that it is connected.
      const isNew = !this.stays.some((stay) => stay.room === roomOf(room.address));
      if (isNew || room.state === "joining") this.#called(room, run);
      else this.#watch(room, run);
    }
    for (const stay of this.stays) {
      if (stay.endedAt === undefined) void this.#keepJoining(stay, run);
    }
    // Left while nobody could say so: the store may not have known.
    for (const room of client.rooms)
      if (this.stayIn(roomOf(room.address)) === undefined) room.leave();
  }

  /** By others of a group, who want him there. */
  #called(room: Room, run: number): void {
    const { address } = room;
    this.#world.remark(`${this.name} is called into ${address}`);
    if (this.stayIn(roomOf(address)) === undefined) {
      const askedAt = this.#world.clock.now() - RING_MS; // he was asked when the first try was made
      const where = { room: roomOf(address), address, once: room.adHoc };
      this.stays.push({ ...where, askedAt, inAt: undefined, endedAt: undefined });
    }
    this.#watch(room, run);
  }

  /** Of a group that he has made, before he knows that it is there. */
  #hearsOf(room: string): void {
    const askedAt = this.#makingSince;
    if (!isOnce(room) || askedAt === undefined) return;
    if (this.stays.some((stay) => stay.room === room)) return;
    const endedAt = this.#world.clock.now(); // nobody knows whether he is to be there
    this.stays.push({ room, address: room, once: true, askedAt, inAt: undefined, endedAt });
  }

  get #how(): JoinOptions {
    const { anonymous, nickname } = this.habits;
    return nickname === undefined ? { anonymous } : { anonymous, nickname };
  }

  /** A group that is being made. */
  async #enter(making: Promise<Room>): Promise<void> {
    const run = this.#run;
    const askedAt = this.#world.clock.now();
    this.#makingSince ??= askedAt;
    try {
      const room = await making;
      if (!this.#presence.isIn(run)) return; // he finds it among his rooms, when he is back
      this.#world.remark(`${this.name} has made ${room.address}`);
      const { address } = room;
      if (this.stayIn(roomOf(address)) === undefined) {
        const inAt = this.#world.clock.now();
        const where = { room: roomOf(address), address, once: true };
        this.stays.push({ ...where, askedAt, inAt, endedAt: undefined });
      }
      this.#watch(room, run);
    } catch (error) {
      this.#world.remark(`${this.name} cannot make a group: ${String(error)}`);
    }
  }

  async #keepJoining(stay: Stay, run: number): Promise<void> {
    const how = this.#how;
    while (this.#presence.isIn(run) && stay.endedAt === undefined) {
      const client = this.#client;
      if (client === undefined) return;
      try {
        const room = await client.join(stay.address, how);
        stay.inAt ??= this.#world.clock.now();
        this.#watch(room, run);
        if (stay.endedAt !== undefined) room.leave();
        return;
      } catch (error) {
        this.#world.remark(`${this.name} cannot join ${stay.room}: ${String(error)}`);
        if (stay.once || isFinal(error)) stay.endedAt ??= this.#world.clock.now();
        await this.#presence.pause();
      }
    }
  }

  #watch(room: Room, run: number): void {
    if (this.#watched.has(room)) return;
    this.#watched.add(room);
    const note = (): void => {
      const entity = room.me?.entity;
      if (entity !== undefined) this.entities.add(entity);
    };
    note();
    room.on("roster", note);
    room.on("state", (state) => {
      this.#world.remark(`${this.name} is ${state} (${room.address}) ${room.ending?.why ?? ""}`);
      const stay = this.stayIn(roomOf(room.address));
      if (state === "in" && stay !== undefined) stay.inAt ??= this.#world.clock.now();
      if (state !== "left" || stay === undefined) return;
      if (stay.once || room.ending?.why === "expelled") stay.endedAt = this.#world.clock.now();
      else {
        stay.inAt = undefined; // the session of a group is over when nobody else is there
        void this.#keepJoining(stay, run);
      }
    });
  }

  #moved(id: string, state: string): void {
    const said = this.said.find((each) => each.id === id);
    const has = state === "accepted" || state === "delivered";
    if (said !== undefined && has) said.acceptedAt ??= this.#world.clock.now();
  }

  #show(message: IncomingMessage, client: ImClient): void {
    const { conversation, reach } = message;
    const room = roomOf(conversation);
    this.#hearsOf(room);
    if (message.kind === "reference") {
      const file = client.fileOf(message);
      this.files.announced.push({ name: file.name, room });
      return void this.files.take(file, room);
    }
    if (reach === "system" || reach === "direct" || message.kind !== "text") return;
    this.#world.remark(`${this.name} sees ${labelOf(message.text)} ${reach}`);
    this.shown.push({ room, text: message.text, reach });
  }
}

/** That he has given his client. */
function realName(user: string): string {
  return `The real ${user}`;
}

/** He may not come in, now or later. */
function isFinal(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "refused";
}
