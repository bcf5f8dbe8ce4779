/**
 * Phones with group rooms of their own, whose media are MESSAGEs, in one room with clients that hold MSRP sessions. The
 * exchange is that of linphone 5.1: INVITE without description and with a compressed list, SUBSCRIBE without Accept, MESSAGE from a
 * GRUU, REFER outside of dialogs, the subject in a re-INVITE. compat.plainSip
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { formatRecipientList, parseCpim, RESOURCE_LISTS_TYPE } from "@parlance/formats";
import { Expires } from "@parlance/sip";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import {
  ConferenceWorld,
  contactOf,
  documentIn,
  FACTORY,
  listed,
  type Somebody,
  told,
} from "./testing/conference-world.test.ts";

const PLAIN = { compat: { plainSip: true }, conferences: { announce: ["welcome" as const] } };
const DEVICE = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";

const SPECS = '+org.linphone.specs="ephemeral/1.1,groupchat/1.1"';

/** A phone that is no client of the service, and knows itself by a GRUU. */
async function linphone(
  world: ConferenceWorld,
  user: string,
  more = "",
  device = DEVICE,
): Promise<Somebody> {
  const below = world.world.phone(user, { plain: true });
  await below.register((edit) => {
    edit.setText("Contact", `<${below.contact}>;+sip.instance="<${device}>"${more}`);
  });
  const one = world.with(below, user);
  one.phone.wish({ contact: `<sip:${user}@parlance.test;gr=${device}>;text` });
  one.phone.meets = (offer) => offer.accept({});
  return one;
}

async function inRoom() {
  const world = await ConferenceWorld.open(PLAIN);
  const alice = await linphone(world, "alice");
  const bob = await world.somebody("bob");
  const carol = await world.somebody("carol");
  const list = formatRecipientList([{ uri: "sip:bob@parlance.test" }]);
  alice.phone.invite(
    FACTORY,
    {
      "Accept-Contact": "",
      "Content-Disposition": "recipient-list",
      "Content-Encoding": "deflate",
      Require: "recipient-list-invite",
      Subject: "Team",
    },
    () => ({ type: RESOURCE_LISTS_TYPE, bytes: Uint8Array.from(deflateSync(list)) }),
  );
  await world.settle();
  bob.connect();
  await world.settle();
  return { world, alice, bob, carol, room: contactOf(alice.phone) };
}

/** As it shows messages of the room: who has said what, and of which room it is. */
function shownTo({ below }: Somebody): readonly string[] {
  return below.received
    .filter(({ method }) => method === "MESSAGE")
    .map((one) => {
      assert.equal(one.text("Content-Type"), "message/cpim");
      assert.match(one.text("To") ?? "", /;gr=urn:uuid:/); // by it linphone finds its room
      const read = parseCpim(one.body);
      assert.ok(read.ok);
      const { from, to, content } = read.value;
      const sip = one.text("From")?.replace(/;tag=.*/, "");
      return `${sip} ${from?.uri} to ${to[0]?.uri}: ${utf8Text(content)}`;
    });
}

function heard(one: Somebody): string {
  const text = one.phone.device.texts.at(-1) ?? "";
  const [, from] = /^From: (.*)\r$/m.exec(text) ?? [];
  return `${from}: ${text.split("\r\n\r\n").at(-1)}`;
}

function cpim(from: string, to: string, text: string): Uint8Array {
  return utf8Bytes(
    `From: <${from}>\r\nTo: <${to}>\r\nDateTime: 2030-05-04T10:00:00Z\r\nNS: imdn <urn:ietf:params:imdn>\r\n` +
      `imdn.Message-ID: m-${text.length}\r\nimdn.Disposition-Notification: positive-delivery, display\r\n\r\n` +
      `Content-Type: text/plain;charset=UTF-8\r\n\r\n${text}`,
  );
}

function say(one: Somebody, room: string, text: string): void {
  const content = utf8Text(cpim(one.below.address, room, text));
  one.phone.device.say(one.phone.peerPath, content, { type: "message/cpim" });
}

