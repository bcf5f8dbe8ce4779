/** A phone of the load that holds MSRP sessions, by texts of its own. */
import type { LoadOptions } from "./options.ts";
import type { Phone } from "./phone.ts";

/** How one side of a session reaches the other: the address to connect to, and both paths. */
export interface Leg {
  readonly host: string;
  readonly port: number;
  readonly toPath: string;
  readonly fromPath: string;
}

/** Both sides of a session that has been set up, and how it is ended. */
export interface Session {
  readonly caller: Leg;
  readonly callee: Leg;
  /** Resolves when the BYE is answered. */
  bye(): Promise<void>;
}

/** Answers sessions: one phone at a time may be called. */
export class Callee {
  readonly phone: Phone;
  readonly #options: LoadOptions;
  /** By the path that the INVITE offered, what it was answered with. */
  readonly #legs = new Map<string, Leg>();
  #serial = 0;

  constructor(phone: Phone, options: LoadOptions) {
    this.phone = phone;
    this.#options = options;
    phone.onRequest = (text) => this.#serve(text);
  }

  /** The leg of the session that this Call-ID is about, on our side. */
  take(key: string): Leg | undefined {
    const leg = this.#legs.get(key);
    this.#legs.delete(key);
    return leg;
  }

  #serve(text: string): void {
    if (text.startsWith("ACK ")) return;
    if (!text.startsWith("INVITE ")) return this.phone.send(answered(text, ""));
    this.#serial += 1;
    const own = `msrp://127.0.0.1:9/${this.phone.user}b${this.#serial};tcp`;
    const toPath = pathIn(text);
    this.#legs.set(subjectIn(text), legOf(toPath, own));
    const { domain } = this.#options;
    const headers = `Contact: <sip:${this.phone.user}@${domain};gr=1>;+g.oma.sip-im\r\n`;
    this.phone.send(answered(text, description(own, "active"), headers));
  }
}

/** Calls `to` and resolves when both sides know their addresses. */
export async function callTo(from: Phone, to: Callee, options: LoadOptions, serial: number) {
  const { domain, transport } = options;
  const uri = `sip:${to.phone.user}@${domain}`;
  const own = `msrp://127.0.0.1:9/${from.user}a${serial};tcp`;
  const body = description(own, "actpass");
  const head = (method: string, target: string, cseq: number, toHeader: string): string =>
    `${method} ${target} SIP/2.0\r\n${from.via(`${method}${serial}`)}Max-Forwards: 70\r\n` +
    `From: <sip:${from.user}@${domain}>;tag=f${serial}\r\nTo: ${toHeader}\r\n` +
    `Call-ID: s${serial}-${from.user}\r\nCSeq: ${cseq} ${method}\r\n`;
  const contact = `Contact: <sip:${from.user}@127.0.0.1:5060;transport=${transport}>;+g.oma.sip-im\r\n`;
  const subject = `${from.user}-${serial}`;
  const ok = await exchange(
    from,
    `${head("INVITE", uri, 1, `<${uri}>`)}${contact}Accept-Contact: *;+g.oma.sip-im\r\nSubject: ${subject}\r\n` +
      `Supported: timer\r\nAllow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n` +
      `Content-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const toHeader = /\r\nTo: *(.*)\r\n/.exec(ok)?.[1] ?? "";
  const target = /\r\nContact: *<([^>]*)>/.exec(ok)?.[1] ?? uri;
  from.send(`${head("ACK", target, 1, toHeader)}Content-Length: 0\r\n\r\n`);
  const callee = to.take(subject);
  if (callee === undefined) throw new Error(`the INVITE of ${subject} never came`);
  const session: Session = {
    caller: legOf(pathIn(ok), own),
    callee,
    bye: async () => {
      await exchange(from, `${head("BYE", target, 2, toHeader)}Content-Length: 0\r\n\r\n`);
    },
  };
  return session;
}

/** Sends a request and resolves with its 200; provisional answers are passed over. */
function exchange(from: Phone, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    from.onResponse = (text) => {
      const status = Number(text.slice(8, 11));
      if (status < 200) return;
      if (status === 200) resolve(text);
      else reject(new Error(text.split("\r\n", 1)[0]));
    };
    from.send(request);
  });
}

function answered(request: string, body: string, headers = ""): string {
  const lines = request.slice(0, request.indexOf("\r\n\r\n")).split("\r\n").slice(1);
  const kept = lines.flatMap((line) => {
    if (/^(?:via|from|call-id|cseq|record-route):/i.test(line)) return [line];
    if (!/^to:/i.test(line)) return [];
    return [/;tag=/.test(line) ? line : `${line};tag=b`];
  });
  const type = body === "" ? "" : "Content-Type: application/sdp\r\n";
  return `SIP/2.0 200 OK\r\n${kept.join("\r\n")}\r\n${headers}${type}Content-Length: ${body.length}\r\n\r\n${body}`;
}

function description(path: string, setup: string): string {
  return (
    `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n` +
    `m=message 9 TCP/MSRP *\r\na=path:${path}\r\na=accept-types:*\r\na=setup:${setup}\r\n`
  );
}

function pathIn(text: string): string {
  return /\r\na=path:(\S+)/.exec(text)?.[1] ?? "";
}

function subjectIn(text: string): string {
  return /\r\nSubject: *(\S+)/.exec(text)?.[1] ?? "";
}

function legOf(toPath: string, fromPath: string): Leg {
  const { host, port } = /^msrps?:\/\/(?<host>[^:/]+):(?<port>\d+)/.exec(toPath)?.groups ?? {};
  return { host: host ?? "127.0.0.1", port: Number(port), toPath, fromPath };
}
