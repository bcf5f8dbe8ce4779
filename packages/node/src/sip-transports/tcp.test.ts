import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type SipMessage, SipRequest, SipResponse } from "@parlance/sip";
import { destinationPolicy } from "../sockets/destinations.ts";
import {
  Ear,
  end,
  loopbacks,
  messageText,
  plug,
  portOf,
  readAll,
  refusals,
} from "./loopback-rig.test.ts";
import { SipTransports } from "./sip-transports.ts";

const WITHIN = { timeout: 20_000 };

/** Lets the other end, in this same process, read what has been written. */
async function turn(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

test(
  "what is opened before there is a stack waits for it, and loses nothing",
  WITHIN,
  async (t) => {
    const greeter = createServer((socket) => socket.write(messageText("at-once"))).listen(
      0,
      "127.0.0.1",
    );
    t.after(() => greeter.close());
    await once(greeter, "listening");
    const ear = new Ear();
    const transports = new SipTransports({ mayConnect: destinationPolicy(["127.0.0.0/8"]) });
    t.after(() => transports.stop());
    const address = { host: "127.0.0.1", port: portOf(greeter) };
    const opened = transports.open({ transport: "TCP", address });
    for (let turns = 0; turns < 50; turns += 1) await turn(); // a start has more to do by then
    transports.attach(ear);
    await opened;
    assert.equal((await ear.next("message")).message.callId, "at-once");
  },
);

for (const host of loopbacks()) {
  test(`a message goes there and back over TCP on ${host}`, WITHIN, async (t) => {
    const [server, client] = [end(t), end(t)];
    const listening = await server.transports.listen({ url: `tcp://${host}:0`, name: "public" });
    const flow = await client.transports.open({ transport: "TCP", address: listening });
    client.transports.send(flow, Buffer.from(messageText("there")));
    const there = await server.ear.next("message");
    assert.equal(there.message.callId, "there");
    assert.equal(there.flow.listener, "public");
    assert.equal(there.flow.remote.port, flow.local.port);
    server.transports.send(there.flow, Buffer.from(messageText("back")));
    assert.equal((await client.ear.next("message")).message.callId, "back");
  });
}

test("messages come out whole wherever the stream is cut", WITHIN, async (t) => {
  const { transports, ear } = end(t, { limits: { connectionsPerSource: 1_000 } });
  const listening = await transports.listen({ url: "tcp://127.0.0.1:0" });
  const bytes = Buffer.from(`\r\n\r\n${messageText("one", "ä body\r\n\r\nwith lines")}`);
  const socket = await plug(t, listening);
  for (let cut = 1; cut < bytes.length; cut += 1) {
    socket.write(bytes.subarray(0, cut));
    await turn();
    socket.write(bytes.subarray(cut));
    const { message } = await ear.next("message");
    assert.equal(Buffer.from(message.body).toString(), "ä body\r\n\r\nwith lines", `cut at ${cut}`);
  }
  for (const octet of bytes) {
    socket.write(Uint8Array.of(octet));
    await turn();
  }
  assert.equal((await ear.next("message")).message.callId, "one");
});

for (const file of ["sip-plain.bin", "sip-keepalives.bin"]) {
  test(`the stream ${file} of the corpus comes out message by message`, WITHIN, async (t) => {
    const corpora = process.env["PARLANCE_CORPORA"] ?? join(process.cwd(), "../shared/corpora");
    const from = join(corpora, "framing-streams");
    if (!existsSync(from)) return t.diagnostic(`no corpus at ${from}`);
    const expected = JSON.parse(readFileSync(join(from, "expected.json"), "utf8"));
    const entry = expected.entries.find((each: { file: string }) => each.file === file);
    const { transports, ear } = end(t);
    const socket = await plug(t, await transports.listen({ url: "tcp://127.0.0.1:0" }));
    const stream = readFileSync(join(from, file));
    for (let at = 0; at < stream.length; at += 700) socket.write(stream.subarray(at, at + 700));
    for (const frame of entry.frames) {
      const { message } = await ear.next("message");
      assert.equal(startLineOf(message), frame.start);
    }
    assert.deepEqual(ear.heard, []);
  });
}

function startLineOf(message: SipMessage): string {
  if (message instanceof SipRequest) return `${message.method} ${message.uriText} SIP/2.0`;
  if (message instanceof SipResponse) return `SIP/2.0 ${message.status} ${message.reason}`;
  throw new Error("neither request nor response");
}

test(
  "a ping is answered with a pong, and many at once with one (RFC 5626 §4.4.1)",
  WITHIN,
  async (t) => {
    const { transports } = end(t);
    const socket = await plug(t, await transports.listen({ url: "tcp://127.0.0.1:0" }));
    socket.write("\r\n\r\n");
    assert.equal(String((await once(socket, "data"))[0]), "\r\n");
    socket.write("\r\n\r\n".repeat(1_000));
    assert.equal(String((await once(socket, "data"))[0]), "\r\n");
  },
);

test("garbage is a fault, what can be answered is, and the connection ends", WITHIN, async (t) => {
  const { transports, ear } = end(t);
  const listening = await transports.listen({ url: "tcp://127.0.0.1:0" });
  ear.fault = (fault, flow) => {
    transports.send(flow, Buffer.from(`SIP/2.0 ${fault.status} ${fault.reason}\r\n\r\n`));
  };
  for (const garbage of [
    "\0\0\0\0",
    "GET / HTTP/1.1\r\n\r\n",
    "MESSAGE sip:a@b SIP/2.0\nA: b\r\n\r\n",
  ]) {
    const socket = await plug(t, listening);
    socket.write(garbage);
    assert.match(await readAll(socket), /^SIP\/2\.0 (400|505)/, JSON.stringify(garbage));
    await ear.next("closed");
  }
});

test(
  "a connection that ends in the middle of a message leaves nothing behind",
  WITHIN,
  async (t) => {
    const { transports, ear } = end(t);
    const socket = await plug(t, await transports.listen({ url: "tcp://127.0.0.1:0" }));
    socket.end(messageText("cut").slice(0, -3));
    await readAll(socket);
    assert.equal((await ear.next("closed")).reason, "the peer ended the connection");
    assert.deepEqual(ear.heard, []);
    assert.equal(transports.connectionCount, 0);
  },
);

test("a connection that is reset is told as closed, once", WITHIN, async (t) => {
  const { transports, ear } = end(t);
  const socket = await plug(t, await transports.listen({ url: "tcp://127.0.0.1:0" }));
  socket.write(messageText("first"));
  const { flow } = await ear.next("message");
  socket.resetAndDestroy();
  assert.equal((await ear.next("closed")).flow, flow);
  assert.deepEqual(ear.heard, []);
});

test("who sends on a connection that is gone hears so again", WITHIN, async (t) => {
  const { transports, ear } = end(t);
  const socket = await plug(t, await transports.listen({ url: "tcp://127.0.0.1:0" }));
  socket.write(messageText("first"));
  const { flow } = await ear.next("message");
  socket.destroy();
  await ear.next("closed");
  transports.send(flow, Buffer.from(messageText("late")));
  assert.equal((await ear.next("closed")).flow, flow);
});

test(
  "a live connection is used again, also by those who ask while it is opened",
  WITHIN,
  async (t) => {
    const [server, client] = [end(t), end(t)];
    const hop = {
      transport: "TCP",
      address: await server.transports.listen({ url: "tcp://127.0.0.1:0" }),
    } as const;
    const [one, two] = await Promise.all([
      client.transports.open(hop),
      client.transports.open(hop),
    ]);
    assert.equal(one, two);
    assert.equal(client.transports.open(hop), one);
    client.transports.close(one);
    await client.ear.next("closed");
    assert.notEqual(await client.transports.open(hop), one);
  },
);

test(
  "requests to the port that a connection came from go by it (RFC 3261 §18.1.1)",
  WITHIN,
  async (t) => {
    const { transports, ear } = end(t);
    const socket = await plug(t, await transports.listen({ url: "tcp://127.0.0.1:0" }));
    socket.write(messageText("first"));
    const { flow } = await ear.next("message");
    assert.equal(transports.open({ transport: "TCP", address: flow.remote }), flow);
  },
);

test(
  "without an exception nothing leads to this machine, its link or everybody",
  WITHIN,
  async (t) => {
    const { transports, events } = end(t, { mayConnect: destinationPolicy() });
    for (const host of [
      "127.0.0.1",
      "::1",
      "0.0.0.0",
      "169.254.1.1",
      "fe80::1",
      "ff02::1",
      "224.0.0.1",
      "::ffff:127.0.0.1",
    ]) {
      for (const transport of ["TCP", "UDP"] as const) {
        const opening = transports.open({ transport, address: { host, port: 5060 } });
        await assert.rejects(Promise.resolve(opening), /no connections to/, host);
      }
    }
    assert.deepEqual(new Set(refusals(events)), new Set(["destination"]));
  },
);

test(
  "no request goes to a listener of our own, nor to another service of ours",
  WITHIN,
  async (t) => {
    const { transports } = end(t);
    const address = await transports.listen({ url: "tcp://127.0.0.1:0" });
    const page = createServer();
    t.after(() => page.close());
    page.listen(0, "127.0.0.1");
    await once(page, "listening");
    const service = { host: "127.0.0.1", port: portOf(page) };
    transports.avoid(service);
    for (const where of [address, service]) {
      const opening = transports.open({ transport: "TCP", address: where });
      await assert.rejects(Promise.resolve(opening), /no connections to/);
    }
  },
);

test("nobody there, and nobody who answers, are failures in time", WITHIN, async (t) => {
  const { transports } = end(t, { limits: { connectMs: 50 } });
  const closed = await freePort();
  const hop = { transport: "TCP", address: { host: "127.0.0.1", port: closed } } as const;
  await assert.rejects(Promise.resolve(transports.open(hop)), /ECONNREFUSED/);
  const silent = createServer();
  t.after(() => silent.close());
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const tls = { transport: "TLS", address: { host: "127.0.0.1", port: portOf(silent) } } as const;
  await assert.rejects(Promise.resolve(transports.open(tls)), /in time/);
});

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return port;
}

