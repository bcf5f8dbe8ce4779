/** What befalls everybody in a storm: weather, a failing disk, a server that crashes, and the calm afterwards. */
import type { SeededRandom } from "../machine/seeded-random.ts";
import { SOUND_DISK } from "../machine/slow-disk.ts";
import type { ClientTransport, World } from "../world/world.ts";

export const TRANSPORTS: readonly ClientTransport[] = ["udp", "tcp", "tls", "ws", "wss"];

const LOOK_MS = 20_000;

export class Elements {
  readonly #world: World;
  readonly #random: SeededRandom;
  #crashes = 0;
  #diskFailsSince: number | undefined;

  constructor(world: World, random: SeededRandom) {
    this.#world = world;
    this.#random = random;
  }

  get crashes(): number {
    return this.#crashes;
  }

  /** Since when the disk refuses some of what is written. */
  get diskFailsSince(): number | undefined {
    return this.#diskFailsSince;
  }

  changeWeather(device: string): void {
    const random = this.#random;
    Object.assign(this.#world.link(device).weather, {
      loss: random.pick([0, 0, 0.05, 0.2, 0.5]),
      duplicates: random.pick([0, 0.1, 0.3]),
      delayMs: random.pick([1, 10, 80, 300]),
      jitterMs: random.pick([0, 20, 200, 1_500]),
      pieces: random.pick([0, 0.3, 1]),
    });
  }

  changeDisk(): void {
    Object.assign(this.#world.disk, {
      delayMs: this.#random.pick([0, 5, 50, 800]),
      failures: this.#random.pick([0, 0, 0.1, 0.6, 1]),
      tellingMs: this.#random.pick([0, 5, 200]),
    });
    const fails = this.#world.disk.failures > 0;
    this.#diskFailsSince = fails ? (this.#diskFailsSince ?? this.#world.clock.now()) : undefined;
  }

  /** `crashing`: called just before. */
  async crashOrRestart(crashing: () => void = () => undefined): Promise<void> {
    const world = this.#world;
    if (world.serverIsUp) {
      this.#crashes += 1;
      crashing();
      world.crashServer();
      if (this.#random.chance(0.3)) return;
      await world.run(this.#random.between(0, 5_000));
    }
    this.#diskFailsSince = undefined;
    world.disk.failures = 0; // a server that cannot read its data does not start
    await world.restartServer();
  }

  /** Fair weather, everybody is back, and time for all that waits, at most so long. */
  async calmDown(
    people: readonly { readonly name: string; comeBack(): void }[],
    isQuiet: () => Promise<boolean>,
    longestMs: number,
  ): Promise<void> {
    const world = this.#world;
    Object.assign(world.disk, SOUND_DISK);
    if (!world.serverIsUp) await world.restartServer();
    for (const person of people) {
      world.link(person.name).calm();
      person.comeBack();
    }
    world.remark("all is calm");
    const latest = world.clock.now() + longestMs;
    // A store may still wait for its disk, so looking takes time, too.
    while (!(await world.until(isQuiet())) && world.clock.now() < latest) {
      await world.run(LOOK_MS);
    }
  }

  /** For something to happen, or little of it. */
  async pass(): Promise<void> {
    const random = this.#random;
    const [short, long] = [random.between(0, 500), random.between(0, 20_000)];
    await this.#world.run(random.chance(0.6) ? short : long);
  }
}
