import assert from "node:assert/strict";
import { test } from "node:test";
import { type Access, isRefusal, UNRULED } from "@parlance/im";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import type { UserRules } from "../ports/index.ts";
import { type DeferredMessage, type MemoryStores } from "../store/index.ts";
import { settled } from "../testing/clock.ts";
import { alice, bob, world } from "../testing/deferred-world.ts";
import { asking, contactOf, envelope, messageOf } from "../testing/people.ts";

const MINUTE = 60_000;

const text = (body: string, headers: Record<string, string> = {}) => messageOf({ body, headers });
const waiting = (stores: MemoryStores) => stores.deferred.list("bob", undefined, 100);

test("what was stored comes in the order of reception when the user registers, and is forgotten", async () => {
  const { store, texts, arrive, stores, deferred, metrics } = world();
  for (const body of ["one", "two", "three"]) await store(text(body));
  assert.equal(deferred.isWaiting(bob), true);
  await arrive();
  assert.deepEqual(texts(), ["one", "two", "three"]);
  assert.deepEqual(await waiting(stores), []);
  assert.equal(deferred.isWaiting(bob), false);
  assert.equal(metrics.counts.get("deferred_pushed_total"), 3);
});

test("the next message leaves after the answer to the one before it", async () => {
  const { store, texts, arrive, way } = world();
  for (const body of ["one", "two"]) await store(text(body));
  const answer = Promise.withResolvers<number>();
  way.onDeliver = () => answer.promise;
  await arrive();
  assert.deepEqual(texts(), ["one"]);
  answer.resolve(200);
  await settled();
  assert.deepEqual(texts(), ["one", "two"]);
});

test("RFC 3428: what is pushed is what was sent, on a way and under a Call-ID of its own", async () => {
  const { store, arrive, way } = world();
  const body = envelope({ headers: asking("m1", "display") });
  const headers = {
    Route: "<sip:pf.example.com;lr>",
    "Proxy-Authorization": 'Digest username="alice"',
    Subject: "Lunch",
    Expires: "600",
  };
  await store(messageOf({ type: "message/cpim", body, headers, to: "sip:bob@example.com;gr=1" }));
  await arrive();
  const [pushed] = way.delivered;
  assert.ok(pushed !== undefined);
  const { request } = pushed;
  assert.equal(request.uriText, "sip:bob@example.com");
  assert.equal(request.text("From"), "<sip:alice@example.com>;tag=1");
  assert.equal(request.text("Subject"), "Lunch");
  assert.equal(request.text("Date"), "Sat, 04 May 2030 10:00:00 GMT");
  assert.equal(utf8Text(request.body), body);
  assert.notEqual(request.callId, "call-1");
  for (const name of ["Via", "Route", "Proxy-Authorization"]) {
    assert.equal(request.has(name), false, name);
  }
  // For a core that carries it on; taken out on the way to a client.
  assert.equal(request.text("P-Asserted-Identity"), "<sip:alice@example.com>");
});

test("the store keeps who sent it, to whom it shows, and until when", async () => {
  const { store, stores, clock } = world();
  const result = await store(text("hi", { Subject: "S", Expires: "60", Privacy: "id" }));
  assert.deepEqual(result, { expiresAt: clock.now() + MINUTE });
  const [entry] = await waiting(stores);
  assert.equal(entry?.originator, "sip:alice@example.com");
  assert.equal(entry?.originatorShown, "<sip:alice@example.com>");
  assert.equal(entry?.privacy, "id");
  assert.equal(entry?.subject, "S");
  assert.equal(entry?.sizeBytes, 2);
});

test("IM-8.1.1-10: stored is reported where processing was asked for", async () => {
  const { store, reports } = world();
  const body = envelope({ headers: asking("m1", "processing") });
  await store(messageOf({ type: "message/cpim", body }));
  assert.deepEqual(
    reports.told.map(([what, { author, recipient }]) => [what, author, recipient]),
    [["stored", "sip:alice@example.com", "sip:bob@example.com"]],
  );
  await store(text("no envelope"));
  await store(messageOf({ type: "message/cpim", body: envelope({ type: "message/imdn+xml" }) }));
  assert.equal(reports.told.length, 1);
});