test("stopping brings on its way what was sent, then ends everything", WITHIN, async (t) => {
  const [server, client] = [end(t), end(t)];
  const address = await server.transports.listen({ url: "tcp://127.0.0.1:0" });
  const flow = await client.transports.open({ transport: "TCP", address });
  for (let at = 0; at < 100; at += 1)
    client.transports.send(flow, Buffer.from(messageText("last", "x".repeat(9_000))));
  await client.transports.stop();
  for (let at = 0; at < 100; at += 1) await server.ear.next("message");
  assert.equal((await server.ear.next("closed")).reason, "the peer ended the connection");
  await assert.rejects(Promise.resolve(client.transports.open({ transport: "TCP", address })));
});

test("stopping does not wait for a peer that never ends", WITHIN, async (t) => {
  const { transports, ear } = end(t, { limits: { endMs: 30 } });
  const { host, port } = await transports.listen({ url: "tcp://127.0.0.1:0" });
  const socket = connect({ host, port, allowHalfOpen: true });
  t.after(() => socket.destroy());
  socket.write(messageText("first"));
  await ear.next("message");
  await transports.stop();
  assert.equal(transports.connectionCount, 0);
});

test("a listener that cannot be bound says so", WITHIN, async (t) => {
  const { transports } = end(t);
  const { port } = await transports.listen({ url: "tcp://127.0.0.1:0" });
  await assert.rejects(transports.listen({ url: `tcp://127.0.0.1:${port}` }), /EADDRINUSE/);
  await assert.rejects(transports.listen({ url: "tcp://example.test:5060" }), /IP address/);
  await assert.rejects(transports.listen({ url: "tls://127.0.0.1:0" }), /certificate/);
});

test("two processes, or two ends of one, may share a port", WITHIN, async (t) => {
  const [one, two] = [end(t), end(t)];
  const { port } = await one.transports.listen({ url: "tcp://127.0.0.1:0", reusePort: true });
  const again = await two.transports.listen({ url: `tcp://127.0.0.1:${port}`, reusePort: true });
  assert.equal(again.port, port);
});
