/** What an INVITE that has come to its end still owes, and how little is kept for it. RFC 3261 §13.2.2.4, RFC 6026 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ServerTransaction } from "../endpoint/index.ts";
import { type SipRequest, UserAgent } from "../message/index.ts";
import { answerAs, inCall, lineOf, type Side, sdp, type Two, two } from "./world.test.ts";

/** An answer of Bob's that anybody may give at any time; all else is answered 200. */
function forking(both: Two): {
  readonly invites: ServerTransaction[];
  readonly others: SipRequest[];
} {
  const invites: ServerTransaction[] = [];
  const others: SipRequest[] = [];
  both.bob.host.serve = (transaction) => {
    if (transaction.request.method === "INVITE") return void invites.push(transaction);
    others.push(transaction.request);
    transaction.reply(200);
  };
  return { invites, others };
}

function answer(transaction: ServerTransaction | undefined, tag: string): void {
  assert.ok(transaction);
  answerAs(transaction, 200, tag, (edit) => {
    edit.body(sdp("answer").bytes, "application/sdp");
  });
}

function acksOf({ host }: Side): string[] {
  return host.acks.map((ack) => `${ack.to.params.get("tag")} ${ack.cseq.number}`);
}

test("a fork that answers when the call is over is acknowledged and ended, and its owner hears nothing (RFC 3261 §13.2.2.4)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  const { invites, others } = forking(both);
  const agent = { ...alice.face, edit: alice.face.edit };
  alice.face = { ...agent, edit: (edit) => edit.set(UserAgent, "alice/1") };
  const credentials = 'Digest username="alice", realm="x"';
  alice.place(toBob, "offer", {
    build: (edit) => edit.setText("Proxy-Authorization", credentials),
  });
  world.clock.pass(100);
  answer(invites[0], "one");
  world.clock.pass(100);
  alice.call?.end();
  world.clock.pass(100);
  const heard = [...alice.heard];
  answer(invites[0], "two");
  world.clock.pass(20_000);
  answer(invites[0], "three");
  answer(invites[0], "two");
  world.clock.pass(100);
  assert.deepEqual(acksOf(bob), ["one 1", "two 1", "three 1", "two 1"]);
  assert.deepEqual(others.map(lineOf), ["BYE", "BYE", "BYE"]);
  for (const ack of bob.host.acks) {
    assert.equal(ack.text("Proxy-Authorization"), credentials); // RFC 3261 §22.1
    assert.equal(ack.text(UserAgent), "alice/1");
  }
  const byes = others.map((bye) => [bye.uriText, bye.to.params.get("tag"), bye.cseq.number]);
  assert.deepEqual(byes.slice(1), [
    ["sip:two@192.0.2.2", "two", 2],
    ["sip:three@192.0.2.2", "three", 2],
  ]);
  assert.deepEqual(alice.heard, heard);
  assert.equal(alice.table.stats.calls, 0);
});

test("a 2xx that comes again gets the same ACK while its call runs and when it is over (RFC 3261 §13.2.2.4)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  const { invites } = forking(both);
  alice.place(toBob);
  world.clock.pass(100);
  for (let time = 0; time < 3; time += 1) {
    answer(invites[0], "one");
    world.clock.pass(1_000);
  }
  alice.call?.end();
  world.clock.pass(1_000);
  answer(invites[0], "one");
  world.clock.pass(100);
  const texts = bob.host.acks.map((ack) => {
    assert.notEqual(ack.via.params.get("branch"), undefined);
    return [
      ack.startLine,
      ...[...ack.edit().remove("Via").done().lines()].map(({ value }) => value),
    ];
  });
  assert.equal(texts.length, 4);
  for (const text of texts) assert.deepEqual(text, texts[0]);
  const branches = new Set(bob.host.acks.map((ack) => ack.via.params.get("branch")));
  assert.equal(branches.size, 4); // RFC 3261 §13.2.2.4: each a transaction of its own
});

test("an ACK with our answer goes again with it (RFC 3261 §13.2.2.4)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  const { invites } = forking(both);
  alice.place(toBob, "");
  const bodies = () => bob.host.acks.map(({ body }) => Buffer.from(body).toString());
  world.clock.pass(100);
  answer(invites[0], "one");
  world.clock.pass(500);
  answer(invites[0], "one");
  world.clock.pass(500);
  assert.deepEqual(bodies(), ["answer 1 of alice", "answer 1 of alice"]);
});

test("a 2xx to a re-INVITE that comes again gets its ACK again (RFC 3261 §13.2.2.4)", async () => {
  const { world, alice, bob, a } = inCall();
  bob.lost.push("200 INVITE");
  const offered = a.offer(sdp("changed"));
  world.clock.pass(100);
  alice.lost.push("ACK");
  world.clock.pass(5_000);
  assert.equal((await offered).kind, "answered");
  assert.equal(alice.sent.filter((line) => line === "ACK").length, 3);
  assert.equal(bob.heard.at(-1), "acknowledged -");
});

test("no more forks are acknowledged than a proxy may try (RFC 3261 §13.2.2.4)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  const { invites, others } = forking(both);
  alice.place(toBob);
  world.clock.pass(100);
  for (let fork = 0; fork < 1_000; fork += 1) answer(invites[0], `fork${fork}`);
  world.clock.pass(1_000);
  assert.equal(bob.host.acks.length, 16);
  assert.equal(others.length, 15);
  assert.equal(alice.table.stats.calls, 1);
});

test("two thousand calls that are answered and never ended leave no transaction, and end with their interval (RFC 6026 §8.4, RFC 4028 §10)", () => {
  const { world, alice, bob, toBob } = two({ sessionTimer: { minimumS: 90, usualS: 1_800 } });
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  for (let at = 0; at < 2_000; at += 1) {
    alice.place(toBob);
    if (at % 100 === 0) world.clock.pass(100);
  }
  world.clock.pass(1_000);
  assert.equal(alice.table.stats.calls, 2_000);
  world.clock.pass(40_000);
  assert.equal(alice.host.endpoint.stats.clientTransactions, 0);
  assert.equal(bob.host.endpoint.stats.serverTransactions, 0);
  bob.host.deaf.add("UDP");
  alice.host.deaf.add("UDP");
  world.clock.pass(2_000_000);
  assert.equal(alice.table.stats.calls, 0);
  assert.equal(bob.table.stats.calls, 0);
});

test("the owner of a call that is over is not kept for answers that may still come (RFC 6026 §8.4)", async () => {
  const { world, alice, bob, toBob } = two();
  const kept: WeakRef<object>[] = [];
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  const place = () => {
    const owner = {
      offered() {},
      acknowledged() {},
      requested: () => false,
      description: () => undefined,
      ended() {},
      progress() {},
      answered: (call: NonNullable<Side["call"]>) => call.end(),
      failed() {},
    };
    kept.push(new WeakRef(owner));
    const { request } = alice.place([]);
    alice.table.place(request.edit().setText("Call-ID", `own${kept.length}`).done(), toBob, owner, {
      face: alice.face,
    });
  };
  for (let at = 0; at < 100; at += 1) place();
  world.clock.pass(1_000);
  assert.equal(alice.host.endpoint.stats.clientTransactions, 200); // the INVITEs, and each BYE
  await collected();
  assert.deepEqual(
    kept.filter((owner) => owner.deref() !== undefined),
    [],
  );
});

/** All garbage is gone; what a WeakRef has shown is kept until the next turn. */
async function collected(): Promise<void> {
  await new Promise(setImmediate);
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
}
