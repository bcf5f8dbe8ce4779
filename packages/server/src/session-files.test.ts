/** Files between two phones by way of the server: several in one offer, refused ones, ranges, new ones. RFC 5547 §8, OMA IM 10 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import { two } from "./session-world.test.ts";
import type { SessionPhone } from "./testing/session-phone.ts";

/** One m= line of a file, as whoever connects says it. */
function line(phone: SessionPhone, name: string, more: readonly string[] = []): readonly string[] {
  return [
    "m=message 7654 TCP/MSRP *",
    "a=accept-types:*",
    `a=path:${phone.pathOf(name)}`,
    "a=setup:active",
    `a=file-selector:name:"${name}" type:image/png size:5 hash:sha-1:00:11`,
    `a=file-transfer-id:id-${name}`,
    ...more,
  ];
}

const refusedLine = (name: string): readonly string[] => [
  "m=message 0 TCP/MSRP *",
  `a=file-transfer-id:id-${name}`,
];

function described(lines: readonly string[]) {
  const head = ["v=0", "o=- 1 1 IN IP4 192.0.2.77", "s=-", "c=IN IP4 192.0.2.77", "t=0 0"];
  return { type: "application/sdp", bytes: utf8Bytes([...head, ...lines, ""].join("\r\n")) };
}

/** Values of an attribute, in the order of the m= lines. */
function all(body: Uint8Array | undefined, attribute: string): readonly string[] {
  const text = new TextDecoder().decode(body);
  return [...text.matchAll(new RegExp(`^${attribute}[:=](.*)\\r$`, "gm"))].map(
    ([, value = ""]) => value,
  );
}

async function offered(lines: (alice: SessionPhone) => readonly string[]) {
  const made = await two();
  const { alice, bob } = made;
  bob.automatic = false;
  alice.describes = () => described(lines(alice));
  alice.invite("sip:bob@parlance.test");
  await made.settle();
  const offer = bob.incoming?.request.body;
  return { ...made, offer };
}

/** The device of a phone, in the session of one file. */
function open(phone: SessionPhone, world: Awaited<ReturnType<typeof two>>["world"], name: string) {
  const device = phone.deviceFor(name);
  device.connect((connection) => world.server.media?.taken(connection));
  return device;
}

