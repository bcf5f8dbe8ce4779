/** Devices of the load in a room: they say prepared envelopes, and answer what they hear. Knows nothing of our own MSRP code. */
import type { Socket } from "node:net";
import type { Leg } from "./session-phone.ts";

const ID_LENGTH = 12;
const SERIAL_LENGTH = 8;
const SERIAL = "serial ";

/** Says messages that carry their number. */
export class RoomSpeaker {
  readonly #socket: Socket;
  readonly #template: Buffer;
  readonly #idAt: readonly number[];
  readonly #serialAt: number;
  #waiting: Buffer[] = [];

  constructor(
    socket: Socket,
    leg: Leg,
    from: string,
    { bytes, reports }: { readonly bytes: number; readonly reports: boolean },
  ) {
    this.#socket = socket;
    const id = "0".repeat(ID_LENGTH);
    const envelope =
      `From: <${from}>\r\nTo: <sip:pool@parlance.test>\r\nDateTime: 2030-05-04T10:00:00Z\r\n\r\n` +
      "Content-Type: text/plain;charset=UTF-8\r\n\r\n";
    const content = `${SERIAL}${"0".repeat(SERIAL_LENGTH)} `.padEnd(bytes, "x");
    const body = envelope + content;
    const head =
      `MSRP ${id} SEND\r\nTo-Path: ${leg.toPath}\r\nFrom-Path: ${leg.fromPath}\r\n` +
      `Message-ID: ${id}\r\nByte-Range: 1-${body.length}/${body.length}\r\n` +
      `${reports ? "Success-Report: yes\r\n" : ""}Content-Type: message/cpim\r\n\r\n`;
    this.#template = Buffer.from(`${head}${body}\r\n-------${id}$\r\n`, "latin1");
    this.#idAt = [5, head.indexOf("Message-ID: ") + 12, head.length + body.length + 9];
    this.#serialAt = head.length + envelope.length + SERIAL.length;
  }

  say(serial: number): void {
    const frame = Buffer.from(this.#template);
    const id = serial.toString(36).padStart(ID_LENGTH, "0");
    for (const at of this.#idAt) frame.write(id, at, "latin1");
    frame.write(serial.toString(16).padStart(SERIAL_LENGTH, "0"), this.#serialAt, "latin1");
    this.#waiting.push(frame);
  }

  flush(): void {
    if (this.#waiting.length === 0) return;
    this.#socket.write(Buffer.concat(this.#waiting));
    this.#waiting = [];
  }
}

const SPACE = 32;

/** Answers every SEND, reports on those that ask for it, and tells the number of each. */
export class Hearer {
  readonly #socket: Socket;
  readonly #leg: Leg;
  readonly #heard: (serial: number) => void;
  #rest: Buffer = Buffer.alloc(0);
  /** Where the number of a message stands in its frame: the same in all of them. */
  #serialAt = 0;

  constructor(socket: Socket, leg: Leg, heard: (serial: number) => void) {
    this.#socket = socket;
    this.#leg = leg;
    this.#heard = heard;
  }

  begin(): void {
    this.#socket.on("data", (data) => this.#hear(data));
  }

  #hear(data: Buffer): void {
    const bytes = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    let answers = "";
    let at = 0;
    const serials: number[] = [];
    for (;;) {
      const idEnd = bytes.indexOf(SPACE, at + 5);
      if (idEnd < 0) break;
      const id = bytes.toString("latin1", at + 5, idEnd);
      const end = bytes.indexOf(`-------${id}`, idEnd, "latin1");
      if (end < 0 || bytes.length < end + 10 + id.length) break;
      if (bytes[idEnd + 1] === 83) {
        answers += this.#answer(bytes, id, at, end);
        serials.push(this.#serialOf(bytes, at, end));
      }
      at = end + id.length + 10;
    }
    this.#rest = bytes.subarray(at);
    if (answers !== "") this.#socket.write(answers, "latin1");
    for (const serial of serials) this.#heard(serial);
  }

  #answer(bytes: Buffer, id: string, at: number, end: number): string {
    const { toPath, fromPath } = this.#leg;
    const paths = `To-Path: ${toPath}\r\nFrom-Path: ${fromPath}\r\n`;
    const answer = `MSRP ${id} 200 OK\r\n${paths}-------${id}$\r\n`;
    const asked = bytes.indexOf("Success-Report: yes", at, "latin1");
    if (asked < 0 || asked > end) return answer;
    const head = bytes.toString("latin1", at, Math.min(end, at + 400));
    const messageId = /Message-ID: (\S+)/.exec(head)?.[1];
    const range = /Byte-Range: (\S+)/.exec(head)?.[1];
    return (
      `${answer}MSRP r${id} REPORT\r\n${paths}Message-ID: ${messageId}\r\nByte-Range: ${range}\r\n` +
      `Status: 000 200 OK\r\n-------r${id}$\r\n`
    );
  }

  #serialOf(bytes: Buffer, at: number, end: number): number {
    const known = at + this.#serialAt;
    const fits = bytes.toString("latin1", known, known + SERIAL.length) === SERIAL;
    const found = fits ? known : bytes.indexOf(SERIAL, at, "latin1");
    if (found < 0 || found > end) return -1;
    this.#serialAt = found - at;
    const from = found + SERIAL.length;
    return Number.parseInt(bytes.toString("latin1", from, from + SERIAL_LENGTH), 16);
  }
}
