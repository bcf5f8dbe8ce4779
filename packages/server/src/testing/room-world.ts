/** A room over the switch, and people in it whose devices are played by hand. */
import { type Cpim, mimeHeader, parseCpim } from "@parlance/formats";
import type { MsrpRequest, MsrpTransport } from "@parlance/msrp";
import { type Random, utf8Text } from "@parlance/wire";
import type {
  RoomDevice,
  RoomFailure,
  RoomLeg,
  RoomMember,
  RoomOwner,
  RoomRules,
} from "../ports/index.ts";
import { type MemoryStores, memoryStores } from "../store/index.ts";
import {
  ROOM_LIMITS,
  type RoomLimits,
  type RoomRates,
  Rooms,
  SWITCH_LIMITS,
  Switch,
} from "../switch/index.ts";
import { HandClock, settled } from "./clock.ts";
import { Device, type SaidMessage } from "./msrp-pipe.ts";
import { CountedMetrics, countingRandom, NotedHits, silentLog } from "./ports.ts";

export const POOL = "sip:pool@example.com";
const SESSION = "sip:session-1@im.example.com";
const HOST = { secure: false, host: "192.0.2.1", port: 2855 };

export interface RoomWishes {
  readonly rules?: Partial<RoomRules>;
  readonly limits?: Partial<RoomLimits>;
  readonly rates?: Partial<RoomRates>;
  readonly stores?: MemoryStores;
  readonly random?: Random;
}

export interface PersonWishes {
  readonly anonymous?: boolean;
  readonly alias?: string;
  readonly member?: Partial<RoomMember>;
  readonly device?: Partial<RoomDevice>;
  readonly transport?: MsrpTransport;
  readonly since?: string;
  /** What the device is called among those of the member. */
  readonly called?: string;
  /** Does not connect. */
  readonly away?: boolean;
  /** Has been asked to come, and is not let in yet. */
  readonly asked?: boolean;
}

const PATIENT: RoomRates = {
  perSecond: 1_000_000,
  burst: 1_000_000,
  receiptsPerSecond: 1_000_000,
  receiptBurst: 1_000_000,
  roomPerSecond: 1_000_000,
  roomBurst: 1_000_000,
};

export class RoomWorld {
  readonly clock = new HandClock();
  readonly hits = new NotedHits();
  readonly random: Random;
  readonly stores: MemoryStores;
  readonly hub: Switch;
  readonly rooms: Rooms;
  readonly room: ReturnType<Rooms["open"]>;
  /** "name reason" of devices that were given up. */
  readonly failures: string[] = [];
  readonly failedLegs: unknown[] = [];
  /** How often somebody has said something. */
  spoken = 0;
  /** "name alias" of wishes, and what answers them. */
  readonly wishes: string[] = [];
  wishStatus: number | ((member: RoomMember, alias: string | undefined) => number) = 200;
  readonly #people = new Map<string, Person[]>();

  constructor(wishes: RoomWishes = {}) {
    const { rules, limits, rates, stores = memoryStores(), random = countingRandom() } = wishes;
    this.stores = stores;
    this.random = random;
    const metrics = new CountedMetrics();
    const common = { clock: this.clock, random: this.random, log: silentLog, metrics };
    this.hub = new Switch(SWITCH_LIMITS, {
      ...common,
      dialer: { dial: () => () => {} },
      security: { report: () => {} },
    });
    this.hub.places.listens({ ...HOST, transport: "tcp" });
    this.hub.places.listens({ ...HOST, transport: "ws", port: 8080 });
    this.rooms = new Rooms(
      { ...ROOM_LIMITS, ...limits },
      { ...PATIENT, ...rates },
      { ...common, hub: this.hub, store: stores.rooms, hits: this.hits },
    );
    this.room = this.rooms.open({ ...rulesOfPool, ...rules }, this.#owner);
  }

  /** Puts a person in and connects a device of theirs, the first or another one. */
  async join(name: string, wishes: PersonWishes = {}): Promise<Person> {
    const person = await this.attach(this.put(name, wishes), wishes);
    this.#people.set(name, [...(this.#people.get(name) ?? []), person]);
    return person;
  }

  put(name: string, { anonymous = false, alias, member }: PersonWishes = {}): RoomMember {
    const address = `sip:${name}@example.com`;
    const entity = anonymous ? `sip:anonymous-${hexOf(name)}@anonymous.invalid` : address;
    const row: RoomMember = {
      key: name,
      appearance: {
        entity,
        anonymous,
        alias,
        displayName: anonymous ? undefined : capital(name),
        groupName: undefined,
        profileName: undefined,
      },
      identities: [address, `tel:+1555${name.length}`],
      mayWrite: true,
      mayWritePrivately: true,
      ...member,
    };
    this.room.put(row);
    return row;
  }

  async attach(member: RoomMember, wishes: PersonWishes = {}): Promise<Person> {
    const { transport = "tcp", since, called, device: said, away = false, asked = false } = wishes;
    const towards = {
      key: "a",
      transport: transport === "ws" ? "WS" : "TCP",
      local: undefined,
      tagged: true,
    } as const;
    const leg = this.room.attach(member.key, towards, { since, device: called });
    if (leg === undefined) throw new Error("the room has no listener for the device");
    const device = new Device(member.key, transport);
    device.connect(this.hub.taken.bind(this.hub));
    leg.leg.agree({ path: device.path, fingerprints: [], dial: undefined });
    leg.update({ types: ["*"], maxBytes: undefined, privately: true, ...said });
    if (!asked) leg.enter();
    const person = new Person(member, leg, device);
    if (!away) {
      device.greet(leg.leg.uri);
      await settled();
    }
    return person;
  }

  readonly #owner: RoomOwner = {
    spoke: () => {
      this.spoken += 1;
    },
    failed: (member: RoomMember, leg: unknown, reason: RoomFailure) => {
      this.failures.push(`${member.key} ${reason}`);
      this.failedLegs.push(leg);
    },
    wishes: (member, alias) => {
      this.wishes.push(`${member.key} ${alias ?? "-"}`);
      const { wishStatus } = this;
      return typeof wishStatus === "number" ? wishStatus : wishStatus(member, alias);
    },
  };
}

