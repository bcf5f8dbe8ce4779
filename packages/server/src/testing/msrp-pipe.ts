/** MSRP connections in memory, and devices at their far ends that say what a test wants. */
import {
  answerTo,
  type Flag,
  type MsrpConnection,
  type MsrpConnectionEvents,
  type MsrpFrame,
  MsrpFramer,
  type MsrpRequest,
  type MsrpResponse,
  type MsrpTransport,
  MsrpWriter,
  parseMsrp,
  pathLines,
} from "@parlance/msrp";
import { concatBytes, utf8Bytes, utf8Text } from "@parlance/wire";

const writer = new MsrpWriter();
let serial = 0;

/** The server's end; what it writes goes to the device at once, unless the device does not read. */
export class PipeEnd implements MsrpConnection {
  readonly id = `pipe-${(serial += 1)}`;
  readonly transport: MsrpTransport;
  readonly local = { host: "192.0.2.1", port: 2855 };
  readonly remote = { host: "192.0.2.7", port: 40_000 };
  readonly peer = { names: [], fingerprints: [] };
  readonly listener = "msrp";
  paused = false;
  open = true;
  /** The device takes nothing. */
  stalled = false;
  readonly #device: Device;
  #events: MsrpConnectionEvents | undefined;
  #backlog: Uint8Array[] = [];
  readonly #coming: Uint8Array[] = [];
  #busy = false;

  constructor(device: Device, transport: MsrpTransport) {
    this.#device = device;
    this.transport = transport;
  }

  get backlogBytes(): number {
    return this.#backlog.reduce((sum, { length }) => sum + length, 0);
  }

  attach(events: MsrpConnectionEvents): void {
    this.#events = events;
  }

  write(bytes: Uint8Array): void {
    if (!this.open) return;
    if (this.stalled) this.#backlog.push(bytes);
    else this.#device.take(bytes);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  close(): void {
    this.cut("closed here");
  }

  /** What the device says while it is being spoken to comes after that, as over a network. */
  arrive(bytes: Uint8Array): void {
    this.#coming.push(bytes);
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#coming.shift(); next !== undefined; next = this.#coming.shift()) {
      if (this.open) this.#events?.received(next);
    }
    this.#busy = false;
  }

  /** The device reads again. */
  flow(): void {
    this.stalled = false;
    const backlog = this.#backlog;
    this.#backlog = [];
    for (const bytes of backlog) this.#device.take(bytes);
    this.#events?.drained();
  }

  cut(reason = "cut"): void {
    if (!this.open) return;
    this.open = false;
    this.#events?.closed(reason);
  }
}

export interface SaidMessage {
  readonly id?: string;
  readonly messageId?: string;
  readonly type?: string;
  readonly range?: string;
  readonly flag?: Flag;
  readonly failureReport?: string;
  readonly successReport?: string;
}

/** Speaks MSRP by hand: answers every SEND with 200 unless told otherwise, and notes everything. */
export class Device {
  readonly path: string;
  /** Requests that came, whole. */
  readonly requests: MsrpRequest[] = [];
  /** Of responses, "transaction id status". */
  readonly responses: string[] = [];
  /** The responses themselves. */
  readonly answers: MsrpResponse[] = [];
  /** What each SEND is answered with; undefined for nothing. */
  answer: number | undefined = 200;
  /** Called with each request before it is answered. */
  hears: ((request: MsrpRequest) => void) | undefined;
  end: PipeEnd;
  readonly #transport: MsrpTransport;
  #framer: MsrpFramer;
  #ids = 0;

  constructor(name: string, transport: MsrpTransport = "tcp") {
    this.path = `msrp://${name}.example.com:7654/${name}-session;${transport === "ws" ? "ws" : "tcp"}`;
    this.#transport = transport;
    this.end = new PipeEnd(this, transport);
    this.#framer = this.#newFramer();
  }

  /** A connection of its own making. */
  connect(taken: (connection: MsrpConnection) => void): this {
    this.end = new PipeEnd(this, this.#transport);
    this.#framer = this.#newFramer();
    taken(this.end);
    return this;
  }

  /** SEND without a body: says which session this is. */
  greet(to: string): void {
    this.say(to, undefined, { range: "1-0/0" });
  }

  /** Returns the transaction id. */
  say(to: string, body: string | Uint8Array | undefined, more: SaidMessage = {}): string {
    const id = more.id ?? this.newId();
    const bytes = typeof body === "string" ? utf8Bytes(body) : body;
    const size = bytes?.length ?? 0;
    this.end.arrive(
      writer.request({
        transactionId: id,
        method: "SEND",
        paths: pathLines(to, this.path),
        headers: [
          ["Message-ID", more.messageId ?? `m-${id}`],
          ["Byte-Range", more.range ?? `1-${size}/${size}`],
          ...optional("Failure-Report", more.failureReport),
          ...optional("Success-Report", more.successReport),
          ...(bytes === undefined ? [] : ([["Content-Type", more.type ?? "text/plain"]] as const)),
        ],
        body: bytes,
        flag: more.flag,
      }),
    );
    return id;
  }

  /** Any request without a body. */
  ask(method: string, to: string, headers: readonly (readonly [string, string])[] = []): string {
    const transactionId = this.newId();
    const paths = pathLines(to, this.path);
    this.end.arrive(writer.request({ transactionId, method, paths, headers }));
    return transactionId;
  }

  report(to: string, messageId: string, range: string, status = "000 200 OK"): void {
    this.end.arrive(
      writer.request({
        transactionId: this.newId(),
        method: "REPORT",
        paths: pathLines(to, this.path),
        headers: [
          ["Message-ID", messageId],
          ["Byte-Range", range],
          ["Status", status],
        ],
      }),
    );
  }

  reply(to: MsrpRequest, status: number): void {
    this.end.arrive(answerTo(to, status));
  }

  /** Bodies of the SENDs that came, as text. */
  get texts(): string[] {
    return this.requests.flatMap(({ method, body }) =>
      method === "SEND" && body !== undefined ? [utf8Text(body)] : [],
    );
  }

  /** All octets of one message, in the order of their arrival. */
  octetsOf(messageId: string): Uint8Array {
    const chunks = this.requests.filter((request) => request.messageId === messageId);
    return concatBytes(...chunks.map(({ body }) => body ?? new Uint8Array(0)));
  }

  newId(): string {
    this.#ids += 1;
    return `${this.path.slice(7, 12)}${this.#ids}xyz`;
  }

  take(bytes: Uint8Array): void {
    if (this.#transport !== "ws") return this.#framer.push(bytes.slice());
    const read = parseMsrp(bytes.slice());
    if (!read.ok) throw read.error;
    this.#hear(read.value);
  }

  #newFramer(): MsrpFramer {
    return new MsrpFramer({
      frame: (frame) => this.#hear(frame),
      head: never,
      body: never,
      end: never,
      broken: (fault) => {
        throw fault;
      },
    });
  }

  #hear(frame: MsrpFrame): void {
    if (frame.kind === "response") {
      this.responses.push(`${frame.transactionId} ${frame.status}`);
      this.answers.push(frame);
      return;
    }
    this.requests.push(frame);
    this.hears?.(frame);
    if (frame.method === "REPORT" || frame.failureReport === "no") return;
    if (this.answer !== undefined) this.end.arrive(answerTo(frame, this.answer));
  }
}

function never(): never {
  throw new Error("the server sends chunks that fit");
}

function optional(name: string, value: string | undefined): (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}
