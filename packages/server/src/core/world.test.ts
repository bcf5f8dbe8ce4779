/** A server, its clients and the links between them in one process, for the tests of the core. */
import { createHash, createHmac } from "node:crypto";
import { gunzipSync, inflateSync } from "node:zlib";
import {
  Authorization,
  type AuthValue,
  CallId,
  Contact,
  CSeq,
  DigestClient,
  Endpoint,
  Expires,
  type Flow,
  type FlowEvents,
  From,
  type Hop,
  MaxForwards,
  makeRequest,
  type NameAddr,
  Params,
  ProxyAuthenticate,
  ProxyAuthorization,
  parseUri,
  type RequestEdit,
  Route,
  readDatagram,
  type ServerTransaction,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  To,
  type TransportName,
  type Transports,
  WwwAuthenticate,
} from "@parlance/sip";
import {
  base64url,
  type Hashing,
  type Inflate,
  octetBytes,
  octetText,
  type Random,
  utf8Bytes,
} from "@parlance/wire";
import type { ServerConfig, ServerPorts } from "../config.ts";
import type { Log } from "../ports/index.ts";
import { createServer, type Server } from "../server.ts";
import { type Disk, type MemoryImage, type MemoryStores, memoryStores } from "../store/index.ts";
import { HandClock, settled } from "../testing/clock.ts";
import { CountedMetrics } from "../testing/ports.ts";

export const DOMAIN = "parlance.test";
export const SERVER = "192.0.2.1";
export const IM = "*;+g.oma.sip-im";

export const hashing: Hashing = {
  hash: (algorithm, text) =>
    createHash(algorithm === "sha-512-256" ? "sha512-256" : algorithm.replace("-", ""))
      .update(text)
      .digest("hex"),
  hmacSha256: (key, data) => new Uint8Array(createHmac("sha256", key).update(data).digest()),
};

const inflate: Inflate = (bytes, encoding, limitBytes) => {
  try {
    const undo = encoding === "gzip" ? gunzipSync : inflateSync;
    return new Uint8Array(undo(bytes, { maxOutputLength: limitBytes }));
  } catch {
    return undefined;
  }
};

/** The same sequence for the same seed. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#next());
  }

  token(bits: number): string {
    return base64url(this.bytes(Math.ceil(bits / 8)));
  }

  #next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state >>> 24;
  }
}

/** Hides nothing, but opens only what it has sealed. */
function testSealing(purpose: string): {
  seal(text: string): Uint8Array;
  open(sealed: Uint8Array): string | undefined;
} {
  const start = `${purpose}:`;
  return {
    seal: (text) => octetBytes(`${start}${text}`),
    open: (sealed) => {
      const text = octetText(sealed);
      return text.startsWith(start) ? text.slice(start.length) : undefined;
    },
  };
}

type Listener = { readonly transport: TransportName; readonly port: number; readonly name: string };

/** One machine on the network. */
class Machine implements Transports {
  readonly host: string;
  readonly listeners: readonly Listener[];
  readonly flows = new Map<string, Flow>();
  readonly sent: { readonly flow: Flow; readonly bytes: Uint8Array }[] = [];
  events: FlowEvents | undefined;
  /** Takes nothing in any more, and says nothing. */
  dead = false;
  readonly #world: World;
  readonly #peers = new Map<string, { readonly machine: Machine; readonly flow: Flow }>();
  #ports = 40_000;

  constructor(world: World, host: string, listeners: readonly Listener[]) {
    this.#world = world;
    this.host = host;
    this.listeners = listeners;
  }

