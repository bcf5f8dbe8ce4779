/** Each bound of the table, at its number and one beyond it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { utf8Bytes } from "@parlance/wire";
import type { Bounds } from "../limits.ts";
import { DOMAIN, type Phone, World } from "./world.test.ts";

async function online(
  limits: Partial<Bounds>,
): Promise<{ readonly world: World; readonly alice: Phone; readonly bob: Phone }> {
  const world = await World.open({ limits });
  const alice = world.phone("alice", { host: "192.0.2.77" });
  const bob = world.phone("bob");
  await alice.register();
  await bob.register();
  world.suspected.length = 0;
  return { world, alice, bob };
}

function hits({ metrics }: World): Readonly<Record<string, number>> {
  const name = "parlance_limit_hits_total ";
  const rows = [...metrics.labelled].filter(([key]) => key.startsWith(name));
  return Object.fromEntries(rows.map(([key, count]) => [key.slice(name.length), count]));
}

/** An envelope of so many octets that compresses no better than honest text. */
function envelope(octets: number): Uint8Array {
  const head = `From: <sip:alice@${DOMAIN}>\r\nTo: <sip:bob@${DOMAIN}>\r\n\r\nContent-Type: text/plain\r\n\r\n`;
  const words = Array.from({ length: octets }, (_, at) => at * 7_919).join(" ");
  return utf8Bytes((head + words).slice(0, octets));
}

async function statuses(
  count: number,
  ask: () => Promise<{ readonly status: number }>,
): Promise<readonly number[]> {
  const told: number[] = [];
  for (let at = 0; at < count; at += 1) told.push((await ask()).status);
  return told;
}

test("messages of a user: the burst, then 503", async () => {
  const { world, alice, bob } = await online({ messagesPerSecond: 1, messageBurst: 2 });
  assert.deepEqual(await statuses(3, () => alice.message(bob.address, "x")), [200, 200, 503]);
  assert.deepEqual(hits(world), { messagesPerSecond: 1 });
  await world.clock.pass(1_000);
  assert.deepEqual(await statuses(2, () => alice.message(bob.address, "x")), [200, 503]);
});

test("registrations of a user: the burst, then 503", async () => {
  const { world, alice } = await online({ registersPerSecond: 1, registerBurst: 3 });
  assert.deepEqual(await statuses(3, () => alice.register()), [200, 200, 503]);
  assert.deepEqual(hits(world), { registersPerSecond: 1 });
});

test("contacts of a user: as many as the bound, then 403", async () => {
  const { world } = await online({ bindingsPerUser: 2 });
  const another = () => world.phone("alice").register();
  assert.deepEqual(await statuses(2, another), [200, 403]);
  assert.deepEqual(hits(world), { bindingsPerUser: 1 });
});

test("registrations are granted between the shortest and the longest time", async () => {
  const { world, alice } = await online({
    minExpiresSeconds: 90,
    maxExpiresSeconds: 200,
    defaultExpiresSeconds: 120,
  });
  const granted = async (expires: number) =>
    /;expires=(\d+)$/.exec((await alice.register(undefined, expires)).text("Contact") ?? "")?.[1];
  assert.deepEqual([await granted(90), await granted(201)], ["90", "200"]);
  const unsaid = await alice.register((edit) => edit.remove("Expires"));
  assert.match(unsaid.text("Contact") ?? "", /;expires=120$/);
  assert.equal((await alice.register(undefined, 89)).status, 423);
  assert.deepEqual(hits(world), { minExpiresSeconds: 1 });
});

test("subscriptions: as many as the bound of the user, or of the resource, then 403", async () => {
  for (const limit of ["subscriptionsPerUser", "subscriptionsPerResource"] as const) {
    const { world, alice } = await online({ [limit]: 1 });
    const subscribe = (expires: number) =>
      alice.request("SUBSCRIBE", alice.address, (edit) =>
        edit
          .setText("Event", "reg")
          .setText("Expires", String(expires))
          .setText("Contact", `<${alice.contact}>`),
      );
    assert.deepEqual(await statuses(2, () => subscribe(60)), [200, 403], limit);
    assert.deepEqual(hits(world), { [limit]: 1 });
    assert.deepEqual(world.suspected, [`limit: ${limit} 192.0.2.77`]);
    assert.equal((await subscribe(59)).status, 423);
    assert.equal(hits(world)["minSubscriptionSeconds"], 1);
  }
});

test("failed logins: as many as the bound, then 403 even with the right password", async () => {
  const { world } = await online({ loginFailuresPerPair: 2, loginDelaySeconds: 20 });
  const from = { host: "192.0.2.78" };
  const wrong = () => world.phone("bob", { ...from, password: "wrong" }).register();
  assert.deepEqual(await statuses(3, wrong), [401, 401, 403]);
  assert.deepEqual(hits(world), { loginFailures: 1 });
  assert.ok(world.suspected.includes("limit: loginFailures 192.0.2.78"));
  await world.clock.pass(19_000);
  assert.equal((await world.phone("bob", from).register()).status, 403);
  await world.clock.pass(1_000);
  assert.equal((await world.phone("bob", from).register()).status, 200);
});

