/**
 * A storm: some people write to one another while links lose, repeat, delay and break, clients come
 * and go or die, the server crashes and its disk fails. Everything comes from one seed. In a storm of
 * media most of them hold sessions, some texts are long, and files are sent.
 */
import type { FileRecord, SentRecord } from "@parlance/client";
import { SeededRandom } from "../machine/seeded-random.ts";
import { World } from "../world/world.ts";
import { Elements, TRANSPORTS } from "./elements.ts";
import { judge } from "./judge.ts";
import { Person, type PersonHabits } from "./person.ts";
import { PhonePerson } from "./phone-person.ts";

export interface StormReport {
  readonly seed: number;
  readonly people: number;
  readonly written: number;
  readonly shown: number;
  /** Files that were sent, and that have come. */
  readonly files: number;
  readonly filesTaken: number;
  readonly crashes: number;
  /** What did not hold; none: all is well. */
  readonly violations: readonly string[];
  /** Seed and ladder, to read when something is wrong. */
  readonly story: () => string;
}

/** `phones`: of texts, to people some of whom have nothing but a SIP phone. */
export type StormKind = "texts" | "media" | "phones";

const NAMES = ["alice", "bob", "carol", "dave", "erin"] as const;
const GROUP = "team";
/** Retries end after half an hour, and a registration is renewed within the next. */
const LONGEST_CALM_MS = 4 * 3_600_000;
/** For what is late, and must not be there. */
const AFTERWARDS_MS = 120_000;

export async function runStorm(seed: number, kind: StormKind = "texts"): Promise<StormReport> {
  const storm = await Storm.begin(seed, kind);
  await storm.blow();
  await storm.calmDown();
  return storm.end();
}

class Storm {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #kind: StormKind;
  readonly #people: readonly Person[];
  readonly #phones: readonly PhonePerson[];
  readonly #elements: Elements;
  #things = 0;

  static async begin(seed: number, kind: StormKind): Promise<Storm> {
    const random = new SeededRandom(seed);
    const users = NAMES.slice(0, random.between(2, NAMES.length));
    const world = await World.create({
      seed,
      users,
      server: {
        groups: [{ name: GROUP, members: users }],
        trace: { bytes: 0 },
        ...(kind === "phones" ? { compat: { plainSip: true } } : {}),
      },
    });
    return new Storm(kind, world, random, users);
  }

  private constructor(
    kind: StormKind,
    world: World,
    random: SeededRandom,
    users: readonly string[],
  ) {
    this.#kind = kind;
    this.#world = world;
    this.#random = random;
    this.#elements = new Elements(world, random);
    const withPhones = kind === "phones" ? random.between(1, Math.max(1, users.length - 2)) : 0;
    this.#phones = users
      .slice(0, withPhones)
      .map((name) => new PhonePerson(name, world, random.pick(TRANSPORTS)));
    this.#people = users.slice(withPhones).map((name) => {
      const as = { transport: random.pick(TRANSPORTS), byLoop: random.chance(0.5) };
      return new Person(name, world, kind !== "media" ? as : { ...as, ...this.#mediaHabits() });
    });
  }

