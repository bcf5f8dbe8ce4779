/** A client of the server under test. */
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
  From,
  HopFinder,
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
  WwwAuthenticate,
} from "@parlance/sip";
import { type Clock, type Random, utf8Bytes } from "@parlance/wire";
import { hashing } from "./machine-ports.test.ts";
import { LISTENERS, type Machine } from "./network.test.ts";

export const DOMAIN = "parlance.test";
export const SERVER = "192.0.2.1";
export const IM = "*;+g.oma.sip-im";

/** What a phone stands in. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly serverMachine: Machine;
  readonly machines: ReadonlyMap<string, Machine>;
  settle(): Promise<void>;
}

export interface PhoneOptions {
  readonly transport?: TransportName;
  readonly host?: string;
  readonly port?: number;
  readonly password?: string;
  readonly domain?: string;
  /** Host of another server that it connects to, at the first of its listeners. */
  readonly at?: string;
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
  /** Hears of each ACK. */
  acknowledged: ((ack: SipRequest) => void) | undefined;
  /** Instead of answering. */
  serve: ((transaction: ServerTransaction) => void) | undefined;
  flow: Flow;
  readonly #world: Surroundings;
  readonly #machine: Machine;
  readonly #options: PhoneOptions;
  readonly #digest: DigestClient;
  #cseq = 0;
  readonly #callId: string;

  constructor(world: Surroundings, machine: Machine, user: string, options: PhoneOptions) {
    this.#world = world;
    this.#machine = machine;
    this.#options = options;
    this.host = machine.host;
    this.domain = options.domain ?? DOMAIN;
    this.address = `sip:${user}@${this.domain}`;
    this.#callId = `reg-${world.random.token(48)}`;
    const { clock, random } = world;
    this.endpoint = new Endpoint(
      { transports: machine, clock, random, finder: new HopFinder({ clock, random }) },
      {
        request: (request, transaction) => {
          this.received.push(request);
          if (this.serve === undefined) transaction.reply(this.answer(request));
          else this.serve(transaction);
        },
        ack: (request) => {
          this.acks.push(request);
          this.acknowledged?.(request);
        },
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
    const { transport = "TCP", port, at } = this.#options;
    const other = at === undefined ? undefined : this.#world.machines.get(at);
    const [door] = other?.listeners ?? [];
    if (other !== undefined && door !== undefined) {
      this.flow = this.#machine.connect(other, door);
      return this.flow;
    }
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

  /** Of the last request that it made. */
  get lastCseq(): number {
    return this.#cseq;
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
