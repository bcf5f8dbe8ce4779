/** One account at work: what its client tells is put on the board, what is wanted of it is done. */
import type {
  GroupInvitation,
  GroupOptions,
  ImClient,
  Room,
  SendOptions,
  ServiceSettings,
  SessionInvitation,
} from "@parlance/client/web";
import type { Board } from "../model/board.ts";
import { faultOf } from "../model/refusal-words.ts";
import type {
  AccountView,
  DeviceView,
  DirectoryRow,
  HitView,
  OwnGroupView,
  Slices,
  WaitingView,
} from "../model/views.ts";
import type { Commands, JoinWish, ModerationWish } from "./commands.ts";
import { Contacts } from "./contacts.ts";
import { Files } from "./files.ts";
import { OwnedThings } from "./owned.ts";
import { RoomsWatch } from "./rooms-watch.ts";
import { Talks } from "./talks.ts";

const MOST_TOASTS = 4;
const MOST_READERS = 20;

export class Desk implements Commands {
  readonly #client: ImClient;
  readonly #board: Board<Slices>;
  readonly #owned: OwnedThings;
  readonly #talks: Talks;
  readonly #rooms: RoomsWatch;
  readonly #files: Files;
  readonly #contacts: Contacts;
  readonly #invitations = new Map<string, SessionInvitation | GroupInvitation>();
  readonly #coming = new Map<string, AbortController>();
  #count = 0;

  /** `named`: the user has just said how he wants to be called. */
  static async open(client: ImClient, board: Board<Slices>, named: boolean): Promise<Desk> {
    const desk = new Desk(client, board);
    await desk.#start(named);
    return desk;
  }

  private constructor(client: ImClient, board: Board<Slices>) {
    this.#client = client;
    this.#board = board;
    this.#owned = new OwnedThings(client, board);
    this.#talks = new Talks(client, board);
    this.#rooms = new RoomsWatch(client, board, this.#talks);
    this.#files = new Files(client, board, this.#talks);
    this.#contacts = new Contacts(client, board);
  }

