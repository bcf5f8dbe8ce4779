/** The address book and the profile of a user: one for all of his devices. RFC 4826, OMA Shared Profile XDM */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import { RESOURCE_LISTS, USER_PROFILE } from "../documents/usages.ts";
import { codeOf, worldFor } from "../people.test.ts";
import type { ContactList } from "./contact-lists.ts";
import type { OwnProfile } from "./profile.ts";

const BOB = "sip:bob@parlance.test";
const CAROL = "sip:carol@parlance.test";
const INDEX = { usage: RESOURCE_LISTS, name: "index" };

const shown = (lists: readonly ContactList[]): readonly string[] =>
  lists.map(({ name, displayName, contacts }) => {
    const people = contacts.map(({ address, name: called }) => `${address} ${called ?? "-"}`);
    return `${name} (${displayName ?? "-"}): ${people.join(", ")}`;
  });

test("people are put into lists, renamed, moved and taken out, one call each", async (t) => {
  const world = await worldFor(t);
  const { contacts } = await world.client("alice");
  assert.deepEqual(await world.until(contacts.lists()), []);
  await world.until(contacts.add(BOB, { name: "Bob" }));
  await world.until(contacts.add(CAROL));
  await world.until(contacts.addList("work", { displayName: "At work" }));
  await world.until(contacts.addList("work"));
  const lists = await world.until(contacts.add(BOB, { list: "work" }));
  assert.deepEqual(shown(lists), [
    `contacts (-): ${BOB} Bob, ${CAROL} -`,
    `work (At work): ${BOB} -`,
  ]);
  await world.until(contacts.rename(BOB, "Bobby"));
  await world.until(contacts.renameList("work", "Office & <home>"));
  await world.until(contacts.remove(BOB, { list: "contacts" }));
  assert.deepEqual(shown(await world.until(contacts.lists())), [
    `contacts (-): ${CAROL} -`,
    `work (Office & <home>): ${BOB} Bobby`,
  ]);
  await world.until(contacts.rename(BOB, undefined));
  await world.until(contacts.removeList("contacts"));
  assert.deepEqual(shown(await world.until(contacts.remove(BOB))), ["work (Office & <home>): "]);
  assert.equal(await world.until(codeOf(contacts.rename(BOB, "x"))), "not found");
  assert.equal(await world.until(codeOf(contacts.renameList("none", "x"))), "not found");
});

test("lists of other programs keep what they have written", async (t) => {
  const world = await worldFor(t);
  const { contacts, documents } = await world.client("alice");
  const written =
    '<l:resource-lists xmlns:l="urn:ietf:params:xml:ns:resource-lists" xmlns:x="urn:x">\n <l:list name="contacts"><l:list name="inner"/><l:entry uri="sip:Bob@parlance.test" x:id="7"><l:display-name>B</l:display-name></l:entry><x:y/></l:list>\n</l:resource-lists>';
  await world.until(documents.write(INDEX, utf8Bytes(written)));
  await world.until(contacts.add(CAROL, { name: "Carol" }));
  await world.until(contacts.rename("sip:Bob@parlance.test", "Bob"));
  const text = utf8Text((await world.until(documents.read(INDEX)))?.content ?? new Uint8Array(0));
  assert.ok(text.includes('<l:entry uri="sip:Bob@parlance.test" x:id="7"><l:display-name>Bob<'));
  assert.ok(text.includes('<l:list name="inner"/>') && text.includes("<x:y/>"));
});

test("contacts are told when they change, by whichever device", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const second = await world.client("alice", { device: "second" });
  const told: (readonly string[])[] = [];
  alice.on("contacts", (lists) => told.push(shown(lists)));
  await world.run(1_000);
  await world.until(second.contacts.add(BOB));
  await world.run(1_000);
  await world.until(second.contacts.removeList("contacts"));
  await world.run(1_000);
  assert.deepEqual(told, [[], [`contacts (-): ${BOB} -`], []]);
});

test("a profile says what the user is called, in one language at a time", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const told: OwnProfile[] = [];
  alice.on("profile", (profile) => told.push(profile));
  const { address } = alice;
  assert.deepEqual(await world.until(alice.profile.get()), { address, displayName: undefined });
  const named = await world.until(alice.profile.set({ displayName: "Alice Ångström" }));
  assert.equal(named.displayName, "Alice Ångström");
  const place = { usage: USER_PROFILE, name: "user-profile" };
  const other =
    '<user-profile xmlns="urn:oma:xml:xdm:user-profile" uri="sip:alice@parlance.test"><display-name xml:lang="de">A</display-name><display-name xml:lang="fr">B</display-name><hobbies>music</hobbies></user-profile>';
  await world.until(alice.documents.write(place, utf8Bytes(other)));
  await world.until(alice.profile.set({ displayName: "Alice" }));
  const read = await world.until(alice.documents.read(place));
  const text = utf8Text(read?.content ?? new Uint8Array(0));
  assert.match(text, /<display-name>Alice<\/display-name><hobbies>music/);
  const gone = await world.until(alice.profile.set({ displayName: undefined }));
  assert.equal(gone.displayName, undefined);
  const long = alice.profile.set({ displayName: "x".repeat(65) });
  assert.equal(await world.until(codeOf(long)), "conflict");
  await world.run(1_000);
  assert.deepEqual(
    told.map(({ displayName }) => displayName),
    [undefined, "Alice Ångström", "A", "Alice", undefined],
  );
});

test("what another user calls himself is read, but not by whom he has blocked", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const address = bob.address;
  assert.deepEqual(await world.until(alice.profile.of(BOB)), { address, displayName: undefined });
  await world.until(bob.profile.set({ displayName: "Bob the Builder" }));
  const { displayName } = await world.until(alice.profile.of(BOB));
  assert.equal(displayName, "Bob the Builder");
  await world.until(bob.blocked.add(alice.address));
  assert.equal(await world.until(codeOf(alice.profile.of(BOB))), "refused");
  await world.until(bob.blocked.remove(alice.address));
  assert.equal((await world.until(alice.profile.of(BOB))).displayName, "Bob the Builder");
  assert.equal(await world.until(codeOf(alice.profile.of("sip:nobody@parlance.test"))), "refused");
});

test("where the operator says so nobody reads the profile of another", async (t) => {
  const world = await worldFor(t, { server: { xcap: { profiles: "nobody" } } });
  const alice = await world.client("alice");
  await world.client("bob");
  assert.equal(await world.until(codeOf(alice.profile.of(BOB))), "refused");
});

test("in a room others see the name of the profile, unless it would pass for somebody else", async (t) => {
  const world = await worldFor(t, { server: { rooms: [{ name: "lobby" }] } });
  const lobby = "sip:lobby@parlance.test";
  const [alice, bob, carol] = [
    await world.client("alice"),
    await world.client("bob"),
    await world.client("carol"),
  ];
  await world.until(alice.profile.set({ displayName: "Alice Ångström" }));
  await world.until(carol.profile.set({ displayName: "Administrator" }));
  await world.restartServer();
  await world.run(60_000);
  const seen = await world.until(bob.join(lobby));
  await world.until(alice.join(lobby));
  await world.until(carol.join(lobby));
  const names = () => seen.members.map(({ name }) => name);
  await world.until(() => names().length === 3);
  assert.deepEqual(names(), ["bob", "Alice Ångström", "carol"]);
});
