/** Rooms at random: who comes, goes, stalls and returns, and that each gets what is his, once, in order. Clause 8.3, 8.4 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MsrpWriter, pathLines } from "@parlance/msrp";
import { octetText, utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { settled } from "../../testing/clock.ts";
import { type Person, POOL, RoomWorld } from "../../testing/room-world.ts";

const NAMES = ["alice", "bob", "carol", "dave", "erin"];

/** What a room goes through; `who` and `whom` are places in NAMES. */
type Event =
  | { readonly do: "say"; readonly who: number; readonly cut: number | undefined }
  | { readonly do: "say privately"; readonly who: number; readonly whom: readonly number[] }
  | { readonly do: "stall" | "flow" | "lose" | "return" | "leave" | "join"; readonly who: number };

const person = fc.nat({ max: NAMES.length - 1 });
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("say" as const),
      who: person,
      cut: fc.option(fc.nat({ max: 200 }), { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("say privately" as const),
      who: person,
      whom: fc.uniqueArray(person, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("stall", "flow", "lose", "return", "leave", "join"),
      who: person,
    }),
  },
);

/** One of those who take part, and what he ought to hear. */
class Actor {
  readonly name: string;
  person: Person | undefined;
  readonly expected: string[] = [];
  lost = false;

  constructor(name: string) {
    this.name = name;
  }

  get here(): boolean {
    return this.person !== undefined;
  }
}

class Play {
  readonly world: RoomWorld;
  readonly actors = NAMES.map((name) => new Actor(name));
  readonly anonymous: ReadonlySet<string>;
  #serial = 0;

  constructor(world: RoomWorld, anonymous: readonly string[]) {
    this.world = world;
    this.anonymous = new Set(anonymous);
  }

  async run(events: readonly Event[]): Promise<void> {
    for (const actor of this.actors) await this.#join(actor);
    for (const one of events) await this.#perform(one);
    for (const actor of this.actors) await this.#settle(actor);
    await this.world.clock.pass(100);
  }

  async #perform(one: Event): Promise<void> {
    const actor = this.#actor(one.who);
    switch (one.do) {
      case "say":
        return this.#say(actor, undefined, one.cut);
      case "say privately":
        return this.#say(
          actor,
          one.whom.map((at) => this.#actor(at)),
          undefined,
        );
      case "stall":
        if (actor.person !== undefined) actor.person.device.end.stalled = true;
        return;
      case "flow":
        actor.person?.device.end.flow();
        return settled();
      case "lose":
        if (actor.person === undefined) return;
        actor.person.device.end.cut();
        actor.lost = true;
        return;
      case "return":
        return this.#settle(actor);
      case "leave":
        return this.#leave(actor);
      case "join":
        if (!actor.here) await this.#join(actor);
    }
  }

  async #say(
    from: Actor,
    to: readonly Actor[] | undefined,
    cut: number | undefined,
  ): Promise<void> {
    const { person: speaker } = from;
    if (speaker === undefined || from.lost || speaker.device.end.stalled) return;
    this.#serial += 1;
    const text = `${from.name} ${this.#serial}`;
    const targets = to ?? this.actors.filter(({ here }) => here);
    const addresses = to?.map(({ person: one, name }) => one?.entity ?? `sip:${name}@example.com`);
    const body = utf8Bytes(
      speaker.envelope(text, addresses === undefined ? {} : { to: addresses }),
    );
    const status = await this.#send(speaker, body, cut);
    if (!targets.every(({ here }) => here)) return assert.equal(status, 404);
    assert.equal(status, 200);
    for (const one of targets) if (one !== from) one.expected.push(text);
  }

  async #send(
    speaker: Person,
    body: Uint8Array,
    cut: number | undefined,
  ): Promise<number | undefined> {
    const messageId = `m${this.#serial}`;
    if (cut === undefined || cut === 0 || cut >= body.length)
      return speaker.send(body, { messageId });
    const { length } = body;
    const [first, rest] = [body.subarray(0, cut), body.subarray(cut)];
    const begun = await speaker.send(first, { messageId, range: `1-${cut}/${length}`, flag: "+" });
    if (begun !== 200) return begun;
    return speaker.send(rest, { messageId, range: `${cut + 1}-${length}/${length}` });
  }

  /** He reads again, or comes back. */
  async #settle(actor: Actor): Promise<void> {
    const { person: one } = actor;
    if (one === undefined) return;
    if (actor.lost) {
      one.device.connect(this.world.hub.taken.bind(this.world.hub)).greet(one.leg.leg.uri);
      actor.lost = false;
    } else {
      one.device.end.flow();
    }
    await settled();
    await this.world.clock.pass(10);
  }

  async #join(actor: Actor): Promise<void> {
    const anonymous = this.anonymous.has(actor.name);
    actor.person = await this.world.join(actor.name, { anonymous });
    actor.lost = false;
  }

  async #leave(actor: Actor): Promise<void> {
    await this.#settle(actor);
    if (actor.person !== undefined) {
      this.#compare(actor, actor.person);
      this.world.room.remove(actor.name);
    }
    actor.person = undefined;
    actor.expected.length = 0;
  }

  check(): void {
    for (const actor of this.actors) {
      if (actor.person !== undefined) this.#compare(actor, actor.person);
    }
    assert.deepEqual(this.world.failures, []);
  }

  #compare({ expected, name }: Actor, { device }: Person): void {
    assert.deepEqual(textsOf(device.requests), expected, name);
  }

  #actor(at: number): Actor {
    return this.actors[at] ?? assert.fail();
  }
}

