/** INVITEs that were accepted: what they are kept for, and when they give way. RFC 6026 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeResponse, type SipRequest, SipResponse } from "../message/index.ts";
import type { EndpointOptions } from "./index.ts";
import { Ear, newRequest, readRequest, World } from "./world.test.ts";

const VIA = "Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK-1";

function pair(options: EndpointOptions = {}) {
  const world = new World();
  const alice = world.host("192.0.2.1", options);
  const bob = world.host("192.0.2.2", options);
  bob.serve = (transaction) => transaction.reply(200);
  return { world, alice, bob, flow: alice.connect(bob) };
}

function invite(at: number): SipRequest {
  return newRequest("INVITE").edit().setText("Call-ID", `c${at}`).done();
}

function answers(host: { readonly sent: readonly { readonly message: unknown }[] }) {
  return host.sent.flatMap(({ message }) => (message instanceof SipResponse ? [message] : []));
}

test("each further 2xx is heard until timer M, and none after it (RFC 6026 §8.4)", () => {
  const { world, alice, bob, flow } = pair();
  const ear = new Ear();
  alice.endpoint.request(invite(1), flow, ear);
  for (let time = 0; time < 4; time += 1) {
    world.clock.pass(7_900);
    bob.served[0]?.reply(200);
  }
  world.clock.pass(1_000);
  assert.deepEqual(ear.heard, ["200", "200", "200", "200", "200"]);
  assert.equal(alice.endpoint.stats.clientTransactions, 0);
  const [last] = answers(bob).slice(-1);
  const back = bob.served[0]?.flow ?? assert.fail();
  assert.ok(last);
  assert.deepEqual(alice.strays, []);
  alice.endpoint.message(last, back);
  assert.deepEqual([ear.heard.length, alice.strays.length], [5, 1]);
});

test("an observer that throws over a further 2xx is reported, and hears the next one", () => {
  const { world, alice, bob, flow } = pair();
  let heard = 0;
  alice.endpoint.request(invite(1), flow, {
    response() {
      heard += 1;
      if (heard === 2) throw new TypeError("broken");
    },
    timeout: () => assert.fail(),
    failed: () => assert.fail(),
  });
  world.clock.pass(100);
  bob.served[0]?.reply(200);
  bob.served[0]?.reply(200);
  world.clock.pass(100);
  assert.equal(heard, 3);
  assert.deepEqual(
    alice.events.map(({ kind }) => kind),
    ["observer failed"],
  );
});

test("where all places are taken, the INVITE that was accepted first gives way to a request (RFC 6026 §8.4)", () => {
  const { world, alice, bob, flow } = pair({ transactions: 3 });
  const ears = [new Ear(), new Ear(), new Ear()];
  for (const [at, ear] of ears.entries()) {
    alice.endpoint.request(invite(at), flow, ear);
    world.clock.pass(100);
    bob.served[at]?.acknowledged();
  }
  const message = new Ear();
  alice.endpoint.request(newRequest("MESSAGE"), flow, message);
  world.clock.pass(100);
  assert.deepEqual(message.heard, ["200"]);
  for (const transaction of bob.served.slice(0, 3))
    transaction.respond(makeResponse(transaction.request, 200));
  world.clock.pass(100);
  assert.deepEqual(
    ears.map(({ heard }) => heard.length),
    [1, 2, 2],
  );
});

test("one that is not answered never gives way", () => {
  const { world, alice, bob, flow } = pair({ transactions: 2 });
  bob.serve = () => {};
  for (const at of [1, 2]) alice.endpoint.request(invite(at), flow, new Ear());
  const third = new Ear();
  alice.endpoint.request(newRequest("MESSAGE"), flow, third);
  world.clock.pass(100);
  assert.deepEqual(third.heard, ["busy"]);
});

test("a request that comes again after the ACK of its 2xx is absorbed, and a CANCEL changes nothing (RFC 6026 §7.1, RFC 3261 §9.2)", () => {
  const { world, alice, bob, flow } = pair();
  alice.endpoint.request(invite(1), flow, new Ear());
  world.clock.pass(100);
  const [transaction] = bob.served;
  assert.ok(transaction);
  transaction.acknowledged();
  transaction.acknowledged();
  const { request } = transaction;
  bob.endpoint.message(request, transaction.flow);
  assert.deepEqual([bob.served.length, bob.endpoint.stats.repeatsIn], [1, 1]);
  const cancel = readRequest("CANCEL", "", [VIA])
    .edit()
    .setText("Via", request.text("Via") ?? "");
  bob.endpoint.message(cancel.done(), transaction.flow);
  const [accepted, cancelled, ...more] = answers(bob);
  assert.deepEqual([accepted?.status, cancelled?.status, more.length], [200, 200, 0]);
  assert.equal(cancelled?.to.params.get("tag"), transaction.localTag);
  world.clock.pass(40_000);
  assert.equal(bob.endpoint.stats.serverTransactions, 0);
});

test("nothing is acknowledged that was not accepted", () => {
  const { world, alice, bob, flow } = pair();
  const ear = new Ear();
  bob.serve = (transaction) => {
    transaction.acknowledged();
    transaction.reply(180);
    transaction.acknowledged();
    transaction.reply(486);
    transaction.acknowledged();
  };
  alice.endpoint.request(invite(1), flow, ear);
  world.clock.pass(100);
  assert.deepEqual(ear.heard, ["180", "486"]);
});
