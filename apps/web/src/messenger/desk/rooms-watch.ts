/** Groups that the user is in: their members, names and ends, put where views see them. */
import type { Asked, ImClient, Room, RosterChange } from "@parlance/client/web";
import type { Board } from "../model/board.ts";
import { cleanLine } from "../model/clean-text.ts";
import { pastView } from "../model/past-room.ts";
import type { MemberView, NoticeBody, RoomView, Slices } from "../model/views.ts";
import { AskedPeople } from "./asked-people.ts";
import type { Talks } from "./talks.ts";

export class RoomsWatch {
  readonly #client: ImClient;
  readonly #board: Board<Slices>;
  readonly #talks: Talks;
  readonly #asked: AskedPeople;
  readonly #watched = new WeakSet<Room>();

  constructor(client: ImClient, board: Board<Slices>, talks: Talks) {
    this.#client = client;
    this.#board = board;
    this.#talks = talks;
    this.#asked = new AskedPeople(talks);
  }

  start(): void {
    for (const past of this.#client.pastRooms)
      this.#board.put(`room ${past.address}`, pastView(past));
    for (const room of this.#client.rooms) this.watch(room);
    this.#client.on("room", (room) => this.watch(room));
  }

  watch(room: Room): void {
    if (!this.#watched.has(room)) {
      this.#watched.add(room);
      room.on("state", () => this.#show(room));
      room.on("roster", (change) => {
        this.#show(room);
        const body = this.#isTold(room, change) ? undefined : noticeOf(change);
        if (body !== undefined) this.#talks.notice(room.address, body);
      });
      room.on("missed", () => this.#talks.notice(room.address, { kind: "notice", what: "missed" }));
      room.on("alias", () => this.#show(room));
    }
    this.#show(room);
  }

  find(address: string): Room | undefined {
    return this.#client.rooms.find((room) => room.address === address);
  }

  /** Those whom the user has asked when he made the group. */
  async made(room: Room): Promise<void> {
    const { address, asked } = room;
    const people = asked.map((one) => one.address);
    if (people.length > 0) await this.#asked.follow(address, people, Promise.resolve(asked));
  }

  async invite(room: Room, people: readonly string[]): Promise<void> {
    const asking: Promise<readonly Asked[]> = room.invite(people);
    await this.#asked.follow(room.address, people, asking);
  }

  /** Whoever has asked somebody sees among those whom he has asked what becomes of it. */
  #isTold({ address }: Room, change: RosterChange): boolean {
    if (change.type !== "invited" && change.type !== "removed") return false;
    const { entity, state } = change.member;
    return state === "invited" && this.#asked.tells(address, entity, change.type);
  }

  #show(room: Room): void {
    const { address, state, adHoc, name, subject } = room;
    if (address === "") return;
    const past = this.#client.pastRooms.find((one) => one.address === address);
    const people = state === "left" ? (past?.people ?? []) : [];
    this.#board.put(`room ${address}`, viewOf(room, people));
    this.#talks.changeRow(address, (row) => {
      const shown = name ?? subject ?? peopleIn(room) ?? row.name;
      const over = adHoc && state === "left";
      if (row.group && row.name === shown && row.roomState === state) return row;
      return {
        ...row,
        group: true,
        name: shown,
        roomState: state,
        over,
        at: row.at === 0 ? Date.now() : row.at,
      };
    });
  }
}

/** A group for once that has no name is called by those who are in it. */
function peopleIn({ adHoc, members }: Room): string | undefined {
  const others = members.filter(({ me, state }) => !me && state === "in");
  if (!adHoc || others.length === 0) return undefined;
  return others.map(({ name }) => cleanLine(name, 64)).join(", ");
}

function viewOf(room: Room, people: readonly string[]): RoomView {
  const { address, state, adHoc, name, subject, nickname, anonymous, ending, aliasLink } = room;
  return {
    address,
    state,
    adHoc,
    name,
    subject,
    nickname,
    anonymous,
    locked: room.locked,
    members: room.members.map(memberOf),
    ending: ending?.why,
    people,
    aliasUrl: aliasLink?.url,
  };
}

function memberOf(member: Room["members"][number]): MemberView {
  const { name, entity, nickname, anonymous, me, roles, state, muted, readsOnly } = member;
  const shown = cleanLine(name, 64);
  return { entity, name: shown, nickname, anonymous, me, roles, state, muted, readsOnly };
}

function noticeOf(change: RosterChange): NoticeBody | undefined {
  const kind = "notice";
  switch (change.type) {
    case "added":
      return { kind, what: "came", who: cleanLine(change.member.name, 64) };
    case "invited":
      return { kind, what: "invited", who: cleanLine(change.member.name, 64) };
    case "removed":
      if (change.member.me) return undefined; // told by the end of the room
      return { kind, what: "went", who: cleanLine(change.member.name, 64), why: change.why };
    case "renamed": {
      const [who, before] = [cleanLine(change.member.name, 64), cleanLine(change.before.name, 64)];
      return { kind, what: "renamed", who, before };
    }
    case "muted":
    case "unmuted":
      return { kind, what: change.type, who: cleanLine(change.member.name, 64) };
    case "locked":
    case "unlocked":
      return { kind, what: change.type };
    case "subject":
      return { kind, what: "subject", subject: change.subject };
    default:
      return undefined;
  }
}