test("failed logins of a source: as many as the bound, whoever it says to be", async () => {
  const { world } = await online({ loginFailuresPerSource: 2 });
  const names = ["alice", "bob", "carol"];
  const wrong = () =>
    world.phone(names.shift() ?? "", { host: "192.0.2.78", password: "wrong" }).register();
  assert.deepEqual(await statuses(3, wrong), [401, 401, 403]);
});

test("a nonce is good for its time and then stale", async () => {
  const { world, alice } = await online({ nonceSeconds: 10 });
  await alice.hangUp();
  const phone = world.phone("alice", { transport: "UDP" });
  await phone.register();
  const signed = () => phone.send(phone.signed(phone.make("MESSAGE", `sip:nobody@${DOMAIN}`)));
  await world.clock.pass(9_000);
  assert.notEqual((await signed()).status, 407);
  await world.clock.pass(1_000);
  assert.equal((await signed()).status, 407);
});

test("the content of a MESSAGE: at the bound it goes, one octet more is 513", async () => {
  const { world, alice, bob } = await online({ streamBodyBytes: 1_000 });
  assert.equal((await alice.message(bob.address, "x".repeat(1_000))).status, 200);
  assert.equal((await alice.message(bob.address, "x".repeat(1_001))).status, 513);
  assert.deepEqual(hits(world), { streamBodyBytes: 1 });
  assert.deepEqual(world.suspected, ["refused: message too large 192.0.2.77"]);
});

test("a compressed body may grow to the bound, and no further", async () => {
  const { alice, bob } = await online({ inflatedBodyBytes: 1_000 });
  const packed = (octets: number) =>
    alice.message(bob.address, "", (edit) =>
      edit
        .body(deflateSync(envelope(octets)), "message/cpim")
        .setText("Content-Encoding", "deflate"),
    );
  assert.equal((await packed(1_000)).status, 200);
  assert.equal((await packed(1_001)).status, 400);
});

test("messages that wait for a user: as many as the bound, then 480", async () => {
  const { world, alice, bob } = await online({ deferredMessagesPerUser: 2 });
  await bob.hangUp();
  assert.deepEqual(await statuses(3, () => alice.message(bob.address, "x")), [202, 202, 480]);
  assert.deepEqual(hits(world), { deferredPerUser: 1 });
});

test("octets that wait for a user: as many as the bound, then 480", async () => {
  const { world, alice, bob } = await online({ deferredBytesPerUser: 5_000 });
  await bob.hangUp();
  const large = () => alice.message(bob.address, "x".repeat(3_000));
  assert.deepEqual(await statuses(2, large), [202, 480]);
  assert.deepEqual(hits(world), { deferredPerUser: 1 });
});

test("transactions of a source: as many as the bound, then 503", async () => {
  const { world, alice, bob } = await online({ transactionsPerSource: 2 });
  bob.serve = () => undefined;
  const waiting = [alice.message(bob.address, "one"), alice.message(bob.address, "two")];
  await world.settle();
  assert.equal((await alice.message(bob.address, "three")).status, 503);
  assert.deepEqual(hits(world), { transactionsPerSource: 1 });
  assert.deepEqual(world.suspected, ["limit: transactionsPerSource 192.0.2.77"]);
  assert.deepEqual(world.logged, []);
  await world.clock.pass(20_000);
  for (const answer of waiting) assert.equal((await answer).status, 202);
});

test("a contact that does not answer is given up after the wait", async () => {
  const { world, alice, bob } = await online({ forwardWaitMs: 5_000 });
  bob.serve = () => undefined;
  const waiting = alice.message(bob.address, "x");
  await world.clock.pass(4_999);
  assert.deepEqual(hits(world), {});
  await world.clock.pass(1);
  assert.equal((await waiting).status, 202);
  assert.deepEqual(hits(world), { forwardWaitMs: 1 });
});

test("expired contacts go in bounded portions", async () => {
  const { world, alice, bob } = await online({ expiredBindingsPerTick: 1 });
  for (const phone of [alice, bob]) await phone.register(undefined, 60);
  await world.clock.pass(62_000);
  assert.equal(world.server.stats.contacts, 0);
  assert.equal(hits(world)["expiredBindingsPerTick"], 2);
});

test("what cannot be read is told by its class, a bound of the parser by its name", async () => {
  const { world, alice, bob } = await online({});
  const send = (name: string, value: string) =>
    alice.message(bob.address, "x", (edit) => edit.setText(name, value));
  assert.equal((await send("Max-Forwards", "256")).status, 400);
  assert.equal((await send("Route", "<sip:a.test;lr>,".repeat(31).slice(0, -1))).status, 400);
  assert.deepEqual(world.suspected, [
    "malformed Max-Forwards 192.0.2.77",
    "limit: routeValues 192.0.2.77",
  ]);
  assert.deepEqual(hits(world), { routeValues: 1 });
});
