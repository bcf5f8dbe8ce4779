/** Sessions of groups and lists through the running server: set up, joined, given up. IM-7.2.1.2, IM-7.2.1.3, IM-7.2.2.2 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRecipientLists, parseSessionBody } from "@parlance/formats";
import { utf8Text } from "@parlance/wire";
import {
  ConferenceWorld,
  contactOf,
  FACTORY,
  listed,
  refusal,
  type Somebody,
  TEAM,
  told,
} from "./testing/conference-world.test.ts";

async function three(): Promise<{
  readonly world: ConferenceWorld;
  readonly alice: Somebody;
  readonly bob: Somebody;
  readonly carol: Somebody;
}> {
  const world = await ConferenceWorld.open();
  const alice = await world.somebody("alice");
  const bob = await world.somebody("bob");
  const carol = await world.somebody("carol");
  return { world, alice, bob, carol };
}

function header({ phone }: Somebody, name: string): string | undefined {
  return phone.incoming?.request.text(name);
}

test("a session of a group asks its members, and rings until the first of them has come (IM-7.2.1.3-08a, IM-7.2.1.3-08b, IM-7.2.1.3-G1, IM-7.2.1.3-G2, IM-7.2.1.3-K1, IM-7.2.1.3-K2, IM-7.2.1.3-K2a, IM-7.2.1.3-K3, IM-7.2.1.3-K4, IM-7.2.1.3-K5)", async () => {
  const { world, alice, bob, carol } = await three();
  bob.phone.automatic = false;
  carol.phone.automatic = false;
  alice.phone.wish({ types: "message/cpim text/plain image/png" });
  alice.phone.invite(TEAM, { Subject: "Lunch" });
  await world.settle();
  assert.equal(header(bob, "From")?.replace(/;tag=.*/, ""), '"Team" <sip:team@parlance.test>');
  assert.equal(header(bob, "Referred-By"), "<sip:alice@parlance.test>");
  assert.equal(header(bob, "Subject"), "Lunch");
  assert.equal(header(bob, "Accept-Contact"), "*;+g.oma.sip-im");
  assert.equal(header(bob, "Session-Expires"), "1800;refresher=uac");
  assert.equal(header(bob, "Min-SE"), "90");
  assert.match(header(bob, "User-Agent") ?? "", /^IM-serv\/OMA1\.0/);
  assert.match(header(bob, "Contact") ?? "", /^<sip:im-[0-9a-f]{24}@.*>;isfocus;\+g\.oma\.sip-im$/);
  assert.equal(header(bob, "P-Asserted-Identity"), undefined);
  assert.equal(header(bob, "Reply-To"), undefined); // From is the group
  assert.equal(bob.phone.said("accept-types"), "message/cpim");
  assert.equal(bob.phone.said("accept-wrapped-types"), "text/plain image/png");
  assert.equal(bob.phone.said("setup"), "actpass");
  bob.phone.incoming?.ring();
  carol.phone.incoming?.ring();
  await world.settle();
  assert.deepEqual(alice.phone.progress, [180]);
  assert.equal(alice.phone.call, undefined);
  bob.phone.wish({ types: "message/cpim text/plain" });
  bob.phone.accept();
  await world.settle();
  assert.ok(alice.phone.call !== undefined);
  assert.equal(alice.phone.answer?.text("P-Asserted-Identity"), "<sip:team@parlance.test>");
  assert.equal(alice.phone.said("accept-types"), "message/cpim");
  assert.equal(alice.phone.said("accept-wrapped-types"), "text/plain"); // of both
  assert.equal(alice.phone.said("x-unknown"), "kept"); // said by both
  assert.equal(contactOf(alice.phone), contactOf(bob.phone));
  await bob.watch();
  await world.settle();
  assert.deepEqual(told(bob.documents[0]), [
    "sip:alice@parlance.test connected",
    "sip:bob@parlance.test connected own",
    "sip:carol@parlance.test alerting",
  ]);
  carol.phone.accept();
  await world.pass(1_000);
  assert.deepEqual(told(bob.documents[1]), ["sip:carol@parlance.test connected"]);
});

test("the inviting user is refused with the lowest of the answers when nobody comes (IM-7.2.1.3-F1, IM-7.2.1.3-F1a)", async () => {
  const { world, alice, bob, carol } = await three();
  bob.phone.automatic = false;
  carol.phone.automatic = false;
  alice.phone.invite(TEAM);
  await world.settle();
  bob.phone.incoming?.refuse(603);
  await world.settle();
  assert.equal(refusal(alice.phone), "none");
  carol.phone.incoming?.refuse(486);
  await world.settle();
  assert.equal(refusal(alice.phone), "486");
  assert.equal(world.world.server.stats.conferences, 0);
});