  send(flow: Flow, bytes: Uint8Array): void {
    this.sent.push({ flow, bytes });
    this.#world.carry(() => {
      if (flow.transport === "UDP") return this.#datagram(flow, bytes);
      const peer = this.#peers.get(flow.id);
      peer?.machine.take(peer.flow, bytes);
    });
  }

  open({ transport, address }: Hop): Flow | Promise<Flow> {
    if (transport === "UDP") return this.datagramsTo(address.host, address.port);
    const machine = this.#world.machines.get(address.host);
    const listener = machine?.listeners.find(
      (one) => one.transport === transport && one.port === address.port,
    );
    if (machine === undefined || machine.dead || listener === undefined) {
      return Promise.reject(new Error("refused"));
    }
    for (const flow of this.flows.values()) {
      const { remote } = flow;
      if (
        flow.transport === transport &&
        remote.host === address.host &&
        remote.port === address.port
      ) {
        return flow;
      }
    }
    return this.connect(machine, listener);
  }

  close(flow: Flow): void {
    const peer = this.#peers.get(flow.id);
    this.#forget(flow);
    if (peer !== undefined) peer.machine.#forget(peer.flow);
  }

  connect(machine: Machine, listener: Listener): Flow {
    this.#ports += 1;
    const { transport, port, name } = listener;
    const near = { host: this.host, port: this.#ports };
    const far = { host: machine.host, port };
    const id = this.#world.nextFlow();
    const here: Flow = { id: `${id}a`, transport, local: near, remote: far };
    const there: Flow = { id: `${id}b`, transport, local: far, remote: near, listener: name };
    this.flows.set(here.id, here);
    machine.flows.set(there.id, there);
    this.#peers.set(here.id, { machine, flow: there });
    machine.#peers.set(there.id, { machine: this, flow: here });
    return here;
  }

  datagramsTo(host: string, port: number, from = this.#udpPort()): Flow {
    const id = `${this.host}:${from} udp ${host}:${port}`;
    const known = this.flows.get(id);
    if (known !== undefined) return known;
    const listener = this.listeners.find((one) => one.transport === "UDP");
    const flow: Flow = {
      id,
      transport: "UDP",
      local: { host: this.host, port: from },
      remote: { host, port },
      ...(listener === undefined ? {} : { listener: listener.name }),
    };
    this.flows.set(id, flow);
    return flow;
  }

  take(flow: Flow, bytes: Uint8Array): void {
    if (this.dead) return;
    const framed = readDatagram(bytes);
    if (framed.kind === "message") this.events?.message(framed.message, flow);
    else if (framed.kind === "fault") this.events?.fault(framed, flow);
  }

  #udpPort(): number {
    return this.listeners.find(({ transport }) => transport === "UDP")?.port ?? 5_060;
  }

  #datagram({ local, remote }: Flow, bytes: Uint8Array): void {
    const machine = this.#world.machines.get(remote.host);
    if (
      machine?.listeners.some(({ transport, port }) => transport === "UDP" && port === remote.port)
    ) {
      machine.take(machine.datagramsTo(local.host, local.port, remote.port), bytes);
    }
  }

  #forget(flow: Flow): void {
    if (!this.flows.delete(flow.id)) return;
    this.#peers.delete(flow.id);
    this.#world.carry(() => this.events?.closed(flow, "closed"));
  }
}

const LISTENERS: readonly Listener[] = [
  { transport: "UDP", port: 5_060, name: "udp" },
  { transport: "TCP", port: 5_060, name: "tcp" },
  { transport: "WS", port: 8_080, name: "ws" },
  { transport: "TCP", port: 5_070, name: "peers" },
];

export class World {
  readonly clock = new HandClock();
  readonly random = new SeededRandom(1);
  readonly machines = new Map<string, Machine>();
  readonly metrics = new CountedMetrics();
  readonly logged: string[] = [];
  stores: MemoryStores = memoryStores();
  #server: Server | undefined;
  #machine: Machine | undefined;
  #flows = 0;
  #hosts = 10;

  static async open(config: Partial<ServerConfig> = {}, disk?: Disk): Promise<World> {
    const world = new World();
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
      },
      log,
      metrics: this.metrics,
    };
    this.#server = await createServer({ domain: DOMAIN, ...config }, ports);
    machine.events = this.#server.events;
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

export interface PhoneOptions {
  readonly transport?: TransportName;
  readonly host?: string;
  readonly port?: number;
  readonly password?: string;
  readonly domain?: string;
  /** Does not say that it is an IM client. */
  readonly plain?: boolean;
}

export type Build = (edit: RequestEdit<SipRequest>) => void;

/** A client: an endpoint of its own, an account, and an answer to what it gets. */
export class Phone {
  readonly endpoint: Endpoint;
  readonly received: SipRequest[] = [];
  readonly acks: SipRequest[] = [];
  readonly address: string;
  readonly domain: string;
  readonly host: string;
  /** What it says to a request. */
  answer: (request: SipRequest) => number = () => 200;
  /** Instead of answering. */
  serve: ((transaction: ServerTransaction) => void) | undefined;
  flow: Flow;
  readonly #world: World;
  readonly #machine: Machine;
  readonly #options: PhoneOptions;
  readonly #digest: DigestClient;
  #cseq = 0;
  readonly #callId: string;

