/** A user of the server who writes his SIP by hand: requests, challenges, answers to requests. */
import { createHash, randomBytes } from "node:crypto";
import type { Peer } from "./peers.ts";
import type { WireMessage } from "./wire-message.ts";

export interface RawAccount {
  readonly name: string;
  readonly password: string;
  readonly domain: string;
}

export interface RawRequest {
  readonly method: string;
  /** Of whom the request is asked: a URI. */
  readonly uri: string;
  readonly to?: string;
  readonly toTag?: string;
  readonly from?: string;
  readonly headers?: readonly string[];
  readonly body?: Uint8Array | string;
  readonly callId?: string;
}

export class RawUser {
  readonly address: string;
  readonly peer: Peer;
  readonly #account: RawAccount;
  /** The challenge that our credentials answer, and how often they did. */
  #challenge: string | undefined;
  #count = 0;
  #cseq = 0;

  constructor(peer: Peer, account: RawAccount) {
    this.peer = peer;
    this.#account = account;
    this.address = `sip:${account.name}@${account.domain}`;
  }

  /** Registers the socket of the peer, and answers 200 to whatever comes from then on. `features`: of the contact. */
  async register(headers: readonly string[] = [], features = ""): Promise<WireMessage> {
    this.peer.respond ??= (request) => responseTo(request, 200, "OK");
    const { host, port } = this.peer.local;
    const transport = `;transport=${this.peer.transport.toLowerCase()}`;
    return this.ask({
      method: "REGISTER",
      uri: `sip:${this.#account.domain}`,
      to: this.address,
      headers: [
        `Contact: <sip:${this.#account.name}@${host}:${port}${transport}>${features}`,
        ...headers,
      ],
    });
  }

  message(to: string, body: string, headers: readonly string[] = []): Promise<WireMessage> {
    const type = headers.some((line) => /^content-type:/i.test(line));
    const headerLines = type ? headers : ["Content-Type: text/plain", ...headers];
    return this.ask({ method: "MESSAGE", uri: to, headers: headerLines, body });
  }

  /** The final answer; a challenge is answered once. */
  async ask(request: RawRequest, ms?: number): Promise<WireMessage> {
    const first = await this.#exchange(request, ms);
    if (first.status !== 401 && first.status !== 407) return first;
    if (!this.learn(first)) return first;
    return this.#exchange(request, ms);
  }

  /** Gets a nonce for the connection, so that credentials can be written. */
  async challenge(): Promise<void> {
    const uri = `sip:nobody@${this.#account.domain}`;
    const answer = await this.#exchange({ method: "MESSAGE", uri }, undefined);
    if (!this.learn(answer)) throw new Error(`no challenge: ${answer.startLine}`);
  }

  /** Takes the nonce of a challenge for what is sent from now on. */
  learn(challenged: WireMessage): boolean {
    const challenges = [
      ...challenged.headers("WWW-Authenticate"),
      ...challenged.headers("Proxy-Authenticate"),
    ];
    this.#challenge = challenges.find((one) => /algorithm=SHA-256\b/.test(one)) ?? challenges[0];
    this.#count = 0;
    return this.#challenge !== undefined;
  }

  /** The header line that proves who we are; undefined before the first challenge. */
  credentials(method: string, uri: string): string | undefined {
    if (this.#challenge === undefined) return undefined;
    this.#count += 1;
    const name = method === "REGISTER" ? "Authorization" : "Proxy-Authorization";
    const { name: username, password } = this.#account;
    const answer = { username, password, method, uri, count: this.#count };
    return `${name}: ${answerChallenge(this.#challenge, answer)}`;
  }

  /** A whole request, with credentials when there are any. */
  write(request: RawRequest): { readonly text: string; readonly callId: string } {
    const { method, uri, to = uri, from = this.address, headers = [], body = "" } = request;
    const { host, port } = this.peer.local;
    const callId = request.callId ?? randomBytes(8).toString("hex");
    const octets = typeof body === "string" ? Buffer.from(body) : Buffer.from(body);
    const via = `SIP/2.0/${this.peer.transport} ${host}:${port}`;
    const proof = this.credentials(method, uri);
    this.#cseq += 1;
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: ${via};branch=z9hG4bK${randomBytes(8).toString("hex")};rport`,
      "Max-Forwards: 70",
      `From: <${from}>;tag=${randomBytes(4).toString("hex")}`,
      `To: <${to}>${request.toTag === undefined ? "" : `;tag=${request.toTag}`}`,
      `Call-ID: ${callId}`,
      `CSeq: ${this.#cseq} ${method}`,
      ...(proof === undefined ? [] : [proof]),
      ...headers,
      `Content-Length: ${octets.length}`,
    ];
    return { text: `${lines.join("\r\n")}\r\n\r\n${octets.toString("latin1")}`, callId };
  }

  #exchange(request: RawRequest, ms: number | undefined): Promise<WireMessage> {
    const { text, callId } = this.write(request);
    const cseq = `${this.#cseq} ${request.method}`;
    this.peer.send(text);
    return this.peer.take(
      (one) => (one.status ?? 0) >= 200 && one.callId === callId && one.header("cseq") === cseq,
      ms,
    );
  }
}

export interface DigestAnswer {
  readonly username: string;
  readonly password: string;
  readonly method: string;
  readonly uri: string;
  readonly count: number;
}

/** The value of Authorization for one challenge. RFC 7616 §3.4, RFC 8760 */
export function answerChallenge(challenge: string, answer: DigestAnswer): string {
  const realm = parameter(challenge, "realm");
  const nonce = parameter(challenge, "nonce");
  const algorithm = parameter(challenge, "algorithm") || "MD5";
  const { username, password, method, uri } = answer;
  const cnonce = randomBytes(8).toString("hex");
  const count = answer.count.toString(16).padStart(8, "0");
  const hash = (text: string): string =>
    createHash(algorithm.replace("SHA-", "sha").toLowerCase()).update(text).digest("hex");
  const secret = hash(`${username}:${realm}:${password}`);
  const response = hash(`${secret}:${nonce}:${count}:${cnonce}:auth:${hash(`${method}:${uri}`)}`);
  return (
    `Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
    `response="${response}", algorithm=${algorithm}, cnonce="${cnonce}", qop=auth, nc=${count}`
  );
}

/** A response as an honest client gives it. */
export function responseTo(request: WireMessage, status: number, reason: string): string {
  const copied = ["Via", "From", "To", "Call-ID", "CSeq"].flatMap((name) =>
    request.headers(name).map((value) => {
      const tagged = name === "To" && !value.includes(";tag=") ? `${value};tag=raw` : value;
      return `${name}: ${tagged}`;
    }),
  );
  return [`SIP/2.0 ${status} ${reason}`, ...copied, "Content-Length: 0", "", ""].join("\r\n");
}

/** The first value of this name in a challenge or in credentials, without its quotes. */
export function parameter(list: string, name: string): string {
  const value = new RegExp(`[ ,]${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,]+))`, "i").exec(list);
  const [, quoted, bare] = value ?? [];
  return quoted?.replaceAll(/\\(.)/gs, "$1") ?? bare ?? "";
}
