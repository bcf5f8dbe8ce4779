/** Groups that users keep: made, changed and ended in one call each, and live from its resolving on. OMA IM 17.3 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import { DocumentConflict } from "../documents/document-error.ts";
import { GROUPS } from "../documents/usages.ts";
import { codeOf, reading, textOf, worldFor } from "../people.test.ts";
import { type OwnGroup, readGroup, withChanges, withMembers } from "./group-document.ts";
import { USUAL_POLICY } from "./group-policy.ts";

const ALICE = "sip:alice@parlance.test";
const BOB = "sip:bob@parlance.test";
const CAROL = "sip:carol@parlance.test";
const DAVE = "sip:dave@parlance.test";

test("a group that is made can be written to, and has its members from then on", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice", { sessions: { mode: "never" } });
  const [bob, carol] = [await world.client("bob"), await world.client("carol")];
  const shown = [reading(bob), reading(carol)];
  const group = await world.until(
    alice.groups.create({
      displayName: "Lünch & more",
      subject: "where?",
      members: [BOB, { address: DAVE, name: "Dave" }],
    }),
  );
  assert.deepEqual(group, {
    address: "sip:lunch-more@parlance.test",
    document: "lunch-more",
    displayName: "Lünch & more",
    subject: "where?",
    kind: "group",
    members: [
      { address: ALICE, name: undefined },
      { address: BOB, name: undefined },
      { address: DAVE, name: "Dave" },
    ],
    policy: USUAL_POLICY,
    maxParticipants: undefined,
    avatar: undefined,
  });
  await world.until(alice.send(group.address, "first").accepted);
  await world.run(1_000);
  const more = await world.until(alice.groups.addMembers("lunch-more", [CAROL]));
  assert.equal(more.members.length, 4);
  await world.until(alice.groups.removeMembers(group.address, [BOB]));
  await world.until(alice.send(group.address, "second").accepted);
  await world.run(1_000);
  assert.deepEqual(
    shown.map((messages) => messages.map(textOf)),
    [["first"], ["second"]],
  );
  assert.equal(await world.until(alice.groups.delete(group.address)), true);
  assert.equal(await world.until(alice.groups.delete(group.address)), false);
  const gone = alice.send(group.address, "third");
  assert.equal(await world.until(codeOf(gone.accepted)), "no such user or group");
  assert.deepEqual(await world.until(alice.groups.list()), []);
});

test("the policy of a group is obeyed, and can be changed while people are in it", async (t) => {
  const world = await worldFor(t);
  const [alice, bob, dave] = [
    await world.client("alice"),
    await world.client("bob"),
    await world.client("dave"),
  ];
  const { address } = await world.until(
    alice.groups.create({
      address: "club",
      kind: "room",
      members: [BOB],
      policy: { moderators: [BOB] },
    }),
  );
  assert.equal(await world.until(codeOf(dave.join(address))), "refused");
  const changed = await world.until(
    alice.groups.edit(address, { policy: { open: true, anonymity: true }, subject: "Anything" }),
  );
  const policy = {
    ...USUAL_POLICY,
    open: true,
    anonymity: true,
    moderators: [BOB],
  };
  assert.deepEqual([changed.policy, changed.subject], [policy, "Anything"]);
  const his = await world.until(dave.join(address, { anonymous: true, nickname: "Owl" }));
  const room = await world.until(bob.join(address));
  await world.until(() => room.members.length === 2);
  const owl = room.members.find(({ me }) => !me);
  await world.until(room.expel(owl ?? assert.fail()));
  await world.until(() => his.state === "left");
});

test("an address that is another's is told, and one made of a name is changed", async (t) => {
  const world = await worldFor(t);
  const [alice, bob] = [await world.client("alice"), await world.client("bob")];
  const made = await world.until(alice.groups.create({ displayName: "Team" }));
  assert.equal(made.address, "sip:team@parlance.test");
  const other = await world.until(bob.groups.create({ displayName: "Team" }));
  assert.equal(other.address, "sip:team-2@parlance.test");
  await assert.rejects(
    world.until(bob.groups.create({ address: "team" })),
    (error) => error instanceof DocumentConflict && error.conflict.kind === "uniqueness-failure",
  );
  await assert.rejects(world.until(bob.groups.create({ address: "alice" })), DocumentConflict);
  const foreign = await world.until(codeOf(bob.groups.addMembers(made.address, [CAROL])));
  assert.equal(foreign, "no such user or group");
  const nameless = await world.until(bob.groups.create());
  assert.match(nameless.address, /^sip:group-/);
});

test("groups are told when they change, by whichever device", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const second = await world.client("alice", { device: "second" });
  const told: (readonly OwnGroup[])[] = [];
  alice.on("groups", (groups) => told.push(groups));
  await world.run(1_000);
  await world.until(second.groups.create({ address: "pool" }));
  await world.run(1_000);
  await world.until(second.groups.addMembers("pool", [BOB]));
  await world.run(1_000);
  await world.until(second.groups.delete("pool"));
  await world.run(1_000);
  const shown = told.map((groups) => groups.map(({ members }) => members.length));
  assert.deepEqual(shown, [[], [1], [2], []]);
});

test("a group that somebody else has written keeps what the SDK does not know", async (t) => {
  const world = await worldFor(t);
  const { documents, groups } = await world.client("alice");
  const written = `<?xml version="1.0"?>
<g:group xmlns:g="urn:oma:xml:poc:list-service" xmlns:x="urn:x"><!-- by hand -->
  <g:list-service uri="sip:hand@parlance.test">
    <g:list><g:entry uri="sip:bob@parlance.test"/></g:list>
    <x:colour>green</x:colour>
  </g:list-service>
</g:group>`;
  await world.until(documents.write({ usage: GROUPS, name: "mine" }, utf8Bytes(written)));
  const edits = {
    displayName: "By hand",
    subject: "<b>",
    kind: "room",
    maxParticipants: 7,
  } as const;
  const after = await world.until(groups.edit("hand", { ...edits, policy: { open: true } }));
  assert.deepEqual(
    [after.displayName, after.subject, after.kind, after.maxParticipants, after.policy.open],
    ["By hand", "<b>", "room", 7, true],
  );
  const text = utf8Text(
    (await world.until(documents.read({ usage: GROUPS, name: "mine" })))?.content ??
      new Uint8Array(0),
  );
  for (const kept of ["<!-- by hand -->", "<x:colour>green</x:colour>"]) {
    assert.ok(text.includes(kept), kept);
  }
  const back = { displayName: undefined, subject: undefined, maxParticipants: undefined };
  const bare = await world.until(groups.edit("hand", back));
  assert.deepEqual(
    [bare.displayName, bare.subject, bare.maxParticipants],
    [undefined, undefined, undefined],
  );
});

test("changes that change nothing leave the octets alone", () => {
  const content = utf8Bytes(
    '<group xmlns="urn:oma:xml:poc:list-service"><list-service uri="sip:a@x"/></group>',
  );
  const once = withMembers(content, [{ address: BOB, name: "Bob" }]);
  assert.deepEqual(readGroup("a", once).members, [{ address: BOB, name: "Bob" }]);
  assert.deepEqual(withMembers(once, [{ address: BOB, name: undefined }]), once);
  const renamed = withMembers(once, [{ address: BOB, name: "Robert & Co" }]);
  assert.deepEqual(readGroup("a", renamed).members, [{ address: BOB, name: "Robert & Co" }]);
  assert.deepEqual(withChanges(once, {}), once);
});

test("who only reads is told so while he is in, and others see it", async (t) => {
  const world = await worldFor(t);
  const [alice, bob] = [await world.client("alice"), await world.client("bob")];
  const made = await world.until(
    alice.groups.create({ address: "news", kind: "room", members: [BOB, CAROL] }),
  );
  const own = await world.until(alice.join(made.address));
  const room = await world.until(bob.join(made.address));
  await world.run(2_000);
  const heard: string[] = [];
  for (const one of [own, room]) {
    one.on("roster", (change) => {
      if (change.type === "role") heard.push(`${change.member.name} ${change.member.roles.join()}`);
    });
  }
  const read = await world.until(alice.groups.edit("news", { policy: { readers: [BOB] } }));
  assert.deepEqual(read.policy, { ...USUAL_POLICY, readers: [BOB] });
  await world.run(2_000);
  assert.deepEqual(heard, ["bob reader", "bob reader"]);
  assert.equal(await world.until(codeOf(room.send("may I?").accepted)), "refused");
  await world.until(own.send("news").accepted);
  const open = await world.until(alice.groups.edit("news", { policy: { readers: [] } }));
  assert.deepEqual(open.policy, USUAL_POLICY);
  await world.run(2_000);
  await world.until(room.send("now I may").accepted);
});

test("a group has a picture, which others are told; nothing but a file of the server may be one", async (t) => {
  const world = await worldFor(t);
  const [alice, bob] = [await world.client("alice"), await world.client("bob")];
  const { address } = await world.until(
    alice.groups.create({ address: "club", kind: "room", members: [BOB] }),
  );
  const room = await world.until(bob.join(address));
  await world.run(2_000);
  const heard: (string | undefined)[] = [];
  room.on("roster", (change) => {
    if (change.type === "avatar") heard.push(change.avatar);
  });
  const link = "abcdefghijklmnopqrstuvwxyz1";
  const url = `https://${world.domain}/files/${link}`;
  for (const avatar of [
    `https://elsewhere.example/files/${link}`,
    `${url}?x`,
    `${url}/../../x`,
    "javascript:alert(1)",
    `${url}${"a".repeat(60)}`,
  ]) {
    assert.equal(await world.until(codeOf(alice.groups.edit(address, { avatar }))), "conflict");
  }
  const edited = await world.until(alice.groups.edit(address, { avatar: url }));
  assert.equal(edited.avatar, url);
  await world.run(2_000);
  assert.equal(room.avatar, url);
  await world.until(alice.groups.edit(address, { avatar: undefined }));
  await world.run(2_000);
  assert.deepEqual([heard, room.avatar], [[url, undefined], undefined]);
});

test("who may write is changed by its octets, and by nothing else", () => {
  const foreign = `<g:group xmlns:g="urn:oma:xml:poc:list-service"><g:list-service uri="sip:a@b"><x:y xmlns:x="urn:x">&#65;</x:y></g:list-service></g:group>`;
  const written = withChanges(utf8Bytes(foreign), {
    policy: { writers: "moderators", readers: ['sip:"><evil/>@b', "sip:c@b"] },
  });
  assert.ok(utf8Text(written).includes('<x:y xmlns:x="urn:x">&#65;</x:y>'));
  const { policy } = readGroup("a", written);
  assert.deepEqual(
    [policy.writers, policy.readers],
    ["moderators", ['sip:"><evil/>@b', "sip:c@b"]],
  );
  const again = withChanges(written, { policy: { writers: "everybody", readers: [] } });
  assert.equal(utf8Text(again), foreign);
});
