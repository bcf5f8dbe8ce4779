/** Watching a conference through the running server: who may, what comes when, and how it ends. Clause 10, RFC 4575, RFC 6665 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ConferenceWorld,
  contactOf,
  LOBBY,
  listed,
  type Somebody,
  TEAM,
  told,
} from "./testing/conference-world.test.ts";

async function said(one: Somebody, uri: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await one.watch(uri, headers);
  const warning = /"(.*)"/.exec(response.text("Warning") ?? "")?.[1];
  return warning === undefined ? String(response.status) : `${response.status} ${warning}`;
}

function ownLines(one: Somebody): readonly string[] {
  return told(one.documents[0]).filter((line) => line.endsWith(" own"));
}

test("a subscription is refused for what is wrong with it (10.1)", async () => {
  const world = await ConferenceWorld.open({
    rooms: [{ name: "lobby" }],
    groups: [{ name: "team", members: ["alice", "bob"] }],
  });
  const alice = await world.somebody("alice");
  const carol = await world.somebody("carol");
  assert.equal(await said(alice, LOBBY), "404 conference URI does not exist");
  await world.somebody("bob");
  alice.phone.invite(TEAM);
  await world.settle();
  assert.equal(await said(carol, TEAM), "403 conference state not allowed");
  assert.equal(await said(alice, TEAM, { Event: "presence" }), "489");
  assert.match(await said(alice, TEAM, { Accept: "application/pidf+xml" }), /^406/);
  const brief = await alice.watch(TEAM, { Expires: "30" });
  assert.deepEqual([brief.status, brief.text("Min-Expires")], [423, "60"]);
  const granted = await alice.watch(TEAM, { Expires: "100000" });
  assert.deepEqual([granted.status, granted.text("Expires")], [200, "3600"]);
  assert.match(granted.text("Contact") ?? "", /^<sip:im-[0-9a-f]{24}@.*>;isfocus/);
});

test("the first document tells everything, those after it what has changed, gathered for a second (10.2)", async () => {
  const world = await ConferenceWorld.open();
  const alice = await world.inLobby("alice");
  await alice.watch();
  await world.settle();
  const bob = await world.inLobby("bob");
  const carol = await world.inLobby("carol");
  assert.equal(alice.documents.length, 1);
  await world.pass(1_000);
  assert.deepEqual(
    alice.documents.map(({ state, version }) => `${state} ${version}`),
    ["full 0", "partial 1"],
  );
  assert.deepEqual(told(alice.documents[1]), [
    "sip:bob@parlance.test connected",
    "sip:carol@parlance.test connected",
  ]);
  assert.equal(alice.documents[1]?.status?.userCount, 3);
  const [first] = alice.documents;
  assert.match(first?.entity ?? "", /^sip:im-[0-9a-f]{24}@parlance\.test$/);
  assert.deepEqual(
    first?.description?.confUris.map(({ uri, purpose }) => `${purpose} ${uri}`),
    [`participation ${first?.entity}`, `grouptextchat ${LOBBY}`],
  );
  assert.equal(first?.description?.subject, "Anything");
  assert.equal(first?.description?.maximumUserCount, 100);
  await carol.watch();
  await bob.watch();
  await world.settle();
  // Each finds himself alone. Appendix M
  assert.deepEqual(ownLines(bob), ["sip:bob@parlance.test connected own"]);
  assert.deepEqual(ownLines(carol), ["sip:carol@parlance.test connected own"]);
});

test("whoever is slow to answer is told all the same how each has gone (10.2)", async () => {
  const world = await ConferenceWorld.open();
  const alice = await world.inLobby("alice");
  const bob = await world.inLobby("bob");
  const carol = await world.inLobby("carol");
  await alice.watch();
  await world.settle();
  alice.answers = undefined;
  bob.phone.call?.end();
  await world.pass(2_000);
  carol.phone.call?.end();
  await world.pass(5_000);
  alice.answers = 200;
  alice.answerLate();
  await world.pass(2_000);
  const gone = ["sip:bob@parlance.test disconnected", "sip:carol@parlance.test disconnected"];
  const lines = alice.documents.slice(1).flatMap(told);
  assert.deepEqual(
    gone.filter((line) => lines.includes(line)),
    gone,
  );
});

test("a refresh brings everything anew, and the end of a subscription one last NOTIFY (RFC 6665 §4.4)", async () => {
  const world = await ConferenceWorld.open();
  const alice = await world.inLobby("alice");
  const first = await alice.watch();
  await world.settle();
  const again = async (expires: string) => {
    const response = await alice.below.request("SUBSCRIBE", contactOf(alice.phone), (edit) => {
      edit.setText("Contact", alice.below.contactValue).setText("Event", "conference");
      edit.setText("Expires", expires).setText("Call-ID", first.callId);
      edit.setText("From", first.text("From") ?? "").setText("To", first.text("To") ?? "");
    });
    await world.settle();
    return response.status;
  };
  assert.equal(await again("600"), 200);
  assert.deepEqual(
    alice.documents.map(({ state, version }) => `${state} ${version}`),
    ["full 0", "full 1"],
  );
  assert.equal(await again("0"), 200);
  assert.match(
    alice.notified.at(-1)?.text("Subscription-State") ?? "",
    /^terminated;reason=timeout/,
  );
  assert.equal(await again("600"), 481);
  assert.equal(world.world.server.stats.subscriptions, 0);
});

test("a fetch gets one document and nothing more (RFC 6665 §4.4.3)", async () => {
  const world = await ConferenceWorld.open();
  const alice = await world.inLobby("alice");
  await alice.watch(LOBBY, { Expires: "0" });
  await world.inLobby("bob");
  await world.pass(2_000);
  assert.equal(alice.notified.length, 1);
  assert.match(alice.notified[0]?.text("Subscription-State") ?? "", /^terminated;reason=timeout/);
  assert.deepEqual(told(alice.documents[0]), ["sip:alice@parlance.test connected own"]);
});

test("who does not know his subscription any more is told nothing more (RFC 6665 §4.2.2)", async () => {
  const world = await ConferenceWorld.open();
  const alice = await world.inLobby("alice");
  await alice.watch();
  await world.settle();
  assert.equal(world.world.server.stats.subscriptions, 1);
  alice.answers = 481;
  await world.inLobby("bob");
  await world.pass(2_000);
  assert.equal(world.world.server.stats.subscriptions, 0);
});

test("who has left a group is told nothing more of it (security rule 18)", async () => {
  const world = await ConferenceWorld.open({
    groups: [{ name: "team", members: ["alice", "bob", "carol"] }],
    rooms: [],
  });
  const alice = await world.somebody("alice");
  const bob = await world.somebody("bob");
  const carol = await world.somebody("carol");
  carol.phone.automatic = false;
  alice.phone.invite(
    "sip:conf-factory@parlance.test",
    {},
    listed("sip:bob@parlance.test", "sip:carol@parlance.test"),
  );
  await world.settle();
  await bob.watch();
  await world.settle();
  const before = bob.documents.length;
  bob.phone.call?.end();
  carol.phone.accept();
  await world.pass(3_000);
  assert.match(
    bob.notified.at(-1)?.text("Subscription-State") ?? "",
    /^terminated;reason=rejected/,
  );
  assert.equal(bob.documents.length, before);
});
