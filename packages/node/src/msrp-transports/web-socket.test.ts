/** MSRP over WebSocket, as server and as client. RFC 7977 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type TestContext, test } from "node:test";
import { utf8Text } from "@parlance/wire";
import { type ClientOptions, WebSocket } from "ws";
import { portOf, refusals } from "../sip-transports/loopback-rig.test.ts";
import { type End, end, WITHIN } from "./loopback-rig.test.ts";
import type { MsrpTransportsOptions } from "./msrp-transports.ts";

async function door(
  t: TestContext,
  options: MsrpTransportsOptions = {},
  origins: readonly string[] = [],
): Promise<{ readonly server: End; readonly url: string }> {
  const server = end(t, options);
  const http = createServer();
  http.on("upgrade", server.transports.webSockets({ name: "web", origins }));
  http.listen(0, "127.0.0.1");
  t.after(() => http.close());
  await once(http, "listening");
  return { server, url: `ws://127.0.0.1:${portOf(http)}/msrp` };
}

async function plug(
  t: TestContext,
  url: string,
  protocol = "msrp",
  options: ClientOptions = {},
): Promise<WebSocket> {
  const socket = new WebSocket(url, protocol, options);
  t.after(() => socket.terminate());
  await once(socket, "open");
  return socket;
}

test(
  "each frame is one message, there and back, as text and as octets (RFC 7977 §5.1)",
  WITHIN,
  async (t) => {
    const { server, url } = await door(t);
    const socket = await plug(t, url);
    assert.equal(socket.protocol, "msrp");
    const there = (await server.taken()).attached();
    assert.deepEqual([there.connection.transport, there.connection.listener], ["ws", "web"]);
    for (const binary of [false, true]) socket.send("grüß Gott", { binary });
    await there.until(({ pieces }) => pieces.length === 2);
    assert.equal(there.text, "grüß Gottgrüß Gott");
    const heard: string[] = [];
    const both = new Promise<void>((resolve) => {
      socket.on("message", (message: Buffer) => {
        heard.push(utf8Text(message));
        if (heard.length === 2) resolve();
      });
    });
    there.say("one");
    there.say("two");
    await both;
    assert.deepEqual(heard, ["one", "two"]);
  },
);

test("our own connections are opened with the subprotocol", WITHIN, async (t) => {
  const { server, url } = await door(t);
  const here = (await end(t).dials({ transport: "ws", url })).attached();
  const there = (await server.taken()).attached();
  here.say("first");
  here.say("second");
  await there.until(({ pieces }) => pieces.length === 2);
  there.say("back");
  assert.equal(await here.hears(4), "back");
  here.connection.close();
  await there.end();
  assert.equal(await here.end(), "closed here");
});

test(
  "another subprotocol, and a page from elsewhere, are refused (RFC 7977 §4.1)",
  WITHIN,
  async (t) => {
    const { server, url } = await door(t);
    await assert.rejects(plug(t, url, "sip"));
    await assert.rejects(plug(t, url, "msrp", { origin: "https://evil.example" }));
    assert.deepEqual(refusals(server.events), ["upgrade", "upgrade"]);
    const open = await door(t, {}, ["https://im.example.com"]);
    await plug(t, open.url, "msrp", { origin: "https://im.example.com" });
  },
);

test("a message that is too large ends its connection", WITHIN, async (t) => {
  const { server, url } = await door(t, { limits: { webSocketMessageBytes: 1_000 } });
  const socket = await plug(t, url);
  const there = (await server.taken()).attached();
  socket.send("x".repeat(1_000));
  assert.equal((await there.hears(1_000)).length, 1_000);
  socket.send("x".repeat(1_001));
  assert.match((await there.end()) ?? "", /\S/);
  assert.equal(there.sizeBytes, 1_000);
});

test("a paused WebSocket is not read, and goes on where it was", WITHIN, async (t) => {
  const { server, url } = await door(t);
  const [socket, other] = [await plug(t, url), await plug(t, url)];
  const there = (await server.taken()).attached();
  const heard = (await server.taken()).attached();
  there.connection.pause();
  socket.send("later");
  other.send("now");
  assert.equal(await heard.hears(3), "now");
  assert.equal(there.sizeBytes, 0);
  there.connection.resume();
  assert.equal(await there.hears(5), "later");
});

test(
  "nobody connects to a WebSocket by way of an address that is not allowed",
  WITHIN,
  async (t) => {
    const { url } = await door(t);
    const strict = end(t, { mayConnect: () => false });
    assert.equal(await strict.fails({ transport: "ws", url }), "not allowed");
  },
);