test("a room is made without media, is called by its name alone, and its state is that of the same name", async () => {
  const { world, alice, bob, room } = await inRoom();
  assert.match(room, /^sip:im-[0-9a-f]{24}@parlance\.test$/);
  assert.match(alice.phone.answer?.text("Contact") ?? "", /;isfocus/);
  assert.equal(alice.phone.answer?.body.length, 0);
  assert.equal(bob.phone.incoming?.request.text("Subject"), "Team");
  const subscribed = await alice.below.request("SUBSCRIBE", room, (edit) => {
    edit.setText("Event", "conference").setText("Last-Notify-Version", "0").set(Expires, 600);
    edit.setText("Contact", `<sip:alice@parlance.test;gr=${DEVICE}>`);
  });
  await world.settle();
  assert.equal(subscribed.status, 200);
  const [notify] = alice.notified;
  assert.ok(notify !== undefined);
  const document = documentIn(notify);
  assert.equal(document.entity, room);
  assert.equal(document.description?.subject, "Team");
  assert.deepEqual(document.users?.users[0]?.roles, ["creator", "admin"]);
  assert.deepEqual(told(document), [
    "sip:alice@parlance.test connected own",
    "sip:bob@parlance.test connected",
  ]);
});

test("what is said by MESSAGE is heard by MSRP, and the other way round, under the names that all see", async () => {
  const { world, alice, bob, room } = await inRoom();
  const gruu = `sip:alice@parlance.test;gr=${DEVICE}`;
  const body = { type: "message/cpim", bytes: cpim(gruu, room, "hello from the phone") };
  const answer = await alice.below.request("MESSAGE", room, (edit) => {
    edit.body(body.bytes, body.type);
  });
  await world.settle();
  assert.equal(answer.status, 202);
  assert.equal(heard(bob), "alice <sip:alice@parlance.test>: hello from the phone");
  say(bob, room, "hello from the desk");
  await world.settle();
  say(bob, "sip:alice@parlance.test", "psst");
  await world.settle();
  assert.deepEqual(shownTo(alice), [
    `<${room}> ${room} to ${room}: Subject: Team`,
    `<${room}> sip:bob@parlance.test to ${room}: hello from the desk`,
    `<${room}> sip:bob@parlance.test to ${room}: (to you alone) psst`,
  ]);
});

test("others are brought in and sent away by REFERs outside of dialogs, and the subject changes by a re-INVITE", async () => {
  const { world, alice, bob, carol, room } = await inRoom();
  await bob.watch();
  const refer = (to: string) =>
    alice.below.request("REFER", room, (edit) => {
      edit.setText("Refer-To", to);
      edit.setText("Contact", `<sip:alice@parlance.test;gr=${DEVICE}>`);
    });
  assert.equal((await refer("<sip:carol@parlance.test>;text;admin=1")).status, 202);
  await world.settle();
  assert.ok(carol.phone.call !== undefined);
  carol.connect();
  await world.settle();
  say(carol, room, "I am here");
  await world.settle();
  assert.match(shownTo(alice).at(-1) ?? "", /carol@parlance\.test to .*: I am here$/);
  // A stack of ours waits for the offer that this 200 does not have.
  void alice.phone.call?.askForOffer((edit) => {
    edit.setText("Subject", "Dinner").setText("Require", "recipient-list-invite");
  });
  await world.pass(2_000);
  assert.equal((await refer("<sip:carol@parlance.test;method=BYE>;text")).status, 202);
  await world.pass(2_000);
  assert.equal(carol.phone.ends[0]?.by, "peer");
  const changed = bob.documents.map(({ description }) => description?.subject);
  assert.ok(changed.includes("Dinner"));
});

test("it leaves by BYE, and the others see it", async () => {
  const { world, alice, bob, room } = await inRoom();
  await bob.watch();
  await world.pass(2_000);
  alice.phone.call?.end();
  await world.pass(2_000);
  assert.deepEqual(told(bob.documents.at(-2)), ["sip:alice@parlance.test disconnected"]);
  const late = await alice.below.request("MESSAGE", room, (edit) => {
    edit.body(cpim("sip:alice@parlance.test", room, "late"), "message/cpim");
  });
  assert.equal(late.status, 403);
});

/** Bob asks alice, who has such a phone, and carol. */
async function asked(more = `;${SPECS}`) {
  const world = await ConferenceWorld.open(PLAIN);
  const alice = await linphone(world, "alice", more);
  alice.phone.automatic = false;
  const bob = await world.somebody("bob");
  const carol = await world.somebody("carol");
  const list = listed("sip:alice@parlance.test", "sip:carol@parlance.test");
  bob.phone.invite(FACTORY, { Subject: "Lunch" }, list);
  await world.settle();
  return { world, alice, bob, carol };
}