test("nobody of the group is there: 480 at once (IM-7.2.1.3-F1)", async () => {
  const world = await ConferenceWorld.open();
  const alice = await world.somebody("alice");
  alice.phone.invite(TEAM);
  await world.settle();
  assert.equal(refusal(alice.phone), "480");
  assert.equal(world.world.server.stats.conferences, 0);
});

test("whoever has joined by himself counts as the first who came, and is asked no more (D-10, IM-7.2.1.3-09a)", async () => {
  const { world, alice, bob, carol } = await three();
  for (const { phone } of [bob, carol]) phone.automatic = false;
  alice.phone.invite(TEAM);
  await world.settle();
  bob.phone.incoming?.ring();
  await world.settle();
  bob.phone.invite(TEAM);
  await world.settle();
  assert.ok(alice.phone.call !== undefined && bob.phone.call !== undefined);
  assert.equal(bob.phone.cancelled, 1);
  carol.phone.incoming?.refuse(486);
  await world.settle();
  assert.equal(alice.phone.ends.length, 0);
  assert.equal(world.world.server.stats.conferences, 1);
});

test("the inviting user is removed when all have declined and the others have left (IM-7.2.1.3-F2)", async () => {
  const { world, alice, bob, carol } = await three();
  for (const { phone } of [bob, carol]) phone.automatic = false;
  alice.phone.invite(TEAM);
  await world.settle();
  const asked = bob.phone.incoming;
  asked?.ring();
  await world.settle();
  bob.phone.invite(TEAM);
  await world.settle();
  assert.ok(asked !== undefined && alice.phone.call !== undefined);
  bob.phone.call?.end();
  await world.settle();
  assert.equal(alice.phone.ends.length, 0); // carol may still come
  carol.phone.incoming?.refuse(603);
  await world.settle();
  const [end] = alice.phone.ends;
  assert.ok(end?.by === "peer");
  assert.equal(end.reasons[0]?.params.get("text"), "no other participants");
  assert.equal(world.world.server.stats.conferences, 0);
});

test("a running session of a group lets members in at once (IM-7.2.1.3-09b, IM-7.2.1.3-09b-i, IM-7.2.1.3-09c, IM-7.2.1.3-09d, IM-7.2.1.3-09e)", async () => {
  const { world, alice, bob, carol } = await three();
  carol.phone.automatic = false;
  bob.phone.wish({ types: "message/cpim text/plain" });
  alice.phone.invite(TEAM);
  await world.settle();
  await bob.watch();
  carol.phone.incoming?.refuse(480);
  await world.pass(5_000);
  const before = bob.documents.length;
  carol.phone.wish({ types: "message/cpim text/plain image/png" });
  carol.phone.invite(TEAM);
  await world.pass(1_000);
  assert.equal(refusal(carol.phone), "none");
  assert.equal(carol.phone.said("accept-wrapped-types"), "text/plain");
  assert.deepEqual(told(bob.documents[before]), ["sip:carol@parlance.test connected"]);
});

test("CANCEL takes back what is asked, and ends what came of it (7.14)", async () => {
  const { world, alice, bob, carol } = await three();
  for (const { phone } of [bob, carol]) phone.automatic = false;
  const call = alice.phone.invite(TEAM);
  await world.settle();
  bob.phone.incoming?.ring();
  carol.phone.incoming?.ring();
  await world.settle();
  call.cancel();
  await world.settle();
  assert.deepEqual([bob.phone.cancelled, carol.phone.cancelled], [1, 1]);
  assert.deepEqual(
    alice.phone.failures.map(({ kind }) => kind),
    ["cancelled"],
  );
  assert.equal(world.world.server.stats.conferences, 0);
});

test("who does not answer in two minutes counts as 408 (T-invite)", async () => {
  const { world, alice, bob, carol } = await three();
  for (const { phone } of [bob, carol]) phone.automatic = false;
  alice.phone.invite(TEAM);
  await world.settle();
  for (const { phone } of [bob, carol]) phone.incoming?.ring();
  await world.pass(119_000);
  assert.equal(refusal(alice.phone), "none");
  await world.pass(2_000);
  assert.deepEqual([bob.phone.cancelled, carol.phone.cancelled], [1, 1]);
  assert.equal(refusal(alice.phone), "408");
});

