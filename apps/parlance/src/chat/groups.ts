/** The groups of a chat: those that the user is in, and those that he is asked into. */
import type {
  AliasLink,
  Asked,
  ClientEvents,
  ImClient,
  Member,
  Room,
  RosterChange,
  SentMessage,
} from "@parlance/client";
import { fullAddress } from "../address.ts";
import { explainFailure } from "../failure.ts";
import type { GroupCommand } from "./group-commands.ts";
import { explainJoin } from "./join-words.ts";
import { shortName, shortNames } from "./model.ts";

export interface ChatGroupsPorts {
  readonly client: ImClient;
  readonly notice: (text: string) => void;
  /** The next lines go there; undefined: nowhere. */
  readonly turnTo: (address: string | undefined) => void;
  /** Where the next lines go, if it is one address. */
  readonly current: () => string | undefined;
  /** What the status line says of it; undefined: nothing. */
  readonly status: (address: string, text: string | undefined) => void;
  /** What the group is called from now on. */
  readonly title: (address: string, title: string) => void;
  readonly sent: (message: SentMessage, room: string, to: string) => void;
}

type Invitation = Extract<ClientEvents["invitation"], { readonly kind: "group" }>;

export class ChatGroups {
  readonly #ports: ChatGroupsPorts;
  readonly #watched = new Set<Room>();
  /** Entities of those whom the user has asked to come, and who have not answered. */
  readonly #awaited = new Set<string>();
  #asked: Invitation | undefined;