test("who says that he has such rooms is asked into one, and takes part as in his own", async () => {
  const { world, alice, bob, carol } = await asked();
  const invite = alice.phone.incoming?.request;
  const room = contactOf(alice.phone);
  assert.equal(invite?.body.length, 0);
  assert.equal(invite.text("Contact"), `<${room}>;isfocus;text`);
  assert.match(room, /^sip:im-[0-9a-f]{24}@parlance\.test$/);
  assert.equal(invite.text("Subject"), "Lunch");
  assert.match(invite.text("To") ?? "", /^<sip:alice@parlance\.test>/);
  assert.equal(invite.text("Session-Expires"), undefined);
  alice.phone.accept({});
  await world.settle();
  bob.connect();
  carol.connect();
  await world.settle();
  await bob.watch();
  await world.settle();
  assert.deepEqual(told(bob.documents[0]), [
    "sip:bob@parlance.test connected own",
    "sip:alice@parlance.test connected",
    "sip:carol@parlance.test connected",
  ]);
  const answer = await alice.below.request("MESSAGE", room, (edit) => {
    edit.body(cpim("sip:alice@parlance.test", room, "noon?"), "message/cpim");
  });
  say(bob, room, "yes");
  await world.settle();
  assert.equal(answer.status, 202);
  assert.equal(heard(carol), "bob <sip:bob@parlance.test>: yes");
  const messages = alice.below.received.filter(({ method }) => method === "MESSAGE");
  const last = messages.at(-1);
  assert.equal(last?.text("To"), "<sip:alice@parlance.test>"); // as it was asked: so it finds its room
  const envelope = parseCpim(last.body);
  assert.ok(envelope.ok);
  assert.equal(envelope.value.from?.uri, "sip:bob@parlance.test");
  alice.phone.call?.end();
  await world.pass(2_000);
  assert.ok(
    bob.documents.some((one) => told(one).includes("sip:alice@parlance.test disconnected")),
  );
});

const SECOND = "urn:uuid:0a9b4f0e-7dec-11d0-a765-00a0c91e6bf6";

/** Bob asks alice, who has two such phones, and carol. */
async function askedTwice(answers: (one: Somebody) => void, other = answers) {
  const world = await ConferenceWorld.open(PLAIN);
  const phones = [
    await linphone(world, "alice", `;${SPECS}`),
    await linphone(world, "alice", `;${SPECS}`, SECOND),
  ] as const;
  for (const { phone } of phones) phone.automatic = false;
  const bob = await world.somebody("bob");
  const carol = await world.somebody("carol");
  carol.phone.automatic = false;
  bob.phone.invite(FACTORY, {}, listed("sip:alice@parlance.test", "sip:carol@parlance.test"));
  await world.settle();
  answers(phones[0]);
  await world.settle();
  other(phones[1]);
  await world.settle();
  return { world, phones, bob, carol };
}

const ORDER = ["first", "second"];

const textsTo = ({ below }: Somebody): string[] =>
  below.received
    .filter(({ method }) => method === "MESSAGE")
    .map(({ body }) => utf8Text(body).split("\r\n\r\n").at(-1) ?? "");

test("of two such phones of one user both are in, and each hears what is said by the other (clause 8.3)", async () => {
  const { world, phones, bob } = await askedTwice(({ phone }) => phone.accept({}));
  assert.deepEqual(
    phones.map(({ phone }) => [phone.cancelled, phone.ends.length]),
    [
      [0, 0],
      [0, 0],
    ],
  );
  bob.connect();
  const room = contactOf(phones[0].phone);
  assert.equal(contactOf(phones[1].phone), room);
  for (const [at, { below }] of phones.entries()) {
    const bytes = cpim("sip:alice@parlance.test", room, `${ORDER[at]} phone`);
    const answer = await below.request("MESSAGE", room, (edit) => edit.body(bytes, "message/cpim"));
    assert.equal(answer.status, 202);
    await world.settle();
    assert.equal(heard(bob), `alice <sip:alice@parlance.test>: ${ORDER[at]} phone`);
  }
  say(bob, room, "to both");
  await world.settle();
  assert.deepEqual(phones.map(textsTo), [
    ["second phone", "to both"],
    ["first phone", "to both"],
  ]);
  await bob.watch();
  phones[0].phone.call?.end();
  await world.pass(2_000);
  say(bob, room, "to one");
  await world.settle();
  assert.equal(textsTo(phones[1]).at(-1), "to one"); // she is in, as long as one of them is
  assert.doesNotMatch(textsTo(phones[0]).join(), /to one/);
});

