/** All groups that a client is in: joined, made, invited to, and those of before. OMA IM 7.1.1, 7.1.2.1 */
import { refuse } from "@parlance/im";
import type { Call, ServerTransaction } from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import { readTarget } from "../base/addresses.ts";
import { ImError } from "../base/errors.ts";
import { onAbort, type Signal } from "../base/signal.ts";
import type { Subscriptions } from "../connection/subscriptions.ts";
import type { Sender } from "../sending/pager-message.ts";
import { ROOMS_KEY } from "../session/bounds.ts";
import type { ChatSession, TakeInSession } from "../session/chat-session.ts";
import type { Door } from "../session/door.ts";
import type { Invitation } from "../session/invitation.ts";
import type { MediaPorts } from "../session/media/media-session.ts";
import type { ClientStore } from "../store/client-store.ts";
import { aliasLinkIn } from "./alias-link.ts";
import { type GroupCall, GroupInvitation, readGroupCall } from "./group-invitation.ts";
import { creatingInvite, type Invitee, joiningInvite } from "./group-invite.ts";
import { Membership } from "./membership.ts";
import { type MembershipRecord, readMemberships, writeMemberships } from "./membership-record.ts";
import type { PastRooms } from "./past-rooms.ts";
import { Room, type RoomPorts } from "./room.ts";

export interface JoinOptions {
  /** What the user wishes to be called there. */
  readonly nickname?: string;
  /** The others do not learn who he is. IM-7.1.1.1-08 */
  readonly anonymous?: boolean;
  /** Gives the attempt up. */
  readonly signal?: Signal;
}

export interface GroupOptions extends JoinOptions {
  readonly subject?: string;
}

export interface RoomsPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly sender: Sender;
  readonly subscriptions: Subscriptions;
  readonly store: ClientStore;
  readonly past: PastRooms;
  readonly door: Door;
  /** Undefined where the runtime holds no sessions. */
  readonly media: MediaPorts | undefined;
  readonly policy: "accept" | "ask" | "decline";
  readonly take: TakeInSession;
  /** The rest of what a room offers. */
  readonly room: (address: () => string) => Omit<RoomPorts, "membership" | "renamed" | "report">;
  /** Its session is there, or will not come back. */
  readonly changed: (address: string) => void;
  /** One that the application has not asked for. */
  readonly arrived: (room: Room) => void;
  /** False when nobody decides. */
  readonly invited: (invitation: GroupInvitation) => boolean;
  readonly report: (error: unknown) => void;
}

/** Rooms that a client is in at one time. */
const MOST_ROOMS = 100;
/** Whoever is called away from a conversation into a group has so long to say goodbye there. D-08 */
const GIVE_WAY_MS = 10_000;

interface Entry {
  readonly room: Room;
  readonly membership: Membership;
}

export class Rooms {
  readonly #ports: RoomsPorts;
  /** By address. */
  readonly #entries = new Map<string, Entry>();
  readonly #suspended = new Set<Membership>();
  #written: Promise<void> = Promise.resolve();

  constructor(ports: RoomsPorts) {
    this.#ports = ports;
  }

  get all(): readonly Room[] {
    return [...this.#entries.values()].map(({ room }) => room);
  }

  find(address: string): Membership | undefined {
    return this.#entries.get(address)?.membership;
  }

  roomAt(address: string): Room | undefined {
    return this.#entries.get(address)?.room;
  }

  /** What an earlier run was in. */
  async restore(): Promise<void> {
    if (this.#ports.media === undefined) return;
    const records = readMemberships(await this.#ports.store.value(ROOMS_KEY));
    for (const record of records.slice(0, MOST_ROOMS)) this.#make(record).membership.restore();
  }

  /**
   * Resolves when messages can be exchanged. Rejects with ImError, or TypeError for what is no address; "refused" where the user
   * would hide and is in by name.
   */
  async join(target: string, options: JoinOptions = {}): Promise<Room> {
    const { address } = readTarget(target);
    const { nickname, anonymous = false, signal } = options;
    const known = this.#entries.get(address);
    if (known !== undefined) {
      await this.#inside(known, signal, false);
      if (anonymous) mustBeHidden(known);
      if (nickname !== undefined && nickname !== known.room.nickname)
        await known.room.setNickname(nickname);
      return known.room;
    }
    const { sender, random } = this.#ports;
    const entrance = { anonymous, nickname, subject: undefined };
    const record = { ...NEW, address, adHoc: false, ...entrance };
    return this.#begin(record, signal, (membership) =>
      membership.begin((offer) => joiningInvite(target, offer, entrance, { sender, random })),
    );
  }

  /** A group for once. Resolves when the first of those who are asked has come. IMSpec-SMM-C-002 */
  async create(
    invitees: readonly (string | Invitee)[],
    options: GroupOptions = {},
    replaces?: { readonly address: string; readonly call: Call },
  ): Promise<Room> {
    const { nickname, anonymous = false, subject, signal } = options;
    const { sender, random } = this.#ports;
    const entrance = { anonymous, nickname, subject };
    const list = listOf(invitees, sender.address).map((one) =>
      one.address === replaces?.address ? { ...one, replaces: replaces.call } : one,
    );
    const record = { ...NEW, adHoc: true, ...entrance };
    return this.#begin(record, signal, (membership) => {
      membership.asked = membership.listed.expect(list.map(({ address }) => address));
      // Of one who is asked in secret as well nobody sees whether he rings.
      const nameless = list.filter((one) => one.anonymous === true && one.hidden !== true);
      membership.listed.expectNameless(nameless.map(({ address }) => address));
      membership.begin((offer) => creatingInvite(list, offer, entrance, { sender, random }));
    });
  }

