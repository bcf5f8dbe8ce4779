import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { formatStunRequest, parseStun } from "@parlance/sip";
import { end, loopbacks, messageText } from "./loopback-rig.test.ts";
import type { Listening } from "./options.ts";

const WITHIN = { timeout: 20_000 };

async function socketTo(t: TestContext, { host, port }: Listening): Promise<Socket> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  t.after(() => socket.close());
  socket.connect(port, host);
  await once(socket, "connect");
  return socket;
}

for (const host of loopbacks()) {
  test(`a message goes there and back over UDP on ${host}`, WITHIN, async (t) => {
    const [server, client] = [end(t), end(t)];
    const listening = await server.transports.listen({ url: `udp://${host}:0`, name: "lan" });
    await client.transports.listen({ url: `udp://${host}:0` });
    const flow = await client.transports.open({ transport: "UDP", address: listening });
    client.transports.send(flow, Buffer.from(messageText("there")));
    const there = await server.ear.next("message");
    assert.equal(there.flow.listener, "lan");
    assert.deepEqual(there.flow.remote, { host: listening.host, port: flow.local.port });
    server.transports.send(there.flow, Buffer.from(messageText("back")));
    assert.equal((await client.ear.next("message")).message.callId, "back");
  });

  test(
    `a STUN binding request gets its source address on ${host} (RFC 5626 §8)`,
    WITHIN,
    async (t) => {
      const { transports } = end(t);
      const listening = await transports.listen({ url: `udp://${host}:0` });
      const socket = await socketTo(t, listening);
      const transaction = Uint8Array.from({ length: 12 }, (_, at) => at);
      socket.send(formatStunRequest(transaction));
      const [bytes] = await once(socket, "message");
      const mapped = { host: listening.host, port: socket.address().port };
      assert.deepEqual(parseStun(new Uint8Array(bytes)), { kind: "response", transaction, mapped });
    },
  );
}

test("an end without a UDP listener sends from a port of its own", WITHIN, async (t) => {
  const [server, client] = [end(t), end(t)];
  const address = await server.transports.listen({ url: "udp://127.0.0.1:0" });
  const flow = await client.transports.open({ transport: "UDP", address });
  client.transports.send(flow, Buffer.from(messageText("out")));
  const { flow: way } = await server.ear.next("message");
  server.transports.send(way, Buffer.from(messageText("in")));
  assert.equal((await client.ear.next("message")).message.callId, "in");
});

test(
  "a socket on all addresses is known to each peer by the one that leads there",
  WITHIN,
  async (t) => {
    const { transports } = end(t);
    await transports.listen({ url: "udp://0.0.0.0:0" });
    const near = await transports.open({
      transport: "UDP",
      address: { host: "127.0.0.1", port: 9 },
    });
    assert.equal(near.local.host, "127.0.0.1");
    const far = { host: "192.0.2.1", port: 9 };
    const away = await transports.open({ transport: "UDP", address: far });
    assert.notEqual(away.local.host, "127.0.0.1");
  },
);

test("datagrams of one peer share a flow, others have their own", WITHIN, async (t) => {
  const { transports, ear } = end(t);
  const listening = await transports.listen({ url: "udp://127.0.0.1:0" });
  const [one, two] = [await socketTo(t, listening), await socketTo(t, listening)];
  const flows = [];
  for (const socket of [one, two, one]) {
    socket.send(messageText("any"));
    flows.push((await ear.next("message")).flow);
  }
  assert.equal(flows[0], flows[2]);
  assert.notEqual(flows[0]?.id, flows[1]?.id);
});

test("a flow is the same after thousands of others have come", WITHIN, async (t) => {
  const { transports } = end(t);
  await transports.listen({ url: "udp://127.0.0.1:0" });
  const first = await transports.open({
    transport: "UDP",
    address: { host: "127.0.0.1", port: 9 },
  });
  for (let port = 1_000; port < 21_000; port += 1) {
    await transports.open({ transport: "UDP", address: { host: "127.0.0.1", port } });
  }
  const again = await transports.open({
    transport: "UDP",
    address: { host: "127.0.0.1", port: 9 },
  });
  assert.equal(again.id, first.id);
});

test(
  "what is no message is dropped or told as a fault, and the next one is read",
  WITHIN,
  async (t) => {
    const { transports, ear } = end(t);
    const socket = await socketTo(t, await transports.listen({ url: "udp://127.0.0.1:0" }));
    const nothing = ["", "\r\n\r\n", "\r\n", "\0", "\0\0\0\0", "\u0001\0\0\0 and no STUN"];
    for (const bytes of nothing) socket.send(bytes);
    socket.send("GARBAGE");
    socket.send(messageText("short").slice(0, -3));
    socket.send(`${messageText("long")} and more`);
    assert.equal((await ear.next("fault")).fault.status, 400);
    const { fault } = await ear.next("fault");
    assert.equal(fault.status, 400);
    assert.equal(fault.message?.callId, "short");
    const { message } = await ear.next("message");
    assert.equal(Buffer.from(message.body).toString(), "hello");
    assert.deepEqual(ear.heard, []);
  },
);

test("a body over the limit is told as 413, with what an answer needs", WITHIN, async (t) => {
  const { transports, ear } = end(t);
  const socket = await socketTo(t, await transports.listen({ url: "udp://127.0.0.1:0" }));
  socket.send(messageText("large", "x".repeat(16_385)));
  const { fault } = await ear.next("fault");
  assert.equal(fault.status, 413);
  assert.equal(fault.message?.callId, "large");
});

test(
  "a datagram that cannot be sent is told as the loss of its flow (RFC 3261 §18.4)",
  WITHIN,
  async (t) => {
    const { transports, ear } = end(t);
    const address = { host: "127.0.0.1", port: 9 };
    const flow = await transports.open({ transport: "UDP", address });
    transports.send(flow, new Uint8Array(65_536));
    const closed = await ear.next("closed");
    assert.equal(closed.flow.id, flow.id);
    assert.equal(closed.reason, "EMSGSIZE");
  },
);

test("who sends after the stop hears that the flow is closed", WITHIN, async (t) => {
  const { transports, ear } = end(t);
  const flow = await transports.open({
    transport: "UDP",
    address: { host: "127.0.0.1", port: 9 },
  });
  await transports.stop();
  transports.send(flow, Buffer.from(messageText("late")));
  assert.equal((await ear.next("closed")).flow.id, flow.id);
});

test("a datagram may carry a body as large as its bound, and no larger", WITHIN, async (t) => {
  const { transports, ear } = end(t, { messageLimits: { datagramBodyBytes: 20 } });
  const socket = await socketTo(t, await transports.listen({ url: "udp://127.0.0.1:0" }));
  socket.send(messageText("fits", "x".repeat(20)));
  assert.equal((await ear.next("message")).message.callId, "fits");
  socket.send(messageText("does not", "x".repeat(21)));
  const { status, limit } = (await ear.next("fault")).fault;
  assert.deepEqual([status, limit], [413, "datagramBodyBytes"]);
});
