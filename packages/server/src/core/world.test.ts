/** A server and its clients in one process, for the tests of the core. */

import { createHash } from "node:crypto";
import type { MsrpDialer } from "@parlance/msrp";
import type { Flow } from "@parlance/sip";
import { type StartHash, utf8Bytes } from "@parlance/wire";
import type { ServerConfig, ServerPorts } from "../config.ts";
import type { Log, PushService } from "../ports/index.ts";
import { createServer, type Server } from "../server.ts";
import {
  type Disk,
  type MemoryContent,
  type MemoryImage,
  type MemoryStores,
  memoryContent,
  memoryStores,
} from "../store/index.ts";
import { HandClock, settled } from "../testing/clock.ts";
import { CountedMetrics } from "../testing/ports.ts";
import { hashing, inflate, SeededRandom, testSealing } from "./machine-ports.test.ts";
import { LISTENERS, Machine } from "./network.test.ts";
import { DOMAIN, Phone, type PhoneOptions, SERVER } from "./phone.test.ts";

export {
  addressOf,
  type Build,
  bodyText,
  DOMAIN,
  IM,
  type Phone,
  type PhoneOptions,
  routesOf,
} from "./phone.test.ts";

const startHash: StartHash = (algorithm) => {
  const hash = createHash(algorithm.replace("-", ""));
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => hash.digest("hex"),
  };
};

export class World {
  readonly clock = new HandClock();
  readonly random = new SeededRandom(1);
  readonly machines = new Map<string, Machine>();
  readonly metrics = new CountedMetrics();
  readonly logged: string[] = [];
  /** What may be an attack, and where it came from. */
  readonly suspected: string[] = [];
  /** Opens MSRP connections of the server; set it before `start` for a server with a user plane. */
  msrp: MsrpDialer | undefined;
  largeMessages: MemoryContent | undefined;
  /** Wakes devices, like `msrp`. */
  push: PushService | undefined;
  stores: MemoryStores = memoryStores();
  #server: Server | undefined;
  #machine: Machine | undefined;
  #flows = 0;
  #hosts = 10;

  static async open(
    config: Partial<ServerConfig> = {},
    disk?: Disk,
    msrp?: MsrpDialer,
    push?: PushService,
  ): Promise<World> {
    const world = new World();
    world.msrp = msrp;
    world.push = push;
    world.stores = memoryStores(disk === undefined ? {} : { disk });
    await world.start(config);
    for (const name of ["alice", "bob", "carol"]) {
      await world.server.admin.users.add({ name, password: `${name}-secret` });
    }
    return world;
  }

  /** Starts the server, again after a crash with what the disk had kept. */
  async start(config: Partial<ServerConfig> = {}, image?: MemoryImage): Promise<void> {
    if (image !== undefined) this.stores = memoryStores({ image });
    const machine = new Machine(this, SERVER, LISTENERS);
    this.machines.set(SERVER, machine);
    this.#machine = machine;
    const log: Log = {
      info: () => {},
      warn: () => {},
      error: (...said) => void this.logged.push(JSON.stringify(said)),
    };
    const ports: ServerPorts = {
      transports: machine,
      stores: this.stores,
      clock: this.clock,
      random: this.random,
      hashing,
      inflate,
      secrets: {
        credentials: testSealing("credentials"),
        dialogs: testSealing("dialogs"),
        nonces: utf8Bytes("nonce key nonce key nonce key 32"),
        gruus: utf8Bytes("gruus key gruus key gruus key 32"),
        marks: utf8Bytes("marks key marks key marks key 32"),
        cursors: utf8Bytes("cursor key cursor key cursor k 32"),
        tokens: { current: utf8Bytes("token key token key token key 32") },
      },
      ...(this.msrp === undefined ? {} : { msrp: this.msrp, largeMessages: this.#keptContents() }),
      ...(this.push === undefined ? {} : { push: this.push }),
      log,
      metrics: this.metrics,
      security: { report: (event, source) => void this.suspected.push(`${event} ${source}`) },
    };
    this.#server = await createServer({ domain: DOMAIN, ...config }, ports);
    machine.events = this.#server.events;
  }

  /** After a crash, what had become durable. */
  #keptContents(): MemoryContent {
    const image = this.largeMessages?.image() ?? [];
    const { random } = this;
    this.largeMessages = memoryContent({ random, startHash, now: () => this.clock.now(), image });
    return this.largeMessages;
  }

  /** As kill -9: nothing is told to anybody. */
  crash(): MemoryImage {
    const image = this.stores.image();
    this.server.stop();
    if (this.#machine !== undefined) this.#machine.dead = true;
    return image;
  }

  get server(): Server {
    if (this.#server === undefined) throw new Error("not started");
    return this.#server;
  }

  get serverMachine(): Machine {
    if (this.#machine === undefined) throw new Error("not started");
    return this.#machine;
  }

  phone(user: string, more: PhoneOptions = {}): Phone {
    this.#hosts += 1;
    const host = more.host ?? `192.0.2.${this.#hosts}`;
    const machine = new Machine(this, host, [
      { transport: "UDP", port: 5_060, name: "phone" },
      { transport: "TCP", port: 5_080, name: "phone" },
    ]);
    this.machines.set(host, machine);
    return new Phone(this, machine, user, more);
  }

  /** The server's end of the phone's flow. */
  serverFlowOf({ flow }: Phone): Flow {
    const { local, transport } = flow;
    if (transport === "UDP") return this.serverMachine.datagramsTo(local.host, local.port);
    const found = [...this.serverMachine.flows.values()].find(
      ({ remote }) => remote.host === local.host && remote.port === local.port,
    );
    if (found === undefined) throw new Error("not connected");
    return found;
  }

  carry(run: () => void): void {
    void Promise.resolve().then(run);
  }

  nextFlow(): number {
    this.#flows += 1;
    return this.#flows;
  }

  settle(): Promise<void> {
    return settled();
  }
}
