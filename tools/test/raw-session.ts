/** A session that two users set up and hold by hand: their SIP, their descriptions, their MSRP. RFC 4975 */
import type { ConnectionOptions } from "node:tls";
import { within } from "./deadline.ts";
import { MediaPeer, mediaAddress } from "./media-peer.ts";
import { ANSWER_MS } from "./peers.ts";
import { type RawUser, responseTo } from "./raw-user.ts";
import { newId, type WireFrame, writeAnswer, writeFrame } from "./wire-frame.ts";
import type { WireMessage } from "./wire-message.ts";

export const IM = "+g.oma.sip-im";

/** How somebody describes himself. */
export interface Description {
  /** Of a=accept-types. */
  readonly types?: string;
  /** Of the certificate that he will show: "sha-256 AB:CD…". */
  readonly fingerprint?: string;
  /** More lines of the m= line. */
  readonly lines?: readonly string[];
  readonly setup?: string;
  /** Where others reach him, instead of a path that nobody does. */
  readonly path?: string;
}

export interface SessionOptions {
  readonly caller?: Description;
  readonly callee?: Description;
}

/** Registers as a client that holds sessions. */
export async function registerForSessions(user: RawUser): Promise<void> {
  const answer = await user.register([], `;${IM}`);
  if (answer.status !== 200) throw new Error(answer.text);
}

/** One side: who, and how he and the server call each other in MSRP. */
export class Party {
  readonly user: RawUser;
  /** His own path. */
  readonly own: string;
  /** What the server is for him. */
  readonly server: string;
  #media: MediaPeer | undefined;

  constructor(user: RawUser, own: string, server: string) {
    this.user = user;
    this.own = own;
    this.server = server;
  }

  /** His connection. */
  get media(): MediaPeer {
    if (this.#media === undefined) throw new Error(`${this.user.address} is not connected`);
    return this.#media;
  }

  /** Connects, without a word yet. Requests are answered with 200 from then on. */
  async connect(tls?: ConnectionOptions, address = mediaAddress(this.server)): Promise<MediaPeer> {
    this.#media = await MediaPeer.connect(address, tls);
    return this.#media;
  }

  /** Connects, and says which session it is. */
  async join(tls?: ConnectionOptions): Promise<MediaPeer> {
    const media = await this.connect(tls);
    const status = await this.greet();
    if (status !== 200) throw new Error(`not let in: ${status}`);
    return media;
  }

  /** The answer to an empty SEND. RFC 4975 §5.4 */
  greet(): Promise<number> {
    return this.send(["Message-ID: greeting", "Byte-Range: 1-0/0"]);
  }

  /** Goes on over a connection that the server has made. */
  takes(media: MediaPeer): void {
    this.#media = media;
  }

  /** Answers what comes with `status`, and keeps it. */
  listen(status: (frame: WireFrame) => number = () => 200): WireFrame[] {
    const heard: WireFrame[] = [];
    this.media.respond = (frame) => {
      heard.push(frame);
      return frame.method === "REPORT" ? Buffer.alloc(0) : this.answer(frame, status(frame));
    };
    return heard;
  }

  /** Ends the connection, if there is one. */
  hangUp(): void {
    this.#media?.close();
  }

  answer(frame: WireFrame, status: number): Buffer {
    return writeAnswer(frame, this.own, status);
  }

  /** The answer to a SEND. */
  send(
    headers: readonly string[],
    body?: Uint8Array | string,
    flag: "$" | "+" | "#" = "$",
  ): Promise<number> {
    const id = newId();
    const more = body === undefined ? {} : { body };
    this.media.send(this.frame({ id, headers, flag, ...more }));
    return this.media.answerTo(id);
  }

  /** A whole text in one chunk. */
  says(text: string, messageId = newId()): Promise<number> {
    const bytes = Buffer.byteLength(text);
    const range = `Byte-Range: 1-${bytes}/${bytes}`;
    return this.send([`Message-ID: ${messageId}`, range, "Content-Type: text/plain"], text);
  }

  frame(parts: Omit<Parameters<typeof writeFrame>[0], "method" | "to" | "from">): Buffer {
    return writeFrame({ method: "SEND", to: this.server, from: this.own, ...parts });
  }
}

/** An INVITE that was answered, and what belongs to its dialog. */
export class RawCall {
  /** The caller. */
  readonly party: Party;
  readonly ok: WireMessage;
  readonly #bye: Promise<WireMessage>;
  #cseq: number;