test("the mailbox has a bound in messages and in bytes; the newest is refused", async () => {
  const { store, stores, metrics } = world({ options: { messagesPerUser: 1 } });
  await store(text("one"));
  const refusal = await store(text("two"));
  assert.ok(isRefusal(refusal));
  assert.deepEqual([refusal.status, refusal.condition], [480, "store full"]);
  assert.equal((await waiting(stores)).length, 1);
  assert.equal(metrics.counts.get("deferred_refused_total"), 1);
});

test("nothing is accepted that the disk did not take, and nobody waits behind it", async () => {
  const { store, deferred } = world({ disk: { commit: () => Promise.reject(new Error("full")) } });
  const refusal = await store(text("one"));
  assert.ok(isRefusal(refusal));
  assert.equal(refusal.status, 500);
  assert.equal(deferred.isWaiting(bob), false);
});

test("a message waits behind the others from the call on, not from the commit on", async () => {
  const commit = Promise.withResolvers<void>();
  const { store, deferred, arrive, texts } = world({ disk: { commit: () => commit.promise } });
  const stored = store(text("one"));
  assert.equal(deferred.isWaiting(bob), true);
  await arrive(); // registers while the commit is under way
  assert.deepEqual(texts(), []);
  commit.resolve();
  await stored;
  await settled();
  assert.deepEqual(texts(), ["one"]);
  assert.equal(deferred.isWaiting(bob), false);
});

test("a message that is stored while a flush runs comes behind the others", async () => {
  const { store, texts, arrive, way, deferred } = world({ options: { pageSize: 2 } });
  for (const body of ["one", "two", "three"]) await store(text(body));
  const answer = Promise.withResolvers<number>();
  way.onDeliver = () => answer.promise;
  await arrive();
  assert.equal(deferred.isWaiting(bob), true);
  await store(text("four"));
  answer.resolve(200);
  await settled();
  assert.deepEqual(texts(), ["one", "two", "three", "four"]);
});

test("a client that cannot take it now is tried again after 1, 5 and 30 minutes", async () => {
  const { store, arrive, way, clock, texts } = world();
  await store(text("one"));
  await store(text("two"));
  way.onDeliver = () => 486;
  await arrive();
  const seen: number[] = [way.delivered.length];
  for (const minutes of [1, 5, 30, 600]) {
    await clock.pass(minutes * MINUTE - 1);
    seen.push(way.delivered.length);
    await clock.pass(1);
    seen.push(way.delivered.length);
  }
  // From the third failure on the second message is tried as well, and at the end only registering helps.
  assert.deepEqual(seen, [1, 1, 2, 2, 4, 4, 6, 6, 6]);
  way.onDeliver = () => 200;
  await arrive();
  assert.deepEqual(texts().slice(-2), ["one", "two"]);
});

test("a client that does not answer gets nothing out of order", async () => {
  const { store, arrive, way, texts } = world();
  await store(text("one"));
  await store(text("two"));
  way.onDeliver = () => 408;
  for (let attempt = 0; attempt < 6; attempt += 1) await arrive();
  assert.deepEqual(new Set(texts()), new Set(["one"]));
  way.onDeliver = () => 200;
  await arrive();
  assert.deepEqual(texts().slice(-2), ["one", "two"]);
});

test("each attempt has a CSeq of its own, so that no client takes it for a loop", async () => {
  const { store, arrive, way, clock } = world();
  await store(text("one"));
  way.onDeliver = () => 408;
  await arrive();
  await clock.pass(MINUTE);
  const [first, second] = way.delivered.map(({ request }) => request);
  assert.deepEqual([first?.cseq.number, second?.cseq.number], [1, 3]);
  assert.equal(first?.callId, second?.callId);
});

test("a client that will never take it ends it, with a report where one was asked for", async () => {
  const { store, arrive, way, reports, stores } = world();
  const body = envelope({ headers: asking("m1", "negative-delivery"), type: "image/png" });
  await store(messageOf({ type: "message/cpim", body }));
  await store(text("two"));
  way.onDeliver = ({ request }) => (request.text("Content-Type") === "message/cpim" ? 415 : 200);
  await arrive();
  assert.deepEqual(
    reports.told.map(([what]) => what),
    ["failed"],
  );
  assert.deepEqual(await waiting(stores), []);
});

