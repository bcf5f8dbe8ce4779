/** Nobody learns more of the others than he may, in sessions with those who are listed. Clauses 3.4, 7.9; RFC 5364 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMessage } from "@parlance/sip";
import { utf8Text } from "@parlance/wire";
import {
  ConferenceWorld,
  FACTORY,
  listed,
  refusal,
  type Somebody,
} from "./testing/conference-world.test.ts";

const SESSION = /^<sip:im-[0-9a-f]{24}@parlance\.test>$/;
const ANYBODY = /^sip:anonymous-[0-9a-f]{8}@anonymous\.invalid$/;

async function three() {
  const world = await ConferenceWorld.open();
  const [alice, bob, carol] = [
    await world.somebody("alice"),
    await world.somebody("bob"),
    await world.somebody("carol"),
  ];
  return { world, alice, bob, carol };
}

/** Every octet that he has been sent. */
function everything({ below, phone }: Somebody): string {
  const requests = below.received.map((request) => utf8Text(formatMessage(request)));
  return [...requests, ...phone.device.texts].join("\n");
}

test("whoever is invited by one who hides does not learn who that is (7.9)", async () => {
  const { world, alice, bob } = await three();
  const From = '"Night Owl" <sip:anonymous@anonymous.invalid>;tag=a1';
  alice.phone.invite(FACTORY, { Privacy: "id", From }, listed("sip:bob@parlance.test"));
  await world.settle();
  assert.equal(refusal(alice.phone), "none");
  bob.connect();
  alice.connect();
  await bob.watch();
  await world.settle();
  const invite = bob.phone.incoming?.request;
  assert.match(invite?.text("From") ?? "", /^"?Night Owl"? <sip:anonymous@anonymous\.invalid>/);
  assert.equal(invite?.text("Referred-By"), undefined);
  assert.match(invite?.text("Reply-To") ?? "", SESSION);
  const content =
    "From: <sip:anonymous@anonymous.invalid>\r\nTo: <sip:bob@parlance.test>\r\n\r\n" +
    "Content-Type: text/plain\r\n\r\nguess who";
  alice.phone.device.say(alice.phone.peerPath, content, { type: "message/cpim" });
  await world.settle();
  assert.match(bob.phone.device.texts.at(-1) ?? "", /guess who$/);
  const users = bob.documents[0]?.users?.users ?? [];
  assert.deepEqual(
    users.map(({ entity, displayText, roles }) => [ANYBODY.test(entity), displayText, ...roles]),
    [
      [true, "Night Owl", "creator"],
      [false, "bob"],
    ],
  );
  assert.equal(/alice/i.test(everything(bob)), false, everything(bob));
});

test("those who are listed without a name, or in secret, stay so (RFC 5364 §4)", async () => {
  const { world, alice, bob, carol } = await three();
  carol.phone.automatic = false;
  const list = listed(
    { uri: "sip:bob@parlance.test", copyControl: "to" },
    { uri: "sip:carol@parlance.test", copyControl: "to", anonymize: true },
    { uri: "sip:dave@parlance.test", copyControl: "bcc" },
  );
  const dave = await world.newcomer("dave");
  dave.phone.automatic = false;
  alice.phone.invite(FACTORY, {}, list);
  await world.settle();
  await bob.watch();
  await world.settle();
  const entities = (bob.documents[0]?.users?.users ?? []).map(({ entity }) => entity);
  assert.equal(entities.length, 3);
  assert.equal(entities.filter((entity) => ANYBODY.test(entity)).length, 1);
  assert.equal(/carol|dave/i.test(everything(bob)), false, everything(bob));
  carol.phone.accept();
  await world.pass(1_000);
  assert.equal(/carol|dave/i.test(everything(bob)), false);
  dave.phone.accept(); // once he is in he is in
  await world.pass(1_000);
  assert.equal(bob.documents.at(-1)?.users?.users[0]?.entity, "sip:dave@parlance.test");
});

test("where the operator does not want it nobody hides in such sessions (3.4)", async () => {
  const world = await ConferenceWorld.open({ conferences: { adHocAnonymity: false } });
  const alice = await world.somebody("alice");
  await world.somebody("bob");
  alice.phone.invite(FACTORY, { Privacy: "id" }, listed("sip:bob@parlance.test"));
  await world.settle();
  assert.equal(refusal(alice.phone), "403 anonymity not allowed");
});
