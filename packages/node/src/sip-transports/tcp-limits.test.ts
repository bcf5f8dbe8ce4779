/** What a peer may leave open, unread or unsaid, and for how long. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { end, messageText, plug, readAll, refusals } from "./loopback-rig.test.ts";

const WITHIN = { timeout: 20_000 };

const SLOW = [
  {
    name: "who says nothing",
    limits: { firstMessageMs: 40 },
    says: "",
    reason: "no first message",
  },
  {
    name: "who drips a header",
    limits: { headerMs: 40 },
    says: "MESSAGE sip:bob",
    reason: "the header section takes too long",
  },
  {
    name: "who stops in a body",
    limits: { bodyGapMs: 40 },
    says: messageText("slow").slice(0, -2),
    reason: "the body takes too long",
  },
  {
    name: "who is idle and nobody's",
    limits: { idleUnboundMs: 40 },
    says: messageText("idle"),
    reason: "idle",
  },
] as const;

for (const { name, limits, says, reason } of SLOW) {
  test(`${name} is closed in time`, WITHIN, async (t) => {
    const { transports, ear } = end(t, { limits });
    const socket = await plug(t, await transports.listen({ url: "tcp://127.0.0.1:0" }));
    if (says !== "") socket.write(says);
    assert.equal((await ear.next("closed")).reason, reason);
    assert.equal(await readAll(socket), "");
  });
}

test("pings keep no connection open that nobody owns", WITHIN, async (t) => {
  const { transports, ear } = end(t, { limits: { firstMessageMs: 60 } });
  const socket = await plug(t, await transports.listen({ url: "tcp://127.0.0.1:0" }));
  socket.on("data", () => socket.write("\r\n\r\n"));
  socket.write("\r\n\r\n");
  assert.equal((await ear.next("closed")).reason, "no first message");
});

test("a bound connection may be idle", WITHIN, async (t) => {
  const { transports, ear } = end(t, { limits: { idleUnboundMs: 40 } });
  const listening = await transports.listen({ url: "tcp://127.0.0.1:0" });
  const [bound, other] = [await plug(t, listening), await plug(t, listening)];
  bound.write(messageText("bound"));
  const { flow } = await ear.next("message");
  transports.bind(flow, Number.POSITIVE_INFINITY);
  other.write(messageText("other"));
  await ear.next("message");
  // The other one came later and is closed; the bound one still answers.
  assert.notEqual((await ear.next("closed")).flow, flow);
  bound.write("\r\n\r\n");
  await once(bound, "data");
  transports.bind(flow, 0);
  assert.equal((await ear.next("closed")).flow, flow);
});

test(
  "a peer that reads nothing is not read, and is closed when too much waits",
  WITHIN,
  async (t) => {
    const { transports, ear } = end(t, { limits: { queueBytes: 200_000, queueMessages: 1_000 } });
    const socket = await plug(t, await transports.listen({ url: "tcp://127.0.0.1:0" }));
    socket.pause();
    socket.write(messageText("first"));
    const { flow } = await ear.next("message");
    const answer = Buffer.from(messageText("answer", "x".repeat(60_000)));
    const more = (): void => {
      if (ear.heard.some(({ kind }) => kind === "closed")) return;
      transports.send(flow, answer);
      void setImmediate().then(more);
    };
    more();
    assert.equal((await ear.next("closed")).reason, "the peer does not read");
  },
);

test("a peer that stops reading is closed after a while", WITHIN, async (t) => {
  const { transports, ear } = end(t, {
    limits: { stalledMs: 50, queueBytes: 1e9, queueMessages: 1e9 },
  });
  const socket = await plug(t, await transports.listen({ url: "tcp://127.0.0.1:0" }));
  socket.pause();
  socket.write(messageText("first"));
  const { flow } = await ear.next("message");
  const answer = Buffer.alloc(60_000, 65);
  // Far more than the kernel keeps for a socket.
  for (let at = 0; at < 300; at += 1) transports.send(flow, answer);
  assert.equal((await ear.next("closed")).reason, "the peer does not read");
});

test(
  "what many senders say in one turn goes to one receiver complete and in order",
  WITHIN,
  async (t) => {
    const [server, client] = [end(t), end(t)];
    const listening = await server.transports.listen({ url: "tcp://127.0.0.1:0" });
    const flow = await client.transports.open({ transport: "TCP", address: listening });
    for (let at = 0; at < 2_000; at += 1) {
      client.transports.send(flow, Buffer.from(messageText(String(at))));
    }
    for (let at = 0; at < 2_000; at += 1) {
      assert.equal((await server.ear.next("message")).message.callId, String(at));
    }
  },
);

test("one source gets so many connections, and all together so many", WITHIN, async (t) => {
  const limits = { connections: 3, connectionsPerSource: 2 };
  const { transports, events, ear } = end(t, { limits });
  const listening = await transports.listen({ url: "tcp://127.0.0.1:0" });
  const first = await plug(t, listening);
  await plug(t, listening);
  assert.equal(await readAll(await plug(t, listening)), "");
  assert.deepEqual(refusals(events), ["source"]);
  first.write(messageText("first"));
  await ear.next("message");
  first.destroy();
  await ear.next("closed");
  const again = await plug(t, listening);
  again.write(messageText("again"));
  assert.equal((await ear.next("message")).message.callId, "again");
});

test("a trusted source is held to the total alone", WITHIN, async (t) => {
  const limits = { connections: 3, connectionsPerSource: 1 };
  const { transports, events } = end(t, { limits, trusts: ({ listener }) => listener === "core" });
  const listening = await transports.listen({ url: "tcp://127.0.0.1:0", name: "core" });
  for (let at = 0; at < 3; at += 1) await plug(t, listening);
  assert.equal(await readAll(await plug(t, listening)), "");
  assert.deepEqual(refusals(events), ["total"]);
});

test("a message over TCP may be as large as its bound, and no larger", WITHIN, async (t) => {
  const { transports, ear } = end(t, { messageLimits: { streamBodyBytes: 100_000 } });
  const socket = await plug(t, await transports.listen({ url: "tcp://127.0.0.1:0" }));
  socket.write(messageText("fits", "x".repeat(100_000)));
  assert.equal((await ear.next("message")).message.body.length, 100_000);
  socket.write(messageText("does not", "x".repeat(100_001)));
  const { status, limit } = (await ear.next("fault")).fault;
  assert.deepEqual([status, limit], [413, "streamBodyBytes"]);
});