test("RFC 3428 §11: after 415 the text is taken out of its envelope", async () => {
  const { store, arrive, way, stores, reports } = world();
  await store(messageOf({ type: "message/cpim", body: envelope({ content: "plain" }) }));
  way.onDeliver = ({ request }) => (request.text("Content-Type") === "message/cpim" ? 415 : 200);
  await arrive();
  assert.equal(utf8Text(way.delivered[1]?.request.body ?? new Uint8Array()), "plain");
  assert.deepEqual(await waiting(stores), []);
  assert.deepEqual(reports.told, []);
});

test("as many users as the bound get their messages at a time, the others after them", async () => {
  const { store, arrive, way, hits } = world({ options: { flushes: 1 } });
  await store(text("for bob"), bob);
  await store(text("for alice"), alice, bob);
  const { promise, resolve } = Promise.withResolvers<number>();
  way.onDeliver = ({ user }) => (user === bob ? promise : 200);
  await arrive(bob);
  await arrive(alice);
  const served = () => way.delivered.map(({ user }) => user.name);
  assert.deepEqual(served(), ["bob"]);
  assert.ok(hits.limits.includes("flushes"));
  resolve(200);
  await settled();
  assert.deepEqual(served(), ["bob", "alice"]);
});

test("a record that cannot be read is quarantined and does not stop the others", async () => {
  const { store, stores, arrive, texts, metrics, suspected, deferred } = world();
  await store(text("one"));
  const [entry] = await stores.deferred.page("bob", undefined, 1);
  assert.ok(entry !== undefined);
  const broken: DeferredMessage = { ...entry, id: `${entry.id}x`, bytes: utf8Bytes("\0garbage") };
  await stores.deferred.add(broken, { messages: 9, bytes: 9_999 });
  await store(text("two"));
  await arrive();
  assert.deepEqual(texts(), ["one", "two"]);
  assert.deepEqual(
    (await waiting(stores)).map(({ poisoned }) => poisoned),
    [true],
  );
  assert.equal(metrics.counts.get("deferred_quarantined_total"), 1);
  assert.deepEqual(suspected, [`quarantined: deferred message ${bob.address}`]);
  assert.equal(deferred.isWaiting(bob), false);
});

test("a message that keeps failing while others get through is quarantined and reported", async () => {
  const { store, arrive, way, reports, stores, clock } = world();
  const body = envelope({ headers: asking("m1", "negative-delivery"), content: "poison" });
  await store(messageOf({ type: "message/cpim", body }));
  way.onDeliver = ({ request }) => (utf8Text(request.body).includes("poison") ? 500 : 200);
  const delivered: number[] = [];
  for (let round = 1; round <= 5; round += 1) {
    await store(text(`round ${round}`));
    await arrive();
    await clock.pass(20_000);
    delivered.push(way.delivered.filter(({ request }) => request.body.length < 20).length);
  }
  assert.deepEqual(delivered, [0, 2, 3, 4, 5]);
  assert.deepEqual(
    reports.told.map(([what]) => what),
    ["failed"],
  );
  assert.deepEqual(
    (await waiting(stores)).map(({ poisoned }) => poisoned),
    [true],
  );
});

test("one message alone that keeps failing is kept: the fault may be the client's", async () => {
  const { store, arrive, way, stores } = world();
  await store(text("one"));
  way.onDeliver = () => 500;
  for (let round = 0; round < 12; round += 1) await arrive();
  assert.deepEqual(
    (await waiting(stores)).map(({ poisoned }) => poisoned),
    [false],
  );
  way.onDeliver = () => 200;
  await arrive();
  assert.deepEqual(await waiting(stores), []);
});

test("a new message for a user whose client has just failed wakes the queue after a rest", async () => {
  const { store, arrive, way, clock, texts } = world();
  await store(text("one"));
  way.onDeliver = () => 486;
  await arrive();
  way.onDeliver = () => 200;
  await clock.pass(2_000);
  await store(text("two"));
  assert.deepEqual(texts(), ["one"]);
  await clock.pass(8_000);
  assert.deepEqual(texts(), ["one", "one", "two"]);
});

