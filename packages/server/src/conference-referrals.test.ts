/** Participants who bring others in or send them away, through the running server. Clauses 7.7, 7.12; IMSpec-SMM-C-007, IMSpec-SMM-C-009 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatRecipientList, RESOURCE_LISTS_TYPE } from "@parlance/formats";
import {
  ConferenceWorld,
  contactOf,
  FACTORY,
  LOBBY,
  listed,
  refusal,
  told,
} from "./testing/conference-world.test.ts";

async function twoAndOneMore() {
  const world = await ConferenceWorld.open();
  const alice = await world.somebody("alice");
  const bob = await world.somebody("bob");
  const carol = await world.somebody("carol");
  alice.phone.invite(FACTORY, {}, listed("sip:bob@parlance.test"));
  await world.settle();
  return { world, alice, bob, carol };
}

test("a participant brings somebody in, and hears how it went (7.7, RFC 3515 §2.4.5)", async () => {
  const { world, alice, bob, carol } = await twoAndOneMore();
  carol.phone.automatic = false;
  await alice.watch();
  assert.equal(await bob.refer("<sip:carol@parlance.test>"), "202");
  await world.settle();
  assert.equal(carol.phone.incoming?.request.text("Referred-By"), "<sip:bob@parlance.test>");
  assert.deepEqual(bob.results, ["SIP/2.0 100 Trying active"]);
  carol.phone.accept();
  await world.pass(1_000);
  assert.deepEqual(bob.results.at(-1), "SIP/2.0 200 OK terminated");
  assert.deepEqual(told(alice.documents[1]), ["sip:carol@parlance.test connected"]);
  assert.equal(await bob.refer("<sip:carol@parlance.test>", { "Refer-Sub": "false" }), "202 false");
  assert.equal(bob.results.length, 2);
});

test("many are brought in by a list, without a subscription (RFC 5368)", async () => {
  const { world, alice, carol } = await twoAndOneMore();
  const list = formatRecipientList([
    { uri: "sip:carol@parlance.test" },
    { uri: "sip:bob@parlance.test" },
  ]);
  const body = { type: RESOURCE_LISTS_TYPE, bytes: list };
  const headers = {
    Require: "multiple-refer",
    "Refer-Sub": "false",
    "Content-ID": "<add1@192.0.2.10>",
    "Content-Disposition": "recipient-list",
  };
  assert.equal(await alice.refer("<cid:add1@192.0.2.10>", headers, body), "202 false");
  await world.settle();
  assert.ok(carol.phone.call !== undefined);
  const { Require: _, ...rest } = headers;
  assert.equal(await alice.refer("<cid:add1@192.0.2.10>", rest, body), "421");
  assert.equal(
    await alice.refer("<cid:other@192.0.2.10>", headers, body),
    "400 recipient list missing",
  );
  assert.equal(await alice.refer("<sip:carol@parlance.test>", { Require: "something" }), "420");
});

test("only the creator sends others away, and they stay away (7.12, IM-7.2.1.9-02, IM-7.2.1.9-03, IM-7.2.1.9-K1, IM-7.2.1.9-K2, IM-7.2.1.9-K3)", async () => {
  const { world, alice, bob, carol } = await twoAndOneMore();
  await alice.refer("<sip:carol@parlance.test>");
  await world.settle();
  await carol.watch();
  assert.equal(
    await bob.refer("<sip:carol@parlance.test;method=BYE>"),
    "403 not authorised to expel users",
  );
  await world.pass(5_000);
  const before = carol.documents.length;
  assert.equal(await alice.refer("<sip:bob@parlance.test;method=BYE>"), "202");
  await world.pass(2_000);
  const [end] = bob.phone.ends;
  assert.ok(end?.by === "peer");
  assert.equal(end.bye.text("Reason"), 'SIP;cause=200;text="expelled"');
  assert.equal(alice.results.at(-1), "SIP/2.0 200 OK terminated");
  const gone = carol.documents[before]?.users?.users[0]?.endpoints[0];
  assert.deepEqual(
    [gone?.status, gone?.disconnectionMethod, gone?.disconnectionInfo?.reason],
    ["disconnected", "booted", "expelled"],
  );
  bob.phone.invite(contactOf(carol.phone));
  await world.settle();
  assert.equal(refusal(bob.phone), "403 not authorised to join the session");
  assert.equal(await carol.refer("<sip:bob@parlance.test>"), "202");
  await world.settle();
  assert.equal(carol.results.at(-1), "SIP/2.0 403 Forbidden terminated");
  await alice.refer("<sip:nobody@parlance.test;method=BYE>");
  await world.settle();
  assert.equal(alice.results.at(-1), "SIP/2.0 404 Not Found terminated");
});

test("a moderator of a room sends away, an anonymous one by what he appears as (4.14)", async () => {
  const world = await ConferenceWorld.open({
    rooms: [{ name: "lobby", moderators: ["alice"], allowAnonymity: true }],
  });
  const alice = await world.inLobby("alice");
  const bob = await world.somebody("bob");
  await alice.watch();
  bob.phone.invite(LOBBY, {
    Privacy: "id",
    From: '"Night Owl" <sip:anonymous@anonymous.invalid>;tag=b1',
  });
  await world.pass(1_000);
  assert.equal(refusal(bob.phone), "none");
  const owl = alice.documents[1]?.users?.users[0];
  assert.match(owl?.entity ?? "", /^sip:anonymous-[0-9a-f]{8}@anonymous\.invalid$/);
  assert.equal(owl?.displayText, "Night Owl");
  assert.equal(await alice.refer("<sip:bob@parlance.test;method=BYE>"), "202");
  await world.settle();
  assert.equal(alice.results.at(-1), "SIP/2.0 404 Not Found terminated"); // nobody learns that it is he
  assert.equal(await alice.refer("<sip:bob@parlance.test>"), "202");
  await world.settle();
  assert.equal(alice.results.at(-1), "SIP/2.0 480 Temporarily Unavailable terminated");
  assert.equal(await alice.refer(`<${owl?.entity};method=BYE>`), "202");
  await world.settle();
  assert.equal(alice.results.at(-1), "SIP/2.0 200 OK terminated");
  assert.equal(bob.phone.ends.length, 1);
});

test("a REFER out of the dialog counts when its sender is in, and its dialog is one of the session (RFC 4538)", async () => {
  const { world, alice, bob, carol } = await twoAndOneMore();
  const identity = contactOf(alice.phone);
  const ask = async (by: typeof alice, headers: Readonly<Record<string, string>> = {}) => {
    const response = await by.below.request("REFER", identity, (edit) => {
      edit.setText("Contact", by.below.contactValue).setText("Accept-Contact", "*;+g.oma.sip-im");
      edit.setText("Refer-To", "<sip:carol@parlance.test>");
      for (const [name, value] of Object.entries(headers)) edit.setText(name, value);
    });
    await world.settle();
    return response.status;
  };
  assert.equal(await ask(carol), 403);
  assert.equal(await ask(bob, { "Target-Dialog": "x;local-tag=1;remote-tag=2" }), 481);
  const { id } = alice.phone.call?.dialog ?? assert.fail();
  const target = `${id.callId};local-tag=${id.remoteTag};remote-tag=${id.localTag}`;
  assert.equal(await ask(alice, { "Target-Dialog": target }), 202);
  assert.ok(carol.phone.call !== undefined);
  assert.deepEqual(alice.results, ["SIP/2.0 100 Trying active", "SIP/2.0 200 OK terminated"]);
});

test("whoever asks for hundreds who are nowhere is told of them in documents that can be read, and nobody else why", async () => {
  const { world, alice, bob } = await twoAndOneMore();
  for (const one of [alice, bob]) one.connect(); // else they are given up
  await alice.watch();
  await bob.watch();
  await world.settle();
  const hostile = [
    "mailto:mallory@parlance.test",
    "sip:%3Cb%3E%22%26@parlance.test",
    `sip:${"a".repeat(400)}@parlance.test`,
    `sip:${"b".repeat(4_000)}@parlance.test`,
  ];
  const nobody = Array.from({ length: 230 }, (_, at) => `sip:nobody${at}@parlance.test`);
  const statuses = new Set<string>();
  for (const one of [...nobody, ...hostile]) {
    statuses.add(await bob.refer(`<${one}>`, { "Refer-Sub": "false" }));
    await world.pass(1_000);
  }
  assert.deepEqual([...statuses], ["202 false", "400 message body not valid"]); // the worst are refused
  await world.pass(30_000);
  for (const { body } of bob.notified) assert.ok(body.length < 65_536);
  const why = ({ documents }: typeof bob): readonly (readonly [string, string | undefined])[] =>
    documents.flatMap(({ users }) =>
      (users?.users ?? []).flatMap(({ entity, endpoints }) =>
        endpoints
          .filter(({ status }) => status === "disconnected")
          .map((one) => [entity, one.disconnectionInfo?.reason] as const),
      ),
    );
  const told404 = why(bob).filter(([, reason]) => reason?.includes("cause=404"));
  for (const one of nobody)
    assert.ok(
      told404.some(([entity]) => entity === one),
      one,
    );
  assert.ok(told404.every(([entity]) => entity.length < 512));
  assert.ok(why(alice).every(([, reason]) => reason === undefined));
  await bob.watch(); // anew: not more than the last of them
  await world.pass(30_000);
  assert.equal(bob.phone.ends.length, 0);
});
