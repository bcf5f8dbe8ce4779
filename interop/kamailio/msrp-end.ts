/** One end of an MSRP session, written by hand: it opens the connection, says and hears. RFC 4975 §7 */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { within } from "../../tools/test/deadline.ts";

const WAIT_MS = 10_000;

export class MsrpEnd {
  readonly #socket: Socket;
  readonly #own: string;
  readonly #peer: string;
  readonly #waiting: { readonly text: string; readonly heard: () => void }[] = [];
  #said = "";

  /** Connects to the path in a session description. */
  static async open(own: string, description: string): Promise<MsrpEnd> {
    const peer = /^a=path:(\S+)/m.exec(description)?.[1] ?? "";
    const [, host = "", port = ""] = /^msrps?:\/\/([^:/]+):(\d+)\//.exec(peer) ?? [];
    const socket = connect(Number(port), host);
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    const end = new MsrpEnd(socket, own, peer);
    end.#send(undefined); // RFC 4975 §5.4: who opens it shows himself at once
    return end;
  }

  private constructor(socket: Socket, own: string, peer: string) {
    this.#socket = socket;
    this.#own = own;
    this.#peer = peer;
    socket.on("data", (chunk: Buffer) => this.#take(chunk.toString()));
    socket.on("error", () => undefined);
  }

  say(text: string): void {
    this.#send(text);
  }

  hears(text: string): Promise<void> {
    if (this.#said.includes(text)) return Promise.resolve();
    const heard = Promise.withResolvers<void>();
    this.#waiting.push({ text, heard: heard.resolve });
    return within(WAIT_MS, heard.promise, () => `did not hear ${text}, but ${this.#said}`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#said += text;
    for (const [, tid = "", to = "", from = ""] of text.matchAll(
      /MSRP (\S+) SEND\r\nTo-Path: ([^\r]*)\r\nFrom-Path: (\S+)/g,
    )) {
      this.#write(`MSRP ${tid} 200 OK`, [`To-Path: ${from}`, `From-Path: ${to}`], tid);
    }
    for (const one of this.#waiting.splice(0)) {
      if (this.#said.includes(one.text)) one.heard();
      else this.#waiting.push(one);
    }
  }

  #send(text: string | undefined): void {
    const tid = randomBytes(8).toString("hex");
    const id = randomBytes(8).toString("hex");
    const paths = [`To-Path: ${this.#peer}`, `From-Path: ${this.#own}`, `Message-ID: ${id}`];
    const body =
      text === undefined
        ? []
        : [`Byte-Range: 1-${text.length}/${text.length}`, "Content-Type: text/plain", "", text];
    this.#write(`MSRP ${tid} SEND`, [...paths, ...body], tid);
  }

  #write(first: string, lines: readonly string[], tid: string): void {
    this.#socket.write([first, ...lines, `-------${tid}$`, ""].join("\r\n"));
  }
}
