/** A phone that takes envelopes alone and one that takes none, in a session by way of the server. OMA IM 3.10, 6.3, 9.1 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCpim, parseCpim } from "@parlance/formats";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import { connect, two } from "./session-world.test.ts";

async function mixed(aliceTypes: string, bobTypes: string, lines: readonly string[] = []) {
  const made = await two();
  const { alice, bob, world } = made;
  alice.wish({ types: aliceTypes, lines });
  bob.wish({ types: bobTypes });
  alice.invite("sip:bob@parlance.test");
  await made.settle();
  connect(world, alice);
  connect(world, bob);
  return made;
}

test("each is offered what it takes, and hears it in that form (R-17)", async () => {
  const { alice, bob } = await mixed("message/cpim", "text/plain", [
    "a=accept-wrapped-types:text/plain",
  ]);
  assert.equal(bob.said("accept-types"), "message/cpim text/plain");
  assert.equal(alice.said("accept-types"), "text/plain message/cpim");
  assert.equal(alice.said("accept-wrapped-types"), "text/plain");
  const said = formatCpim({
    from: { name: undefined, uri: "sip:alice@parlance.test" },
    to: [{ name: undefined, uri: "sip:bob@parlance.test" }],
    cc: [],
    dateTime: undefined,
    subjects: [],
    require: [],
    extensions: [],
    contentHeaders: [["Content-Type", "text/plain"]],
    content: utf8Bytes("hello"),
  });
  alice.device.say(alice.peerPath, said, { type: "message/cpim" });
  assert.deepEqual(bob.device.texts, ["hello"]);
  bob.device.say(bob.peerPath, "good day");
  const read = parseCpim(alice.device.requests.at(-1)?.body ?? assert.fail());
  assert.ok(read.ok);
  assert.deepEqual(
    [read.value.from?.uri, read.value.to[0]?.uri, utf8Text(read.value.content)],
    ["sip:bob@parlance.test", "sip:alice@parlance.test", "good day"],
  );
});

test("whoever takes both is told what the other one has said, and nothing more", async () => {
  const { alice, bob } = await mixed("message/cpim text/plain", "text/plain");
  assert.equal(bob.said("accept-types"), "message/cpim text/plain");
  assert.equal(alice.said("accept-types"), "text/plain");
  assert.equal(alice.said("accept-wrapped-types"), undefined);
});

test("a caller without envelopes is offered as one who gets them taken off, and heard in them", async () => {
  const { alice, bob } = await mixed("text/plain", "message/cpim");
  assert.equal(bob.said("accept-types"), "text/plain message/cpim");
  assert.equal(alice.said("accept-types"), "message/cpim text/plain");
  alice.device.say(alice.peerPath, "hello");
  const read = parseCpim(bob.device.requests.at(-1)?.body ?? assert.fail());
  assert.ok(read.ok);
  assert.equal(read.value.from?.uri, "sip:alice@parlance.test");
});
