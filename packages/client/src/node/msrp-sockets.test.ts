/** MSRP connections of Node keep the contract of the ports. RFC 4975 §5.4, §14, RFC 7977 §4.1 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import type { DialOutcome, DialTarget, MsrpConnection } from "@parlance/msrp";
import { generate } from "selfsigned";
import { WebSocketServer } from "ws";
import { within } from "../../../../tools/test/deadline.ts";
import { MsrpSockets } from "./msrp-sockets.ts";

const ANSWER_MS = 15_000;

interface Heard {
  readonly octets: Buffer[];
  readonly told: string[];
  until(what: string): Promise<void>;
  bytes(count: number): Promise<void>;
}

function listenTo(connection: MsrpConnection): Heard {
  const [octets, told]: [Buffer[], string[]] = [[], []];
  const watcher = { look: (): unknown => undefined };
  const when = (done: () => boolean, what: string): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    watcher.look = () => done() && resolve();
    watcher.look();
    return within(ANSWER_MS, promise, () => `no ${what}: ${told.join()}`);
  };
  const tell = (what: string): void => {
    told.push(what);
    watcher.look();
  };
  connection.attach({
    received(bytes) {
      octets.push(Buffer.from(bytes));
      watcher.look();
    },
    drained: () => tell("drained"),
    closed: () => tell("closed"),
  });
  return {
    octets,
    told,
    until: (what) => when(() => told.includes(what), what),
    bytes: (count) => when(() => Buffer.concat(octets).length >= count, `${count} octets`),
  };
}

function dial(target: DialTarget, authorities: readonly string[] = []): Promise<DialOutcome> {
  const dialled = new Promise<DialOutcome>((resolve) => {
    new MsrpSockets({ authorities }).dial(target, resolve);
  });
  return within(ANSWER_MS, dialled, () => "no outcome");
}

async function connected(
  target: DialTarget,
  authorities: readonly string[] = [],
): Promise<MsrpConnection> {
  const outcome = await dial(target, authorities);
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.failure.detail);
  return outcome.connection;
}

async function portOf(t: TestContext, server: Server): Promise<number> {
  server.on("connection", (socket) => t.after(() => socket.destroy()));
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}

/** Sends back all that comes. */
const echo = (socket: Socket): void => void socket.pipe(socket);

async function certificate() {
  const pem = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });
  return pem;
}

test("tcp: octets go and come, whatever is written in one turn", async (t) => {
  const port = await portOf(t, createServer(echo));
  const connection = await connected({ transport: "tcp", host: "127.0.0.1", port });
  assert.equal(connection.remote.port, port);
  const heard = listenTo(connection);
  for (const word of ["one ", "two ", "three"]) connection.write(Buffer.from(word));
  await heard.bytes(13);
  assert.equal(Buffer.concat(heard.octets).toString(), "one two three");
  assert.deepEqual(heard.told, ["drained"]);
  connection.close();
  assert.deepEqual(heard.told, ["drained"]);
  await heard.until("closed");
});

test("tcp: who is not read has a backlog, and hears when it has gone", async (t) => {
  let peer: Socket | undefined;
  const server = createServer((socket) => {
    peer = socket.pause();
  });
  const port = await portOf(t, server);
  const connection = await connected({ transport: "tcp", host: "127.0.0.1", port });
  const heard = listenTo(connection);
  connection.write(Buffer.alloc(16 * 2 ** 20));
  await new Promise(setImmediate);
  assert.ok(connection.backlogBytes > 0);
  peer?.resume();
  await heard.until("drained");
  assert.equal(connection.backlogBytes, 0);
  peer?.destroy();
  await heard.until("closed");
});

test("tcp: nothing comes while it is paused", async (t) => {
  const port = await portOf(t, createServer(echo));
  const connection = await connected({ transport: "tcp", host: "127.0.0.1", port });
  const heard = listenTo(connection);
  connection.pause();
  connection.write(Buffer.from("held"));
  await heard.until("drained");
  await new Promise(setImmediate);
  assert.deepEqual(heard.octets, []);
  connection.resume();
  await heard.bytes(4);
  connection.close();
});

test("tls: a name of a known authority, or a certificate that was announced (RFC 4975 §14.2, §14.4)", async (t) => {
  const pem = await certificate();
  const port = await portOf(t, createTlsServer({ cert: pem.cert, key: pem.private }, echo));
  const place = { transport: "tls", host: "127.0.0.1", port } as const;
  const byName = { ...place, expect: { by: "name", name: "localhost" } } as const;
  const known = await connected(byName, [pem.cert]);
  const heard = listenTo(known);
  known.write(Buffer.from("secret"));
  await heard.bytes(6);
  known.close();
  assert.equal((await dial(byName)).ok, false);
  const print = (value: string): DialTarget => ({
    ...place,
    expect: { by: "fingerprint", fingerprints: [{ hash: "sha-1", value }] },
  });
  const own = pem.fingerprint.toUpperCase();
  (await connected(print(own))).close();
  assert.equal((await dial(print(own.replaceAll(/\w\w/g, "00")))).ok, false);
});

test("ws: each write is a message, with the subprotocol of MSRP (RFC 7977 §4.1, §5.1)", async (t) => {
  const web = new WebSocketServer({ noServer: true });
  const http = createHttpServer();
  const messages: string[] = [];
  const both = Promise.withResolvers<void>();
  http.on("upgrade", (request, socket, head) => {
    web.handleUpgrade(request, socket, head, (peer) => {
      messages.push(`subprotocol ${peer.protocol}`);
      peer.on("message", (data: Buffer, binary) => {
        messages.push(data.toString());
        peer.send(data, { binary });
        if (messages.length === 3) both.resolve();
      });
    });
  });
  const port = await portOf(t, http);
  const connection = await connected({ transport: "ws", url: `ws://127.0.0.1:${port}/msrp` });
  assert.deepEqual(connection.remote, { host: "127.0.0.1", port });
  const heard = listenTo(connection);
  connection.pause();
  connection.write(Buffer.from("one"));
  connection.write(Buffer.from("two"));
  await within(ANSWER_MS, both.promise, () => messages.join());
  assert.deepEqual(heard.octets, []);
  connection.resume();
  await heard.bytes(6);
  assert.deepEqual(heard.octets.map(String), ["one", "two"]);
  assert.deepEqual(messages, ["subprotocol msrp", "one", "two"]);
  connection.close();
  await heard.until("closed");
});

test("nobody there is told, and an attempt that is given up tells nothing", async (t) => {
  const port = await portOf(t, createServer());
  const gone: DialTarget = { transport: "tcp", host: "127.0.0.1", port: 1 };
  assert.equal((await dial(gone)).ok, false);
  assert.equal((await dial({ transport: "ws", url: "ws://127.0.0.1:1/msrp" })).ok, false);
  const told: DialOutcome[] = [];
  const cancel = new MsrpSockets().dial({ transport: "tcp", host: "127.0.0.1", port }, (outcome) =>
    told.push(outcome),
  );
  cancel();
  await dial(gone);
  assert.deepEqual(told, []);
});
