/** Whatever befalls the devices of a user: each has in the end what was said, once, and they agree on what is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startWorld, type World } from "@parlance/testkit";
import type { ImClient } from "../client.ts";
import { MemoryStore } from "../store/memory-store.ts";

const DEVICES = ["phone", "tablet", "desk"];
const STEPS = 60;
const SEEDS = 12;

interface Device {
  readonly name: string;
  readonly store: MemoryStore;
  client: ImClient | undefined;
}

/** The same numbers in each run. */
function generator(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

class Storm {
  readonly #world: World;
  readonly #chance: (below: number) => number;
  readonly #alice: ImClient;
  readonly #sessions: { readonly mode: "auto" | "never" };
  readonly #devices: readonly Device[];
  readonly #said: string[] = [];

  static async begin(seed: number): Promise<Storm> {
    const world = await startWorld({ seed, server: { history: { default: true } } });
    const sessions = { mode: seed % 2 === 0 ? "auto" : "never" } as const;
    const alice = await world.client("alice", { sessions });
    const storm = new Storm({ world, alice, chance: generator(seed), sessions });
    for (const device of storm.#devices) await storm.#come(device);
    return storm;
  }

  private constructor(of: {
    readonly world: World;
    readonly alice: ImClient;
    readonly chance: (below: number) => number;
    readonly sessions: { readonly mode: "auto" | "never" };
  }) {
    this.#world = of.world;
    this.#alice = of.alice;
    this.#chance = of.chance;
    this.#sessions = of.sessions;
    this.#devices = DEVICES.map((name) => ({ name, store: new MemoryStore(), client: undefined }));
  }

  async rage(): Promise<void> {
    for (let step = 0; step < STEPS; step += 1) {
      await this.#step(step);
      await this.#world.run(this.#chance(4) === 0 ? this.#chance(5_000) : this.#chance(50));
    }
  }

  async #step(step: number): Promise<void> {
    const device = this.#devices[this.#chance(this.#devices.length)];
    if (device === undefined) return;
    const { client } = device;
    switch (this.#chance(8)) {
      case 0:
      case 1:
      case 2:
        return this.#say(this.#alice, this.#world.address("bob"), `alice ${step}`);
      case 3:
        if (client !== undefined) this.#say(client, this.#alice.address, `bob ${step}`);
        return undefined;
      case 4:
        return client === undefined ? this.#come(device) : this.#go(device);
      case 5:
        return this.#world.link(device.name).cut();
      case 6:
        return client?.conversation(this.#alice.address).read();
      default:
        if (step === STEPS / 2) {
          this.#world.crashServer();
          await this.#world.restartServer();
        }
        return undefined;
    }
  }

  #say(from: ImClient, to: string, text: string): void {
    this.#said.push(text);
    from.send(to, text);
  }

  async #come(device: Device): Promise<void> {
    device.client = await this.#world.client("bob", {
      device: device.name,
      store: device.store,
      shareHistory: true,
      sessions: this.#sessions,
    });
  }

  #go(device: Device): void {
    this.#world.kill(device.name);
    device.client = undefined;
  }

  /** When all are back and it is quiet. */
  async assertAgreed(): Promise<void> {
    const address = this.#alice.address;
    for (const device of this.#devices) if (device.client === undefined) await this.#come(device);
    await this.#world.run(600_000);
    const story = this.#world.story();
    const wanted = this.#said.toSorted();
    for (const { name, store } of this.#devices) {
      const records = await store.page(address, Number.MAX_SAFE_INTEGER, 1_000);
      const texts = records.flatMap((record) =>
        record.direction === "sent" || record.direction === "received"
          ? [new TextDecoder().decode(record.content)]
          : [],
      );
      assert.deepEqual(texts.toSorted(), wanted, `${name}\n${story}`);
    }
    const counts = this.#devices.map(({ client }) => client?.conversation(address).unread);
    assert.equal(new Set(counts).size, 1, `${counts.join(", ")}\n${story}`);
    const [first] = this.#devices;
    await first?.client?.conversation(address).read();
    await this.#world.run(10_000);
    const read = this.#devices.map(({ client }) => client?.conversation(address).unread);
    assert.deepEqual(read, [0, 0, 0], story);
    await this.#world.end();
  }
}

for (let seed = 1; seed <= SEEDS; seed += 1) {
  test(`storm ${seed}: devices that come, go and are cut off have the same in the end`, async () => {
    const storm = await Storm.begin(seed);
    await storm.rage();
    await storm.assertAgreed();
  });
}
