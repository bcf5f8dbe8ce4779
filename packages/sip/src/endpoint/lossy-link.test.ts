/** Two endpoints over a link that loses, repeats and delays: one end for each request, one service. RFC 3261 §17 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { SipRequest } from "../message/index.ts";
import { Ear, newRequest, World } from "./world.test.ts";

const PEER = { host: "192.0.2.2", port: 5060 };

interface Storm {
  readonly seed: number;
  readonly loss: number;
  readonly duplicates: number;
  readonly jitterMs: number;
  readonly method: string;
  readonly transport: "UDP" | "TCP";
  /** How long the server thinks; beyond 32 s it is too late. */
  readonly thinkMs: number;
}

const storms: fc.Arbitrary<Storm> = fc.record({
  seed: fc.integer(),
  loss: fc.constantFrom(0, 0.1, 0.4, 0.8),
  duplicates: fc.constantFrom(0, 0.2),
  // Timer J outlives the last copy of a request, sent at 31.5 s, by T1: no network may delay it more.
  jitterMs: fc.constantFrom(0, 100, 450),
  method: fc.constantFrom("MESSAGE", "INVITE", "SUBSCRIBE"),
  transport: fc.constantFrom("UDP", "TCP"),
  thinkMs: fc.constantFrom(0, 100, 5_000, 40_000),
});

/** Runs a few requests through the storm, long enough for every timer to end. */
function weather(storm: Storm) {
  const world = new World(storm.seed);
  Object.assign(world.weather, { loss: storm.loss, duplicates: storm.duplicates });
  world.weather.delayMs = () => 5 + world.random.fraction() * storm.jitterMs;
  const client = world.host("192.0.2.1");
  const server = world.host("192.0.2.2");
  server.serve = (transaction) => {
    if (storm.thinkMs === 0) return transaction.reply(480);
    world.clock.schedule(storm.thinkMs, () => transaction.reply(480));
  };
  const flow = storm.transport === "UDP" ? client.datagramsTo(PEER) : client.connect(server);
  const ears = Array.from({ length: 4 }, (_, number) => {
    const ear = new Ear();
    client.endpoint.request(numbered(storm.method, number), flow, ear);
    world.clock.pass(storm.jitterMs);
    return ear;
  });
  world.clock.pass(400_000);
  return { client, server, ears };
}

function numbered(method: string, number: number): SipRequest {
  return newRequest(method, "", `Subject: ${number}`);
}

test("each request has exactly one end at its client and is served at most once (RFC 3261 §17)", () => {
  fc.assert(
    fc.property(storms, (storm) => {
      const { client, server, ears } = weather(storm);
      for (const ear of ears) assert.equal(ear.ends, 1, ear.heard.join(" "));
      const served = server.served.map((transaction) => transaction.request.text("Subject"));
      assert.equal(new Set(served).size, served.length);
      if (storm.transport === "TCP" || storm.loss === 0) assert.equal(served.length, 4);
      for (const { endpoint } of [client, server]) {
        const { clientTransactions, serverTransactions } = endpoint.stats;
        assert.deepEqual({ clientTransactions, serverTransactions }, NOTHING_LEFT);
      }
    }),
    { numRuns: 150 },
  );
});

const NOTHING_LEFT = { clientTransactions: 0, serverTransactions: 0 };

test("with little loss the answer itself arrives (RFC 3261 §17.1.2)", () => {
  const calm = {
    loss: 0.1,
    duplicates: 0.1,
    jitterMs: 300,
    thinkMs: 100,
    transport: "UDP",
  } as const;
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom("MESSAGE", "INVITE"), (seed, method) => {
      const { ears } = weather({ ...calm, seed, method });
      for (const ear of ears) assert.equal(ear.heard.at(-1), "480");
    }),
    { numRuns: 40 },
  );
});
