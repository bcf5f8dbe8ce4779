/**
 * Load for the relay benchmarks: pairs of users who register, then one of each pair sends MESSAGEs
 * and the other answers 200. Knows nothing of Parlance's own SIP code, so that it measures any server.
 *
 *   node message-load.ts --transport udp|tcp --port 5060 --domain d --pairs 8 --window 16
 *                        --seconds 5 --warmup 2 [--password p]
 *
 * Prints one JSON object. Users are named u0, u1, …: even ones send, odd ones receive. With a password
 * REGISTER is answered with a digest, and over UDP each MESSAGE too (one nonce, rising nc).
 */
import { hash } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    transport: { type: "string", default: "tcp" },
    port: { type: "string", default: "5060" },
    domain: { type: "string", default: "parlance.test" },
    pairs: { type: "string", default: "8" },
    window: { type: "string", default: "16" },
    seconds: { type: "string", default: "5" },
    warmup: { type: "string", default: "2" },
    password: { type: "string" },
    away: { type: "boolean", default: false },
  },
});
const transport = values.transport === "udp" ? "udp" : "tcp";
const domain = values.domain;
const pairs = Number(values.pairs);
const window = Number(values.window);
const seconds = Number(values.seconds);
const warmup = Number(values.warmup);

interface Line {
  readonly port: number;
  send(text: string): void;
}

type Receive = (text: string) => void;

/** One user agent: its line to the server, its credentials, what it waits for. */
class Phone {
  readonly user: string;
  line: Line = { port: 0, send: () => {} };
  nonce = "";
  nc = 0;
  waiting: ((status: number, text: string) => void) | undefined;
  onRequest: Receive = () => {};
  onResponse: Receive = () => {};

  constructor(user: string) {
    this.user = user;
  }

  async open(): Promise<this> {
    this.line = await openLine((text) => this.#receive(text));
    return this;
  }

  authorization(method: string, uri: string): string {
    if (this.nonce === "") return "";
    this.nc += 1;
    const nc = this.nc.toString(16).padStart(8, "0");
    const ha1 = hash("sha256", `${this.user}:${domain}:${values.password}`);
    const ha2 = hash("sha256", `${method}:${uri}`);
    const response = hash("sha256", `${ha1}:${this.nonce}:${nc}:c0:auth:${ha2}`);
    const name = method === "REGISTER" ? "Authorization" : "Proxy-Authorization";
    return (
      `${name}: Digest username="${this.user}", realm="${domain}", nonce="${this.nonce}", uri="${uri}", ` +
      `response="${response}", algorithm=SHA-256, cnonce="c0", qop=auth, nc=${nc}\r\n`
    );
  }

  async register(): Promise<void> {
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const uri = `sip:${domain}`;
      const [status, text] = await this.#ask(
        `REGISTER ${uri} SIP/2.0\r\n${this.via(`r${attempt}`)}Max-Forwards: 70\r\n` +
          `From: <sip:${this.user}@${domain}>;tag=r\r\nTo: <sip:${this.user}@${domain}>\r\n` +
          `Call-ID: reg-${this.user}-${this.line.port}\r\nCSeq: ${attempt} REGISTER\r\n` +
          `Contact: <sip:${this.user}@127.0.0.1:${this.line.port};transport=${transport}>;+g.oma.sip-im;expires=3600\r\n` +
          `${this.authorization("REGISTER", uri)}Content-Length: 0\r\n\r\n`,
      );
      if (status === 200) return;
      if (status !== 401) throw new Error(`REGISTER ${this.user}: ${text.split("\r\n", 1)[0]}`);
      this.learn(text);
    }
    throw new Error(`REGISTER ${this.user}: refused twice`);
  }

  learn(challenge: string): void {
    const line = challenge.split("\r\n").find((each) => /authenticate:.*SHA-256\b/i.test(each));
    this.nonce = /nonce="([^"]+)"/.exec(line ?? challenge)?.[1] ?? "";
    this.nc = 0;
  }

  via(branch: string): string {
    return `Via: SIP/2.0/${transport.toUpperCase()} 127.0.0.1:${this.line.port};rport;branch=z9hG4bK-${this.user}-${branch}\r\n`;
  }

  #ask(request: string): Promise<[number, string]> {
    return new Promise((resolve) => {
      this.waiting = (status, text) => resolve([status, text]);
      this.line.send(request);
    });
  }

  #receive(text: string): void {
    if (!text.startsWith("SIP/2.0 ")) {
      this.onRequest(text);
      return;
    }
    const { waiting } = this;
    if (waiting === undefined) {
      this.onResponse(text);
      return;
    }
    this.waiting = undefined;
    waiting(Number(text.slice(8, 11)), text);
  }
}