  /** The conversation with one user becomes a group. IMSpec-SMM-C-008, D-08 */
  async extend(
    peer: string,
    session: ChatSession | undefined,
    users: readonly (string | Invitee)[],
    options: GroupOptions = {},
  ): Promise<Room> {
    const invitees = [peer, ...users];
    const call = session?.media.call;
    if (session === undefined || call === undefined) return this.create(invitees, options);
    const room = await this.create(invitees, options, { address: peer, call }).catch((error) => {
      // He alone was asked, or nobody came: without a word of the session that there is.
      if (error instanceof ImError && error.status === 481) return this.create(invitees, options);
      throw error;
    });
    this.#giveWay(session, room, peer);
    return room;
  }

  /** The INVITE of a focus. `replaces`: it takes the place of a session with the one who asks. */
  invited(invitation: Invitation, transaction: ServerTransaction, replaces: boolean): void {
    const { media, door, policy } = this.#ports;
    const call = readGroupCall(invitation, (address) => this.find(address)?.record.adHoc === false);
    if (media === undefined || call === undefined) {
      return door.refuse(transaction, refuse("no common media"));
    }
    const known = this.#known(call);
    const unasked = replaces || policy === "accept" || known?.membership.state === "reconnecting";
    if (!unasked && policy === "decline") return transaction.reply(603);
    if (known === undefined && this.#entries.size >= MOST_ROOMS) {
      return door.refuse(transaction, refuse("too many sessions"));
    }
    const entry = known ?? this.#entry(recordOf(call));
    const session = entry.membership.newSession();
    const incoming = door.enter(transaction, session.media);
    if (incoming === undefined) return;
    session.invited(incoming);
    const accept = (nickname?: string): Room => {
      if (nickname !== undefined) entry.membership.rename(nickname);
      entry.membership.take(session);
      session.accept(invitation.offered, call.focus);
      this.#changed(entry); // it is among the rooms at once: nobody may listen yet to hear of it
      if (known === undefined) this.#ports.arrived(entry.room);
      return entry.room;
    };
    if (unasked) return void accept();
    const asked = new GroupInvitation(call, {
      accept,
      decline: (status) => session.media.refuse(status),
    });
    door.ring(incoming, session.media, asked);
    if (this.#ports.invited(asked)) return;
    if (asked.settle("expired")) session.media.refuse(480); // his other devices may have somebody who decides
  }

  lineIsBack(): void {
    for (const { membership } of this.#entries.values()) membership.lineIsBack();
  }

  /** The program ends; those that it is in are come back to by the next one. */
  suspend(): void {
    for (const { membership } of this.#entries.values()) {
      this.#suspended.add(membership);
      membership.suspend();
    }
  }

  /** What has been changed is in the store. */
  idle(): Promise<void> {
    return this.#written;
  }

  /** One that it is in, or on its way back into. A group for once is known by its session. */
  #known({ group, focus }: GroupCall): Entry | undefined {
    if (group !== undefined) return this.#entries.get(group);
    return [...this.#entries.values()].find(({ membership: { record } }) => {
      const { adHoc, session, address } = record;
      return adHoc && (session === focus.text || address === focus.identity);
    });
  }