  #mediaHabits(): Pick<PersonHabits, "sessions" | "takesFiles"> {
    const random = this.#random;
    return {
      sessions: random.pick(["always", "always", "auto", "never"] as const),
      takesFiles: () => random.chance(0.8),
    };
  }

  /** One thing after the other, with time between them. */
  async blow(): Promise<void> {
    for (const person of [...this.#people, ...this.#phones]) {
      this.#elements.changeWeather(person.name);
      if (this.#random.chance(0.8)) person.comeBack();
    }
    await this.#world.run(2_000);
    const things = this.#random.between(15, 50);
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

  async end(): Promise<StormReport> {
    const judging = judge(this.#people, this.#world, this.#world.address(GROUP), this.#phones);
    const violations = await this.#world.until(judging);
    const story = this.#world.story();
    await this.#world.end();
    const count = (of: (person: Person) => readonly unknown[]): number =>
      this.#people.reduce((sum, person) => sum + of(person).length, 0);
    const byPhone = (of: (phone: PhonePerson) => readonly unknown[]): number =>
      this.#phones.reduce((sum, phone) => sum + of(phone).length, 0);
    return {
      seed: this.#world.seed,
      people: this.#people.length + this.#phones.length,
      written: count(({ written }) => written) + byPhone(({ written }) => written),
      shown: count(({ shown }) => shown) + byPhone(({ shown }) => shown),
      files: count(({ files }) => files),
      filesTaken: count(({ taken }) => taken),
      crashes: this.#elements.crashes,
      violations,
      story: () => story,
    };
  }

  async #oneThing(): Promise<void> {
    const random = this.#random;
    if (this.#phones.length > 0 && random.chance(0.3)) {
      return this.#phoneThing(random.pick(this.#phones));
    }
    const person = random.pick(this.#people);
    const link = this.#world.link(person.name);
    const draw = random.fraction();
    if (draw < 0.5) return this.#write(person);
    if (draw < 0.6) return this.#comeOrGo(person);
    if (draw < 0.66) return this.#elements.changeWeather(person.name);
    if (draw < 0.74) return link.cut();
    if (draw < 0.8) return link.silent ? link.restore() : link.silence();
    if (draw < 0.88) return this.#elements.changeDisk();
    if (draw < 0.95) return this.#elements.crashOrRestart();
    link.restore();
  }

  #phoneThing(phone: PhonePerson): void {
    const random = this.#random;
    const link = this.#world.link(phone.name);
    const draw = random.fraction();
    if (draw < 0.5) {
      this.#things += 1;
      const others = this.#people.map(({ address }) => address);
      const to = random.chance(0.2) ? this.#world.address(GROUP) : random.pick(others);
      return void phone.write(`${phone.name}-${this.#things}`, to);
    }
    if (draw < 0.65) return phone.isThere ? phone.die() : phone.comeBack();
    if (draw < 0.75) return this.#elements.changeWeather(phone.name);
    if (draw < 0.85) return link.cut();
    if (draw < 0.92) return link.silent ? link.restore() : link.silence();
    link.restore();
  }

  #write(person: Person): void {
    const random = this.#random;
    this.#things += 1;
    const all = [...this.#people, ...this.#phones];
    const others = all.filter((each) => each !== person).map(({ address }) => address);
    if (this.#kind === "media" && random.chance(0.2)) return this.#sendFile(person, others);
    const draw = random.fraction();
    const some = others.filter(() => random.chance(0.6));
    const to =
      draw < 0.12 ? [this.#world.address(GROUP)] : draw < 0.24 ? some : [random.pick(others)];
    person.write(this.#text(person), to.length === 0 ? others : to, {
      ...(random.chance(0.1) ? { receipts: [] } : {}),
      ...(random.chance(0.1) ? { expires: random.between(5, 60) } : {}),
    });
  }

  #text(person: Person): string {
    const text = `${person.name}-${this.#things}`;
    const random = this.#random;
    if (this.#kind !== "media" || random.chance(0.8)) return text;
    return `${text} ${"and so on ".repeat(random.between(100, 4_000))}`;
  }

  #sendFile(person: Person, others: readonly string[]): void {
    const random = this.#random;
    const content = random.bytes(random.pick([0, 1, 2_048, 70_000, 400_000]));
    person.sendFile(`${person.name}-${this.#things}.bin`, content, random.pick(others));
  }

  async #comeOrGo(person: Person): Promise<void> {
    if (!person.isThere) return person.comeBack();
    if (this.#random.chance(0.5)) return person.die();
    person.leave();
  }

  /** Nothing is owed to anybody any more. */
  async #isQuiet(): Promise<boolean> {
    for (const { store, isOnline, name } of this.#people) {
      if (!isOnline || (await store.pending()).some(waits)) return false;
      if ((await store.owing(1)).length > 0) return false;
      if ((await store.unseen(0, 1)).length > 0) return false;
      if ((await this.#world.stores.deferred.usage(name)).messages > 0) return false;
      if (this.#people.some(({ hasFilesUnderWay }) => hasFilesUnderWay)) return false;
    }
    for (const { name, isOnline } of this.#phones) {
      if (!isOnline || (await this.#world.stores.deferred.usage(name)).messages > 0) return false;
    }
    return (await this.#world.stores.jobs.list(undefined, 1)).length === 0;
  }
}

/** In the outbox: what the server keeps is counted there. */
function waits({ state }: SentRecord | FileRecord): boolean {
  return state === "queued" || state === "sent";
}
