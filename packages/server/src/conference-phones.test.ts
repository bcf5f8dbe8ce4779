/** Phones that hold no sessions, in sessions of many: they hear and say by MESSAGE. Clause 11.5, compat.pagerInterworking */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Text } from "@parlance/wire";
import {
  ConferenceWorld,
  LOBBY,
  type Somebody,
  TEAM,
  told,
} from "./testing/conference-world.test.ts";

const PLAIN = { compat: { plainSip: true }, conferences: { announce: [] } };

/** Refuses every session of messages. */
async function plain(world: ConferenceWorld, user: string): Promise<Somebody> {
  const one = await world.somebody(user, { plain: true });
  const { serve } = one.below;
  one.below.serve = (transaction) => {
    if (transaction.request.method === "INVITE") return transaction.reply(488);
    serve?.(transaction);
  };
  return one;
}

function messagesTo({ below }: Somebody): readonly string[] {
  return below.received
    .filter(({ method }) => method === "MESSAGE")
    .map((one) => {
      const from = one.text("From")?.replace(/;tag=.*/, "");
      return `${from} ${one.text("Content-Type")} ${utf8Text(one.body)}`;
    });
}

function say(one: Somebody, to: string, text: string): void {
  const content = `From: <${one.below.address}>\r\nTo: <${to}>\r\n\r\nContent-Type: text/plain\r\n\r\n${text}`;
  one.phone.device.say(one.phone.peerPath, content, { type: "message/cpim" });
}

function heard(one: Somebody): string | undefined {
  const text = one.phone.device.texts.at(-1) ?? "";
  const [, from] = /^From: (.*)\r$/m.exec(text) ?? [];
  return `${from}: ${text.split("\r\n\r\n").at(-1)}`;
}

test("a member of a group whose phone holds no sessions is in by MESSAGE, and answers the group (11.5)", async () => {
  const world = await ConferenceWorld.open(PLAIN);
  const alice = await world.somebody("alice");
  const bob = await plain(world, "bob");
  alice.phone.invite(TEAM);
  await world.settle();
  assert.ok(alice.phone.call !== undefined);
  alice.connect();
  await alice.watch();
  await world.settle();
  assert.deepEqual(told(alice.documents[0]).slice(0, 2), [
    "sip:alice@parlance.test connected own",
    "sip:bob@parlance.test connected",
  ]);
  say(alice, TEAM, "lunch?");
  await world.settle();
  say(alice, "sip:bob@parlance.test", "you pay");
  await world.settle();
  assert.deepEqual(messagesTo(bob), [
    '"Team" <sip:team@parlance.test> text/plain;charset=UTF-8 alice: lunch?',
    '"Team" <sip:team@parlance.test> text/plain;charset=UTF-8 alice (to you alone): you pay',
  ]);
  const answer = await bob.below.message(TEAM, "fine");
  await world.settle();
  assert.equal(answer.status, 202);
  assert.equal(heard(alice), "bob <sip:bob@parlance.test>: fine");
  assert.equal(messagesTo(bob).length, 2); // no echo
});

test("a phone comes into a chat room by writing to it, and leaves by a word", async () => {
  const world = await ConferenceWorld.open(PLAIN);
  const alice = await world.inLobby("alice");
  const bob = await plain(world, "bob");
  assert.equal((await bob.below.message(LOBBY, "anybody here?")).status, 202);
  await world.settle();
  assert.equal(heard(alice), "bob <sip:bob@parlance.test>: anybody here?");
  say(alice, LOBBY, "me");
  await world.settle();
  assert.deepEqual(messagesTo(bob), [
    '"Lobby" <sip:lobby@parlance.test> text/plain;charset=UTF-8 alice: me',
  ]);
  assert.equal((await bob.below.message(LOBBY, "/leave")).status, 202);
  await world.settle();
  say(alice, LOBBY, "gone?");
  await world.settle();
  assert.equal(messagesTo(bob).length, 1);
});

test("a phone that is gone, or says and hears nothing, is taken out (limits.interworkedIdleSeconds)", async () => {
  const world = await ConferenceWorld.open({ ...PLAIN, limits: { interworkedIdleSeconds: 60 } });
  const alice = await world.inLobby("alice");
  const bob = await plain(world, "bob");
  await bob.below.message(LOBBY, "hello");
  await alice.watch();
  await world.pass(63_000);
  assert.equal(alice.documents.at(-1)?.users?.users[0]?.state, "deleted");
  await bob.below.message(LOBBY, "back");
  bob.below.answer = () => 480;
  bob.below.serve = (transaction) => transaction.reply(480);
  for (const text of ["one", "two", "three"]) {
    say(alice, LOBBY, text);
    await world.settle();
  }
  await world.pass(3_000);
  assert.equal(alice.documents.at(-1)?.users?.users[0]?.state, "deleted");
});

test("without interworking such phones are not let in (strict by default)", async () => {
  const world = await ConferenceWorld.open({ conferences: { announce: [] } });
  await world.inLobby("alice");
  const bob = await plain(world, "bob");
  const response = await bob.below.message(LOBBY, "anybody here?");
  assert.equal(response.status, 403);
});
