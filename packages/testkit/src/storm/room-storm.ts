/**
 * A storm of rooms: three to twelve people join, leave, write to all and to some, send each other away, die and are cut
 * off, while the server crashes and its disk fails. Everything comes from one seed.
 */
import { SeededRandom } from "../machine/seeded-random.ts";
import type { Overhearing } from "../network/overhearing.ts";
import { World } from "../world/world.ts";
import { Elements, TRANSPORTS } from "./elements.ts";
import { judgeRooms } from "./judge-rooms.ts";
import { PhonePerson } from "./phone-person.ts";
import { RoomPerson } from "./room-person.ts";

export interface RoomStormReport {
  readonly seed: number;
  readonly people: number;
  readonly said: number;
  readonly shown: number;
  readonly crashes: number;
  /** What did not hold; none: all is well. */
  readonly violations: readonly string[];
  /** Seed and ladder, to read when something is wrong. */
  readonly story: () => string;
}

const NAMES = [
  "alice",
  "bob",
  "carol",
  "dave",
  "erin",
  "frank",
  "grace",
  "heidi",
  "ivan",
  "judy",
  "karl",
  "laura",
] as const;
/** Whoever comes there first calls all others. */
const GROUP = "team";
/** Made for once, in one storm. */
const MOST_GROUPS = 3;
const PHONES = ["mallory", "niaj"] as const;
const MODERATORS: ReadonlySet<string> = new Set(["alice", "bob"]);
const ROOMS = ["lobby", "library"] as const;
/** Who has come in is written within this time, unless the disk fails; nobody waits for it. docs/conferences.md */
const WRITTEN_MS = 8_000;
const LONGEST_CALM_MS = 2 * 3_600_000;
/** For what is late, and must not be there; and until the session timer ends what nobody could say goodbye to. RFC 4028 */
const AFTERWARDS_MS = 2_100_000;

export interface RoomStormOptions {
  /** Some have nothing but a SIP phone, and come into rooms by writing to them. */
  readonly phones?: boolean;
}

export async function runRoomStorm(
  seed: number,
  { phones = false }: RoomStormOptions = {},
): Promise<RoomStormReport> {
  const storm = await RoomStorm.begin(seed, phones);
  await storm.blow();
  await storm.calmDown();
  return storm.end();
}

/** Who may be there, and where. */
interface Cast {
  readonly users: readonly string[];
  readonly phones: readonly string[];
  readonly rooms: readonly string[];
  readonly makesGroups: boolean;
  readonly givesFiles: boolean;
}

class RoomStorm {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #people: readonly RoomPerson[];
  readonly #phones: readonly PhonePerson[];
  readonly #rooms: readonly string[];
  readonly #makesGroups: boolean;
  readonly #givesFiles: boolean;
  readonly #elements: Elements;
  readonly #overheard: Overhearing;

  static async begin(seed: number, withPhones: boolean): Promise<RoomStorm> {
    const random = new SeededRandom(seed);
    const users = NAMES.slice(0, random.between(3, NAMES.length));
    const phones = withPhones ? PHONES.slice(0, random.between(1, PHONES.length)) : [];
    const rooms = ROOMS.slice(0, random.between(1, ROOMS.length));
    const groups = random.chance(0.3) ? [GROUP] : [];
    const makesGroups = random.chance(0.4);
    const givesFiles = random.chance(0.4);
    const world = await World.create({
      seed,
      users: [...users, ...phones],
      server: {
        ...(withPhones ? { compat: { plainSip: true } } : {}),
        rooms: rooms.map((name) => ({ name, moderators: [...MODERATORS], allowAnonymity: true })),
        groups: groups.map((name) => ({ name, members: users, allowAnonymity: true })),
        trace: { bytes: 0 },
      },
    });
    return new RoomStorm(world, random, {
      users,
      phones,
      rooms: [...rooms, ...groups],
      makesGroups,
      givesFiles,
    });
  }

