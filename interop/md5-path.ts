/**
 * A way to the server on which only challenges with MD5 are seen: SIPp 3.6 answers the first challenge
 * whatever its algorithm, and baresip 1.0 and rakia 0.8 give up at one that they do not know. A Route
 * that names the way itself ends here; everything else passes as it is.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { takeMessages } from "../tools/test/wire-message.ts";

const OTHER_CHALLENGE = /^(?:WWW|Proxy)-Authenticate: [^\r]*algorithm=SHA-256[^\r]*\r\n/gim;

export interface Path {
  readonly port: number;
  close(): void;
}

export async function md5Path(
  transport: "UDP" | "TCP",
  to: { readonly host: string; readonly port: number },
): Promise<Path> {
  return transport === "UDP" ? datagramPath(to) : streamPath(to);
}

/** Answers come back this way because SIPp asks for rport. */
async function datagramPath(to: { readonly host: string; readonly port: number }): Promise<Path> {
  const front = createSocket("udp4");
  const back = createSocket("udp4");
  let client = { address: "127.0.0.1", port: 0 };
  front.on("message", (bytes, from) => {
    client = from;
    back.send(withoutRoute(bytes, front.address().port), to.port, to.host);
  });
  back.on("message", (bytes) => {
    front.send(Buffer.from(hide(bytes.toString("latin1")), "latin1"), client.port, client.address);
  });
  front.bind(0, "127.0.0.1");
  back.bind(0, "127.0.0.1");
  await Promise.all([once(front, "listening"), once(back, "listening")]);
  return {
    port: front.address().port,
    close: () => {
      front.close();
      back.close();
    },
  };
}

async function streamPath(to: { readonly host: string; readonly port: number }): Promise<Path> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const back = connect({ ...to, noDelay: true });
    for (const socket of [client, back]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => open.delete(socket));
    }
    client.pipe(back);
    let held = "";
    back.on("data", (chunk) => {
      const { taken, rest } = takeMessages(held + chunk.toString("latin1"));
      held = rest;
      client.write(Buffer.from(taken.map(hide).join(""), "latin1"));
    });
    back.on("end", () => client.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

function withoutRoute(bytes: Buffer, port: number): Buffer {
  const route = `\r\nRoute: <sip:127.0.0.1:${port};transport=udp;lr>`;
  return Buffer.from(bytes.toString("latin1").replace(route, ""), "latin1");
}

function hide(message: string): string {
  return message.replaceAll(OTHER_CHALLENGE, "");
}