  async #begin(
    record: MembershipRecord,
    signal: Signal | undefined,
    begin: (membership: Membership) => void,
  ): Promise<Room> {
    const { media } = this.#ports;
    if (media === undefined) throw new ImError("not supported");
    if (signal?.aborted) throw new ImError("aborted");
    if (!media.isOnline()) throw new ImError("offline");
    if (this.#entries.size >= MOST_ROOMS) throw new ImError("busy");
    const entry = this.#make(record);
    try {
      begin(entry.membership);
    } catch (error) {
      entry.membership.leave();
      throw error;
    }
    await this.#inside(entry, signal, true);
    return entry.room;
  }

  async #inside({ membership }: Entry, signal: Signal | undefined, ours: boolean): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const letGo = onAbort(signal, () => {
      aborted.reject(new ImError("aborted"));
      if (ours) membership.leave(); // IM-7.1.1.13: CANCEL, or ACK and BYE
    });
    aborted.promise.catch(() => {});
    try {
      await Promise.race([aborted.promise, membership.inside]);
    } finally {
      letGo();
    }
  }

  #make(record: MembershipRecord): Entry {
    const entry = this.#entry(record);
    if (record.address !== undefined) this.#entries.set(record.address, entry);
    return entry;
  }

  #entry(record: MembershipRecord): Entry {
    const { clock, random, sender, subscriptions, media, door, take, report } = this.#ports;
    if (media === undefined) throw new ImError("not supported");
    const membership: Membership = new Membership(
      record,
      {
        changed: () => this.#changed(entry),
        learned: () => this.#write(),
        roster: (change) => room.emit("roster", change),
        missed: () => room.emit("missed", undefined),
      },
      {
        clock,
        random,
        sender,
        subscriptions,
        media,
        take: async (entity, of) => {
          const link = of.reach === "system" ? aliasLinkIn(entity) : undefined;
          if (link === undefined) return take(entity, of);
          room.offerAlias(link);
          return 200; // it is worth nothing later: no message to be kept
        },
        hold: (session) => {
          if (door.full) throw new ImError("busy");
          door.hold(session.media);
        },
      },
    );
    const room: Room = new Room({
      ...this.#ports.room(() => room.address),
      membership,
      renamed: () => this.#write(),
      report,
    });
    const entry: Entry = { room, membership };
    return entry;
  }

  #changed(entry: Entry): void {
    const { membership, room } = entry;
    const { address } = membership.record;
    if (address !== undefined && !this.#suspended.has(membership)) {
      if (membership.state !== "left") this.#entries.set(address, entry);
      else if (this.#entries.get(address) === entry) this.#entries.delete(address);
      this.#remember(address, membership);
      this.#write();
      this.#ports.changed(address);
    }
    room.emit("state", membership.state);
  }

  #remember(address: string, { state, end, everIn, record }: Membership): void {
    if (state === "in") this.#ports.past.entered(address);
    if (state !== "left" || !everIn || this.#entries.has(address)) return;
    this.#ports.past.left(address, record, end?.why ?? "ended");
  }

  #write(): void {
    const records = [...this.#entries.values()].map(({ membership }) => membership.record);
    const { store, report } = this.#ports;
    this.#written = this.#written
      .then(() => store.setValue(ROOMS_KEY, writeMemberships(records)))
      .catch(report);
  }

  /** He has the group by now, or cannot take it so: then he is asked like anybody else. */
  #giveWay(session: ChatSession, room: Room, peer: string): void {
    const off = room.on("roster", (change) => {
      if (change.type !== "removed" || change.member.entity !== peer) return;
      off();
      room.invite(peer).catch(this.#ports.report);
    });
    this.#ports.clock.schedule(GIVE_WAY_MS, () => {
      off();
      session.end();
    });
  }
}

/** Whoever is in by name does not hide by asking once more: he is not to believe that he does. */
function mustBeHidden({ room, membership }: Entry): void {
  if (membership.record.anonymous || room.me?.anonymous === true) return;
  throw new ImError("refused", { warning: BY_NAME });
}

const BY_NAME = "you are in by name: leave first, and hide when the session there begins anew";

const NEW = { address: undefined, session: undefined, name: undefined, people: [] } as const;

/** Nobody twice, and not the user himself. */
function listOf(invitees: readonly (string | Invitee)[], self: string): readonly Invitee[] {
  const list = new Map<string, Invitee>();
  for (const one of invitees) {
    const invitee = typeof one === "string" ? { address: one } : one;
    const { address } = readTarget(invitee.address);
    if (address !== self) list.set(address, { ...invitee, address });
  }
  if (list.size === 0) throw new TypeError("nobody is named");
  return [...list.values()];
}

function recordOf({ group, groupName: name, focus, subject }: GroupCall): MembershipRecord {
  const session = focus.text;
  const adHoc = group === undefined;
  const hides = { anonymous: false, nickname: undefined };
  return { ...NEW, address: group, session, adHoc, ...hides, name, subject };
}
