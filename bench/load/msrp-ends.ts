/** Two MSRP endpoints of the load: one sends prepared frames, the other answers each with 200. Knows nothing of our own MSRP code. */
import { connect, type Socket } from "node:net";
import type { Leg } from "./session-phone.ts";

const ID_LENGTH = 12;

/** Connects, and says by a SEND without a body which session it is, unless nobody reads it; resolves with the 200. */
export async function openLeg(leg: Leg, name: string, piped: boolean): Promise<Socket> {
  const socket = connect({ host: leg.host, port: leg.port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", resolve);
  });
  if (piped) return socket;
  const id = `greet${name}`.slice(0, 30);
  socket.write(
    `MSRP ${id} SEND\r\nTo-Path: ${leg.toPath}\r\nFrom-Path: ${leg.fromPath}\r\n` +
      `Message-ID: g${name}\r\nByte-Range: 1-0/0\r\n-------${id}$\r\n`,
  );
  await new Promise<void>((resolve, reject) => {
    socket.once("data", (data) => {
      const text = data.toString("latin1");
      if (text.startsWith(`MSRP ${id} 200`)) resolve();
      else reject(new Error(text.split("\r\n", 1)[0]));
    });
  });
  return socket;
}

/** Keeps a window of SENDs in flight; each has an id of its own and is whole. */
export class Speaker {
  readonly #socket: Socket;
  readonly #template: Buffer;
  readonly #idAt: readonly number[];
  readonly #began = new Map<string, number>();
  readonly #answered: (began: number) => void;
  #serial = 0;
  #rest = "";
  #due = 0;

  constructor(socket: Socket, leg: Leg, bodyBytes: number, answered: (began: number) => void) {
    this.#socket = socket;
    this.#answered = answered;
    const id = "0".repeat(ID_LENGTH);
    const head =
      `MSRP ${id} SEND\r\nTo-Path: ${leg.toPath}\r\nFrom-Path: ${leg.fromPath}\r\n` +
      `Message-ID: ${id}\r\nByte-Range: 1-${bodyBytes}/${bodyBytes}\r\nContent-Type: text/plain\r\n\r\n`;
    const end = `\r\n-------${id}$\r\n`;
    this.#template = Buffer.from(`${head}${"x".repeat(bodyBytes)}${end}`, "latin1");
    const messageIdAt = head.indexOf("Message-ID: ") + 12;
    this.#idAt = [5, messageIdAt, head.length + bodyBytes + 9];
    socket.on("data", (data) => this.#hear(data.toString("latin1")));
  }

  begin(window: number): void {
    this.#due = window;
    this.#write();
  }

  #hear(chunk: string): void {
    const text = this.#rest + chunk;
    let from = 0;
    for (;;) {
      // A response of ours ends with its id and the flag.
      const id = text.slice(from + 5, from + 5 + ID_LENGTH);
      const end = text.indexOf(`-------${id}$\r\n`, from);
      if (id.length < ID_LENGTH || end < 0) break;
      if (text.slice(from + 6 + ID_LENGTH, from + 9 + ID_LENGTH) !== "200") {
        process.stderr.write(`${text.slice(from, from + 60)}\n`);
      }
      from = end + 7 + ID_LENGTH + 3;
      this.#due += 1;
      const began = this.#began.get(id);
      this.#began.delete(id);
      this.#answered(began ?? performance.now());
    }
    this.#rest = text.slice(from);
    this.#write();
  }

  #write(): void {
    if (this.#due === 0) return;
    const frames: Buffer[] = [];
    for (; this.#due > 0; this.#due -= 1) {
      this.#serial += 1;
      const id = this.#serial.toString(36).padStart(ID_LENGTH, "a");
      const frame = Buffer.from(this.#template);
      for (const at of this.#idAt) frame.write(id, at, "latin1");
      this.#began.set(id, performance.now());
      frames.push(frame);
    }
    this.#socket.cork();
    for (const frame of frames) this.#socket.write(frame);
    this.#socket.uncork();
  }
}

const NEWLINE = 10;

/** Answers every SEND with 200. */
export function listen(socket: Socket, leg: Leg, heard: () => void): void {
  const paths = ` 200 OK\r\nTo-Path: ${leg.toPath}\r\nFrom-Path: ${leg.fromPath}\r\n-------`;
  let rest: Buffer = Buffer.alloc(0);
  let id = "";
  socket.on("data", (data) => {
    let bytes = rest.length === 0 ? data : Buffer.concat([rest, data]);
    let answers = "";
    for (;;) {
      if (id === "") {
        const line = bytes.indexOf(NEWLINE);
        if (line < 0) break;
        id = bytes.toString("latin1", 5, bytes.indexOf(32, 5));
      }
      const end = bytes.indexOf(`-------${id}`, 0, "latin1");
      if (end < 0 || bytes.length < end + 7 + id.length + 3) break;
      answers += `MSRP ${id}${paths}${id}$\r\n`;
      heard();
      bytes = bytes.subarray(end + 7 + id.length + 3);
      id = "";
    }
    // Of a long body only as much is kept as an end-line may have begun in.
    rest = id !== "" && bytes.length > 65_536 ? bytes.subarray(bytes.length - 64) : bytes;
    if (answers !== "") socket.write(answers, "latin1");
  });
}
