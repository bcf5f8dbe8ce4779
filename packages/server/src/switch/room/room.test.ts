/** A room, and people in it: what they say, who hears it, what is refused. Clause 7.2.3 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { settled } from "../../testing/clock.ts";
import { namesOf, POOL, RoomWorld, typeOf } from "../../testing/room-world.ts";

const ANONYMOUS = "sip:anonymous@anonymous.invalid";

test("what one says all others hear, as said by him to the room (IM-7.2.3-02, IM-7.2.3-04, IM-7.1.3.2.1-02)", async () => {
  const world = new RoomWorld();
  const [alice, bob, carol] = [
    await world.join("alice"),
    await world.join("bob"),
    await world.join("carol"),
  ];
  assert.equal(await alice.say("Hello all", { messageId: "m1" }), 200);
  for (const one of [bob, carol]) {
    assert.deepEqual(one.texts, ["Hello all"]);
    assert.equal(namesOf(one.last), `Alice sip:alice@example.com | ${POOL};isfocus`);
    assert.equal(one.last.cpim.dateTime, "2030-05-04T10:00:00Z");
    const { messageId, fromPath, toPath, failureReport, successReport } = one.last.request;
    assert.notEqual(messageId, "m1");
    assert.deepEqual([fromPath, toPath], [one.leg.leg.uri, one.device.path]);
    assert.deepEqual([failureReport, successReport], ["yes", undefined]);
  }
  assert.deepEqual(alice.texts, []);
});

test("a session or group identity in To is the room, with and without isfocus (IM-7.1.3.2.1-02)", async () => {
  const world = new RoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  for (const to of [
    `${POOL};isfocus`,
    "sip:session-1@im.example.com",
    "sip:session-1@IM.example.com;isfocus",
  ]) {
    assert.equal(await alice.say(to, { to: [to] }), 200);
    assert.equal(bob.last.cpim.to[0]?.uri, `${POOL};isfocus`);
  }
});

test("what is no envelope, or not a whole one, or a lie, is refused in the order of the clause (IM-7.1.3.2.1-01)", async () => {
  const world = new RoomWorld({ rules: { maxBytes: 3_000, types: ["text/*"] } });
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  const plain = alice.device.say(alice.leg.leg.uri, "hello", { type: "text/plain" });
  assert.equal(alice.statusOf(plain), 415); // RFC 7701 §6.3
  assert.equal(await alice.say("x".repeat(3_000)), 413);
  assert.equal(await alice.send("no envelope"), 400);
  assert.equal(await alice.send(`To: <${POOL}>\r\n\r\nContent-Type: text/plain\r\n\r\nx`), 400);
  assert.equal(await alice.say("x", { to: [] }), 400);
  assert.equal(await alice.say("x", { from: "sip:bob@example.com" }), 403);
  assert.equal(await alice.say("x", { from: ANONYMOUS }), 403); // she does not hide
  assert.equal(await alice.say("x", { to: ["sip:dave@example.com"] }), 404);
  assert.equal(await alice.say("x", { to: [POOL, "sip:bob@example.com"] }), 400);
  assert.equal(await alice.say("x", { type: "image/png" }), 415);
  const unknown = alice.device.ask("PUBLISH", alice.leg.leg.uri);
  assert.equal(alice.statusOf(unknown), 501);
  assert.deepEqual(bob.texts, []);
});

test("From may be any address of the sender, and is his entity and name for the others (IMSpec-MSRP-S-001, IM-7.1.3.2.1-04)", async () => {
  const world = new RoomWorld();
  const alice = await world.join("alice", { alias: "Night Owl" });
  const bob = await world.join("bob");
  for (const from of ["sip:alice@EXAMPLE.com", "im:alice@example.com", "tel:+1-555-5"]) {
    assert.equal(await alice.say("hoo", { from }), 200, from);
    assert.equal(namesOf(bob.last), `Night Owl sip:alice@example.com | ${POOL};isfocus`);
  }
  world.put("alice");
  await alice.say("hoo");
  assert.equal(bob.last.cpim.from?.name, "Alice");
});

test("a private message is heard by those it names, and by nobody else (IMSpec-MSRP-S-002, IM-7.1.3.2.1-03b)", async () => {
  const world = new RoomWorld();
  const people = await Promise.all(["alice", "bob", "carol", "dave"].map((one) => world.join(one)));
  const [alice, bob, carol, dave] = people;
  const to = ["sip:bob@example.com", "sip:carol@example.com"];
  assert.equal(await alice?.say("Only for you two", { to }), 200);
  for (const one of [bob, carol]) {
    assert.deepEqual(one?.texts, ["Only for you two"]);
    assert.deepEqual(
      one?.last.cpim.to.map(({ uri }) => uri),
      to,
    );
    assert.equal(one?.last.cpim.from?.uri, "sip:alice@example.com");
  }
  assert.deepEqual(dave?.texts, []);
});

test("private messages can be off for a member, and for a device (IMSpec-MSRP-S-002)", async () => {
  const world = new RoomWorld();
  const alice = await world.join("alice", { member: { mayWritePrivately: false } });
  const bob = await world.join("bob");
  const phone = await world.join("phone", { device: { privately: false } });
  assert.equal(await alice.say("psst", { to: ["sip:bob@example.com"] }), 403);
  assert.equal(await alice.say("hello"), 200);
  assert.equal(await bob.say("psst", { to: ["sip:phone@example.com"] }), 428);
  assert.equal(
    await bob.say("psst", { to: ["sip:phone@example.com", "sip:alice@example.com"] }),
    428,
  );
  assert.deepEqual([phone.texts, alice.texts], [["hello"], []]);
});

test("a device that knows one To gets one (IM-7.1.3.2.1-03b)", async () => {
  const world = new RoomWorld();
  const alice = await world.join("alice");
  const bob = await world.join("bob", { device: { oneTo: true } });
  const carol = await world.join("carol");
  const to = ["sip:bob@example.com", "sip:carol@example.com"];
  await alice.say("psst", { to });
  assert.deepEqual(
    bob.last.cpim.to.map(({ uri }) => uri),
    ["sip:bob@example.com"],
  );
  assert.deepEqual(
    carol.last.cpim.to.map(({ uri }) => uri),
    to,
  );
});

test("somebody who hides is found by entity and alias, never by address (IMSpec-MSRP-S-001, IMSpec-MSRP-S-002)", async () => {
  const world = new RoomWorld();
  const owl = await world.join("alice", { anonymous: true, alias: "Night Owl" });
  const bob = await world.join("bob");
  for (const to of [owl.entity, `"night owl" <${ANONYMOUS}>`, `Night  Owl <${owl.entity}>`]) {
    assert.equal(await bob.say("psst", { to: [to] }), 200, to);
    assert.equal(owl.last.cpim.to[0]?.uri, owl.entity);
  }
  assert.equal(await bob.say("psst", { to: [owl.address] }), 404);
  assert.equal(await bob.say("psst", { to: [`"Day Owl" <${ANONYMOUS}>`] }), 404);
  for (const from of [owl.entity, owl.address, ANONYMOUS]) {
    assert.equal(await owl.say("hoo", { from, headers: [`X-From: <${owl.address}>`] }), 200, from);
    assert.equal(namesOf(bob.last), `Night Owl ${owl.entity} | ${POOL};isfocus`);
  }
  assert.equal(await bob.say("I am the owl", { from: owl.entity }), 403);
});

test("the room speaks for itself with isfocus, to all or to one by his alias (IM-7.2.3-01, IM-7.2.3-03, IMSpec-MSRP-S-003, IM-7.2.3.5-05)", async () => {
  const world = new RoomWorld();
  const alice = await world.join("alice", { alias: "Night Owl" });
  const bob = await world.join("bob");
  world.room.announce("This session closes in five minutes.");
  world.room.announce("You are the Night Owl now.", "alice");
  await settled();
  assert.deepEqual(bob.texts, ["This session closes in five minutes."]);
  assert.equal(namesOf(bob.last), `Pool ${POOL};isfocus | ${POOL};isfocus`);
  assert.equal(typeOf(bob.last), "text/plain;charset=UTF-8");
  assert.equal(bob.last.request.successReport, undefined);
  assert.equal(alice.texts.length, 2);
  assert.deepEqual(alice.last.cpim.to, [{ name: "Night Owl", uri: "sip:alice@example.com" }]);
});

test("a body that a device does not take is told as text (IM-7.2.3.5-03)", async () => {
  const world = new RoomWorld();
  const alice = await world.join("alice");
  const bob = await world.join("bob", { device: { types: ["text/plain"] } });
  const type = 'message/external-body; access-type="URL"; URL="https://im.example.com/alias"';
  const body = new TextEncoder().encode("Content-Type: text/html\r\n\r\n");
  for (const to of [undefined, "alice", "bob"]) {
    world.room.announceBody(type, body, to, "Go to https://im.example.com/alias");
  }
  await settled();
  assert.deepEqual(alice.heard.map(typeOf), [type, type]);
  const text = "Go to https://im.example.com/alias";
  assert.deepEqual(bob.texts, [text, text]);
});

test("NICKNAME is answered as the room decides: 403, 400, 424, 425, 200 (IMSpec-MSRP-S-001)", async () => {
  const world = new RoomWorld();
  const alice = await world.join("alice");
  world.wishStatus = 425;
  assert.equal(await alice.nickname('"Night Owl"'), 425);
  world.wishStatus = 200;
  assert.equal(await alice.nickname('"Night Owl"'), 200);
  assert.equal(await alice.nickname('""'), 200);
  assert.deepEqual(world.wishes, ["alice Night Owl", "alice Night Owl", "alice -"]);
  assert.equal(await alice.nickname('"open'), 424);
  const twice = alice.device.ask("NICKNAME", alice.leg.leg.uri, []);
  assert.equal(alice.statusOf(twice), 400);
  assert.equal(await alice.nickname('"too often"'), 423);
  const without = new RoomWorld({ rules: { aliases: false } });
  const bob = await without.join("bob");
  assert.equal(await bob.nickname('"Night Owl"'), 403);
});

test("other devices of the sender get a copy, the one that sends does not", async () => {
  const world = new RoomWorld();
  const desk = await world.join("alice");
  const phone = await world.join("alice");
  const bob = await world.join("bob");
  await desk.say("to all");
  await desk.say("to Bob", { to: ["sip:bob@example.com"] });
  assert.deepEqual(phone.texts, ["to all", "to Bob"]);
  assert.deepEqual(bob.texts, ["to all", "to Bob"]);
  assert.deepEqual(desk.texts, []);
});

test("devices without the type or the room for it are left out, the others are not", async () => {
  const world = new RoomWorld();
  const alice = await world.join("alice");
  const bob = await world.join("bob", { device: { types: ["text/*"] } });
  const carol = await world.join("carol", { device: { maxBytes: 250 } });
  await alice.say("picture", { type: "image/png" });
  await alice.say("x".repeat(300));
  await alice.say("hello");
  assert.deepEqual(bob.texts, ["x".repeat(300), "hello"]);
  assert.deepEqual(carol.texts, ["picture", "hello"]);
  bob.leg.update({ types: ["*"], maxBytes: undefined, privately: true });
  await alice.say("another", { type: "image/png" });
  assert.equal(bob.texts.at(-1), "another");
});

test("that somebody writes is passed on without being answered, and not too often", async () => {
  const world = new RoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  const type = "application/im-iscomposing+xml";
  for (let time = 0; time < 5; time += 1) await alice.say("<isComposing/>", { type });
  assert.equal(bob.texts.length, 3);
  assert.equal(bob.last.request.failureReport, "no");
  await world.clock.pass(10_000);
  await alice.say("<isComposing/>", { type });
  assert.equal(bob.texts.length, 4);
});

test("who may not write is told so; receipts of anybody pass (IMSpec-MSRP-S-002)", async () => {
  const world = new RoomWorld();
  const mute = { mayWrite: false, mayWritePrivately: false };
  const alice = await world.join("alice", { member: mute });
  const bob = await world.join("bob");
  assert.equal(await alice.say("hello"), 403);
  const type = "message/imdn+xml";
  assert.equal(await alice.say("<imdn/>", { type, to: [bob.entity] }), 200);
  assert.deepEqual(bob.texts, ["<imdn/>"]);
});

test("who leaves hears nothing more, and his address is nobody's", async () => {
  const world = new RoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  world.room.remove("bob");
  await alice.say("is he gone?");
  assert.deepEqual(bob.texts, []);
  assert.equal(await bob.say("hello?"), 481);
  assert.equal(await alice.say("psst", { to: ["sip:bob@example.com"] }), 404);
  world.room.close();
  assert.equal(await alice.say("hello?"), 481);
});

test("whoever opened the room hears that somebody has spoken, and not what the room says", async () => {
  const world = new RoomWorld();
  const alice = await world.join("alice");
  await world.join("bob");
  world.room.announce("Welcome.");
  await settled();
  assert.equal(world.spoken, 0);
  await alice.say("hello");
  await settled();
  assert.equal(world.spoken, 1);
});
