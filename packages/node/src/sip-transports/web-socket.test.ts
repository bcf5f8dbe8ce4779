import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type TestContext, test } from "node:test";
import type { Address } from "@parlance/sip";
import { type ClientOptions, WebSocket } from "ws";
import { Certificates } from "../sockets/certificates.ts";
import type { WebSocketOptions } from "../sockets/web-socket-door.ts";
import { certificate, type End, end, folder, messageText, portOf } from "./loopback-rig.test.ts";
import type { SipTransportsOptions } from "./options.ts";

const WITHIN = { timeout: 20_000 };

interface Door extends End {
  readonly address: Address;
}

async function door(
  t: TestContext,
  options: SipTransportsOptions = {},
  webSockets: WebSocketOptions = {},
): Promise<Door> {
  const made = end(t, options);
  const { certificates } = options;
  const server =
    certificates === undefined
      ? createServer()
      : createSecureServer({ ...certificates.serverOptions() });
  server.on("upgrade", made.transports.webSockets(webSockets));
  server.listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  return { ...made, address: { host: "127.0.0.1", port: portOf(server) } };
}

async function plug(
  t: TestContext,
  { address }: Door,
  options: ClientOptions = {},
): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}/sip`, "sip", options);
  t.after(() => socket.terminate());
  await once(socket, "open");
  return socket;
}

test(
  "a message goes there and back over WebSocket, as text and as binary (RFC 7118 §4.2)",
  WITHIN,
  async (t) => {
    const server = await door(t, {}, { name: "web" });
    const socket = await plug(t, server);
    assert.equal(socket.protocol, "sip");
    for (const binary of [false, true]) {
      socket.send(messageText("there", "grüß Gott"), { binary });
      const { message, flow } = await server.ear.next("message");
      assert.equal(Buffer.from(message.body).toString(), "grüß Gott");
      assert.equal(flow.transport, "WS");
      assert.equal(flow.listener, "web");
      server.transports.send(flow, Buffer.from(messageText("back")));
      const [data, isBinary] = await once(socket, "message");
      assert.equal(String(data), messageText("back"));
      assert.equal(isBinary, false);
      server.transports.send(flow, Buffer.from([...Buffer.from(messageText("odd")), 0xff]));
      assert.equal((await once(socket, "message"))[1], true);
    }
  },
);

test(
  "our own WebSocket connections are opened with the subprotocol and used again",
  WITHIN,
  async (t) => {
    const server = await door(t);
    const client = end(t);
    const hop = { transport: "WS", address: server.address, path: "/sip" } as const;
    const flow = await client.transports.open(hop);
    client.transports.send(flow, Buffer.from(messageText("there")));
    const there = await server.ear.next("message");
    server.transports.send(there.flow, Buffer.from(messageText("back")));
    assert.equal((await client.ear.next("message")).message.callId, "back");
    assert.equal(client.transports.open(hop), flow);
    client.transports.close(flow);
    await server.ear.next("closed");
  },
);

test("WebSocket over TLS proves the name of the server", WITHIN, async (t) => {
  const made = await certificate(folder(t), "web", ["parlance.test"]);
  const server = await door(t, { certificates: new Certificates({ files: [made] }) });
  const client = end(t, { authorities: [made.cert] });
  const open = (serverName: string) =>
    client.transports.open({ transport: "WSS", address: server.address, serverName });
  const flow = await open("parlance.test");
  client.transports.send(flow, Buffer.from(messageText("there")));
  assert.equal((await server.ear.next("message")).flow.transport, "WSS");
  await assert.rejects(Promise.resolve(open("other.test")), /altnames/);
});

test(
  "an upgrade without the sip subprotocol is refused with 400 (RFC 7118 §4.1)",
  WITHIN,
  async (t) => {
    const server = await door(t);
    for (const protocols of [[], ["msrp"], ["SIP"]]) {
      const socket = new WebSocket(`ws://127.0.0.1:${server.address.port}/sip`, protocols);
      const [error] = await once(socket, "error");
      assert.match(String(error), /400/);
    }
    assert.equal(server.transports.connectionCount, 0);
  },
);

