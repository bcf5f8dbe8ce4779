/**
 * A SIP phone that is no client of the service: it registers, and sends and takes MESSAGEs of plain text. It knows no sessions, no
 * receipts and no IM tag, and keeps nothing. RFC 3261, RFC 3428; `compat.plainSip`
 */
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
  type Hop,
  MaxForwards,
  makeRequest,
  type NameAddr,
  Params,
  ProxyAuthenticate,
  ProxyAuthorization,
  parseUri,
  type RequestEdit,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  To,
  WwwAuthenticate,
} from "@parlance/sip";
import { type Clock, type Hashing, type Random, utf8Bytes, utf8Text } from "@parlance/wire";
import { Life } from "../machine/life.ts";
import type { Host } from "../network/host.ts";
import type { Network } from "../network/network.ts";
import type { Sockets } from "../network/sockets.ts";

export interface PhoneSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: Hashing;
  readonly network: Network;
  readonly host: Host;
}

export interface PhoneAccount {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
  /** Where the server is. */
  readonly server: Hop;
}

/** As it came; what comes again under its Call-ID is not told again. */
export interface PhoneText {
  readonly from: string;
  readonly text: string;
}

type Edit = (edit: RequestEdit<SipRequest>) => void;

const REFRESH_MS = 60_000;
const TRY_AGAIN_MS = 3_000;
const EXPIRES_SECONDS = 600;
const ID_BITS = 64;

export class PlainPhone {
  readonly address: string;
  /** Told of each text. */
  heard: ((text: PhoneText) => void) | undefined;
  readonly #around: PhoneSurroundings;
  readonly #account: PhoneAccount;
  readonly #life: Life;
  readonly #sockets: Sockets;
  readonly #endpoint: Endpoint;
  readonly #digest: DigestClient;
  readonly #registration: string;
  readonly #seen = new Set<string>();
  #flow: Flow | undefined;
  #registered = false;
  #cseq = 0;

  constructor(around: PhoneSurroundings, account: PhoneAccount) {
    const { clock, random, hashing, network, host } = around;
    this.#around = around;
    this.#account = account;
    this.address = `sip:${account.user}@${account.domain}`;
    this.#life = new Life(clock);
    this.#sockets = network.sockets(host, this.#life, false);
    this.#registration = random.token(ID_BITS);
    const { user: username, password } = account;
    this.#digest = new DigestClient(
      { username, password, realm: undefined, peer: "server" },
      { hashing, random },
    );
    this.#endpoint = new Endpoint(
      { transports: this.#sockets, clock: this.#life.clock, random },
      { request: (_, transaction) => this.#serve(transaction), ack: () => undefined },
    );
    this.#sockets.hear({
      message: (message, flow) => this.#endpoint.message(message, flow),
      fault: (fault, flow) => this.#endpoint.fault(fault, flow),
      closed: (flow) => this.#closed(flow),
    });
  }

  /** The server knows it, as far as it has heard. */
  get isRegistered(): boolean {
    return this.#registered;
  }

  /** From now on it is registered whenever the server can be reached. */
  start(): void {
    void this.#register();
  }

  /** The final status; undefined: there was no answer, and it may have been taken all the same. */
  async send(to: string, text: string): Promise<number | undefined> {
    const request = this.#make("MESSAGE", to, (edit) => edit.body(utf8Bytes(text), "text/plain"));
    return (await this.#ask(request))?.status;
  }

  /** It ends without a word. */
  kill(): void {
    this.#life.end();
    this.#registered = false;
    this.#endpoint.stop();
    void this.#sockets.end();
  }

  async #register(): Promise<void> {
    const { server, domain } = this.#account;
    try {
      this.#flow ??= await this.#sockets.open(server);
    } catch {
      return this.#later(TRY_AGAIN_MS);
    }
    if (this.#life.over) return;
    const answer = await this.#ask(
      this.#make("REGISTER", `sip:${domain}`, (edit) => {
        edit.set(CallId, this.#registration).set(To, addressOf(this.address));
        edit.set(Contact, Contact.read(`<${this.#contact}>`)).set(Expires, EXPIRES_SECONDS);
      }),
    );
    this.#registered = answer?.status === 200;
    if (answer === undefined && this.#flow !== undefined) this.#sockets.close(this.#flow);
    if (answer === undefined) this.#flow = undefined;
    this.#later(this.#registered ? REFRESH_MS : TRY_AGAIN_MS);
  }

  #later(delayMs: number): void {
    this.#life.clock.schedule(delayMs, () => void this.#register());
  }

  get #contact(): string {
    const { user, server } = this.#account;
    const { host, port } = this.#flow?.local ?? server.address;
    return `sip:${user}@${host}:${port};transport=${server.transport.toLowerCase()}`;
  }

  #closed(flow: Flow): void {
    this.#endpoint.closed(flow);
    if (flow.id !== this.#flow?.id) return;
    this.#flow = undefined;
    this.#registered = false; // the next round of it brings it back
  }

  #serve(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (request.method === "INVITE") return transaction.reply(488);
    if (request.method !== "MESSAGE") return transaction.reply(405);
    if (request.text("Content-Type")?.startsWith("text/plain") !== true) {
      return transaction.reply(415);
    }
    transaction.reply(200);
    if (this.#seen.has(request.callId)) return;
    this.#seen.add(request.callId);
    const from = request.from.uri;
    const address = from.kind === "sip" ? `sip:${from.user}@${from.host}` : "";
    this.heard?.({ from: address, text: utf8Text(request.body) });
  }

  /** A challenge is answered once. */
  async #ask(request: SipRequest): Promise<SipResponse | undefined> {
    const first = await this.#sendOver(request);
    const challenges = first?.get(WwwAuthenticate) ?? first?.get(ProxyAuthenticate);
    if (challenges === undefined) return first;
    const again = this.#authorized(request, challenges, first?.status === 407);
    return again === undefined ? first : this.#sendOver(again);
  }

  #authorized(
    request: SipRequest,
    challenges: readonly AuthValue[],
    proxy: boolean,
  ): SipRequest | undefined {
    if (this.#digest.challenged(challenges, "server", undefined) !== "retry") return undefined;
    const { method, uriText: uri, body } = request;
    const value = this.#digest.authorize({ method, uri, body }, "server");
    if (value === undefined) return undefined;
    this.#cseq += 1;
    const edit = request.edit().set(CSeq, { number: this.#cseq, method });
    return edit.set(proxy ? ProxyAuthorization : Authorization, [value]).done();
  }

  #sendOver(request: SipRequest): Promise<SipResponse | undefined> {
    const flow = this.#flow;
    if (flow === undefined) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#endpoint.request(request, flow, {
        response: (response) => response.status >= 200 && resolve(response),
        timeout: () => resolve(undefined),
        failed: () => resolve(undefined),
      });
    });
  }

  #make(method: string, to: string, build: Edit): SipRequest {
    const { random } = this.#around;
    this.#cseq += 1;
    const number = this.#cseq;
    return makeRequest(method, parseUri(to), (edit) => {
      const tag = Params.of(["tag", random.token(ID_BITS)]);
      edit.set(MaxForwards, 70).set(From, { ...addressOf(this.address), params: tag });
      edit.set(To, addressOf(to)).set(CallId, random.token(ID_BITS));
      edit.set(CSeq, { number, method });
      build(edit);
    });
  }
}

function addressOf(uri: string): NameAddr {
  return { name: undefined, uri: parseUri(uri), params: Params.none };
}