test("who says that he is elsewhere is asked there, three times at most (7.9)", async () => {
  const { world, alice, bob } = await three();
  bob.phone.automatic = false;
  alice.phone.invite(FACTORY, {}, listed("sip:bob@parlance.test"));
  await world.settle();
  bob.phone.incoming?.refuse(302, (edit) =>
    edit.setText("Contact", "<sip:carol@parlance.test>, <sip:evil@elsewhere.example>"),
  );
  await world.settle();
  assert.equal(refusal(alice.phone), "none");
  assert.ok(alice.phone.call !== undefined, "carol has come in bob's place");
});

test("a list makes a session: 200 with what both take, once the first has come (IM-7.2.1.2-01, IM-7.2.1.2-02, IM-7.2.1.2-02a, IM-7.2.1.2-02b, IM-7.2.1.2-03, IM-7.2.1.2-04)", async () => {
  const { world, alice, bob, carol } = await three();
  carol.phone.automatic = false;
  bob.phone.automatic = false;
  alice.phone.invite(FACTORY, {}, listed("sip:bob@parlance.test", "sip:carol@parlance.test"));
  await world.settle();
  assert.equal(alice.phone.call, undefined);
  assert.equal(header(bob, "From")?.replace(/;tag=.*/, ""), "<sip:alice@parlance.test>");
  const body = parseSessionBody({
    headers: [["Content-Type", header(bob, "Content-Type") ?? ""]],
    content: bob.phone.incoming?.request.body ?? new Uint8Array(),
  });
  assert.ok(body.ok);
  const [history] = body.value.others;
  assert.ok(history !== undefined);
  const lists = parseRecipientLists([history.content], { most: 9 });
  assert.ok(lists.ok);
  assert.deepEqual(
    lists.recipients.map(({ uri }) => uri),
    ["sip:bob@parlance.test", "sip:carol@parlance.test"],
  );
  bob.phone.wish({ types: "message/cpim text/html" });
  alice.phone.wish({});
  bob.phone.accept();
  await world.settle();
  assert.match(contactOf(alice.phone), /^sip:im-[0-9a-f]{24}@/);
  assert.match(
    alice.phone.answer?.text("P-Asserted-Identity") ?? "",
    /^<sip:im-[0-9a-f]{24}@parlance\.test>$/,
  );
  // Who is called knows the session by the same name as who has made it. RFC 3261 §20.31
  assert.equal(header(bob, "Reply-To"), alice.phone.answer?.text("P-Asserted-Identity"));
  assert.equal(header(carol, "Reply-To"), header(bob, "Reply-To"));
  assert.equal(alice.phone.said("accept-wrapped-types"), undefined); // nothing that both take
  carol.phone.accept();
  await world.settle();
  await alice.watch();
  await world.settle();
  assert.deepEqual(told(alice.documents[0]), [
    "sip:alice@parlance.test connected own",
    "sip:bob@parlance.test connected",
    "sip:carol@parlance.test connected",
  ]);
  const [own] = alice.documents[0]?.users?.users ?? [];
  assert.deepEqual(own?.roles, ["creator"]);
});

/** Who has gone, how and why, by all documents of somebody. */
function goneIn({ documents }: Somebody): readonly string[] {
  return documents.flatMap(({ users }) =>
    (users?.users ?? []).flatMap(({ entity, endpoints }) =>
      endpoints
        .filter(({ status }) => status === "disconnected")
        .map(
          ({ disconnectionMethod: method, disconnectionInfo: info }) =>
            `${entity} ${method} ${info?.reason}`,
        ),
    ),
  );
}

test("who makes a session reads in its state who has not come, and why; the others that they have gone (RFC 4575 §5.7.7)", async () => {
  const { world, alice, bob, carol } = await three();
  bob.phone.automatic = false;
  carol.phone.automatic = false;
  const list = listed(
    "sip:bob@parlance.test",
    "sip:carol@parlance.test",
    "sip:nobody@parlance.test",
    { uri: "sip:hidden@parlance.test", copyControl: "bcc" },
  );
  alice.phone.invite(FACTORY, {}, list);
  await world.settle();
  bob.phone.accept();
  await world.settle();
  await bob.watch();
  await alice.watch();
  await world.settle();
  carol.phone.incoming?.refuse(486);
  await world.pass(2_000);
  assert.deepEqual(goneIn(alice), [
    'sip:nobody@parlance.test failed Reason: SIP;cause=404;text="Not Found"',
    'sip:hidden@parlance.test failed Reason: SIP;cause=404;text="Not Found"',
    'sip:carol@parlance.test busy Reason: SIP;cause=486;text="Busy Here"',
  ]);
  assert.ok(goneIn(bob).includes("sip:carol@parlance.test busy undefined"));
  assert.ok(!goneIn(bob).some((one) => one.startsWith("sip:hidden")));
});

