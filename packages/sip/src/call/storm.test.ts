/** Random calls over links that lose, repeat and delay: whatever was done, both sides come to the same end. RFC 3261 §13 to §15 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Flow } from "../endpoint/index.ts";
import { settle, World } from "../endpoint/world.test.ts";
import type { Call, IncomingCall, OutgoingCall } from "./index.ts";
import { Side, sdp, WITH_UPDATE } from "./world.test.ts";

const ACTS = [
  "ring",
  "ring reliably",
  "describe early",
  "accept",
  "refuse",
  "cancel",
  "offer of a",
  "offer of b",
  "ask for offer",
  "info",
  "end of a",
  "end of b",
  "cut",
] as const;

interface Storm {
  readonly seed: number;
  readonly loss: number;
  readonly duplicates: number;
  readonly jitterMs: number;
  readonly transport: "UDP" | "TCP";
  readonly update: boolean;
  readonly offerless: boolean;
  /** How long an offer waits for its answer. */
  readonly thinkMs: number;
  readonly script: readonly { readonly act: (typeof ACTS)[number]; readonly afterMs: number }[];
}

const storms: fc.Arbitrary<Storm> = fc.record({
  seed: fc.integer(),
  loss: fc.constantFrom(0, 0.1, 0.3, 0.6),
  duplicates: fc.constantFrom(0, 0.2),
  jitterMs: fc.constantFrom(0, 50, 450),
  transport: fc.constantFrom("UDP", "TCP"),
  update: fc.boolean(),
  offerless: fc.boolean(),
  thinkMs: fc.constantFrom(0, 0, 700, 20_000),
  script: fc.array(
    fc.record({
      act: fc.constantFrom(...ACTS, "accept", "accept"),
      afterMs: fc.constantFrom(0, 0, 20, 200, 1_000, 10_000, 40_000),
    }),
    { maxLength: 14 },
  ),
});

const HOUR_MS = 3_600_000;

/** One call through the storm, and long enough after it for every timer and every session to end. */
class Run {
  readonly world: World;
  readonly alice: Side;
  readonly bob: Side;
  readonly outgoing: OutgoingCall;
  asked = 0;
  told = 0;
  readonly #storm: Storm;
  /** Every call that either side has ever been told of. */
  readonly #calls = new Set<Call>();
  readonly #to: Flow;
  #incoming: IncomingCall | undefined;

  constructor(storm: Storm) {
    this.#storm = storm;
    this.world = new World(storm.seed);
    const { weather, random } = this.world;
    Object.assign(weather, { loss: storm.loss, duplicates: storm.duplicates });
    weather.delayMs = () => 5 + random.fraction() * storm.jitterMs;
    this.alice = this.#side("192.0.2.1", "alice");
    this.bob = this.#side("192.0.2.2", "bob");
    this.bob.invited = (incoming) => {
      this.#incoming = incoming;
    };
    this.#to =
      storm.transport === "UDP"
        ? this.alice.host.datagramsTo({ host: "192.0.2.2", port: 5060 })
        : this.alice.host.connect(this.bob.host);
    this.outgoing = this.alice.place(this.#to, storm.offerless ? "" : "offer", {
      patienceMs: 150_000,
    });
  }

  play(): void {
    for (const { act, afterMs } of this.#storm.script) {
      this.world.clock.pass(afterMs);
      this.#do(act);
    }
    this.world.clock.pass(200_000);
    for (const call of this.#calls) call.end();
    this.#incoming?.refuse(480);
    this.world.clock.pass(3 * HOUR_MS);
  }

  #side(address: string, name: string): Side {
    const side = new Side(this.world, address, name);
    if (this.#storm.update) side.face = { ...side.face, allow: WITH_UPDATE };
    side.described = sdp("same");
    const { thinkMs } = this.#storm;
    side.up = (call) => this.#calls.add(call);
    side.offer = (offer) => {
      if (thinkMs === 0) return side.answer(offer);
      this.world.clock.schedule(thinkMs, () => side.answer(offer));
    };
    return side;
  }

  #do(act: (typeof ACTS)[number]): void {
    const { alice, bob } = this;
    const incoming = this.#incoming;
    switch (act) {
      case "ring":
        return incoming?.ring();
      case "ring reliably":
        return incoming?.ring(180, { reliable: true });
      case "describe early":
        return incoming?.ring(183, { reliable: true, body: sdp("early") });
      case "accept": {
        const call = incoming?.accept({ body: sdp("answer") });
        if (call !== undefined) this.#calls.add(call);
        return;
      }
      case "refuse":
        return incoming?.refuse(486);
      case "cancel":
        return this.outgoing.cancel();
      case "offer of a":
        return this.#ask(alice.call?.offer(sdp("of a")));
      case "offer of b":
        return this.#ask(bob.call?.offer(sdp("of b")));
      case "ask for offer":
        return this.#ask(alice.call?.askForOffer());
      case "info":
        return this.#ask(bob.call?.request("INFO"));
      case "end of a":
        return alice.call?.end();
      case "end of b":
        return bob.call?.end();
      case "cut":
        if (this.#to.transport === "TCP") alice.host.cut(this.#to);
    }
  }

  #ask(outcome: Promise<unknown> | undefined): void {
    if (outcome === undefined) return;
    this.asked += 1;
    void this.#hear(outcome);
  }

  async #hear(outcome: Promise<unknown>): Promise<void> {
    await outcome;
    this.told += 1;
  }
}

function countOf(side: Side, start: string): number {
  return side.heard.filter((each) => each.startsWith(start)).length;
}

test("whatever is done over whatever link, both sides agree that it is over, and nothing is left", async () => {
  await fc.assert(
    fc.asyncProperty(storms, async (storm) => {
      const run = new Run(storm);
      run.play();
      await settle();
      const { alice, bob, world } = run;
      assert.equal(countOf(alice, "answered") + countOf(alice, "failed"), 1, alice.heard.join());
      assert.equal(countOf(alice, "ended"), countOf(alice, "answered"), alice.heard.join());
      assert.ok(countOf(bob, "ended") <= 1, bob.heard.join());
      assert.equal(run.told, run.asked);
      for (const side of [alice, bob]) {
        const { calls, incoming, outgoing } = side.table.stats;
        assert.deepEqual({ calls, incoming, outgoing }, { calls: 0, incoming: 0, outgoing: 0 });
        const { clientTransactions, serverTransactions, handlerErrors } = side.host.endpoint.stats;
        assert.deepEqual([clientTransactions, serverTransactions, handlerErrors], [0, 0, 0]);
      }
      assert.equal(world.clock.pending, 0);
    }),
    { numRuns: 400 },
  );
});

test("on a calm link a call that was accepted is up on both sides, or on neither", async () => {
  const calm = { loss: 0, duplicates: 0, jitterMs: 0, thinkMs: 0, transport: "UDP" } as const;
  await fc.assert(
    fc.asyncProperty(storms, async (storm) => {
      const run = new Run({ ...storm, ...calm });
      run.play();
      await settle();
      const { alice, bob } = run;
      assert.equal(countOf(bob, "ended by no ack") + countOf(bob, "ended by no answer"), 0);
      assert.equal(countOf(alice, "ended by no"), 0, alice.heard.join());
    }),
    { numRuns: 200 },
  );
});
