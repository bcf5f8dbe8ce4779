/** What people are called in a room, and those who do not want to be known. OMA IM 7.1.1.15, 7.2.3.2, Appendix M, RFC 7701 §7 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, reading, textOf } from "../people.test.ts";
import { inLobby, LOBBY, namesOf, shownIn } from "./rooms-world.test.ts";

test("a name that is wished for on the way in is the name there, with a number if it is taken (IMSpec-MSRP-S-001, IM-7.1.1.1-09)", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"], {
    joins: { alice: { nickname: "Night Owl" }, bob: { nickname: "night owl" } },
  });
  const [alice, bob] = people;
  const shown = reading(alice.client);
  await world.until(bob.room.send("hoo").delivered);
  await world.run(3_000);
  assert.deepEqual(namesOf(alice.room), ["Night Owl", "night owl 2"]);
  assert.equal(alice.room.me?.nickname, "Night Owl");
  assert.equal(bob.room.nickname, "night owl 2");
  assert.equal(shown.at(-1)?.fromName, "night owl 2");
  assert.equal(shown.at(-1)?.from, bob.client.address);
});

test("a name is changed and given back, and refused for one of several reasons (RFC 7701 §7)", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  await world.run(3_000);
  const renamed: unknown[] = [];
  alice.room.on("roster", (change) => {
    if (change.type === "renamed") renamed.push([change.before.name, change.member.name]);
  });
  await world.until(bob.room.setNickname("Hoot"));
  await world.run(12_000);
  await world.until(bob.room.setNickname(undefined));
  await world.run(12_000);
  assert.deepEqual(renamed, [
    ["bob", "Hoot"],
    ["Hoot", "bob"],
  ]);
  assert.equal(await world.until(codeOf(bob.room.setNickname("alice"))), "name taken");
  await world.run(12_000);
  assert.equal(await world.until(codeOf(bob.room.setNickname("sip:x@y"))), "name not valid");
  assert.throws(() => void alice.room.whisper([], "nobody"), TypeError);
});

test("nothing that others get says who an anonymous participant is, in whatever he does (IM-7.1.1.1-05, IM-7.1.1.1-08, IM-7.1.3.2.1-04)", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"], {
    joins: { bob: { nickname: "Night Owl", anonymous: true } },
    clients: { bob: { displayName: "Robert" } },
  });
  const [alice, bob] = people;
  await world.run(3_000);
  const shown = reading(alice.client);
  const heard = reading(bob.client);
  const seen: unknown[] = [];
  alice.client.on("composing", ({ from, conversation, active }) => {
    seen.push([from, conversation, active]);
  });
  bob.room.composing();
  await world.run(1_000);
  await world.until(bob.room.send("who am I?").delivered);
  await world.until(
    bob.room.whisper(alice.client.address, "just you", { receipts: ["displayed"] }).accepted,
  );
  const sent = alice.room.send("read this", { receipts: ["delivered", "displayed"] });
  await world.until(sent.delivered);
  await world.until(heard.at(-1)?.displayed() ?? assert.fail());
  await world.until(() => sent.recipients.length === 2);
  await world.run(3_000);
  const owl = alice.room.members.find(({ anonymous }) => anonymous);
  assert.match(owl?.entity ?? "", /^sip:anonymous-[0-9a-f]{8}@anonymous\.invalid$/);
  assert.deepEqual(namesOf(alice.room), ["alice", "Night Owl"]);
  assert.equal(bob.room.me?.entity, owl?.entity);
  assert.deepEqual(seen, [
    [owl?.entity, LOBBY, true],
    [owl?.entity, LOBBY, false],
  ]);
  assert.deepEqual(shownIn(shown), ["all who am I?", "private just you"]);
  assert.deepEqual(
    sent.recipients.map(({ address, state }) => [address, state]),
    [
      [LOBBY, "delivered"],
      [owl?.entity, "displayed"],
    ],
  );
  await world.until(alice.room.whisper(owl ?? assert.fail(), "hello, whoever you are").delivered);
  assert.equal(heard.at(-1)?.reach, "private");
  for (const message of shown.filter(({ reach }) => reach !== "system")) {
    assert.equal(message.anonymous, true, textOf(message));
  }
  const toAlice = world.log.octets("alice");
  assert.ok(toAlice.some((octets) => octets.includes("Night Owl")));
  assert.deepEqual(
    toAlice.filter((octets) => /\bbob\b|robert/i.test(octets)),
    [],
  );
});

test("the page on which one chooses a name is told as such, and is no message (IM-7.2.3.5-P1)", async (t) => {
  const { world, people } = await inLobby(t, ["alice"], {
    server: { conferences: { aliasPage: true, announce: [] } },
  });
  const [alice] = people;
  const shown = reading(alice.client);
  await world.run(1_000);
  const { url = "" } = alice.room.aliasLink ?? {};
  assert.match(url, /\/alias\?t=/);
  assert.deepEqual(shown, []);
});

test("who is in by name is not taken for hidden when he asks to be, on this device or on another (IM-7.2.1.3-06)", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  await assert.rejects(world.until(bob.client.join(LOBBY, { anonymous: true })), {
    code: "refused",
    message: /^refused: you are in by name/,
  });
  const other = await world.client("bob");
  await assert.rejects(world.until(other.join(LOBBY, { anonymous: true })), {
    code: "refused",
    status: 403,
    warning: "anonymity not allowed",
  });
  assert.deepEqual(other.rooms, []);
  assert.equal(bob.room.state, "in");
  await world.run(3_000);
  assert.deepEqual(namesOf(alice.room), ["alice", "bob"]);
  const carol = await world.client("carol");
  const hidden = await world.until(carol.join(LOBBY, { anonymous: true }));
  assert.equal(await world.until(carol.join(LOBBY, { anonymous: true })), hidden);
});