const accept = ({ phone }: Somebody): void => phone.accept({});
const refuse = ({ phone }: Somebody): void => phone.incoming?.refuse(486);

test("who has refused on one of such phones and says yes on the other is in; who refuses on both is not", async () => {
  for (const [first, second, is] of [
    [accept, refuse, "in"],
    [refuse, accept, "in"],
    [refuse, refuse, "out"],
  ] as const) {
    const { world, phones, bob, carol } = await askedTwice(first, second);
    carol.phone.accept();
    bob.connect();
    await world.settle();
    await bob.watch();
    await world.pass(2_000);
    const states = bob.documents.flatMap(told).filter((one) => one.includes("alice"));
    assert.equal(states.at(-1)?.includes(" connected") ?? false, is === "in", states.join());
    assert.equal(
      phones.some(({ phone }) => phone.call !== undefined),
      is === "in",
    );
  }
});

test("what is said by a phone of a member that is not in is heard by his phone that is", async () => {
  const { world, phones, bob } = await askedTwice(
    ({ phone }) => phone.accept({}),
    ({ phone }) => phone.incoming?.refuse(486),
  );
  bob.connect();
  const room = contactOf(phones[0].phone);
  const bytes = cpim("sip:alice@parlance.test", room, "from outside");
  await phones[1].below.request("MESSAGE", room, (edit) => edit.body(bytes, "message/cpim"));
  await world.settle();
  assert.equal(heard(bob), "alice <sip:alice@parlance.test>: from outside");
  assert.deepEqual(phones.map(textsTo), [["from outside"], []]);
});

test("who refuses it, or does not say that he has such rooms, gets what is said as a phone without", async () => {
  for (const more of [`;${SPECS}`, ';+org.linphone.specs="ephemeral/1.1"']) {
    const { world, alice, bob } = await asked(more);
    assert.equal(alice.phone.incoming?.request.body.length === 0, more.includes("groupchat"));
    alice.phone.incoming?.refuse(488);
    bob.connect();
    await world.settle();
    say(bob, contactOf(bob.phone), "hello");
    await world.settle();
    const last = alice.below.received.at(-1);
    assert.equal(last?.text("Content-Type"), "text/plain;charset=UTF-8");
    assert.equal(utf8Text(last.body), "bob: hello");
  }
});

test("beside a client of the service such a phone is asked as that is: it would say yes at once", async () => {
  const world = await ConferenceWorld.open(PLAIN);
  const phone = await linphone(world, "alice", `;${SPECS}`);
  const client = await world.somebody("alice");
  phone.phone.automatic = false;
  client.phone.automatic = false;
  const bob = await world.somebody("bob");
  bob.phone.invite(FACTORY, {}, listed("sip:alice@parlance.test"));
  await world.settle();
  assert.ok((client.phone.incoming?.request.body.length ?? 0) > 0);
  assert.notEqual(phone.phone.incoming?.request.body.length, 0);
});

test("where phones are not let in nobody is asked without media", async () => {
  const world = await ConferenceWorld.open({
    compat: { plainSip: true, pagerInterworking: false },
  });
  const alice = await linphone(world, "alice", `;${SPECS}`);
  alice.phone.automatic = false;
  const bob = await world.somebody("bob");
  bob.phone.invite(FACTORY, {}, listed("sip:alice@parlance.test"));
  await world.settle();
  assert.ok((alice.phone.incoming?.request.body.length ?? 0) > 0);
});

test("where phones are not let in there is nothing to be made without media", async () => {
  const world = await ConferenceWorld.open();
  const alice = await linphone(world, "alice");
  alice.phone.invite(FACTORY, { "Content-Disposition": "recipient-list" }, () => ({
    type: RESOURCE_LISTS_TYPE,
    bytes: formatRecipientList([{ uri: "sip:bob@parlance.test" }]),
  }));
  await world.settle();
  assert.equal(alice.phone.answer, undefined);
  assert.equal(alice.phone.failures.length, 1);
});
