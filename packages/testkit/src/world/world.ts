/** The whole system in memory: one server, clients over links, one clock, one seed. */
import { type ConnectOptions, type ImClient, preload } from "@parlance/client";
import type { MemoryContent, MemoryStores, Server, ServerConfig } from "@parlance/server";
import { defaultPort, type Hop } from "@parlance/sip";
import type { Hashing } from "@parlance/wire";
import { agreedHashing } from "../machine/agreed-hashing.ts";
import { SeededRandom } from "../machine/seeded-random.ts";
import { type DiskHealth, SOUND_DISK } from "../machine/slow-disk.ts";
import { VirtualClock } from "../machine/virtual-clock.ts";
import type { Host } from "../network/host.ts";
import type { Link } from "../network/link.ts";
import { Network } from "../network/network.ts";
import type { Overhearing } from "../network/overhearing.ts";
import { Web } from "../network/web.ts";
import { Ladder } from "./ladder.ts";
import { PlainPhone } from "./plain-phone.ts";
import { RunningClient } from "./running-client.ts";
import { type DiskImage, RunningServer, type ServerSurroundings } from "./running-server.ts";

export interface WorldOptions {
  /** The same seed, the same world, to the last octet. Default 1. */
  readonly seed?: number;
  /** Names of accounts; default alice, bob, carol and dave. */
  readonly users?: readonly string[];
  /** The server's configuration, beside its domain. */
  readonly server?: Partial<ServerConfig>;
  /** Default `parlance.test`. */
  readonly domain?: string;
  /** Real hashes instead of those that client and server merely agree on. */
  readonly hashing?: Hashing;
}

export type ClientTransport = "udp" | "tcp" | "tls" | "ws" | "wss";

export interface WorldClientOptions extends Partial<Omit<ConnectOptions, "user" | "server">> {
  /** Default `tcp`. */
  readonly transport?: ClientTransport;
  /** Tells several devices of one user apart, in `link` and `kill`. Default: the user's name. */
  readonly device?: string;
  /** As a page does it: what sessions are made of is loaded when the first one is needed. */
  readonly loadsSessionsLater?: boolean;
}

const FIRST_HOST = 100;
const SERVER_ADDRESS = "192.0.2.1";
const MOST_WAIT_MS = 120_000;

export class World {
  readonly seed: number;
  readonly domain: string;
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  /** Everything that was said, for reading when a test fails. */
  readonly log: Ladder;
  /** May be changed at any time. */
  readonly disk: DiskHealth = { ...SOUND_DISK };
  readonly #network: Network;
  #around: ServerSurroundings;
  readonly #hosts = new Map<string, Host>();
  readonly #clients = new Map<string, RunningClient>();
  readonly #phones = new Set<PlainPhone>();
  #running: RunningServer | undefined;
  #image: DiskImage | undefined;

  static async create(options: WorldOptions = {}): Promise<World> {
    await preload(); // a disk would take its time, and none passes here
    const world = new World(options);
    await world.restartServer();
    for (const name of options.users ?? ["alice", "bob", "carol", "dave"]) {
      await world.addUser(name);
    }
    return world;
  }