export const rulesOfPool: RoomRules = {
  identity: POOL,
  displayName: "Pool",
  names: [POOL, SESSION],
  maxBytes: 1_048_576,
  types: ["*"],
  aliases: true,
  reports: "final",
  log: undefined,
};

/** Somebody at a device. */
export class Person {
  readonly member: RoomMember;
  readonly leg: RoomLeg;
  readonly device: Device;

  constructor(member: RoomMember, leg: RoomLeg, device: Device) {
    this.member = member;
    this.leg = leg;
    this.device = device;
  }

  get address(): string {
    return `sip:${this.member.key}@example.com`;
  }

  get entity(): string {
    return this.member.appearance.entity;
  }

  /** Says something to all, or to those named; resolves with the status of its answer, if it has come. */
  async say(text: string | Uint8Array, more: Saying = {}): Promise<number | undefined> {
    return this.send(this.envelope(text, more), more);
  }

  envelope(text: string | Uint8Array, more: Saying = {}): string {
    const { to = [POOL], from = this.address, headers = [], type = "text/plain" } = more;
    const lines = [
      `From: <${from}>`,
      ...to.map((one) => `To: ${one.includes("<") ? one : `<${one}>`}`),
      ...headers,
      "",
      `Content-Type: ${type}`,
      "",
      typeof text === "string" ? text : utf8Text(text),
    ];
    return lines.join("\r\n");
  }

  /** What is given, as it is. */
  async send(body: string | Uint8Array, more: SaidMessage = {}): Promise<number | undefined> {
    const type = "message/cpim";
    const { type: _, ...rest } = more;
    const id = this.device.say(this.leg.leg.uri, body, { type, ...rest });
    await settled();
    return this.statusOf(id);
  }

  statusOf(id: string): number | undefined {
    const line = this.device.responses.find((one) => one.startsWith(`${id} `));
    return line === undefined ? undefined : Number(line.slice(id.length + 1));
  }

  async nickname(alias: string): Promise<number | undefined> {
    const id = this.device.ask("NICKNAME", this.leg.leg.uri, [["Use-Nickname", alias]]);
    await settled();
    return this.statusOf(id);
  }

  /** Of every message that has come whole: its envelope. */
  get heard(): readonly Heard[] {
    const sends = this.device.requests.filter(({ method }) => method === "SEND");
    const ids = new Set(sends.flatMap(({ messageId }) => messageId ?? []));
    return [...ids].flatMap((id) => {
      const read = parseCpim(this.device.octetsOf(id));
      const ended = sends.some(({ messageId, flag }) => messageId === id && flag === "$");
      if (!read.ok || !ended) return [];
      const last = sends.findLast(({ messageId }) => messageId === id);
      return last === undefined ? [] : [{ id, cpim: read.value, request: last }];
    });
  }

  get texts(): readonly string[] {
    return this.heard.map(({ cpim }) => utf8Text(cpim.content));
  }

  get last(): Heard {
    const last = this.heard.at(-1);
    if (last === undefined) throw new Error("nothing was heard");
    return last;
  }

  get reports(): readonly string[] {
    return this.device.requests
      .filter(({ method }) => method === "REPORT")
      .map(({ messageId, status }) => `${messageId} ${status?.slice(4, 7)}`);
  }
}

export interface Heard {
  readonly id: string;
  readonly cpim: Cpim;
  /** Its last chunk. */
  readonly request: MsrpRequest;
}

export interface Saying extends Omit<SaidMessage, "type"> {
  readonly to?: readonly string[];
  readonly from?: string;
  /** Further lines of the envelope. */
  readonly headers?: readonly string[];
  /** Of the content. */
  readonly type?: string;
}

export function namesOf({ cpim }: Heard): string {
  const from = cpim.from === undefined ? "" : `${cpim.from.name ?? "-"} ${cpim.from.uri}`;
  return [from, ...cpim.to.map(({ uri }) => uri)].join(" | ");
}

export function typeOf({ cpim }: Heard): string | undefined {
  return mimeHeader(cpim.contentHeaders, "Content-Type");
}

function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** Eight hexadecimal digits that are his alone. */
function hexOf(name: string): string {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) % 4_294_967_296;
  return hash.toString(16).padStart(8, "0");
}
