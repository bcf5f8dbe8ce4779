/** Chat rooms through the running server: joining, leaving, who is told of it. IM-7.2.1.4 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMessage } from "@parlance/sip";
import { utf8Text } from "@parlance/wire";
import {
  ConferenceWorld,
  contactOf,
  LOBBY,
  refusal,
  type Somebody,
  told,
} from "./testing/conference-world.test.ts";

test("a chat room lets in whoever joins, at once, and says who else is there (IM-7.2.1.4-08, IM-7.2.1.4-08a, IM-7.2.1.4-09, IM-7.2.1.4-11, IM-7.2.1.4-12)", async () => {
  const world = await ConferenceWorld.open();
  const alice = await world.inLobby("alice");
  const { answer } = alice.phone;
  assert.equal(refusal(alice.phone), "none");
  assert.match(
    answer?.text("Contact") ?? "",
    /^<sip:im-[0-9a-f]{24}@192\.0\.2\.1:5060;transport=tcp>;isfocus;\+g\.oma\.sip-im$/,
  );
  assert.equal(answer?.text("P-Asserted-Identity"), `<${LOBBY}>`);
  assert.equal(alice.phone.said("accept-types"), "message/cpim");
  assert.equal(alice.phone.said("chatroom"), "nickname private-messages catch-up");
  assert.equal(alice.phone.said("setup"), "passive");
  assert.equal((await alice.watch()).status, 200);
  await world.settle();
  assert.deepEqual(told(alice.documents[0]), ["sip:alice@parlance.test connected own"]);
  const bob = await world.inLobby("bob");
  assert.equal(contactOf(bob.phone), contactOf(alice.phone));
  await world.pass(1_000);
  assert.deepEqual(told(alice.documents[1]), ["sip:bob@parlance.test connected"]);
  bob.phone.call?.end();
  await world.pass(3_000);
  assert.deepEqual(told(alice.documents[2]), ["sip:bob@parlance.test disconnected"]);
  assert.deepEqual(told(alice.documents[3]), ["sip:bob@parlance.test deleted"]);
  assert.equal(world.world.server.stats.conferences, 1);
  alice.phone.call?.end();
  await world.settle();
  assert.equal(world.world.server.stats.conferences, 0);
  assert.match(
    alice.notified.at(-1)?.text("Subscription-State") ?? "",
    /^terminated;reason=noresource/,
  );
  assert.deepEqual(world.world.logged, []);
});

/** Says it to the room by whatever name the client knows for it. */
function say(one: Somebody, to: string, text: string, from = one.below.address): string {
  const content = `From: <${from}>\r\nTo: <${to}>\r\n\r\nContent-Type: text/plain\r\n\r\n${text}`;
  return one.phone.device.say(one.phone.peerPath, content, { type: "message/cpim" });
}

function heard(one: Somebody): readonly string[] {
  return one.phone.device.texts.map((text) => {
    const [, from] = /^From: (.*)\r$/m.exec(text) ?? [];
    const [, to] = /^To: (.*)\r$/m.exec(text) ?? [];
    return `${from} > ${to}: ${text.split("\r\n\r\n").at(-1)}`;
  });
}

test("everybody in the room hears what is said to it, by whichever name (IM-7.2.1.4-10, IM-7.2.3-04)", async () => {
  const world = await ConferenceWorld.open();
  const alice = await world.inLobby("alice");
  const bob = await world.inLobby("bob");
  const session = contactOf(alice.phone).replace(/;.*/, "");
  const quiet = heard(bob).length;
  for (const [to, text] of [
    [LOBBY, "one"],
    [session, "two"],
  ] as const) {
    const id = say(alice, to, text);
    await world.settle();
    assert.equal(alice.phone.device.responses.at(-1), `${id} 200`);
  }
  assert.deepEqual(heard(bob).slice(quiet), [
    `alice <sip:alice@parlance.test> > <${LOBBY};isfocus>: one`,
    `alice <sip:alice@parlance.test> > <${LOBBY};isfocus>: two`,
  ]);
});