test("several files in one offer have a way each, and a refused one has none", async () => {
  const { world, alice, bob, offer, settle } = await offered((from) => [
    ...line(from, "one", ["a=sendonly"]),
    ...line(from, "two", ["a=sendonly"]),
    ...line(from, "three", ["a=sendonly"]),
  ]);
  const toAlice = all(offer, "a=path");
  assert.equal(new Set(toAlice).size, 3);
  for (const path of toAlice) assert.match(path, /^msrp:\/\/192\.0\.2\.1:2855\//);
  assert.deepEqual(all(offer, "a=file-transfer-id"), ["id-one", "id-two", "id-three"]);
  bob.accept({
    body: described([
      ...line(bob, "one", ["a=recvonly"]),
      ...refusedLine("two"),
      ...line(bob, "three", ["a=recvonly"]),
    ]),
  });
  await settle();
  const answer = alice.answer?.body;
  assert.deepEqual(
    all(answer, "m").map((media) => media.split(" ")[1]),
    ["2855", "0", "2855"],
  );
  const toBob = all(answer, "a=path");
  assert.equal(toBob.length, 2);
  for (const [at, name] of ["one", "three"].entries()) {
    const from = open(alice, world, name);
    const to = open(bob, world, name);
    from.greet(toBob[at] ?? assert.fail());
    to.greet(toAlice[at * 2] ?? assert.fail());
    const id = from.say(toBob[at] ?? assert.fail(), "12345", {
      type: "image/png",
      messageId: name,
    });
    assert.equal(from.responses.at(-1), `${id} 200`);
    assert.equal(to.octetsOf(name).length, 5);
  }
  assert.equal(world.server.stats.sessions, 1);
  alice.call?.end();
  await settle();
  assert.equal(world.server.stats.sessions, 0);
  assert.equal(world.metrics.gauges.get("msrp_legs")?.(), 0);
});

test("a file that is asked for comes the other way, with the range that is wanted", async () => {
  const { world, alice, bob, offer, settle } = await offered((from) =>
    line(from, "one", ["a=recvonly", "a=file-range:3-5"]),
  );
  assert.deepEqual(all(offer, "a=file-range"), ["3-5"]);
  assert.match(new TextDecoder().decode(offer), /a=recvonly/);
  bob.accept({ body: described(line(bob, "one", ["a=sendonly", "a=file-range:3-5"])) });
  await settle();
  const to = open(alice, world, "one");
  const from = open(bob, world, "one");
  to.greet(all(alice.answer?.body, "a=path")[0] ?? assert.fail());
  const toAlice = all(offer, "a=path")[0] ?? assert.fail();
  from.greet(toAlice);
  from.say(toAlice, "345", { type: "image/png", messageId: "part" });
  assert.equal(to.octetsOf("part").length, 3);
});

test("a file that nobody has is refused as the other side refuses it", async () => {
  const { alice, bob, settle } = await offered((from) => line(from, "one", ["a=recvonly"]));
  bob.incoming?.refuse(404);
  await settle();
  const [failure] = alice.failures;
  assert.equal(failure?.kind === "refused" && failure.response.status, 404);
});

test("a file in a session that is there gets a line of its own; the lines before it stay as they are", async () => {
  const { world, alice, bob, settle } = await offered((from) => line(from, "one", ["a=sendonly"]));
  bob.accept({ body: described(line(bob, "one", ["a=recvonly"])) });
  await settle();
  const before = all(alice.answer?.body, "a=path");
  bob.meets = (offer) =>
    offer.accept({
      body: described([...line(bob, "one", ["a=recvonly"]), ...line(bob, "two", ["a=recvonly"])]),
    });
  const outcome = await alice.call?.offer(
    described([...line(alice, "one", ["a=sendonly"]), ...line(alice, "two", ["a=sendonly"])]),
  );
  assert.ok(outcome?.kind === "answered");
  const after = all(outcome.answer?.bytes, "a=path");
  assert.deepEqual([after[0], after.length], [before[0], 2]);
  const toAlice = all(bob.offers.at(-1)?.body?.bytes, "a=path");
  const from = open(alice, world, "two");
  const to = open(bob, world, "two");
  from.greet(after[1] ?? assert.fail());
  to.greet(toAlice[1] ?? assert.fail());
  from.say(after[1] ?? assert.fail(), "12345", { type: "image/png", messageId: "two" });
  assert.equal(to.octetsOf("two").length, 5);
});

test("a file larger than the server lets through is refused by its announcement", async () => {
  const { world, alice, settle } = await two({ limits: { sessionFileBytes: 4 } });
  alice.describes = () => described(line(alice, "one", ["a=sendonly"]));
  alice.invite("sip:bob@parlance.test");
  await settle();
  const [failure] = alice.failures;
  assert.ok(failure?.kind === "refused");
  assert.equal(failure.response.status, 403);
  assert.match(failure.response.text("Warning") ?? "", /size exceeded/);
  assert.equal(world.metrics.labelled.get("parlance_limit_hits_total sessionFileBytes"), 1);
});

test("more files at once than there may be: those behind are refused, and the bound is counted", async () => {
  const { world, alice, bob, settle } = await two({ limits: { sessionLines: 2 } });
  bob.automatic = false;
  const names = ["one", "two", "three"];
  alice.describes = () => described(names.flatMap((name) => line(alice, name, ["a=sendonly"])));
  alice.invite("sip:bob@parlance.test");
  await settle();
  const ports = all(bob.incoming?.request.body, "m").map((media) => media.split(" ")[1]);
  assert.deepEqual(ports, ["2855", "2855", "0"]);
  assert.equal(world.metrics.labelled.get("parlance_limit_hits_total sessionLines"), 1);
});