/** Each message once, in the order in which it came first: what comes twice is known by its Message-ID. */
function textsOf(requests: Person["device"]["requests"]): readonly string[] {
  const texts = new Map<string, string>();
  for (const { method, messageId = "", body } of requests) {
    if (method !== "SEND" || body === undefined) continue;
    texts.set(messageId, octetText(body).split("\r\n\r\n")[2] ?? "");
  }
  return [...texts.values()];
}

for (const kept of [false, true]) {
  const what = kept ? "with a log" : "without a log";
  const log = kept ? { messages: 1_000, seconds: 1_000 } : undefined;

  test(`each acknowledged message reaches whom it is for, once, in the order it was said, ${what} (IMSpec-MSRP-S-002)`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40, size: "max" }), async (events) => {
        const play = new Play(new RoomWorld({ rules: { log } }), []);
        await play.run(events);
        play.check();
      }),
      { seed: 4711, numRuns: 100 },
    );
  });

  test(`the address of somebody who hides is in no octet that others get, ${what} (IMSpec-MSRP-S-001)`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40, size: "max" }), async (events) => {
        const play = new Play(new RoomWorld({ rules: { log } }), ["alice", "dave"]);
        await play.run(events);
        for (const { name, person: one } of play.actors) {
          const octets = (one?.device.requests ?? []).map(({ bytes }) => octetText(bytes)).join("");
          for (const hidden of play.anonymous) {
            if (hidden !== name) assert.equal(octets.includes(`${hidden}@example.com`), false);
            if (hidden !== name) assert.equal(octets.includes(`${hidden}.example.com`), false);
          }
        }
      }),
      { seed: 4711, numRuns: 100 },
    );
  });
}

test("an envelope cut anywhere is heard whole (IM-7.2.3-02)", async () => {
  const world = new RoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  const body = utf8Bytes(alice.envelope("Hello"));
  for (let cut = 1; cut < body.length; cut += 1) {
    const messageId = `cut-${cut}`;
    const range = (from: number, to: number): string => `${from}-${to}/${body.length}`;
    await alice.send(body.subarray(0, cut), { messageId, range: range(1, cut), flag: "+" });
    await alice.send(body.subarray(cut), { messageId, range: range(cut + 1, body.length) });
  }
  assert.deepEqual(new Set(bob.texts), new Set(["Hello"]));
  assert.equal(bob.texts.length, body.length - 1);
  assert.equal(bob.last.cpim.to[0]?.uri, `${POOL};isfocus`);
});

test("no octets of one device, however wrong, are felt by the others or end the room", async () => {
  const wrong = fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    octets: fc.uint8Array({ maxLength: 6 }),
    taken: fc.nat({ max: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(wrong, { minLength: 1, maxLength: 6 }), async (changes) => {
      const world = new RoomWorld();
      const [mallory, bob] = [await world.join("mallory"), await world.join("bob")];
      const alice = await world.join("alice");
      let frame = frameOf(mallory);
      for (const { at, octets, taken } of changes) {
        const from = Math.floor(at * frame.length);
        const rest = frame.subarray(Math.min(frame.length, from + taken));
        frame = Uint8Array.from([...frame.subarray(0, from), ...octets, ...rest]);
      }
      mallory.device.end.arrive(frame);
      await settled();
      assert.equal(await alice.say("still here"), 200);
      assert.equal(bob.texts.at(-1), "still here");
      for (const { cpim } of bob.heard) assert.notEqual(cpim.from?.uri, "sip:bob@example.com");
    }),
    { seed: 4711, numRuns: 400 },
  );
});

/** A SEND as it would be written. */
function frameOf(speaker: Person): Uint8Array {
  const body = utf8Bytes(speaker.envelope("Hello"));
  return new MsrpWriter().request({
    transactionId: "abcd1234",
    method: "SEND",
    paths: pathLines(speaker.leg.leg.uri, speaker.device.path),
    headers: [
      ["Message-ID", "m1"],
      ["Byte-Range", `1-${body.length}/${body.length}`],
      ["Success-Report", "yes"],
      ["Content-Type", "message/cpim"],
    ],
    body,
  });
}