test("expired messages are not pushed; they go with a report, a bounded number at a time", async () => {
  const { store, arrive, clock, stores, reports, way, deferred } = world({
    options: { sweepMs: 10_000, sweepSize: 2 },
  });
  await deferred.start();
  const body = envelope({ headers: asking("m1", "negative-delivery") });
  for (let count = 0; count < 5; count += 1) {
    await store(messageOf({ type: "message/cpim", body, headers: { Expires: "5" } }));
  }
  await clock.pass(6_000);
  await arrive();
  assert.equal(way.delivered.length, 0);
  await clock.pass(4_000);
  assert.equal((await waiting(stores)).length, 3);
  await clock.pass(200);
  assert.equal((await waiting(stores)).length, 0);
  assert.deepEqual(
    reports.told.map(([what]) => what),
    Array(5).fill("failed"),
  );
});

test("rules that changed since are obeyed before a push; a block is not told to the sender", async () => {
  const now = { admitted: true, barred: false };
  const refused: Access = { invite: "refuse", offlineStorage: false };
  const rules: UserRules = { access: () => (now.admitted ? UNRULED : refused) };
  const settings = { bars: () => now.barred };
  const { store, arrive, way, stores, reports } = world({ rules, settings });
  const body = envelope({ headers: asking("m1", "negative-delivery") });
  await store(messageOf({ type: "message/cpim", body }));
  now.admitted = false;
  await arrive();
  assert.deepEqual([way.delivered.length, reports.told.length], [0, 0]);
  now.admitted = true;
  await store(messageOf({ type: "message/cpim", body }));
  now.barred = true;
  await arrive();
  assert.deepEqual([way.delivered.length, reports.told.length], [0, 1]);
  assert.deepEqual(await waiting(stores), []);
});

test("no more users are served at a time than allowed, and all in the end", async () => {
  const { deferred, store, way, arrive } = world({ options: { flushes: 1 } });
  await store(text("to bob"));
  await store(text("to alice"), alice, bob);
  const answer = Promise.withResolvers<number>();
  way.onDeliver = () => answer.promise;
  await arrive(bob);
  await arrive(alice);
  assert.equal(way.delivered.length, 1);
  answer.resolve(200);
  await settled();
  assert.equal(way.delivered.length, 2);
  assert.equal(deferred.isWaiting(alice), false);
});

test("a body too long for datagrams waits for a contact over a stream", async () => {
  const { store, way, deferred, arrive } = world();
  await store(text("x".repeat(1_301)));
  way.contacts.set("bob", [contactOf(bob, "UDP")]);
  deferred.userReachable(bob);
  await settled();
  assert.equal(way.delivered.length, 0);
  await arrive();
  assert.equal(way.delivered.length, 1);
});

test("a message that no contact at hand can take holds up nothing, and comes when one can", async () => {
  const { store, way, deferred, arrive, texts, stores } = world();
  await store(text("x".repeat(1_301)));
  await store(text("short"));
  way.contacts.set("bob", [contactOf(bob, "UDP")]);
  deferred.userReachable(bob);
  await settled();
  assert.deepEqual(texts(), ["short"]);
  assert.equal((await waiting(stores)).length, 1);
  assert.equal(deferred.isWaiting(bob), false); // what comes now overtakes it
  await arrive();
  assert.deepEqual(await waiting(stores), []);
});

test("a wish that no device of a present user fulfils does not make his queue wait", async () => {
  const { store, way, deferred, arrive, texts, clock } = world();
  await arrive();
  way.suits = (request) => !request.has("Reject-Contact");
  await store(text("for nobody", { "Reject-Contact": "*;+g.oma.sip-im;require" }));
  assert.equal(deferred.isWaiting(bob), false);
  await store(text("for bob"));
  assert.equal(deferred.isWaiting(bob), true);
  await clock.pass(MINUTE);
  assert.deepEqual(texts(), ["for bob"]);
  assert.equal(deferred.isWaiting(bob), false);
  way.suits = () => true; // another device
  await arrive();
  assert.deepEqual(texts(), ["for bob", "for nobody"]);
});

test("IM-5.2.4-08d: what waits for a user who fetches it himself is not brought, until he wants it brought", async () => {
  let pushes = false;
  const { store, arrive, texts, deferred } = world({ settings: { pushes: () => pushes } });
  await store(text("one"));
  await arrive();
  assert.deepEqual(texts(), []);
  pushes = true;
  deferred.userReachable(bob);
  await settled();
  assert.deepEqual(texts(), ["one"]);
});