test("whoever is asked and does not come has missed nothing, and gets nothing of it when he does (8.7)", async () => {
  const world = await ConferenceWorld.open();
  const alice = await world.inLobby("alice");
  const carol = await world.somebody("carol");
  carol.phone.automatic = false;
  say(alice, LOBBY, "before");
  assert.equal(await alice.refer("<sip:carol@parlance.test>"), "202");
  await world.settle();
  carol.phone.incoming?.refuse(480);
  await world.settle();
  say(alice, LOBBY, "in between");
  await world.settle();
  assert.equal(await alice.refer("<sip:carol@parlance.test>"), "202");
  await world.settle();
  carol.phone.accept();
  await world.settle();
  carol.connect();
  await world.pass(1_000);
  say(alice, LOBBY, "after");
  await world.pass(1_000);
  const texts = heard(carol).filter((text) => text.includes("alice"));
  assert.deepEqual(texts, [`alice <sip:alice@parlance.test> > <${LOBBY};isfocus>: after`]);
});

test("nothing that others get says who an anonymous participant is (IM-7.2.1.3-06, 8.3)", async () => {
  const world = await ConferenceWorld.open({
    rooms: [{ name: "lobby", allowAnonymity: true }],
  });
  const alice = await world.inLobby("alice");
  await alice.watch();
  const bob = await world.somebody("bob");
  const hidden = { Privacy: "id", From: '"Night Owl" <sip:anonymous@anonymous.invalid>;tag=b1' };
  bob.phone.invite(LOBBY, hidden);
  await world.settle();
  bob.connect();
  await bob.watch();
  await world.pass(2_000);
  const own = bob.documents[0]?.users?.users.find(({ yourOwn }) => yourOwn);
  assert.match(own?.entity ?? "", /^sip:anonymous-[0-9a-f]{8}@anonymous\.invalid$/);
  say(bob, LOBBY, "who am I?", "sip:anonymous@anonymous.invalid");
  await world.settle();
  assert.match(
    heard(alice).at(-1) ?? "",
    /^"?Night Owl"? <sip:anonymous-[0-9a-f]{8}@anonymous\.invalid> > .*: who am I\?$/,
  );
  const everything = [
    ...alice.phone.device.texts,
    ...alice.below.received.map((request) => utf8Text(formatMessage(request))),
  ].join("\n");
  assert.equal(/bob/i.test(everything), false, everything);
});

test("without anonymity in the room whoever hides is refused (IM-7.2.1.3-06)", async () => {
  const world = await ConferenceWorld.open();
  const bob = await world.somebody("bob");
  bob.phone.invite(LOBBY, { Privacy: "id" });
  await world.settle();
  assert.equal(refusal(bob.phone), "403 anonymity not allowed");
});

test("a device whose connection never comes is sent away (7.11)", async () => {
  const world = await ConferenceWorld.open();
  const alice = await world.somebody("alice");
  alice.phone.invite(LOBBY);
  await world.pass(31_000);
  const [end] = alice.phone.ends;
  assert.ok(end?.by === "peer");
  assert.equal(end.bye.text("Reason"), 'SIP;cause=408;text="MSRP connection timeout"');
  assert.equal(world.world.server.stats.conferences, 0);
});

test("the same device that comes again takes the place of the one before, another one stands beside it (7.5, IM-7.2.1.5-08, IM-7.2.1.5-09)", async () => {
  const world = await ConferenceWorld.open();
  const alice = await world.inLobby("alice");
  const bob = await world.inLobby("bob");
  const first = alice.phone.call;
  alice.phone.wish({ session: "another" });
  alice.phone.invite(contactOf(bob.phone));
  await world.settle();
  assert.notEqual(alice.phone.call, first);
  assert.equal(alice.phone.ends.length, 1);
  const tablet = await world.somebody("alice");
  tablet.phone.invite(LOBBY);
  await world.settle();
  assert.equal(alice.phone.ends.length, 1);
  await bob.watch();
  await world.settle();
  const own = bob.documents[0]?.users?.users.find(({ entity }) => entity.includes("alice"));
  assert.equal(own?.endpoints.length, 2);
  assert.equal(bob.documents[0]?.status?.userCount, 2);
});

