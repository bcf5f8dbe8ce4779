/** Who begins sessions and writes all of it by hand: SIP by way of `RawUser`, MSRP over a socket of his own. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connectPeer } from "../tools/test/peers.ts";
import { type RawAccount, RawUser } from "../tools/test/raw-user.ts";
import type { ServerProcess } from "../tools/test/server-process.ts";
import { Heard } from "./talking-program.ts";

const IM = "+g.oma.sip-im";

/** A relay that the caller speaks by: what is for him is sent to its URI first. RFC 4976 */
export interface RelayAccess {
  readonly socket: Socket;
  /** Of its Use-Path. */
  readonly uri: string;
}

export class SessionCaller {
  readonly #user: RawUser;
  readonly #heard = new Heard("the session");
  readonly #own = `msrp://127.0.0.1:9/${randomBytes(10).toString("hex")};tcp`;
  readonly #relay: RelayAccess | undefined;
  #socket: Socket | undefined;
  #peerPath = "";

  static async open(
    server: ServerProcess,
    account: RawAccount,
    relay?: RelayAccess,
  ): Promise<SessionCaller> {
    const user = new RawUser(await connectPeer(server, "TCP"), account);
    const caller = new SessionCaller(user, relay);
    await caller.#user.register();
    return caller;
  }

  private constructor(user: RawUser, relay: RelayAccess | undefined) {
    this.#user = user;
    this.#relay = relay;
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
      `a=path:${[...this.#hops(), this.#own].join(" ")}`,
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

  /** The status of the answer to it, or to its last chunk. */
  async says(text: string, type = "text/plain", chunkBytes = text.length): Promise<number> {
    const messageId = randomBytes(8).toString("hex");
    let status = 0;
    for (let at = 0; at < text.length; at += chunkBytes) {
      const chunk = text.slice(at, at + chunkBytes);
      const to = at + chunk.length;
      status = await this.#chunk(
        chunk,
        [
          `Message-ID: ${messageId}`,
          `Byte-Range: ${at + 1}-${to}/${text.length}`,
          `Content-Type: ${type}`,
        ],
        to === text.length ? "$" : "+",
      );
    }
    return status;
  }

  hears(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#heard.until(pattern);
  }

  close(): void {
    this.#socket?.destroy();
    this.#user.peer.close();
  }

  #hops(): readonly string[] {
    return this.#relay === undefined ? [] : [this.#relay.uri];
  }

  async #chunk(text: string, headers: readonly string[], flag: string): Promise<number> {
    const id = randomBytes(8).toString("hex");
    this.#write(`${id} SEND`, [...headers, "", text], `${id}${flag}`);
    const [, status] = await this.#heard.until(new RegExp(`MSRP ${id} (\\d{3})`));
    return Number(status);
  }

  #write(start: string, lines: readonly string[], end: string): void {
    const paths = [
      `To-Path: ${[...this.#hops(), this.#peerPath].join(" ")}`,
      `From-Path: ${this.#own}`,
    ];
    this.#socket?.write([`MSRP ${start}`, ...paths, ...lines, `-------${end}`, ""].join("\r\n"));
  }

  async #connect(path: string): Promise<void> {
    this.#peerPath = path;
    this.#socket = this.#relay?.socket ?? (await connected(path));
    this.#socket.setEncoding("utf8").on("data", (text: string) => {
      this.#heard.add(text);
      this.#answer(text);
    });
    this.#write("bind0001 SEND", ["Message-ID: bind", "Byte-Range: 1-0/0"], "bind0001$");
  }

  /** Messages to it are short: each SEND comes whole. */
  #answer(text: string): void {
    for (const [, id, to] of text.matchAll(/^MSRP (\S+) SEND\r\n(?:.*\r\n)*?From-Path: (\S+)/gm)) {
      this.#socket?.write(
        `MSRP ${id} 200 OK\r\nTo-Path: ${to}\r\nFrom-Path: ${this.#own}\r\n-------${id}$\r\n`,
      );
    }
  }
}

async function connected(path: string): Promise<Socket> {
  const [, host = "", port = ""] = /^msrp:\/\/([^:/]+):(\d+)/.exec(path) ?? [];
  const socket = connect(Number(port), host);
  await once(socket, "connect");
  return socket;
}
