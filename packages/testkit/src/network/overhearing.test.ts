/** What is overheard in a world: every octet on its way to a device, also behind the beginning of what is written at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startWorld } from "../index.ts";
import { Overhearing } from "./overhearing.ts";

test("who is named in SIP or MSRP to a device is overheard there, and who is not is not", async () => {
  await using world = await startWorld({
    server: { rooms: [{ name: "lobby", allowAnonymity: true }] },
  });
  const heard = world.overhear(["sip:alice", "sip:bob", "long after"]);
  const lobby = world.address("lobby");
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const carol = await world.client("carol");
  const room = await world.until(alice.join(lobby));
  await world.until(bob.join(lobby, { anonymous: true, nickname: "Owl" }));
  await world.until(carol.join(lobby));
  await world.until(room.send(`${"so ".repeat(2_000)}long after`).delivered);
  assert.deepEqual(
    ["sip:alice", "sip:bob", "long after"].map((word) => heard.has("carol", word)),
    [true, false, true],
  );
});

test("a word may be cut apart where what is written ends", () => {
  const heard = new Overhearing(["Secret"]);
  const [one, two] = ["it is a sec", "RET, is it not?"].map((text) =>
    new TextEncoder().encode(text),
  );
  assert.ok(one && two);
  heard.passes("bob", "flow 1", one);
  heard.passes("bob", "flow 2", two);
  assert.equal(heard.has("bob", "secret"), false);
  heard.passes("bob", "flow 1", two);
  assert.equal(heard.has("bob", "secret"), true);
  assert.equal(heard.has("carol", "secret"), false);
});