test(
  "pages of other origins are refused with 403, those of this host and of the list are not",
  WITHIN,
  async (t) => {
    const server = await door(t, {}, { origins: ["https://app.test"] });
    const own = `http://127.0.0.1:${server.address.port}`;
    for (const origin of ["https://app.test", own]) await plug(t, server, { origin });
    for (const origin of ["https://evil.test", "null", "https://app.test.evil.test", `${own}0`]) {
      const refused = plug(t, server, { origin });
      await assert.rejects(refused, /403/, origin);
    }
  },
);

test("one source gets so many WebSockets, then 503", WITHIN, async (t) => {
  const server = await door(t, { limits: { connectionsPerSource: 2 } });
  const first = await plug(t, server);
  await plug(t, server);
  await assert.rejects(plug(t, server), /503/);
  first.terminate();
  await server.ear.next("closed");
  await plug(t, server);
});

test(
  "messages over the bound, in one frame or in many, end the WebSocket with 1009",
  WITHIN,
  async (t) => {
    const limits = { webSocketMessageBytes: 100_000, webSocketFragments: 4 };
    const server = await door(t, { limits });
    const large = await plug(t, server);
    large.send(Buffer.alloc(100_001));
    assert.equal((await once(large, "close"))[0], 1009);
    const pieces = await plug(t, server);
    for (let at = 0; at < 3; at += 1) pieces.send(Buffer.alloc(40_000), { fin: at === 2 });
    assert.equal((await once(pieces, "close"))[0], 1009);
    const crumbs = await plug(t, server);
    for (let at = 0; at < 9; at += 1) crumbs.send("M", { fin: false });
    assert.equal((await once(crumbs, "close"))[0], 1008);
    for (let at = 0; at < 3; at += 1) await server.ear.next("closed");
  },
);

test("a message in a few fragments is read as one", WITHIN, async (t) => {
  const server = await door(t);
  const socket = await plug(t, server);
  const text = messageText("pieces");
  socket.send(text.slice(0, 50), { fin: false });
  socket.send(text.slice(50, 100), { fin: false });
  socket.send(text.slice(100));
  assert.equal((await server.ear.next("message")).message.callId, "pieces");
});

test("pings of both kinds are answered", WITHIN, async (t) => {
  const server = await door(t);
  const socket = await plug(t, server);
  socket.ping();
  await once(socket, "pong");
  socket.send("\r\n\r\n");
  assert.equal(String((await once(socket, "message"))[0]), "\r\n");
});

test(
  "what is no SIP message is a fault, and the WebSocket ends after the answer",
  WITHIN,
  async (t) => {
    const server = await door(t);
    const socket = await plug(t, server);
    socket.send("GARBAGE");
    assert.equal((await server.ear.next("fault")).fault.status, 400);
    assert.equal((await once(socket, "close"))[0], 1000);
  },
);

test("a WebSocket that says nothing is closed in time", WITHIN, async (t) => {
  const server = await door(t, { limits: { firstMessageMs: 40 } });
  await plug(t, server);
  assert.equal((await server.ear.next("closed")).reason, "no first message");
});

test("a WebSocket peer that does not read is closed", WITHIN, async (t) => {
  const server = await door(t, { limits: { queueBytes: 200_000, queueMessages: 1_000 } });
  const socket = await plug(t, server);
  socket.send(messageText("first"));
  const { flow } = await server.ear.next("message");
  socket.pause();
  for (let at = 0; at < 400; at += 1) server.transports.send(flow, Buffer.alloc(60_000, 65));
  assert.equal((await server.ear.next("closed")).reason, "the peer does not read");
});

test("a message over WebSocket may be as large as its bound, and no larger", WITHIN, async (t) => {
  const server = await door(t, { messageLimits: { streamBodyBytes: 100_000 } });
  const socket = await plug(t, server);
  socket.send(messageText("fits", "x".repeat(100_000)));
  assert.equal((await server.ear.next("message")).message.body.length, 100_000);
  socket.send(messageText("does not", "x".repeat(100_001)));
  const { status, limit } = (await server.ear.next("fault")).fault;
  assert.deepEqual([status, limit], [413, "streamBodyBytes"]);
});
