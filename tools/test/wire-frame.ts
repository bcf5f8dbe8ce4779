/** MSRP as a test sees it on the wire: read and written without the code that is under test. */
import { randomBytes } from "node:crypto";

export interface WireFrame {
  readonly id: string;
  /** Undefined for a response. */
  readonly method: string | undefined;
  /** Undefined for a request. */
  readonly status: number | undefined;
  readonly header: (name: string) => string | undefined;
  readonly headers: (name: string) => readonly string[];
  /** Undefined when there is none; an empty one is there. */
  readonly body: Buffer | undefined;
  readonly flag: string;
}

/** Takes whole frames off the front of a stream; says what is left. */
export function takeFrames(stream: Buffer): {
  readonly taken: readonly WireFrame[];
  readonly rest: Buffer;
} {
  const taken: WireFrame[] = [];
  let rest = stream;
  for (;;) {
    const [, id] = /^MSRP (\S+) /.exec(rest.toString("latin1", 0, 60)) ?? [];
    const end = id === undefined ? -1 : endLineIn(rest, id);
    const size = end + 9 + (id?.length ?? 0) + 3;
    if (id === undefined || end === -1 || rest.length < size) return { taken, rest };
    taken.push(readFrame(id, rest.subarray(0, end), rest.toString("latin1", size - 3, size - 2)));
    rest = rest.subarray(size);
  }
}

/** At the start of a line only. RFC 4975 §7.1 */
function endLineIn(stream: Buffer, id: string): number {
  return stream.indexOf(`\r\n-------${id}`, 0, "latin1");
}

/** What our server writes: CRLF, and a body after an empty line. */
function readFrame(id: string, text: Buffer, flag: string): WireFrame {
  const headEnd = text.indexOf("\r\n\r\n");
  const head = text.toString("latin1", 0, headEnd === -1 ? text.length : headEnd);
  const [start = "", ...lines] = head.split("\r\n");
  const [, , word = ""] = start.split(" ");
  const fields = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(": ");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)];
  });
  const headers = (name: string) =>
    fields.filter(([one]) => one === name.toLowerCase()).map(([, value]) => value);
  const status = /^\d{3}$/.test(word) ? Number(word) : undefined;
  return {
    id,
    method: status === undefined ? word : undefined,
    status,
    header: (name) => headers(name)[0],
    headers,
    body: headEnd === -1 ? undefined : text.subarray(headEnd + 4),
    flag,
  };
}

export interface FrameParts {
  readonly method: string;
  readonly to: string;
  readonly from: string;
  readonly headers?: readonly string[];
  readonly body?: Uint8Array | string;
  readonly flag?: "$" | "+" | "#";
  readonly id?: string;
}

export function newId(): string {
  return randomBytes(8).toString("hex");
}

export function writeFrame({ method, to, from, headers = [], body, ...more }: FrameParts): Buffer {
  const { flag = "$", id = newId() } = more;
  const lines = [`MSRP ${id} ${method}`, `To-Path: ${to}`, `From-Path: ${from}`, ...headers, ""];
  const end = `-------${id}${flag}\r\n`;
  if (body === undefined) return Buffer.from(`${lines.join("\r\n")}${end}`, "latin1");
  const head = Buffer.from(`${lines.join("\r\n")}\r\n`, "latin1");
  return Buffer.concat([head, Buffer.from(body), Buffer.from(`\r\n${end}`, "latin1")]);
}

/** A SEND is answered one hop back, anything else all the way. RFC 4975 §7.2 */
export function writeAnswer(request: WireFrame, from: string, status: number): Buffer {
  const path = request.header("From-Path") ?? "";
  const to = request.method === "SEND" ? (path.split(" ")[0] ?? "") : path;
  return Buffer.from(
    `MSRP ${request.id} ${status} x\r\nTo-Path: ${to}\r\nFrom-Path: ${from}\r\n-------${request.id}$\r\n`,
    "latin1",
  );
}
