/** A world as its users see it; the first test is the example of README.md. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { passwordOf, startWorld } from "../index.ts";

test("bob gets what was sent while he was away", async () => {
  const world = await startWorld({ seed: 7 });
  const alice = await world.client("alice");

  const sent = alice.send(world.address("bob"), "are you there?");
  await world.until(sent.accepted);
  assert.equal(sent.state, "deferred");

  await world.run(3_600_000); // an hour later
  const bob = await world.client("bob", { transport: "wss" });
  const seen: string[] = [];
  bob.on("message", (message) => seen.push(message.kind === "text" ? message.text : ""));

  await world.until(sent.delivered);
  assert.deepEqual(seen, ["are you there?"]);
  await world.end();
});

/** A small chat over bad links. */
async function chat(seed: number): Promise<string> {
  const world = await startWorld({ seed });
  const alice = await world.client("alice", { transport: "udp" });
  const bob = await world.client("bob");
  Object.assign(world.link("alice").weather, { loss: 0.3, jitterMs: 200, duplicates: 0.2 });
  for (const text of ["one", "two", "three"]) {
    await world.until(alice.send(bob.address, text).delivered);
  }
  const story = world.log.text();
  await world.end();
  return story;
}

test("the same seed is the same world, message for message", async () => {
  const story = await chat(3);
  assert.equal(await chat(3), story);
  assert.notEqual(await chat(4), story);
});

test("what the server has committed survives its crash, what it has not is gone", async () => {
  const world = await startWorld();
  const alice = await world.client("alice");
  const kept = alice.send(world.address("bob"), "kept");
  await world.until(kept.accepted);
  world.disk.delayMs = 100_000_000;
  const late = alice.send(world.address("carol"), "late");
  await world.run(10_000);
  world.crashServer();
  assert.equal(world.serverIsUp, false);
  assert.throws(() => world.server, /down/);
  world.disk.delayMs = 0;
  await world.restartServer();
  assert.equal((await world.stores.deferred.usage("bob")).messages, 1);
  assert.equal((await world.stores.deferred.usage("carol")).messages, 0);
  await world.until(late.accepted); // by the client, which has heard nothing
  assert.equal((await world.stores.deferred.usage("carol")).messages, 1);
  await world.end();
});

test("what never comes is told with the ladder and the seed", async () => {
  const world = await startWorld({ seed: 11 });
  await world.client("alice");
  const waiting = world.until(() => false, 1_000);
  await assert.rejects(waiting, /nothing came of it in 1000 ms\nseed 11\n[^]*REGISTER/);
  await world.end();
});

test("users, their domain and their passwords are as the test wants them", async () => {
  const world = await startWorld({ domain: "example.org", users: ["zoe"] });
  await world.addUser("yan", "secret");
  const zoe = await world.client("zoe", { password: passwordOf("zoe") });
  const yan = await world.client("yan", { password: "secret" });
  assert.deepEqual([zoe.address, yan.address], ["sip:zoe@example.org", "sip:yan@example.org"]);
  await assert.rejects(world.addUser("zoe"), /name taken/);
  await world.end();
});

test("two devices of one user both get a message", async () => {
  const world = await startWorld();
  const shown: string[] = [];
  for (const device of ["phone", "desk"]) {
    const bob = await world.client("bob", { device });
    bob.on("message", () => shown.push(device));
  }
  const alice = await world.client("alice");
  await world.until(alice.send(world.address("bob"), "hello").delivered);
  await world.run(5_000);
  assert.deepEqual(shown.toSorted(), ["desk", "phone"]);
  await world.end();
});
