/** Whom MSRP connections are taken from, and where they may lead. Security rules of the user plane */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plug, readAll, refusals } from "../sip-transports/loopback-rig.test.ts";
import { end, pair, WITHIN } from "./loopback-rig.test.ts";
import { MsrpTransports } from "./msrp-transports.ts";

test(
  "one source gets so many connections, and has a place again when one ends",
  WITHIN,
  async (t) => {
    const server = end(t, { limits: { connectionsPerSource: 2 } });
    const listening = await server.transports.listen({ url: "tcp://127.0.0.1:0" });
    const first = await plug(t, listening);
    await plug(t, listening);
    assert.equal(await readAll(await plug(t, listening)), "");
    assert.deepEqual(refusals(server.events), ["source"]);
    const there = (await server.taken()).attached();
    first.destroy();
    await there.end();
    (await server.taken()).attached();
    const again = await plug(t, listening);
    again.write("again");
    assert.equal(await (await server.taken()).attached().hears(5), "again");
  },
);

test("all together get so many", WITHIN, async (t) => {
  const server = end(t, { limits: { connections: 1 } });
  const listening = await server.transports.listen({ url: "tcp://127.0.0.1:0" });
  await plug(t, listening);
  assert.equal(await readAll(await plug(t, listening)), "");
  assert.deepEqual(refusals(server.events), ["total"]);
});

test("a peer that stops reading is dropped after a while", WITHIN, async (t) => {
  const server = end(t, { limits: { stalledMs: 50 } });
  const socket = await plug(t, await server.transports.listen({ url: "tcp://127.0.0.1:0" }));
  socket.pause();
  const there = (await server.taken()).attached();
  there.connection.write(new Uint8Array(32 * 1_048_576));
  assert.equal(await there.end(), "the peer does not read");
  assert.equal(server.transports.connectionCount, 0);
});

test("without a policy this machine is no place to connect to", WITHIN, async (t) => {
  const server = end(t);
  const listening = await server.transports.listen({ url: "tcp://127.0.0.1:0" });
  const strict = new MsrpTransports();
  t.after(() => strict.stop());
  for (const host of ["127.0.0.1", "::1", "169.254.1.1", "0.0.0.0", "localhost"]) {
    const why = await new Promise((resolve) => {
      strict.dial({ transport: "tcp", host, port: listening.port }, (outcome) =>
        resolve(outcome.ok ? "connected" : outcome.failure.why),
      );
    });
    assert.equal(why, "not allowed", host);
  }
});

test(
  "no path leads us to a listener of our own, or to one of the same program",
  WITHIN,
  async (t) => {
    const { server, client, there } = await pair(t);
    const { host, port } = there.connection.local;
    assert.equal(await server.fails({ transport: "tcp", host, port }), "not allowed");
    assert.deepEqual(refusals(server.events), ["destination"]);
    client.transports.avoid({ host, port });
    assert.equal(await client.fails({ transport: "tcp", host, port }), "not allowed");
  },
);

test(
  "a port that nobody listens at gives no answer, a name that nobody has no address",
  WITHIN,
  async (t) => {
    const [gone, client] = [end(t), end(t)];
    const { host, port } = await gone.transports.listen({ url: "tcp://127.0.0.1:0" });
    await gone.transports.stop();
    assert.equal(await client.fails({ transport: "tcp", host, port }), "no answer");
    assert.equal(
      await client.fails({ transport: "tcp", host: "nobody.invalid", port }),
      "no address",
    );
  },
);

test(
  "of an attempt that was given up nothing is told, and no connection stays",
  WITHIN,
  async (t) => {
    const [server, client] = [end(t), end(t)];
    const listening = await server.transports.listen({ url: "tcp://127.0.0.1:0" });
    const told: unknown[] = [];
    const cancel = client.transports.dial({ ...listening, transport: "tcp" }, (outcome) => {
      told.push(outcome);
    });
    cancel();
    const next = (await client.dials({ ...listening, transport: "tcp" })).attached();
    next.say("next");
    assert.deepEqual([told.length, client.transports.connectionCount], [0, 1]);
  },
);