  async #start(named: boolean): Promise<void> {
    const client = this.#client;
    this.#showConnection();
    client.on("connection", () => this.#showConnection());
    client.on("sent", (message) => this.#talks.moved(message));
    client.on("composing", ({ from, conversation, active }) => {
      this.#board.change(`typing ${conversation}`, (typing) => {
        const others = (typing?.from ?? []).filter((one) => one !== from);
        const now = active ? [...others, from] : others;
        return now.length === 0 ? undefined : { from: now };
      });
    });
    client.on("unread", ({ conversation, unread }) => {
      this.#talks.changeRow(conversation, (row) => ({ ...row, unread }));
    });
    client.on("removed", ({ conversation, ids, files }) => {
      void this.#talks.gone(conversation, ids).catch(() => {}); // a store that ends
      void this.#files.forget(files).catch(() => {}); // nor is there anything without files
    });
    client.on("invitation", (invitation) => this.#invited(invitation));
    client.on("error", (error) => this.#toast(error));
    await this.#talks.start();
    this.#owned.start(named);
    this.#rooms.start();
    this.#files.start();
    this.#contacts.start();
    client.on("message", ({ conversation }) => this.#talks.refresh(conversation));
  }

  /** All parts of the client are here: what comes now delays nothing that somebody waits for. */
  restIsHere(): void {
    const look = (): void => {
      if (this.#client.connection.state !== "online") return;
      this.#owned.countWaiting().catch(() => {}); // the next line is another occasion
    };
    this.#client.on("connection", look);
    look();
  }

  open(address: string): Promise<void> {
    return this.#talks.open(address);
  }

  older(address: string): Promise<void> {
    return this.#talks.older(address);
  }

  seen(address: string): Promise<void> {
    return this.#client.conversation(address).read();
  }

  async send(address: string, text: string, to: readonly string[] | undefined): Promise<void> {
    const room = this.#rooms.find(address);
    if (to !== undefined && room !== undefined) room.whisper(to, text);
    else if (room !== undefined) room.send(text, receiptsFrom(room));
    else this.#client.conversation(address).send(text);
    this.#talks.refresh(address);
  }

  removeEntry(address: string, key: string): Promise<void> {
    return this.#talks.remove(address, key);
  }

  removeConversation(address: string): Promise<void> {
    return this.#client.conversation(address).removeAll();
  }

  async again(address: string, key: string): Promise<void> {
    const item = this.#talks.item(address, key);
    if (item?.body.kind !== "text") return;
    const { reach, privateTo, body } = item;
    await this.send(address, body.text, reach === "private" ? privateTo : undefined);
  }

  async composing(address: string): Promise<void> {
    const room = this.#rooms.find(address);
    if (room === undefined) this.#client.conversation(address).composing();
    else room.composing();
  }

  sendFile(address: string, file: File): Promise<void> {
    return this.#files.send(address, file);
  }

  takeFile(address: string, key: string): Promise<void> {
    return this.#files.take(address, key);
  }

  declineFile(address: string, key: string): Promise<void> {
    return this.#files.decline(address, key);
  }

  async cancelFile(fileId: string): Promise<void> {
    this.#files.cancel(fileId);
  }

  async contentOf(key: string): Promise<Blob | undefined> {
    return this.#files.contentOf(key);
  }

  directory(): Promise<readonly DirectoryRow[]> {
    return this.#client.directory.list();
  }

  async join(address: string, { nickname, anonymous }: JoinWish): Promise<string> {
    const named = nickname === undefined ? {} : { nickname };
    const room = await this.#client.join(address, { ...named, anonymous });
    return this.#entered(room);
  }

  async createGroup(people: readonly string[], subject: string | undefined): Promise<string> {
    return this.#making(people, subject, (how) => this.#client.createGroup(people, how));
  }

  async callOff(coming: string): Promise<void> {
    this.#coming.get(coming)?.abort();
  }

  async keepGroup(name: string, people: readonly string[]): Promise<string> {
    const { address } = await this.#owned.keepGroup(name, people);
    return this.#entered(await this.#client.join(address));
  }

  ownGroups(): Promise<readonly OwnGroupView[]> {
    return this.#owned.groups();
  }

  deleteGroup(address: string): Promise<void> {
    return this.#owned.deleteGroup(address);
  }

  unknown(people: readonly string[]): Promise<readonly string[]> {
    return this.#owned.unknown(people);
  }

  async extend(
    address: string,
    people: readonly string[],
    subject: string | undefined,
  ): Promise<string> {
    const conversation = this.#client.conversation(address);
    return this.#making([address, ...people], subject, (how) => conversation.extend(people, how));
  }

  async invite(address: string, people: readonly string[]): Promise<void> {
    await this.#rooms.invite(this.#room(address), people);
  }

  async expel(address: string, entity: string): Promise<void> {
    await this.#room(address).expel(entity);
  }

  async setNickname(address: string, name: string | undefined): Promise<void> {
    await this.#room(address).setNickname(name);
  }

  async moderate(address: string, wish: ModerationWish): Promise<void> {
    const room = this.#room(address);
    switch (wish.what) {
      case "subject":
        return room.setSubject(wish.subject);
      case "lock":
        return wish.locked ? room.lock() : room.unlock();
      case "mute":
        return wish.muted ? room.mute(wish.entity) : room.unmute(wish.entity);
    }
  }

  async leave(address: string): Promise<void> {
    this.#room(address).leave();
  }

  async answer(id: string, accept: boolean): Promise<string | undefined> {
    const invitation = this.#invitations.get(id);
    if (invitation === undefined) return undefined;
    if (!accept) {
      invitation.decline();
      return undefined;
    }
    const room = invitation.accept();
    if (invitation.kind !== "group" || room === undefined) return invitation.from;
    await room.inside;
    return this.#entered(room);
  }

  loadOwned(): Promise<void> {
    return this.#owned.load();
  }

  set(changes: Partial<ServiceSettings>): Promise<void> {
    return this.#owned.set(changes);
  }

  block(address: string, blocked: boolean): Promise<void> {
    return this.#owned.block(address, blocked);
  }

  setName(displayName: string | undefined): Promise<void> {
    return this.#owned.setName(displayName);
  }

  loadContacts(): Promise<void> {
    return this.#contacts.load();
  }

  putContact(address: string, name: string | undefined): Promise<void> {
    return this.#contacts.put(address, name);
  }

  renameContact(address: string, name: string | undefined): Promise<void> {
    return this.#contacts.rename(address, name);
  }

  removeContact(address: string): Promise<void> {
    return this.#contacts.remove(address);
  }

  devices(): Promise<readonly DeviceView[]> {
    return this.#contacts.devices();
  }

  endDevice(id: string): Promise<void> {
    return this.#client.devices.signOut({ id });
  }

  search(text: string): Promise<readonly HitView[]> {
    return this.#owned.search(text);
  }

  exportHistory(format: "json" | "html" | "csv"): Promise<Blob> {
    return this.#owned.export(format);
  }

  waiting(): Promise<readonly WaitingView[]> {
    return this.#owned.waiting();
  }

  settleWaiting(id: string, bring: boolean): Promise<void> {
    return this.#owned.settleWaiting(id, bring);
  }

  async dismissToast(id: string): Promise<void> {
    this.#board.change("toasts", (toasts = []) => toasts.filter((one) => one.id !== id));
  }

  /** Ends what is under way; the store stays. */
  async signOut(): Promise<void> {
    this.#files.stop();
    await this.#client.close();
  }

  /** Until the first of those who are asked has come it is shown that they are waited for. */
  async #making(
    people: readonly string[],
    subject: string | undefined,
    make: (how: GroupOptions) => Promise<Room>,
  ): Promise<string> {
    this.#count += 1;
    const id = String(this.#count);
    const calledOff = new AbortController();
    this.#coming.set(id, calledOff);
    this.#board.change("coming", (all = []) => [...all, { id, people, subject }]);
    try {
      const { signal } = calledOff;
      const room = await make(subject === undefined ? { signal } : { signal, subject });
      const address = this.#entered(room);
      await this.#rooms.made(room);
      return address;
    } finally {
      this.#coming.delete(id);
      this.#board.change("coming", (all = []) => all.filter((one) => one.id !== id));
    }
  }

  #entered(room: Parameters<RoomsWatch["watch"]>[0]): string {
    this.#rooms.watch(room);
    this.#talks.ensureRow(room.address);
    return room.address;
  }

  #room(address: string): NonNullable<ReturnType<RoomsWatch["find"]>> {
    const room = this.#rooms.find(address);
    if (room === undefined) throw new Error("not in this group");
    return room;
  }

  #showConnection(): void {
    this.#board.put("account", accountView(this.#client));
  }

