/** Who begins sessions and writes all of it by hand: SIP by way of `RawUser`, MSRP over a socket of his own. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connectPeer } from "../tools/test/peers.ts";
import { type RawAccount, RawUser } from "../tools/test/raw-user.ts";
import type { ServerProcess } from "../tools/test/server-process.ts";
import { Heard } from "./talking-program.ts";

const IM = "+g.oma.sip-im";

export class SessionCaller {
  readonly #user: RawUser;
  readonly #heard = new Heard("the session");
  readonly #path = `msrp://127.0.0.1:9/${randomBytes(10).toString("hex")};tcp`;
  #socket: Socket | undefined;
  #peerPath = "";

  static async open(server: ServerProcess, account: RawAccount): Promise<SessionCaller> {
    const caller = new SessionCaller(new RawUser(await connectPeer(server, "TCP"), account));
    await caller.#user.register();
    return caller;
  }

  private constructor(user: RawUser) {
    this.#user = user;
  }

  /** The status of the answer; with 200 the session is there. */
  async invite(to: string): Promise<number | undefined> {
    const { peer, address } = this.#user;
    const { host, port } = peer.local;
    const contact = `<sip:${host}:${port};transport=tcp>;${IM}`;
    const body = [
      "v=0",
      "o=- 1 1 IN IP4 127.0.0.1",
      "s=-",
      "c=IN IP4 127.0.0.1",
      "t=0 0",
      "m=message 9 TCP/MSRP *",
      "a=accept-types:message/cpim text/plain",
      `a=path:${this.#path}`,
      "a=setup:active",
      "",
    ].join("\r\n");
    const headers = [
      `Contact: ${contact}`,
      `Accept-Contact: *;${IM}`,
      "Content-Type: application/sdp",
    ];
    const answer = await this.#user.ask({ method: "INVITE", uri: to, headers, body });
    if (answer.status !== 200) return answer.status;
    const [, target = ""] = /<([^>]+)>/.exec(answer.header("Contact") ?? "") ?? [];
    const ack = [
      `ACK ${target} SIP/2.0`,
      `Via: SIP/2.0/TCP ${host}:${port};branch=z9hG4bK${randomBytes(8).toString("hex")}`,
      "Max-Forwards: 70",
      `From: ${answer.header("From") ?? address}`,
      `To: ${answer.header("To") ?? to}`,
      `Call-ID: ${answer.callId}`,
      `CSeq: ${answer.header("CSeq")?.split(" ")[0]} ACK`,
      "Content-Length: 0",
    ];
    peer.send(`${ack.join("\r\n")}\r\n\r\n`);
    await this.#connect(/^a=path:(\S+)/m.exec(answer.body)?.[1] ?? "");
    return 200;
  }

  /** The status of the answer to it. */
  async says(text: string, type = "text/plain"): Promise<number> {
    const id = randomBytes(8).toString("hex");
    const size = Buffer.byteLength(text);
    this.#socket?.write(
      `MSRP ${id} SEND\r\nTo-Path: ${this.#peerPath}\r\nFrom-Path: ${this.#path}\r\n` +
        `Message-ID: m${id}\r\nByte-Range: 1-${size}/${size}\r\n` +
        `Content-Type: ${type}\r\n\r\n${text}\r\n-------${id}$\r\n`,
    );
    const [, status] = await this.#heard.until(new RegExp(`MSRP ${id} (\\d{3})`));
    return Number(status);
  }

  hears(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#heard.until(pattern);
  }

  close(): void {
    this.#socket?.destroy();
    this.#user.peer.close();
  }

  async #connect(path: string): Promise<void> {
    this.#peerPath = path;
    const [, host = "", port = ""] = /^msrp:\/\/([^:/]+):(\d+)/.exec(path) ?? [];
    const socket = connect(Number(port), host).setEncoding("utf8");
    this.#socket = socket;
    socket.on("data", (text: string) => {
      this.#heard.add(text);
      this.#answer(text);
    });
    await once(socket, "connect");
    socket.write(
      `MSRP bind0001 SEND\r\nTo-Path: ${path}\r\nFrom-Path: ${this.#path}\r\n` +
        "Message-ID: bind\r\nByte-Range: 1-0/0\r\n-------bind0001$\r\n",
    );
  }

  /** Messages of the phones are short: each SEND comes whole. */
  #answer(text: string): void {
    for (const [, id, to] of text.matchAll(/^MSRP (\S+) SEND\r\n(?:.*\r\n)*?From-Path: (\S+)/gm)) {
      this.#socket?.write(
        `MSRP ${id} 200 OK\r\nTo-Path: ${to}\r\nFrom-Path: ${this.#path}\r\n-------${id}$\r\n`,
      );
    }
  }
}