  constructor(ports: ChatGroupsPorts) {
    this.#ports = ports;
    const { client } = ports;
    client.on("invitation", (asked) => {
      if (asked.kind === "group") this.#invited(asked);
    });
    client.on("room", (room) => this.#entered(room));
    for (const room of client.rooms) this.#watch(room);
  }

  async obey(command: Exclude<GroupCommand, { readonly do: "wrong" }>): Promise<void> {
    try {
      await this.#obey(command);
    } catch (error) {
      this.#ports.notice(explainFailure(error));
    }
  }

  /** As the group calls him, or else by his address. */
  nameOf(conversation: string, address: string): string {
    const member = this.#roomAt(conversation)?.members.find(({ entity }) => entity === address);
    return member?.name ?? shortName(address, this.#ports.client.address);
  }

  /** Why nothing is taken from him there, as far as the roster tells; undefined: he may write, or it is no group. */
  whyReadsOnly(conversation: string): string | undefined {
    const me = this.#roomAt(conversation)?.me;
    if (me?.muted === true) return "you may only read here until a moderator lets you write";
    return me?.readsOnly === true ? "only moderators write here" : undefined;
  }

  /** What a conversation is called, where it is a group with a name. */
  titleOf(conversation: string): string | undefined {
    const room = this.#roomAt(conversation);
    return room === undefined ? undefined : titleOf(room, this.#ports.client.address);
  }

  async #obey(command: Exclude<GroupCommand, { readonly do: "wrong" }>): Promise<void> {
    const { client, notice } = this.#ports;
    switch (command.do) {
      case "join": {
        const { room, nickname, anonymous } = command;
        const how = nickname === undefined ? { anonymous } : { nickname, anonymous };
        try {
          return this.#turnTo(await client.join(room, how)); // said again to whoever asks again
        } catch (error) {
          return notice(explainJoin(error, { sentAway: this.#wasSentAway(room) }));
        }
      }
      case "create":
        return this.#create(command);
      case "yes": {
        const room = this.#asked?.accept();
        this.#asked = undefined;
        if (room === undefined) return notice("nobody asks you into a group");
        await room.inside;
        return this.#entered(room);
      }
      case "no":
        if (this.#asked === undefined) return notice("nobody asks you into a group");
        this.#asked.decline();
        this.#asked = undefined;
        return notice("declined");
      default:
        return this.#obeyIn(this.#room, command);
    }
  }

  /** As far as this client knows. */
  #wasSentAway(address: string): boolean {
    const past = this.#ports.client.pastRooms.find((one) => one.address === address);
    return past?.why === "expelled";
  }

  async #obeyIn(
    room: Room | undefined,
    command: Exclude<GroupCommand, { readonly do: "wrong" | "join" | "create" | "yes" | "no" }>,
  ): Promise<void> {
    const { notice } = this.#ports;
    if (room === undefined) return notice("this is no group that you are in: /join ROOM");
    switch (command.do) {
      case "invite":
        void this.#invite(room, command.to).catch((error) => notice(explainFailure(error)));
        return; // others may be written to until all have answered
      case "kick": {
        const who = this.#present(room, command.names);
        return who.length === 0 ? undefined : room.expel(who);
      }
      case "whisper": {
        const to = this.#present(room, command.names);
        if (to.length === 0) return;
        const names = to.map((one) => this.nameOf(room.address, one)).join(", ");
        return this.#ports.sent(room.whisper(to, command.text), room.address, names);
      }
      case "nick":
        return room.setNickname(command.nickname);
      case "who":
        return this.#who(room);
      case "subject":
        if (command.subject !== undefined) return room.setSubject(command.subject);
        return notice(room.subject ?? "it has no subject");
      case "lock":
        return room.lock();
      case "unlock":
        return room.unlock();
      case "mute":
      case "unmute":
        for (const one of this.#present(room, command.names)) await room[command.do](one);
        return;
      case "leave":
        return room.leave();
    }
  }

  /** Of these, those whom the roster has, once it is there; of the others it is said that they are not. */
  #present(room: Room, names: readonly string[]): readonly string[] {
    const known = room.members.some(({ me }) => !me);
    return names.flatMap((name) => {
      const entity = this.#entity(room, name);
      if (!known || room.members.some((one) => one.entity === entity)) return [entity];
      const { notice, client } = this.#ports;
      notice(`${name} is not in ${titleOf(room, client.address)}`);
      return [];
    });
  }

  async #create({ to, subject }: Extract<GroupCommand, { readonly do: "create" }>): Promise<void> {
    const { client, notice, current } = this.#ports;
    const how = subject === undefined ? {} : { subject };
    const peer = current();
    notice("asking them …");
    const alone = peer !== undefined && this.#roomAt(peer) === undefined;
    const talks = alone && client.conversation(peer).session !== "none";
    const room = talks
      ? await client.conversation(peer).extend(to, how)
      : await client.createGroup(to, how);
    this.#entered(room);
    void this.#outcomes(room.asked); // others may be written to until all have answered
  }

  async #outcomes(asked: readonly Asked[]): Promise<void> {
    for (const { address } of asked) this.#awaited.add(address);
    await Promise.allSettled(asked.map((one) => this.#outcome(one)));
    for (const { address } of asked) this.#awaited.delete(address);
  }

  async #invite(room: Room, to: readonly string[]): Promise<void> {
    const { client, notice } = this.#ports;
    for (const address of to) this.#awaited.add(address);
    try {
      const asked = await room.invite(to);
      notice(`asked: ${shortNames(to, client.address)}`);
      await Promise.allSettled(asked.map((one) => this.#outcome(one)));
    } finally {
      for (const address of to) this.#awaited.delete(address);
    }
  }

  async #outcome({ address, came }: Asked): Promise<void> {
    const { client, notice } = this.#ports;
    await came.catch((error) =>
      notice(`${shortName(address, client.address)} does not come: ${explainFailure(error)}`),
    );
  }

  #invited(asked: Invitation): void {
    const { client, notice } = this.#ports;
    this.#asked = asked;
    const who = asked.fromName ?? shortName(asked.from, client.address);
    const where =
      asked.groupName ??
      (asked.group === undefined ? "a group" : shortName(asked.group, client.address));
    const about = asked.subject === undefined ? "" : ` (${asked.subject})`;
    const others = asked.others
      .filter((one) => one !== client.address)
      .map((one) => shortName(one, client.address));
    const company = others.length === 0 ? "" : `, with ${others.join(", ")}`;
    notice(`${who} asks you into ${where}${about}${company}: /yes or /no`);
    void this.#await(asked, who);
  }

  async #await(asked: Invitation, who: string): Promise<void> {
    const outcome = await asked.settled;
    if (this.#asked === asked) this.#asked = undefined;
    if (outcome === "withdrawn" || outcome === "expired") {
      this.#ports.notice(`${who} asks no more`);
    }
  }

  /** Told once by whoever is first: the answer to a command, or the event that he is in. */
  #entered(room: Room): void {
    const told = this.#watched.has(room) && this.#ports.current() === room.address;
    if (!told) this.#turnTo(room);
  }

  #turnTo(room: Room): void {
    const { turnTo, notice, client } = this.#ports;
    this.#watch(room);
    turnTo(room.address);
    notice(`lines go to ${titleOf(room, client.address)}; /who tells who is there`);
  }

  #watch(room: Room): void {
    this.#tell(room);
    if (this.#watched.has(room)) return;
    this.#watched.add(room);
    this.#tellHidden(room);
    if (room.aliasLink !== undefined) this.#tellLink(room.aliasLink);
    room.on("state", () => {
      this.#tell(room);
      if (room.state === "left") this.#left(room);
    });
    room.on("roster", (change) => {
      this.#tell(room);
      if (change.type === "known") this.#tellHidden(room);
      const text = this.#isTold(change) ? undefined : changeText(change);
      if (text !== undefined)
        this.#ports.notice(`${titleOf(room, this.#ports.client.address)}: ${text}`);
    });
    room.on("missed", () => this.#ports.notice("something may have been said meanwhile"));
    room.on("alias", (link) => this.#tellLink(link));
  }

  /** Whoever has asked somebody knows it, and hears from the server why he does not come. */
  #isTold(change: RosterChange): boolean {
    if (change.type !== "removed" && change.type !== "invited") return false;
    return change.member.state === "invited" && this.#awaited.has(change.member.entity);
  }

  #tell(room: Room): void {
    const { address } = room;
    if (address === "") return; // the server has not said it yet
    this.#ports.status(address, statusOf(room));
    this.#ports.title(address, titleOf(room, this.#ports.client.address));
  }

  #tellLink({ url }: AliasLink): void {
    this.#ports.notice(`choose a name at ${url}`);
  }