  constructor(world: World, machine: Machine, user: string, options: PhoneOptions) {
    this.#world = world;
    this.#machine = machine;
    this.#options = options;
    this.host = machine.host;
    this.domain = options.domain ?? DOMAIN;
    this.address = `sip:${user}@${this.domain}`;
    this.#callId = `reg-${world.random.token(48)}`;
    const { clock, random } = world;
    this.endpoint = new Endpoint(
      { transports: machine, clock, random },
      {
        request: (request, transaction) => {
          this.received.push(request);
          if (this.serve === undefined) transaction.reply(this.answer(request));
          else this.serve(transaction);
        },
        ack: (request) => void this.acks.push(request),
      },
    );
    machine.events = this.endpoint;
    const password = options.password ?? `${user}-secret`;
    this.#digest = new DigestClient(
      { username: user, password, realm: undefined, peer: "server" },
      { hashing, random },
    );
    this.flow = this.connect();
  }

  connect(): Flow {
    const { transport = "TCP", port } = this.#options;
    const hop = {
      transport,
      address: { host: SERVER, port: port ?? (transport === "WS" ? 8_080 : 5_060) },
    };
    const { serverMachine } = this.#world;
    if (transport === "UDP") return this.#machine.datagramsTo(SERVER, 5_060);
    const listener = LISTENERS.find(
      (one) => one.transport === transport && one.port === hop.address.port,
    );
    if (listener === undefined) throw new Error("nobody listens there");
    this.flow = this.#machine.connect(serverMachine, listener);
    return this.flow;
  }

  hangUp(): Promise<void> {
    this.#machine.close(this.flow);
    return this.#world.settle();
  }

  /** Of the last that it sent. */
  get sentBytes(): number {
    return this.#machine.sent.at(-1)?.bytes.length ?? 0;
  }

  /** Answers nothing any more. */
  die(): void {
    this.#machine.dead = true;
  }

  get contact(): string {
    const { host, port } = this.flow.local;
    const transport = this.flow.transport.toLowerCase();
    const user = this.address.slice(4, this.address.indexOf("@"));
    return transport === "udp"
      ? `sip:${user}@${host}:${port}`
      : `sip:${user}@${host}:${port};transport=${transport}`;
  }

  /** The contact with the tag of an IM client, or without. */
  get contactValue(): string {
    return `<${this.contact}>${this.#options.plain === true ? "" : ";+g.oma.sip-im"}`;
  }

  register(build?: Build, expires = 3_600): Promise<SipResponse> {
    return this.request("REGISTER", `sip:${this.domain}`, (edit) => {
      edit.set(CallId, this.#callId).set(To, addressOf(this.address));
      edit.set(Contact, Contact.read(this.contactValue)).set(Expires, expires);
      build?.(edit);
    });
  }

  message(to: string, text: string, build?: Build): Promise<SipResponse> {
    return this.request("MESSAGE", to, (edit) => {
      edit.body(utf8Bytes(text), "text/plain");
      if (this.#options.plain !== true) edit.setText("Accept-Contact", IM);
      build?.(edit);
    });
  }

  /** The final answer; a challenge is answered once. */
  async request(method: string, to: string, build?: Build): Promise<SipResponse> {
    const request = this.make(method, to, build);
    const first = await this.send(request);
    const challenges = first.get(WwwAuthenticate) ?? first.get(ProxyAuthenticate);
    if ((first.status !== 401 && first.status !== 407) || challenges === undefined) return first;
    const again = this.authorized(request, challenges);
    return again === undefined ? first : this.send(again);
  }

  make(method: string, to: string, build?: Build): SipRequest {
    this.#cseq += 1;
    const number = this.#cseq;
    return makeRequest(method, parseUri(to), (edit) => {
      edit.set(MaxForwards, 70);
      edit.set(From, {
        ...addressOf(this.address),
        params: Params.of(["tag", this.#world.random.token(48)]),
      });
      edit.set(To, addressOf(to));
      edit.set(CallId, this.#world.random.token(64)).set(CSeq, { number, method });
      build?.(edit);
    });
  }

  /** Takes challenges to answer with the next request. */
  meet(challenges: readonly AuthValue[]): void {
    this.#digest.challenged(challenges, "server", undefined);
  }

  /** The next request with an answer to the challenges. */
  authorized(request: SipRequest, challenges: readonly AuthValue[]): SipRequest | undefined {
    if (this.#digest.challenged(challenges, "server", undefined) !== "retry") return undefined;
    this.#cseq += 1;
    return this.signed(
      request.edit().set(CSeq, { number: this.#cseq, method: request.method }).done(),
    );
  }

  signed(request: SipRequest): SipRequest {
    const { method, uriText: uri, body } = request;
    const value = this.#digest.authorize({ method, uri, body }, "server");
    if (value === undefined) throw new Error("never challenged");
    const type = method === "REGISTER" ? Authorization : ProxyAuthorization;
    return request.edit().set(type, [value]).done();
  }

  send(request: SipRequest): Promise<SipResponse> {
    return new Promise((resolve, reject) => {
      this.endpoint.request(request, this.flow, {
        response: (response) => {
          if (response.status >= 200) resolve(response);
        },
        timeout: () => reject(new Error("timeout")),
        failed: (reason) => reject(new Error(reason)),
      });
    });
  }

  /** Exactly these octets. */
  async sendRaw(text: string): Promise<SipMessage | undefined> {
    const before = this.#world.serverMachine.sent.length;
    this.#machine.send(this.flow, utf8Bytes(text.replaceAll(/\r?\n/g, "\r\n")));
    await this.#world.settle();
    const answer = this.#world.serverMachine.sent[before];
    const framed = answer === undefined ? undefined : readDatagram(answer.bytes);
    return framed?.kind === "message" ? framed.message : undefined;
  }
}

export function addressOf(uri: string): NameAddr {
  return { name: undefined, uri: parseUri(uri), params: Params.none };
}

export function bodyText(message: SipMessage): string {
  return new TextDecoder().decode(message.body);
}

export function routesOf(...texts: readonly string[]): readonly NameAddr[] {
  return texts.flatMap((text) => Route.read(text));
}
