/** Messages whose senders never end them: what is kept of them is given back. RFC 4975 §7.1.1, §7.3.1 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BridgeListener } from "../ports/index.ts";
import { bridged } from "../testing/bridged.ts";

type World = ReturnType<typeof bridged>;

/** A chunk of a message that goes on, of ten octets. */
function begin({ alice, toBob }: World, messageId: string, start = 1): string {
  const range = `${start}-${start + 9}/1000`;
  const id = alice.say(toBob, "x".repeat(10), { messageId, range, flag: "+" });
  return alice.responses.findLast((response) => response.startsWith(id))?.split(" ")[1] ?? "none";
}

/** What is heard of each message, by the order in which they began. */
function listening() {
  const heard: string[] = [];
  const listener: BridgeListener = (_side, read) => {
    read();
    const at = heard.push("open") - 1;
    return {
      write() {},
      end: () => void (heard[at] = "whole"),
      abandon: () => void (heard[at] = heard[at] === "open" ? "abandoned" : "abandoned again"),
    };
  };
  return { heard, listener };
}

test("a message that is not gone on with has its place for a minute, and nobody keeps a copy of it then", async () => {
  const { heard, listener } = listening();
  const world = bridged({ limits: { openMessages: 2 }, listener });
  begin(world, "one");
  begin(world, "two");
  await world.clock.pass(59_000);
  assert.deepEqual(heard, ["open", "open"]);
  begin(world, "two", 11); // it goes on
  await world.clock.pass(3_000);
  assert.deepEqual(heard, ["abandoned", "open"]);
  assert.deepEqual([begin(world, "three"), begin(world, "four")], ["200", "413"]);
});

test("where there may be no more, the one that is silent longest gives way", async () => {
  const { heard, listener } = listening();
  const world = bridged({ limits: { openMessages: 2 }, listener });
  begin(world, "one");
  await world.clock.pass(1_000);
  begin(world, "two");
  await world.clock.pass(3_000);
  begin(world, "one", 11); // it is the other one that is silent now
  assert.equal(begin(world, "three"), "413"); // neither has been for long
  await world.clock.pass(3_000);
  assert.equal(begin(world, "four"), "200");
  assert.deepEqual(heard, ["open", "abandoned", "open"]);
});

test("a sender who never ends a message may begin as many as he wants, and none is kept", async () => {
  const { heard, listener } = listening();
  const world = bridged({ listener });
  for (let at = 0; at < 200; at += 1) {
    assert.equal(begin(world, `m${at}`), "200");
    await world.clock.pass(1_000);
  }
  assert.equal(heard.filter((each) => each === "open").length <= 64, true);
  assert.equal(heard.filter((each) => each === "abandoned").length >= 136, true);
  world.bridge.close();
  assert.deepEqual(new Set(heard), new Set(["abandoned"]));
});

test("one that was given up goes on where its receiver has it, if its sender comes back to it", async () => {
  const world = bridged({ limits: { openMessages: 1 } });
  begin(world, "one");
  await world.clock.pass(120_000);
  assert.equal(begin(world, "two"), "200");
  await world.clock.pass(10_000);
  assert.equal(begin(world, "one", 11), "200");
  assert.deepEqual(world.bob.requests.at(-1)?.messageId, "one");
});

test("an envelope goes on after the silence only by the head that was judged", async () => {
  const world = bridged({ limits: { openMessages: 1 } });
  const { alice, bob, toBob, clock } = world;
  const head = "From: <sip:alice@parlance.test>\r\nTo: <sip:bob@parlance.test>\r\n\r\n";
  const envelope = `${head}Content-Type: text/plain\r\n\r\nhello`;
  const type = "message/cpim";
  const said = { messageId: "m", type, flag: "+" } as const;
  alice.say(toBob, envelope, { ...said, range: `1-${envelope.length}/1000` });
  await clock.pass(61_000);
  begin(world, "other");
  await clock.pass(10_000);
  const before = bob.requests.length;
  const at = envelope.length + 1;
  const id = alice.say(toBob, "more", { ...said, range: `${at}-${at + 3}/1000` });
  assert.equal(alice.responses.at(-1), `${id} 200`);
  assert.equal(bob.requests.length, before + 1);
});

test("chunks whose envelope never came whole are answered with 408 when they are given up", async () => {
  const world = bridged();
  const { alice, bob, toBob, clock } = world;
  const id = alice.say(toBob, "From: <sip:al", {
    messageId: "m",
    type: "message/cpim",
    range: "1-13/1000",
    flag: "+",
  });
  const before = alice.responses.length;
  await clock.pass(62_000);
  assert.deepEqual(alice.responses.slice(before), [`${id} 408`]);
  assert.deepEqual(bob.texts, []);
});
