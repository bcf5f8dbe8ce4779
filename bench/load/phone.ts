/** One user agent of the load. Knows nothing of Parlance's own SIP code, so that it measures any server. */
import { hash } from "node:crypto";
import { type Line, openLine, type Receive } from "./lines.ts";
import type { LoadOptions } from "./options.ts";

/** What is not answered by then will not be: 64 times T1. RFC 3261 §17.1.2.2 */
const ANSWER_MS = 32_000;

export class Phone {
  readonly user: string;
  onRequest: Receive = () => {};
  onResponse: Receive = () => {};
  readonly #options: LoadOptions;
  readonly #ha1: string;
  #line: Line = { port: 0, send: () => {} };
  #nonce = "";
  #nc = 0;
  #serial = 0;

  /** On a line of its own, or on one that it shares. */
  static async open(user: string, options: LoadOptions): Promise<Phone> {
    const phone = new Phone(user, options);
    phone.use(await openLine(options.transport, options.port, (text) => phone.receive(text)));
    return phone;
  }

  constructor(user: string, options: LoadOptions) {
    this.user = user;
    this.#options = options;
    this.#ha1 = hash("sha256", `${user}:${options.domain}:${options.password}`);
  }

  use(line: Line): void {
    this.#line = line;
  }

  send(text: string): void {
    this.#line.send(text);
  }

  receive(text: string): void {
    if (text.startsWith("SIP/2.0 ")) this.onResponse(text);
    else this.onRequest(text);
  }

  /** Resolves when the server has let the phone in. */
  register(): Promise<void> {
    return new Promise((resolve, reject) => {
      const lost = () => reject(new Error(`REGISTER ${this.user}: no answer`));
      const tooLong = setTimeout(lost, ANSWER_MS);
      let tries = 0;
      this.onResponse = (text) => {
        tries += 1;
        const status = statusOf(text);
        if (status === 200) {
          clearTimeout(tooLong);
          return resolve();
        }
        if (status !== 401 || tries > 2) {
          return reject(new Error(`REGISTER ${this.user}: ${text.split("\r\n", 1)[0]}`));
        }
        this.learn(text);
        this.sendRegister();
      };
      this.sendRegister();
    });
  }

  sendRegister(): void {
    const { domain, transport, anew } = this.#options;
    const uri = `sip:${domain}`;
    this.#serial += 1;
    const call = anew ? this.#serial : "reg";
    this.send(
      `REGISTER ${uri} SIP/2.0\r\n${this.via(`r${this.#serial}`)}Max-Forwards: 70\r\n` +
        `From: <sip:${this.user}@${domain}>;tag=r\r\nTo: <sip:${this.user}@${domain}>\r\n` +
        `Call-ID: ${call}-${this.user}-${this.#line.port}\r\nCSeq: ${this.#serial} REGISTER\r\n` +
        `Contact: <sip:${this.user}@127.0.0.1:${this.#line.port};transport=${transport}>;+g.oma.sip-im;expires=3600\r\n` +
        `${this.authorization("REGISTER", uri)}Content-Length: 0\r\n\r\n`,
    );
  }

  /** Nothing before the first challenge; then one nonce, counted up. RFC 7616 §3.4 */
  authorization(method: string, uri: string): string {
    if (this.#nonce === "") return "";
    this.#nc += 1;
    const nc = this.#nc.toString(16).padStart(8, "0");
    const ha2 = hash("sha256", `${method}:${uri}`);
    const response = hash("sha256", `${this.#ha1}:${this.#nonce}:${nc}:c0:auth:${ha2}`);
    const name = method === "REGISTER" ? "Authorization" : "Proxy-Authorization";
    return (
      `${name}: Digest username="${this.user}", realm="${this.#options.domain}", nonce="${this.#nonce}", ` +
      `uri="${uri}", response="${response}", algorithm=SHA-256, cnonce="c0", qop=auth, nc=${nc}\r\n`
    );
  }

  learn(challenge: string): void {
    const line = challenge.split("\r\n").find((each) => /authenticate:.*SHA-256\b/i.test(each));
    this.#nonce = /nonce="([^"]+)"/.exec(line ?? challenge)?.[1] ?? "";
    this.#nc = 0;
  }

  via(branch: string): string {
    const transport = this.#options.transport.toUpperCase();
    return `Via: SIP/2.0/${transport} 127.0.0.1:${this.#line.port};rport;branch=z9hG4bK-${this.user}-${branch}\r\n`;
  }
}

export function statusOf(response: string): number {
  return Number(response.slice(8, 11));
}

/** 200 with the header fields that RFC 3261 §8.2.6.2 copies. */
export function answer(request: string): string {
  let response = "SIP/2.0 200 OK\r\n";
  const end = request.indexOf("\r\n\r\n");
  for (let from = request.indexOf("\r\n") + 2; from < end + 2; ) {
    const to = request.indexOf("\r\n", from) + 2;
    const name = request.slice(from, request.indexOf(":", from)).toLowerCase();
    if (name === "via" || name === "from" || name === "call-id" || name === "cseq") {
      response += request.slice(from, to);
    } else if (name === "to") response += `${request.slice(from, to - 2)};tag=b\r\n`;
    from = to;
  }
  return `${response}Content-Length: 0\r\n\r\n`;
}