  private constructor(
    world: World,
    random: SeededRandom,
    { users, phones, rooms, makesGroups, givesFiles }: Cast,
  ) {
    this.#world = world;
    this.#random = random;
    this.#makesGroups = makesGroups;
    this.#givesFiles = givesFiles;
    this.#elements = new Elements(world, random);
    this.#rooms = rooms.map((room) => world.address(room));
    this.#people = users.flatMap((user, at) => {
      // Who is called as a member of a group is called by his name.
      const anonymous = !rooms.includes(GROUP) && random.chance(0.25);
      const nickname = anonymous || random.chance(0.3) ? `Owl ${at}` : undefined;
      const devices = random.chance(0.2) ? [user, `${user}-phone`] : [user];
      return devices.map((name) => {
        const transport = random.pick(TRANSPORTS);
        return new RoomPerson(name, world, { user, transport, anonymous, nickname });
      });
    });
    this.#phones = phones.map((name) => new PhonePerson(name, world, random.pick(TRANSPORTS)));
    const hidden = this.#people.filter(({ habits }) => habits.anonymous);
    this.#overheard = world.overhear(hidden.flatMap(({ secrets }) => secrets));
  }

  /** One thing after the other, with time between them. */
  async blow(): Promise<void> {
    const random = this.#random;
    for (const person of [...this.#people, ...this.#phones]) {
      this.#elements.changeWeather(person.name);
      if (random.chance(0.8)) person.comeBack();
    }
    await this.#world.run(2_000);
    for (const person of this.#people) {
      for (const room of this.#rooms) if (random.chance(0.7)) person.join(room);
    }
    const things = random.between(20, 80);
    for (let thing = 0; thing < things; thing += 1) {
      await this.#oneThing();
      await this.#elements.pass();
    }
  }

  async calmDown(): Promise<void> {
    await this.#elements.calmDown(
      [...this.#people, ...this.#phones],
      () => this.#isQuiet(),
      LONGEST_CALM_MS,
    );
    await this.#world.run(AFTERWARDS_MS);
  }

  async end(): Promise<RoomStormReport> {
    const world = this.#world;
    const violations = await world.until(
      judgeRooms(this.#people, this.#overheard, this.#allRooms, this.#phones),
    );
    const story = world.story();
    await world.end();
    const count = (of: (person: RoomPerson) => readonly unknown[]): number =>
      this.#people.reduce((sum, person) => sum + of(person).length, 0);
    return {
      seed: world.seed,
      people: this.#people.length,
      said: count(({ said }) => said),
      shown: count(({ shown }) => shown),
      crashes: this.#elements.crashes,
      violations,
      story: () => story,
    };
  }

  async #oneThing(): Promise<void> {
    const random = this.#random;
    if (this.#phones.length > 0 && random.chance(0.2)) {
      return this.#phoneThing(random.pick(this.#phones));
    }
    const person = random.pick(this.#people);
    if (this.#makesGroups && random.chance(0.08)) return this.#makeGroup(person);
    const room = random.pick(this.#allRooms);
    const link = this.#world.link(person.name);
    if (this.#givesFiles && random.chance(0.06)) return this.#giveFile(room);
    const draw = random.fraction();
    if (draw < 0.45) return this.#inside(room).say(room, undefined, this.#filler());
    if (draw < 0.5) {
      const some = (entities: readonly string[]) => entities.filter(() => random.chance(0.4));
      return person.say(room, some, this.#filler());
    }
    if (draw < 0.62) {
      return person.stayIn(room) === undefined ? person.join(room) : person.leave(room);
    }
    if (draw < 0.64) {
      const devices = this.#people.filter(({ user }) => user === person.user);
      return random
        .pick(this.#people.filter(({ user }) => MODERATORS.has(user)))
        .expel(room, devices);
    }
    if (draw < 0.72) return this.#comeOrGo(person);
    if (draw < 0.78) return this.#elements.changeWeather(person.name);
    if (draw < 0.84) return link.cut();
    if (draw < 0.88) return link.silent ? link.restore() : link.silence();
    if (draw < 0.92) return this.#elements.changeDisk();
    if (draw < 0.96) return this.#elements.crashOrRestart(() => this.#crashing());
    link.restore();
  }

  /** Into a chat room he comes by what he writes. */
  #phoneThing(phone: PhonePerson): void {
    const random = this.#random;
    const link = this.#world.link(phone.name);
    const draw = random.fraction();
    if (draw < 0.6) {
      const room = random.pick(this.#rooms.filter((each) => each !== this.#world.address(GROUP)));
      return void phone.write(`${phone.name}-${phone.written.length + 1}`, room);
    }
    if (draw < 0.75) return phone.isThere ? phone.die() : phone.comeBack();
    if (draw < 0.85) return this.#elements.changeWeather(phone.name);
    if (draw < 0.93) return link.cut();
    link.restore();
  }

  #giveFile(room: string): void {
    const random = this.#random;
    const content = random.bytes(random.pick([0, 1, 2_048, 70_000, 400_000]));
    const via = random.chance(0.5) ? "session" : "http";
    const toMembers = room === this.#world.address(GROUP);
    this.#inside(room).giveFile({ room, content, via, toMembers });
  }

  /** Some of what is said is long: what comes in one piece, in several, and what is more than a room keeps in memory. */
  #filler(): string {
    const random = this.#random;
    return random.chance(0.1) ? ` ${"and so on ".repeat(random.between(100, 20_000))}` : "";
  }

  /** For once: of some, of a conversation, or larger than it was. Who hides is asked by nobody: he would be named. */
  #makeGroup(person: RoomPerson): void {
    const random = this.#random;
    const known = this.#people.filter(({ habits, user }) => {
      return !habits.anonymous && user !== person.user;
    });
    const others = [...new Set(known.map(({ user }) => this.#world.address(user)))];
    if (others.length === 0) return;
    const made = this.#made.filter((room) => person.roomAt(room) !== undefined);
    const draw = random.fraction();
    if (made.length > 0 && draw < 0.5) return person.invite(random.pick(made), random.pick(others));
    if (this.#made.length >= MOST_GROUPS) return;
    const some = others.filter(() => random.chance(0.5));
    const listed = some.length === 0 ? others : some;
    if (draw < 0.8 || person.habits.anonymous) return person.create(listed);
    void person.extend(random.pick(others), listed);
  }

  /** Groups that were made for once. */
  get #made(): readonly string[] {
    const stays = this.#people.flatMap((person) => person.stays);
    return [...new Set(stays.filter(({ once }) => once).map(({ room }) => room))];
  }

  get #allRooms(): readonly string[] {
    return [...this.#rooms, ...this.#made];
  }

  /** Somebody who is in, if there is anybody. */
  #inside(room: string): RoomPerson {
    const inside = this.#people.filter((each) => each.roomAt(room) !== undefined);
    return this.#random.pick(inside.length > 0 ? inside : this.#people);
  }

  async #comeOrGo(person: RoomPerson): Promise<void> {
    if (!person.isThere) return person.comeBack();
    if (this.#random.chance(0.5)) return person.die();
    person.close();
  }

  #crashing(): void {
    const since = this.#elements.diskFailsSince ?? this.#world.clock.now();
    for (const person of this.#people) person.maybeForgotten(since - WRITTEN_MS);
  }

  /** Everybody is where he is to be, and nothing waits to be said. */
  async #isQuiet(): Promise<boolean> {
    for (const person of this.#people) {
      if (!person.isOnline || person.files.underWay) return false;
      const waiting = (await person.store.pending()).some(
        ({ state }) => state === "queued" || state === "sent",
      );
      if (waiting || (await person.store.unseen(0, 1)).length > 0) return false;
      for (const room of this.#allRooms) {
        const at = person.roomAt(room);
        const wanted = person.stayIn(room) !== undefined;
        if (wanted !== (at !== undefined) || (wanted && at?.state !== "in")) return false;
      }
    }
    return true;
  }
}
