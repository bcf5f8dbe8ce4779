/** A program of somebody in a storm: it starts, connects until it can, is closed or dies, and starts again over the same store. */
import { type ImClient, MemoryStore } from "@parlance/client";
import { utf8Text } from "@parlance/wire";
import type { World, WorldClientOptions } from "../world/world.ts";

export interface PresenceOf {
  /** Of the account. */
  readonly user: string;
  /** Tells it from other devices of the user. */
  readonly device: string;
  readonly options: Omit<WorldClientOptions, "store" | "device">;
  /** It is connected, in its run of that number. */
  begun(client: ImClient, run: number): void;
}

/** An application that cannot connect tries again; the SDK does so only once it was connected. */
const TRY_AGAIN_MS = 3_000;

export class Presence {
  readonly store = new MemoryStore();
  /** Texts that it may show again, because it was killed before it said that it had shown them. */
  readonly forgiven = new Set<string>();
  readonly #of: PresenceOf;
  readonly #world: World;
  #client: ImClient | undefined;
  #wanted = false;
  #run = 0;
  /** Two clients at once must not use one store. */
  #leaving: Promise<void> = Promise.resolve();

  constructor(world: World, of: PresenceOf) {
    this.#world = world;
    this.#of = of;
  }

  get client(): ImClient | undefined {
    return this.#client;
  }

  get isOnline(): boolean {
    return this.#client?.connection.state === "online";
  }

  /** It has not been ended since. */
  isIn(run: number): boolean {
    return this.#wanted && this.#run === run;
  }

  comeBack(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#run += 1;
    void this.#connect(this.#run);
  }

  close(): void {
    this.#wanted = false;
    this.#world.remark(`${this.#of.device} closes`);
    this.#leaving = this.#client?.close() ?? this.#leaving;
    this.#client = undefined;
  }

  /** What it was just showing it may show again. */
  async die(): Promise<void> {
    this.#wanted = false;
    this.#client = undefined;
    this.#world.kill(this.#of.device);
    const unseen = await this.store.unseen(0, Number.MAX_SAFE_INTEGER);
    for (const { content } of unseen) this.forgiven.add(utf8Text(content));
  }

  pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#world.clock.schedule(TRY_AGAIN_MS, resolve);
    });
  }

  async #connect(run: number): Promise<void> {
    const { user, device, options } = this.#of;
    await this.#leaving;
    while (this.isIn(run)) {
      try {
        const how = { ...options, device, store: this.store };
        return this.#begin(await this.#world.startClient(user, how), run);
      } catch (error) {
        this.#world.remark(`${device} cannot connect: ${String(error)}`);
        await this.pause();
      }
    }
  }

  #begin(client: ImClient, run: number): void {
    if (!this.isIn(run)) {
      this.#leaving = client.close();
      return;
    }
    const { device } = this.#of;
    this.#client = client;
    client.on("error", (error) => this.#world.remark(`${device} is told: ${String(error)}`));
    client.on("connection", ({ state }) => this.#world.remark(`${device} is ${state}`));
    this.#of.begun(client, run);
  }
}
