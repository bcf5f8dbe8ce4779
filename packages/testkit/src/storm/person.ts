/** Somebody who writes and reads through a storm: comes, goes, is cut off, and remembers what was shown. */
import {
  type ImClient,
  type IncomingMessage,
  MemoryStore,
  type SendOptions,
} from "@parlance/client";
import { utf8Text } from "@parlance/wire";
import type { ClientTransport, World } from "../world/world.ts";

export interface Shown {
  readonly from: string;
  readonly conversation: string;
  readonly text: string;
}

export interface Written {
  readonly id: string;
  readonly text: string;
  /** Addresses as given to `send`. */
  readonly to: readonly string[];
  readonly receipts: boolean;
  readonly perishable: boolean;
  /** At some time it was said to have failed, and the conversation went on without it. */
  failed: boolean;
}

/** An application that cannot connect tries again; the SDK does so only once it was connected. */
const TRY_AGAIN_MS = 3_000;

export class Person {
  readonly name: string;
  readonly address: string;
  readonly store = new MemoryStore();
  readonly written: Written[] = [];
  readonly shown: Shown[] = [];
  /** Texts that an application may show again, because it was killed before it said that it had. */
  readonly forgiven = new Set<string>();
  readonly #world: World;
  readonly transport: ClientTransport;
  readonly #byLoop: boolean;
  #client: ImClient | undefined;
  #wanted = false;
  #run = 0;
  /** Two clients at once must not use one store. */
  #leaving: Promise<void> = Promise.resolve();

  constructor(
    name: string,
    world: World,
    as: { readonly transport: ClientTransport; readonly byLoop: boolean },
  ) {
    this.name = name;
    this.address = world.address(name);
    this.#world = world;
    this.transport = as.transport;
    this.#byLoop = as.byLoop;
  }

  get isThere(): boolean {
    return this.#client !== undefined;
  }

  get isOnline(): boolean {
    return this.#client?.connection.state === "online";
  }

  comeBack(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#run += 1;
    void this.#connect(this.#run);
  }

  leave(): void {
    this.#wanted = false;
    this.#world.remark(`${this.name} closes`);
    this.#leaving = this.#client?.close() ?? this.#leaving;
    this.#client = undefined;
  }

  /** The application dies: what it was just showing it may show again. */
  async die(): Promise<void> {
    this.#wanted = false;
    this.#client = undefined;
    this.#world.kill(this.name);
    const unseen = await this.store.unseen(0, Number.MAX_SAFE_INTEGER);
    for (const { content } of unseen) this.forgiven.add(utf8Text(content));
  }

  write(text: string, to: readonly string[], options: SendOptions): void {
    if (this.#client === undefined) return;
    this.#world.remark(`${this.name} writes ${text} to ${to.join(" ")}`);
    const sent = this.#client.send(to, text, options);
    const written: Written = {
      id: sent.id,
      text,
      to,
      receipts: options.receipts === undefined,
      perishable: options.expires !== undefined,
      failed: false,
    };
    this.written.push(written);
    sent.on("state", (state) => {
      this.#world.remark(`${this.name}: ${text} is ${state} ${sent.failure?.message ?? ""}`);
    });
    this.#client.on("sent", ({ id, state }) => {
      if (id === written.id && state === "failed") written.failed = true;
    });
  }

  async #connect(run: number): Promise<void> {
    const { name: device } = this;
    const options = { transport: this.transport, store: this.store, device };
    await this.#leaving;
    while (this.#wanted && this.#run === run) {
      try {
        const client = await this.#world.startClient(device, options);
        return this.#begin(client, run);
      } catch (error) {
        this.#world.remark(`${this.name} cannot connect: ${String(error)}`);
        await new Promise<void>((resolve) => {
          this.#world.clock.schedule(TRY_AGAIN_MS, resolve);
        });
      }
    }
  }

  #begin(client: ImClient, run: number): void {
    if (!this.#wanted || this.#run !== run) {
      this.#leaving = client.close();
      return;
    }
    this.#client = client;
    client.on("error", (error) => this.#world.remark(`${this.name} is told: ${String(error)}`));
    client.on("connection", ({ state }) => this.#world.remark(`${this.name} is ${state}`));
    if (this.#byLoop) void this.#read(client);
    else client.on("message", (message) => this.#show(message));
  }

  async #read(client: ImClient): Promise<void> {
    for await (const message of client.messages()) this.#show(message);
  }

  #show(message: IncomingMessage): void {
    const text = message.kind === "text" ? message.text : `${message.kind}!`;
    this.#world.remark(`${this.name} sees ${text}`);
    this.shown.push({ from: message.from, conversation: message.conversation, text });
    void message.displayed();
  }
}