test("an invitation whose list is not understood is repeated without it (RFC 5366 §5.2)", async () => {
  const { world, alice, bob } = await three();
  bob.phone.automatic = false;
  alice.phone.invite(FACTORY, {}, listed("sip:bob@parlance.test"));
  await world.settle();
  assert.match(header(bob, "Content-Type") ?? "", /^multipart\/mixed/);
  bob.phone.incoming?.refuse(415);
  await world.settle();
  assert.equal(header(bob, "Content-Type"), "application/sdp");
  bob.phone.accept();
  await world.settle();
  assert.ok(alice.phone.call !== undefined);
});

test("fewer than two are left alone for half a minute, then it ends (16.6, IM-7.2.2.5-01, IM-7.2.1.9-02, IM-7.2.1.9-03)", async () => {
  const { world, alice, bob } = await three();
  alice.phone.invite(FACTORY, {}, listed("sip:bob@parlance.test"));
  await world.settle();
  await alice.watch();
  bob.phone.call?.end();
  await world.pass(29_000);
  assert.equal(alice.phone.ends.length, 0);
  await world.pass(2_000);
  const [end] = alice.phone.ends;
  assert.ok(end?.by === "peer");
  assert.equal(end.bye.text("Reason"), 'SIP;cause=200;text="no other participants"');
  assert.equal(world.world.server.stats.conferences, 0);
  alice.phone.invite(contactOf(alice.phone));
  await world.settle();
  assert.equal(refusal(alice.phone), "404 conference URI does not exist");
});

test("what stands in a list is taken for what it is: groups for their members, nobody twice, never the author (7.2)", async () => {
  const { world, alice, bob, carol } = await three();
  alice.phone.invite(
    FACTORY,
    {},
    listed(TEAM, "sip:alice@parlance.test", "sip:BOB@parlance.test", "sip:bob@PARLANCE.test"),
  );
  await world.settle();
  assert.ok(bob.phone.call !== undefined && carol.phone.call !== undefined);
  assert.equal(alice.phone.incoming, undefined);
});

test("a session of two becomes one of many: each hears which of his own it takes the place of (4.6, RFC 3891)", async () => {
  const { world, alice, bob, carol } = await three();
  alice.phone.invite("sip:bob@parlance.test");
  await world.settle();
  const [mine, his] = [alice.phone.call?.dialog.id, bob.phone.call?.dialog.id];
  assert.ok(mine !== undefined && his !== undefined);
  assert.notEqual(mine.callId, his.callId); // the server is between them
  const replaces = `${mine.callId};to-tag=${mine.remoteTag};from-tag=${mine.localTag}`;
  bob.phone.automatic = false;
  const list = listed(
    `sip:bob@parlance.test?Replaces=${encodeURIComponent(replaces)}`,
    "sip:carol@parlance.test",
  );
  alice.phone.invite(FACTORY, {}, list);
  await world.settle();
  const [callId, ...tags] = header(bob, "Replaces")?.split(";") ?? [];
  assert.equal(callId, his.callId);
  assert.deepEqual(tags.toSorted(), [`from-tag=${his.remoteTag}`, `to-tag=${his.localTag}`]);
  assert.equal(header(carol, "Replaces"), undefined);
  const body = bob.phone.incoming?.request.body ?? new Uint8Array();
  assert.equal(utf8Text(body).includes("Replaces"), false); // nobody else is told of it
});

test("nobody comes, and another device of the inviting user is in by then: it is told that it is over (IM-7.2.1.3-F1)", async () => {
  const { world, alice, bob, carol } = await three();
  for (const { phone } of [bob, carol]) phone.automatic = false;
  alice.phone.invite(TEAM);
  await world.settle();
  const tablet = await world.somebody("alice");
  tablet.phone.invite(TEAM);
  await world.settle();
  assert.ok(tablet.phone.call !== undefined && alice.phone.call === undefined);
  for (const { phone } of [bob, carol]) phone.incoming?.refuse(486);
  await world.settle();
  assert.equal(refusal(alice.phone), "486");
  assert.equal(tablet.phone.ends.length, 1);
  assert.equal(world.world.server.stats.conferences, 0);
});