  #invited(invitation: SessionInvitation | GroupInvitation): void {
    this.#count += 1;
    const id = String(this.#count);
    this.#invitations.set(id, invitation);
    const { kind, from, fromName, subject } = invitation;
    const { group, groupName } =
      invitation.kind === "group" ? invitation : { group: undefined, groupName: undefined };
    this.#board.change("invitations", (all = []) => [
      ...all,
      { id, kind, from, fromName, subject, group, groupName },
    ]);
    void invitation.settled.then(() => {
      this.#invitations.delete(id);
      this.#board.change("invitations", (all = []) => all.filter((one) => one.id !== id));
    });
  }

  #toast(error: unknown): void {
    this.#count += 1;
    const toast = { id: `t${this.#count}`, fault: faultOf(error) };
    this.#board.change("toasts", (toasts = []) => [...toasts, toast].slice(-MOST_TOASTS));
  }
}

/** Each member of a small group tells that he has seen it; in a large one that would be more talk than what is said. */
function receiptsFrom({ members }: Room): SendOptions {
  return members.length > MOST_READERS ? {} : { receipts: ["delivered", "displayed"] };
}

function accountView({ address, displayName, connection }: ImClient): AccountView {
  const { state } = connection;
  return {
    address,
    displayName,
    connection: state,
    retryInMs: connection.state === "reconnecting" ? connection.retryInMs : undefined,
    fault:
      connection.state === "offline" && connection.error !== undefined
        ? faultOf(connection.error)
        : undefined,
  };
}