  /** Undefined `call` when it was refused; with 200 it is acknowledged. */
  static async begin(
    user: RawUser,
    uri: string,
    how: Description = {},
    headers: readonly string[] = [],
  ): Promise<{ readonly answer: WireMessage; readonly call: RawCall | undefined }> {
    const own = how.path ?? ownPath(user);
    const bye = takeBye(user);
    const { host, port } = user.peer.local;
    const contact = `<sip:${host}:${port};transport=${user.peer.transport.toLowerCase()}>;${IM}`;
    const answer = await user.ask({
      method: "INVITE",
      uri,
      headers: [
        `Contact: ${contact}`,
        `Accept-Contact: *;${IM}`,
        "Content-Type: application/sdp",
        ...headers,
      ],
      body: describe(user, own, how),
    });
    if (answer.status !== 200) return { answer, call: undefined };
    const call = new RawCall(new Party(user, own, pathIn(answer)), answer, bye);
    user.peer.send(call.#request("ACK", call.#cseq));
    return { answer, call };
  }

  private constructor(party: Party, ok: WireMessage, bye: Promise<WireMessage>) {
    this.party = party;
    this.ok = ok;
    this.#bye = bye;
    this.#cseq = Number(ok.header("CSeq")?.split(" ")[0]);
  }

  /** The address of the other side, for requests that go to it outside of the dialog. */
  get target(): string {
    return /<([^>]+)>/.exec(this.ok.header("Contact") ?? "")?.[1] ?? "";
  }

  /** The BYE of the other side. */
  bye(ms = ANSWER_MS): Promise<WireMessage> {
    const { address } = this.party.user;
    return within(ms, this.#bye, () => `no BYE for ${address}`);
  }

  /** The answer to a request in the dialog. */
  ask(method: string, headers: readonly string[] = []): Promise<WireMessage> {
    const { peer } = this.party.user;
    this.#cseq += 1;
    const cseq = `${this.#cseq} ${method}`;
    peer.send(this.#request(method, this.#cseq, headers));
    return peer.take((one) => one.callId === this.ok.callId && one.header("CSeq") === cseq);
  }

  async end(): Promise<void> {
    await this.ask("BYE");
    this.party.hangUp();
  }

  #request(method: string, number: number, headers: readonly string[] = []): string {
    const { ok } = this;
    const { user } = this.party;
    const { local, transport } = user.peer;
    const proof = method === "ACK" ? undefined : user.credentials(method, this.target);
    const lines = [
      `${method} ${this.target} SIP/2.0`,
      `Via: SIP/2.0/${transport} ${local.host}:${local.port};branch=z9hG4bK${newId()};rport`,
      "Max-Forwards: 70",
      `From: ${ok.header("From")}`,
      `To: ${ok.header("To")}`,
      `Call-ID: ${ok.callId}`,
      `CSeq: ${number} ${method}`,
      ...ok.headers("Record-Route").map((route) => `Route: ${route}`),
      ...(proof === undefined ? [] : [proof]),
      ...headers,
      "Content-Length: 0",
    ];
    return `${lines.join("\r\n")}\r\n\r\n`;
  }
}

export class RawSession {
  readonly caller: Party;
  readonly callee: Party;
  readonly #call: RawCall;
  readonly #calleeBye: Promise<WireMessage>;

  /** Both are registered for sessions; connections they make themselves. */
  static async open(
    caller: RawUser,
    callee: RawUser,
    options: SessionOptions = {},
  ): Promise<RawSession> {
    const to = options.callee?.path ?? ownPath(callee);
    const called = takeCall(callee, to, options.callee);
    const { answer, call } = await RawCall.begin(caller, callee.address, options.caller);
    if (call === undefined) throw new Error(answer.text);
    const invite = await within(ANSWER_MS, called.invite, () => "no INVITE has come");
    return new RawSession(call, new Party(callee, to, pathIn(invite)), called.bye);
  }

  private constructor(call: RawCall, callee: Party, calleeBye: Promise<WireMessage>) {
    this.caller = call.party;
    this.callee = callee;
    this.#call = call;
    this.#calleeBye = calleeBye;
  }

  /** The BYE that the server sends to one side. */
  bye(to: "caller" | "callee", ms = ANSWER_MS): Promise<WireMessage> {
    if (to === "caller") return this.#call.bye(ms);
    return within(ms, this.#calleeBye, () => "no BYE for the callee");
  }

  /** The caller hangs up; connections are closed. */
  async end(): Promise<void> {
    await this.#call.end();
    this.callee.hangUp();
  }

  close(): void {
    for (const party of [this.caller, this.callee]) party.hangUp();
  }
}

/** Answers the next INVITE with 200, and whatever else comes. */
function takeCall(user: RawUser, own: string, how: Description | undefined) {
  const invite = Promise.withResolvers<WireMessage>();
  const bye = Promise.withResolvers<WireMessage>();
  user.peer.respond = (request) => {
    if (request.method === "ACK") return "";
    if (request.method === "BYE") bye.resolve(request);
    if (request.method !== "INVITE") return responseTo(request, 200, "OK");
    invite.resolve(request);
    const { host, port } = user.peer.local;
    const routes = request.headers("Record-Route").map((route) => `Record-Route: ${route}`);
    const by = user.peer.transport.toLowerCase();
    const body = describe(user, own, how);
    const head = [
      ...routes,
      `Contact: <sip:${host}:${port};transport=${by}>;${IM}`,
      "Content-Type: application/sdp",
      `Content-Length: ${body.length}`,
    ];
    const answer = responseTo(request, 200, "OK");
    return answer.replace("Content-Length: 0\r\n\r\n", `${head.join("\r\n")}\r\n\r\n${body}`);
  };
  return { invite: invite.promise, bye: bye.promise };
}

function takeBye({ peer }: RawUser): Promise<WireMessage> {
  const bye = Promise.withResolvers<WireMessage>();
  peer.respond = (request) => {
    if (request.method === "BYE") bye.resolve(request);
    return request.method === "ACK" ? "" : responseTo(request, 200, "OK");
  };
  return bye.promise;
}

function ownPath({ peer }: RawUser): string {
  const scheme = peer.transport === "TLS" ? "msrps" : "msrp";
  return `${scheme}://127.0.0.1:9/${newId()};${peer.transport === "WS" ? "ws" : "tcp"}`;
}

function describe({ peer }: RawUser, path: string, how: Description = {}): string {
  const proto = `TCP/${peer.transport === "TLS" ? "TLS/" : ""}MSRP`;
  const media = [
    `m=message 9 ${proto} *`,
    `a=accept-types:${how.types ?? "*"}`,
    `a=path:${path}`,
    `a=setup:${how.setup ?? "active"}`,
    ...(how.fingerprint === undefined ? [] : [`a=fingerprint:${how.fingerprint}`]),
    ...(how.lines ?? []),
  ];
  const session = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"];
  return [...session, ...media, ""].join("\r\n");
}

function pathIn({ body }: WireMessage): string {
  return /^a=path:(\S+)/m.exec(body)?.[1] ?? "";
}