function openLine(receive: Receive): Promise<Line> {
  return transport === "udp" ? openDatagrams(receive) : openStream(receive);
}

function openDatagrams(receive: Receive): Promise<Line> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
  const port = Number(values.port);
  socket.on("message", (data) => receive(data.toString("latin1")));
  return new Promise((resolve) => {
    socket.bind(0, "127.0.0.1", () => {
      socket.connect(port, "127.0.0.1", () => {
        resolve({
          port: socket.address().port,
          send: (text) => socket.send(Buffer.from(text, "latin1")),
        });
      });
    });
  });
}

function openStream(receive: Receive): Promise<Line> {
  const socket = connect({ port: Number(values.port), host: "127.0.0.1", noDelay: true });
  let rest = "";
  socket.on("data", (data) => {
    rest = cutMessages(rest + data.toString("latin1"), receive);
  });
  let queue: string[] = [];
  const flush = (): void => {
    const text = queue.join("");
    queue = [];
    socket.write(text, "latin1");
  };
  const send = (text: string): void => {
    if (queue.length === 0) setImmediate(flush);
    queue.push(text);
  };
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("connect", () => resolve({ port: socket.localPort ?? 0, send }));
  });
}

function cutMessages(text: string, receive: Receive): string {
  let from = 0;
  for (;;) {
    const head = text.indexOf("\r\n\r\n", from);
    if (head < 0) return text.slice(from);
    const at = text.indexOf("\nContent-Length:", from);
    const length = at > 0 && at < head ? Number.parseInt(text.slice(at + 16, at + 26), 10) : 0;
    const end = head + 4 + length;
    if (end > text.length) return text.slice(from);
    receive(text.slice(from, end));
    from = end;
  }
}

/** 200 with the header fields that RFC 3261 §8.2.6.2 copies. */
function answer(request: string): string {
  let response = "SIP/2.0 200 OK\r\n";
  const end = request.indexOf("\r\n\r\n");
  for (let from = request.indexOf("\r\n") + 2; from < end + 2; ) {
    const to = request.indexOf("\r\n", from) + 2;
    const letter = request.charCodeAt(from) | 32;
    const third = request.charCodeAt(from + 2) | 32;
    if (letter === 0x76 || letter === 0x66)
      response += request.slice(from, to); // Via, From
    else if (letter === 0x74)
      response += `${request.slice(from, to - 2)};tag=b\r\n`; // To
    else if (letter === 0x63 && (third === 0x6c || third === 0x65)) {
      const name = request.slice(from, from + 5).toLowerCase();
      if (name === "call-" || name === "cseq:") response += request.slice(from, to);
    }
    from = to;
  }
  return `${response}Content-Length: 0\r\n\r\n`;
}

const BODY_TEXT =
  "Shall we meet at the usual place at noon? I will bring the papers, you bring the cake.".padEnd(
    240,
    " .",
  );