  /** Whoever has come hidden stays so for as long as the session lasts. D-09 */
  #tellHidden({ me, anonymous }: Room): void {
    if (me?.anonymous !== true || anonymous) return;
    this.#ports.notice(`you came hidden the first time, and stay so here, as ${me.name}`);
  }

  #left(room: Room): void {
    this.#watched.delete(room);
    const { why, text } = room.ending ?? { why: "left", text: undefined };
    const words = {
      left: "you have left",
      expelled: "you were sent away from",
      ended: "is over:",
      failed: "cannot come back to",
    };
    const said = text === undefined || why === "left" ? "" : ` (${text})`;
    this.#ports.notice(`${words[why]} ${titleOf(room, this.#ports.client.address)}${said}`);
    if (this.#ports.current() === room.address) this.#ports.turnTo(undefined);
  }

  #who(room: Room): void {
    const { notice } = this.#ports;
    if (room.members.length === 0) notice("the server does not tell who is there");
    for (const member of room.members) notice(memberText(member));
  }

  get #room(): Room | undefined {
    const address = this.#ports.current();
    return address === undefined ? undefined : this.#roomAt(address);
  }

  #roomAt(address: string): Room | undefined {
    return this.#ports.client.rooms.find((room) => room.address === address);
  }

  #entity(room: Room, name: string): string {
    const small = name.toLowerCase();
    const named = room.members.find((one) => one.name.toLowerCase() === small);
    return named?.entity ?? fullAddress(name, this.#ports.client.address);
  }
}

function titleOf(room: Room, self: string): string {
  if (room.name !== undefined) return room.name;
  return room.adHoc ? (room.subject ?? "the group") : shortName(room.address, self);
}

function statusOf(room: Room): string | undefined {
  const { me, members, state } = room;
  if (state === "left") return undefined;
  if (state !== "in") return "coming into the group …";
  const count = members.filter((one) => one.state === "in").length;
  const name = me === undefined ? "" : ` as ${me.name}`;
  return count === 0 ? `in the group${name}` : `${count} here${name}`;
}

function memberText({ name, me, roles, muted, state, devices, entity, anonymous }: Member): string {
  const notes = [
    ...(me ? ["you"] : []),
    ...roles,
    ...(muted ? ["reads only"] : []),
    ...(state === "invited" ? ["asked"] : []),
    ...(devices > 1 ? [`${devices} devices`] : []),
  ];
  const address = anonymous ? "" : `  ${entity}`;
  return `  ${name}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}${address}`;
}

const DEPARTURES = {
  left: "has left",
  expelled: "was sent away",
  lost: "has lost the connection",
  declined: "does not come",
};

function changeText(change: RosterChange): string | undefined {
  switch (change.type) {
    case "known":
      return undefined;
    case "invited":
      return `${change.member.name} is asked to come`;
    case "added":
      return change.member.me ? undefined : `${change.member.name} is here`;
    case "removed": {
      const { me, state, name } = change.member;
      if (me) return undefined;
      return state === "invited"
        ? `${name} does not come`
        : `${name} ${change.why === undefined ? "is not here any more" : DEPARTURES[change.why]}`;
    }
    case "renamed":
      return `${change.before.name} is called ${change.member.name} now`;
    case "role":
      return `${change.member.name} is ${change.member.roles.join(", ") || "a participant"} now`;
    case "subject":
      return `it is about: ${change.subject ?? "nothing in particular"}`;
    case "muted":
      return `${change.member.me ? "you" : change.member.name} may only read now`;
    case "unmuted":
      return `${change.member.me ? "you" : change.member.name} may write again`;
    case "avatar":
      return change.avatar === undefined ? "it has no picture any more" : "it has another picture";
    case "locked":
      return "it is locked: nobody new comes in";
    case "unlocked":
      return "it is open again";
  }
}
