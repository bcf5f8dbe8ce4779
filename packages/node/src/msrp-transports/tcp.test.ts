/** MSRP over TCP: both ways, pace, and the end. RFC 4975 §5.4 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loopbacks, plug, readAll } from "../sip-transports/loopback-rig.test.ts";
import { end, pair, WITHIN } from "./loopback-rig.test.ts";
import { parseMsrpListenUrl } from "./msrp-transports.ts";

const MUCH_BYTES = 32 * 1_048_576; // far more than the kernel keeps for a socket

for (const host of loopbacks()) {
  test(`octets go there and back over TCP at ${host}`, WITHIN, async (t) => {
    const [server, client] = [end(t), end(t)];
    const listening = await server.transports.listen({ url: `tcp://${host}:0`, name: "msrp" });
    const here = (await client.dials({ ...listening, transport: "tcp" })).attached();
    const there = (await server.taken()).attached();
    here.say("there");
    assert.equal(await there.hears(5), "there");
    there.say("back");
    assert.equal(await here.hears(4), "back");
    const [mine, theirs] = [here.connection, there.connection];
    assert.deepEqual(mine.remote, { host: listening.host, port: listening.port });
    assert.deepEqual([mine.local, mine.listener], [theirs.remote, undefined]);
    assert.deepEqual([theirs.listener, theirs.transport], ["msrp", "tcp"]);
    assert.deepEqual(theirs.peer, { names: [], fingerprints: [] });
  });
}

test("nothing is read before somebody has attached, and nothing is lost", WITHIN, async (t) => {
  const [server, client] = [end(t), end(t)];
  const listening = await server.transports.listen({ url: "tcp://127.0.0.1:0" });
  const target = { ...listening, transport: "tcp" } as const;
  const [early, later] = [(await client.dials(target)).attached(), await client.dials(target)];
  const [first, second] = [await server.taken(), await server.taken()];
  early.say("early");
  later.attached().say("later");
  assert.equal(await second.attached().hears(5), "later");
  assert.equal(first.sizeBytes, 0);
  assert.equal(await first.attached().hears(5), "early");
});

test("what is written in many pieces comes whole and in order", WITHIN, async (t) => {
  const { here, there } = await pair(t);
  const texts = Array.from({ length: 5_000 }, (_, number) => `${number};`);
  for (const text of texts) here.say(text);
  assert.ok(here.connection.backlogBytes > 0);
  const whole = texts.join("");
  assert.equal(await there.hears(whole.length), whole);
});

test("a paused connection is not read, and goes on where it was", WITHIN, async (t) => {
  const { client, server, here, there } = await pair(t);
  const listening = { ...there.connection.local, transport: "tcp" } as const;
  there.connection.pause();
  there.connection.pause();
  here.say("later");
  const other = (await client.dials(listening)).attached();
  const heard = (await server.taken()).attached();
  other.say("now");
  assert.equal(await heard.hears(3), "now");
  assert.notEqual(heard.connection.id, there.connection.id);
  assert.equal(there.sizeBytes, 0);
  there.connection.resume();
  assert.equal(await there.hears(5), "later");
});

test(
  "the backlog grows while the peer does not read; `drained` tells that it is gone",
  WITHIN,
  async (t) => {
    const { here, there } = await pair(t);
    there.connection.pause();
    here.connection.write(new Uint8Array(MUCH_BYTES));
    assert.ok(here.connection.backlogBytes > 0);
    assert.equal(here.drains, 0);
    there.connection.resume();
    await here.until(({ drains }) => drains > 0);
    assert.equal(here.connection.backlogBytes, 0);
    await there.hears(MUCH_BYTES);
  },
);

test("what was written is flushed by `close`, which both sides hear of once", WITHIN, async (t) => {
  const { here, there, server, client } = await pair(t);
  here.say("last words");
  here.connection.close();
  here.connection.close();
  here.say("into the void");
  assert.equal(await here.end(), "closed here");
  await there.end();
  assert.equal(there.text, "last words");
  await server.transports.stop();
  await client.transports.stop();
  assert.deepEqual([here.ends.length, there.ends.length], [1, 1]);
});

test("whoever attaches to a connection that is gone hears of its end", WITHIN, async (t) => {
  const { client, server, there } = await pair(t);
  const listening = { ...there.connection.local, transport: "tcp" } as const;
  const late = await client.dials(listening);
  await server.transports.stop();
  await client.transports.stop();
  assert.match((await late.attached().end()) ?? "", /\S/);
  assert.throws(() => late.attached(), /owner already/);
});

test(
  "`stop` brings on its way what was written, ends everything, and opens nothing",
  WITHIN,
  async (t) => {
    const { client, server, here, there } = await pair(t);
    const listening = { ...there.connection.local, transport: "tcp" } as const;
    there.say("goodbye");
    await server.transports.stop();
    assert.equal(there.ends[0], "the server stops");
    assert.equal(server.transports.connectionCount, 0);
    await here.end();
    assert.equal(here.text, "goodbye");
    assert.equal(await client.fails(listening), "no answer");
    assert.equal(await server.fails(listening), "not allowed");
  },
);

test("`stop` does not wait for a peer that never ends", WITHIN, async (t) => {
  const server = end(t);
  const socket = await plug(t, await server.transports.listen({ url: "tcp://127.0.0.1:0" }));
  socket.pause();
  const there = (await server.taken()).attached();
  there.connection.write(new Uint8Array(MUCH_BYTES));
  await server.transports.stop();
  assert.equal(server.transports.connectionCount, 0);
  socket.resume();
  assert.ok((await readAll(socket).catch(() => "")).length < MUCH_BYTES);
});

test("the address of a listener is checked where it is given", () => {
  const [host, transport] = ["127.0.0.1", "tcp"];
  assert.deepEqual(parseMsrpListenUrl("tcp://localhost"), { transport, host, port: 2855 });
  assert.deepEqual(parseMsrpListenUrl("TLS://[::1]:9/"), {
    transport: "tls",
    host: "::1",
    port: 9,
  });
  for (const url of ["udp://127.0.0.1", "tcp://im.example.com", "tcp://127.0.0.1:70000", "tcp:"]) {
    assert.throws(() => parseMsrpListenUrl(url), RangeError, url);
  }
});