  private constructor({ seed = 1, domain = "parlance.test", server = {}, hashing }: WorldOptions) {
    this.seed = seed;
    this.domain = domain;
    this.random = new SeededRandom(seed);
    this.log = new Ladder(this.clock.now());
    this.#network = new Network(this.clock, this.random.fork(), this.log);
    this.#around = {
      config: { ...server, domain },
      clock: this.clock,
      random: this.random.fork(),
      hashing: hashing ?? agreedHashing,
      network: this.#network,
      host: this.#network.host("server", SERVER_ADDRESS),
      web: new Web(this.clock, `https://${domain}`),
      disk: this.disk,
      ladder: this.log,
    };
  }

  /** Throws while the server is down. */
  get server(): Server {
    return this.#alive.server;
  }

  /** What the server has committed. */
  get stores(): MemoryStores {
    return this.#alive.stores;
  }

  /** Octets of files that the server has made durable, and those on their way there. */
  get content(): MemoryContent {
    return this.#alive.content;
  }

  get serverIsUp(): boolean {
    return this.#running !== undefined;
  }

  /** `sip:alice@parlance.test` */
  address(name: string): string {
    return `sip:${name}@${this.domain}`;
  }

  async addUser(name: string, password = passwordOf(name)): Promise<void> {
    const added = await this.until(this.server.admin.users.add({ name, password }));
    if (typeof added === "string") throw new Error(`${name}: ${added}`);
  }

  /** Connects a client of that user. Time passes until it is online, or until it gives up. */
  client(name: string, options: WorldClientOptions = {}): Promise<ImClient> {
    return this.until(this.startClient(name, options));
  }

  /** The same, and no time passes. */
  startClient(name: string, options: WorldClientOptions = {}): Promise<ImClient> {
    const { transport = "tcp", device = name, loadsSessionsLater = false, ...rest } = options;
    const host = this.#host(device);
    const { clock, hashing, web, network } = this.#around;
    const random = this.random.fork();
    const around = { clock, hashing, host, web, network, random, loadsSessionsLater };
    const running = new RunningClient(around, {
      password: passwordOf(name),
      fileServer: `https://${this.domain}`,
      ...rest,
      user: this.address(name),
      server: `${transport}://${SERVER_ADDRESS}`,
    });
    this.#clients.set(device, running);
    return running.connected;
  }

  /** A phone that is no client of the service; it does nothing before it is started. */
  phone(name: string, options: Pick<WorldClientOptions, "transport" | "device"> = {}): PlainPhone {
    const { transport = "udp", device = name } = options;
    const { clock, hashing, network } = this.#around;
    const around = {
      clock,
      hashing,
      network,
      random: this.random.fork(),
      host: this.#host(device),
    };
    const phone = new PlainPhone(around, {
      user: name,
      domain: this.domain,
      password: passwordOf(name),
      server: placeOf(transport),
    });
    this.#phones.add(phone);
    return phone;
  }

  /** The way of a device into the world. */
  link(device: string): Link {
    return this.#host(device).link;
  }

  /** Ends the program of a device as a crash does. Give the next one the same store. */
  kill(device: string): void {
    this.remark(`${device} is killed`);
    this.#clients.get(device)?.kill();
    this.#clients.delete(device);
  }

  /** Like kill -9 and a restart of the machine: what was not committed has never happened. */
  crashServer(): void {
    this.remark("the server crashes");
    this.#image = this.#alive.crash();
    this.#running = undefined;
  }

  /** `server`: its configuration from now on, beside its domain. */
  async restartServer(server?: Partial<ServerConfig>): Promise<void> {
    if (this.#running !== undefined) this.crashServer();
    if (server !== undefined) {
      this.#around = { ...this.#around, config: { ...server, domain: this.domain } };
    }
    const starting = RunningServer.start(this.#around, this.#image);
    this.#running = await this.until(starting);
    this.remark("the server is ready");
  }

  /** Where words pass from now on, in SIP and MSRP: in whatever is written to a device, though it may be lost on the way. */
  overhear(words: readonly string[]): Overhearing {
    return this.#network.overhear(words);
  }

  /** IP address of a device. */
  hostOf(device: string): string {
    return this.#host(device).address;
  }

  /** Lets so many milliseconds pass. */
  run(ms: number): Promise<void> {
    return this.clock.run(ms);
  }

  /** Lets time pass until a promise is settled, or until something is true. Throws with the ladder. */
  until(condition: () => boolean, mostMs?: number): Promise<void>;
  until<T>(awaited: Promise<T>, mostMs?: number): Promise<T>;
  async until<T>(what: Promise<T> | (() => boolean), mostMs = MOST_WAIT_MS): Promise<T | void> {
    const isDone = typeof what === "function" ? what : settling(what);
    const latest = this.clock.now() + mostMs;
    await this.clock.settle();
    while (!isDone()) {
      if (await this.clock.step(latest)) continue;
      throw new Error(`nothing came of it in ${mostMs} ms\n${this.story()}`);
    }
    return typeof what === "function" ? undefined : what;
  }

  /** Writes a line into the ladder. */
  remark(text: string): void {
    this.log.remark(this.clock.now(), text);
  }

  /** Seed and ladder, for the message of a failed test. */
  story(): string {
    return `seed ${this.seed}\n${this.log.text()}`;
  }

  /** Ends every program. */
  async end(): Promise<void> {
    for (const program of [...this.#clients.values(), ...this.#phones]) program.kill();
    this.#phones.clear();
    this.#clients.clear();
    await this.#running?.stop();
    this.#running = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  get #alive(): RunningServer {
    if (this.#running === undefined) throw new Error("the server is down");
    return this.#running;
  }

  #host(device: string): Host {
    const known = this.#hosts.get(device);
    if (known !== undefined) return known;
    // No address is the beginning of another one.
    const made = this.#network.host(device, `198.51.100.${this.#hosts.size + FIRST_HOST}`);
    this.#hosts.set(device, made);
    return made;
  }
}

function placeOf(transport: ClientTransport): Hop {
  const name = transport.toUpperCase() as Hop["transport"]; // spelt alike
  return { transport: name, address: { host: SERVER_ADDRESS, port: defaultPort(name) } };
}

/** A world that is ready for the first client. */
export function startWorld(options: WorldOptions = {}): Promise<World> {
  return World.create(options);
}

/** Of the accounts that a world makes. */
export function passwordOf(name: string): string {
  return `password of ${name}`;
}

function settling(awaited: Promise<unknown>): () => boolean {
  let settled = false;
  awaited
    .catch(() => {}) // told to whoever awaits it
    .finally(() => {
      settled = true;
    });
  return () => settled;
}
