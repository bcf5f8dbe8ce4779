/** What waits is listed, fetched and removed; sessions and rooms are recorded, and come back. OMA IM 5.2.4, 12, 13, 15.1 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { World, WorldClientOptions } from "@parlance/testkit";
import type { ImClient } from "../client.ts";
import { codeOf, reading, textOf, worldFor } from "../people.test.ts";

const LONG = "long ".repeat(2_000);

interface Missed {
  readonly world: World;
  readonly alice: ImClient;
  readonly bob: ImClient;
}

/** Bob wants nothing pushed, and is back after these were written to him. */
async function missed(
  t: TestContext,
  contents: readonly string[],
  options: WorldClientOptions = {},
): Promise<Missed> {
  const world = await worldFor(t);
  const alice = await world.client("alice", {
    sessions: { mode: "never" },
    connectionOriented: false,
  });
  const first = await world.client("bob");
  await world.until(first.settings.set({ pushDeferred: false }));
  await world.until(first.close());
  for (const content of contents) {
    await world.until(
      alice.send("sip:bob@parlance.test", content, { subject: "Lunch" }).reached("deferred"),
    );
    await world.run(1_000);
  }
  const bob = await world.client("bob", options);
  await world.run(10_000);
  return { world, alice, bob };
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("IM-5.2.4-Q1: what waits is listed, and each comes when it is fetched, a large one as well", async (t) => {
  const { world, alice, bob } = await missed(t, ["one", LONG, "three"]);
  const shown = reading(bob);
  const waiting = await world.until(all(bob.deferred()));
  assert.deepEqual(
    waiting.map(({ from, subject, type }) => [from, subject, type]),
    [
      [alice.address, "Lunch", "message"],
      [alice.address, "Lunch", "large message"],
      [alice.address, "Lunch", "message"],
    ],
  );
  const [one, large, three] = waiting;
  assert.ok(one && large && three);
  assert.ok((one.time?.getTime() ?? 0) < (three.time?.getTime() ?? 0));
  assert.ok((large.size ?? 0) >= LONG.length);
  await world.until(three.fetch());
  await world.until(large.fetch());
  assert.deepEqual(shown.map(textOf), ["three", LONG]);
  assert.deepEqual(
    shown.map(({ conversation }) => conversation),
    [alice.address, alice.address],
  );
  assert.equal(await world.until(one.remove()), true);
  assert.equal(await world.until(one.remove()), false);
  assert.equal(await world.until(codeOf(one.fetch())), "no such user or group");
  assert.deepEqual(await world.until(all(bob.deferred())), []);
});

test("IM-5.2.4-Q1: with fetchDeferred all of it is fetched as soon as there is a line", async (t) => {
  const { world, bob } = await missed(t, ["one", "two"], { fetchDeferred: true });
  const shown = reading(bob);
  await world.run(10_000);
  assert.deepEqual(shown.map(textOf), ["one", "two"]);
  assert.deepEqual(await world.until(all(bob.deferred())), []);
});

test("clause 14.4: without a document server the list comes by a NOTIFY", async (t) => {
  const { world, bob } = await missed(t, ["one"], { documents: "https://nowhere.test/xcap" });
  const [one] = await world.until(all(bob.deferred()));
  assert.equal(one?.subject, "Lunch");
});

test("clause 15.1: a conversation is recorded while it is wanted, and comes back in order", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob", { sessions: { incoming: "accept" } });
  const chat = alice.conversation(bob.address, { sessions: "always" });
  const heard = reading(bob);
  assert.equal(await world.until(codeOf(chat.record("Lunch"))), "closed");
  await world.until(chat.open());
  await world.until(chat.record("Lunch plans"));
  await world.until(chat.send("at noon?").delivered);
  await world.until(bob.send(alice.address, LONG).delivered);
  await world.until(chat.stopRecording());
  await world.until(chat.send("not for the record").delivered);
  chat.end();
  await world.run(1_000);
  // Who is recorded is told, by the service and not by the other side.
  assert.deepEqual(
    heard.map((message) => `${message.reach ?? "direct"}: ${textOf(message)}`),
    [
      "system: alice records this session.",
      "direct: at noon?",
      "system: alice does not record any more.",
      "direct: not for the record",
    ],
  );
  assert.deepEqual(
    new Set(heard.map(({ conversation }) => conversation)),
    new Set([alice.address]),
  );
  const [session, ...others] = await world.until(all(alice.recordings()));
  assert.deepEqual(others, []);
  assert.deepEqual(
    [session?.name, session?.parties.map(({ address }) => address), session?.ended !== undefined],
    ["Lunch plans", [bob.address], true],
  );
  const said = await world.until(session?.fetch() ?? assert.fail());
  assert.deepEqual(
    said.map(({ from, text }) => [from, text]),
    [
      [alice.address, "at noon?"],
      [bob.address, LONG],
    ],
  );
  assert.deepEqual(await world.until(all(bob.recordings())), []);
  assert.equal(await world.until(session?.remove() ?? assert.fail()), true);
  assert.deepEqual(await world.until(all(alice.recordings())), []);
});

test("clause 15.1: a room is recorded by who asks for it, and the others are told", async (t) => {
  const world = await worldFor(t, { server: { rooms: [{ name: "lobby" }] } });
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const room = await world.until(alice.join("sip:lobby@parlance.test"));
  const other = await world.until(bob.join("sip:lobby@parlance.test"));
  const heard = reading(bob);
  await world.until(room.record("Minutes"));
  await world.until(other.send("item one").delivered);
  await world.run(1_000);
  assert.match(heard.map(textOf).join(), /records this session/);
  await world.until(room.stopRecording());
  await world.run(1_000);
  const [session] = await world.until(all(alice.recordings()));
  assert.deepEqual([session?.name, session?.group], ["Minutes", "sip:lobby@parlance.test"]);
  const said = await world.until(session?.fetch() ?? assert.fail());
  assert.deepEqual(
    said.map(({ from, text }) => [from, text]),
    [[bob.address, "item one"]],
  );
});