function message(from: Phone, to: string, number: number): string {
  const uri = `sip:${to}@${domain}`;
  const body =
    `From: <sip:${from.user}@${domain}>\r\nTo: <${uri}>\r\nDateTime: 2030-05-04T10:00:00Z\r\n` +
    `NS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: m${number}x34jk324j\r\n` +
    `imdn.Disposition-Notification: positive-delivery, display\r\n\r\n` +
    `Content-Type: text/plain;charset=UTF-8\r\n\r\n${BODY_TEXT}`;
  const authorization = transport === "udp" ? from.authorization("MESSAGE", uri) : "";
  return (
    `MESSAGE ${uri} SIP/2.0\r\n${from.via(String(number))}Max-Forwards: 70\r\n` +
    `From: "Alice" <sip:${from.user}@${domain}>;tag=t${number}\r\nTo: <${uri}>\r\n` +
    `Call-ID: c${number}-${from.user}@127.0.0.1\r\nCSeq: 1 MESSAGE\r\n` +
    `P-Preferred-Identity: <sip:${from.user}@${domain}>\r\nAccept-Contact: *;+g.oma.sip-im\r\n` +
    `User-Agent: IM-client/OMA1.0 load/1.0\r\nAllow: MESSAGE, OPTIONS, INVITE, ACK, CANCEL, BYE\r\n` +
    `Supported: gruu, outbound, path\r\nDate: Sat, 04 May 2030 10:00:00 GMT\r\n${authorization}` +
    `Content-Type: message/cpim\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

interface Tally {
  done: number;
  failed: number;
  readonly latencies: number[];
  counting: boolean;
}

/** Keeps `window` messages of one pair in flight. */
function drive(from: Phone, to: string, tally: Tally): void {
  const sentAt = new Map<string, number>();
  let number = 0;
  const next = (): void => {
    number += 1;
    sentAt.set(String(number), performance.now());
    from.line.send(message(from, to, number));
  };
  from.onResponse = (text) => {
    const status = Number(text.slice(8, 11));
    if (status < 200) return;
    const at = text.indexOf(`z9hG4bK-${from.user}-`) + 9 + from.user.length;
    const id = /^\d+/.exec(text.slice(at, at + 12))?.[0] ?? "";
    const began = sentAt.get(id);
    if (began === undefined) return;
    sentAt.delete(id);
    if (status >= 300) {
      tally.failed += 1;
      if (status === 401 || status === 407) from.learn(text);
      if (tally.failed === 1)
        process.stderr.write(
          `${text.split("\r\n", 1)[0]}\n${/\nWarning:.*/i.exec(text)?.[0] ?? ""}\n`,
        );
    } else if (tally.counting) {
      tally.done += 1;
      if ((tally.done & 15) === 0) tally.latencies.push(performance.now() - began);
    }
    next();
  };
  for (let i = 0; i < window; i += 1) next();
}

const after = (s: number): Promise<void> => new Promise((done) => setTimeout(done, s * 1000));

const phones = await Promise.all(
  Array.from({ length: pairs * 2 }, (_, index) => new Phone(`u${index}`).open()),
);
for (const [index, phone] of phones.entries()) {
  if (index % 2 === 1) phone.onRequest = (text) => phone.line.send(answer(text));
  if (index % 2 === 0 || !values.away) await phone.register();
}
const tally: Tally = { done: 0, failed: 0, latencies: [], counting: false };
for (let i = 0; i < phones.length; i += 2) {
  const [from, to] = [phones[i], phones[i + 1]];
  if (from !== undefined && to !== undefined) drive(from, to.user, tally);
}
await after(warmup);
tally.counting = true;
const cpu = process.cpuUsage();
const began = performance.now();
process.send?.("measuring");
await after(seconds);
tally.counting = false;
const elapsed = (performance.now() - began) / 1000;
process.send?.("measured");
const used = process.cpuUsage(cpu);
const sorted = tally.latencies.toSorted((a, b) => a - b);
const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
process.stdout.write(
  `${JSON.stringify({
    perSecond: Math.round(tally.done / elapsed),
    failed: tally.failed,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    loadCpuShare: (used.user + used.system) / 1e6 / elapsed,
    sampleBytes: Buffer.byteLength(message(phones[0] ?? new Phone("u0"), "u1", 12345)),
  })}\n`,
);
process.exit(0);