test("media are changed in the session, and what cannot be taken changes nothing (IM-7.2.1.6-P1, IM-7.2.1.6-01, IM-7.2.1.6-02, IM-7.2.1.6-03a, IM-7.2.1.6-03b)", async () => {
  const world = await ConferenceWorld.open();
  const alice = await world.inLobby("alice");
  const { call } = alice.phone;
  assert.ok(call !== undefined);
  const body = (types: string) =>
    alice.phone.wish({ types, session: "moved" }).description("actpass");
  const bad = await call.offer(body("text/plain"));
  assert.equal(bad.kind === "refused" && bad.status, 488);
  const good = await call.offer(body("message/cpim text/html"));
  assert.ok(good.kind === "answered");
  const answer = utf8Text(good.answer?.bytes ?? new Uint8Array());
  assert.match(answer, /^a=accept-wrapped-types:text\/html\r$/m);
  assert.match(
    answer,
    new RegExp(`^a=path:${alice.phone.peerPath.replaceAll(/[.?]/g, "\\$&")}\r$`, "m"),
  );
});

test("a room holds so many, and a server so many sessions (16.5, 486 and 503)", async () => {
  const world = await ConferenceWorld.open({
    rooms: [{ name: "lobby", maxParticipants: 1 }, { name: "other" }],
    limits: { conferences: 1 },
  });
  await world.inLobby("alice");
  const bob = await world.somebody("bob");
  bob.phone.invite(LOBBY);
  await world.settle();
  assert.equal(refusal(bob.phone), "486 too many participants");
  bob.phone.invite("sip:other@parlance.test");
  await world.settle();
  assert.equal(refusal(bob.phone), "503");
});

test("the others are offered what one device newly takes, where the operator wants it so (IM-7.2.1.6-N1, IM-7.2.2.6-P1, IM-7.2.2.6-01, IM-7.2.2.6-01a, IM-7.2.2.6-02, IM-7.2.2.6-03, IM-7.2.2.6-K1, IM-7.2.2.6-Q1, IM-7.2.1.4-08a-i)", async () => {
  const world = await ConferenceWorld.open({ conferences: { propagateMedia: true } });
  const alice = await world.inLobby("alice");
  const bob = await world.inLobby("bob");
  const carol = await world.inLobby("carol");
  let offered = "";
  bob.phone.meets = (offer) => {
    offered = `${offer.message.startLine.split(" ")[0]} ${utf8Text(offer.body?.bytes ?? new Uint8Array())}`;
    offer.accept({ body: bob.phone.description("active") });
  };
  const types = "message/cpim text/html";
  await alice.phone.call?.offer(alice.phone.wish({ types }).description("actpass"));
  await world.settle();
  assert.match(offered, /^UPDATE /);
  assert.match(offered, /^a=accept-wrapped-types:text\/html\r$/m);
  assert.equal(carol.phone.offers.length, 1); // who refuses keeps what he has
  say(alice, LOBBY, "still here?");
  await world.settle();
  assert.match(heard(carol).at(-1) ?? "", /still here/);
});

test("where only moderators write the others listen, and the state of the room says so", async () => {
  const world = await ConferenceWorld.open({
    rooms: [{ name: "lobby", moderators: ["alice"], writers: "moderators" }],
  });
  const alice = await world.inLobby("alice");
  const bob = await world.inLobby("bob");
  const status = async (one: Somebody, to: string): Promise<string> => {
    const id = say(one, to, "hello");
    await world.settle();
    const last = one.phone.device.responses.at(-1) ?? "";
    return last.replace(`${id} `, "");
  };
  assert.equal(await status(alice, LOBBY), "200");
  assert.equal(await status(bob, LOBBY), "403");
  assert.equal(await status(bob, "sip:alice@parlance.test"), "403");
  await bob.watch();
  await world.settle();
  const users = bob.documents[0]?.users?.users ?? [];
  assert.deepEqual(
    users.map(({ roles, endpoints }) => [...roles, endpoints[0]?.media[0]?.status]),
    [
      ["moderator", "sendrecv"],
      ["reader", "recvonly"],
    ],
  );
});

test("a user is in so many sessions of many, and in no more (limits.conferencesPerUser)", async () => {
  const world = await ConferenceWorld.open({
    rooms: [{ name: "lobby" }, { name: "other" }],
    limits: { conferencesPerUser: 1 },
  });
  const alice = await world.inLobby("alice");
  alice.phone.invite("sip:other@parlance.test");
  await world.settle();
  assert.equal(refusal(alice.phone), "486 too many sessions");
  alice.phone.invite(LOBBY); // where he is already
  await world.settle();
  assert.equal(alice.phone.failures.length, 1);
});
