/** Kamailio as an MSRP relay, and how a client logs in at it. RFC 4976 §5.1 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import type { RelayAccess } from "../session-caller.ts";
import { freePort } from "../sipp/sipp.ts";
import { Heard } from "../talking-program.ts";
import { Kamailio } from "./kamailio.ts";

const REALM = "relay.test";
const PASSWORD = "secret";

export async function startRelay(): Promise<Kamailio> {
  const port = await freePort();
  return Kamailio.start({
    config: "msrp-relay.cfg",
    listeners: [`tcp:127.0.0.1:${port}`],
    defines: [`MSRP_PORT=${port}`],
    port,
  });
}

/** A connection to it, and the URI under which the client is reached by it. */
export async function logIn({ port }: Kamailio, name: string): Promise<RelayAccess> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const heard = new Heard("the relay");
  const hear = (chunk: Buffer): void => heard.add(chunk.toString());
  socket.on("data", hear);
  const uri = `msrp://127.0.0.1:${port};tcp`;
  const auth = (id: string, lines: readonly string[]): void => {
    const paths = [`To-Path: ${uri}`, `From-Path: msrp://127.0.0.1:9/${name};tcp`];
    socket.write([`MSRP ${id} AUTH`, ...paths, ...lines, `-------${id}$`, ""].join("\r\n"));
  };
  auth("auth0001", []);
  const [, nonce = ""] = await heard.until(/^MSRP auth0001 401[^]*nonce="([^"]+)"/);
  const ha1 = sha256(`${name}:${REALM}:${PASSWORD}`);
  const response = sha256(`${ha1}:${nonce}:00000001:cn:auth:${sha256(`AUTH:${uri}`)}`);
  auth("auth0002", [
    `Authorization: Digest username="${name}", realm="${REALM}", nonce="${nonce}", uri="${uri}", ` +
      `response="${response}", algorithm=SHA-256, cnonce="cn", qop=auth, nc=00000001`,
  ]);
  const [, use = ""] = await heard.until(/MSRP auth0002 200[^]*\r\nUse-Path: (\S+)\r\n/);
  socket.off("data", hear);
  return { socket, uri: use };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
