/** Requests that an endpoint sends. RFC 3261 §8.1, §9.1, §17.1, §18.1 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hop } from "../locate/index.ts";
import {
  makeResponse,
  parseUri,
  Route,
  SipRequest,
  SipResponse,
  type SipUri,
} from "../message/index.ts";
import type { Flow } from "./index.ts";
import { Ear, newRequest, settle, World } from "./world.test.ts";

function pair(seed = 1) {
  const world = new World(seed);
  const alice = world.host("192.0.2.1");
  const bob = world.host("192.0.2.2");
  return { world, alice, bob };
}

function methodsFrom(sent: readonly { readonly message: unknown }[]): string[] {
  return sent.map(({ message }) =>
    message instanceof SipRequest
      ? message.method
      : message instanceof SipResponse
        ? String(message.status)
        : "?",
  );
}

const BOB = { host: "192.0.2.2", port: 5060 };

test("a request gets our Via with an unguessable branch, and its answer comes to its observer (RFC 3261 §8.1.1.7)", () => {
  const { world, alice, bob } = pair();
  bob.serve = (transaction) => transaction.reply(200);
  const ear = new Ear();
  alice.endpoint.request(newRequest("MESSAGE", "hello"), { transport: "UDP", address: BOB }, ear);
  world.clock.pass(100);
  assert.deepEqual(ear.heard, ["200"]);
  const { via } = bob.served[0]?.request ?? assert.fail("nothing served");
  assert.equal(via.host, "192.0.2.1");
  assert.equal(via.params.get("rport"), "5060"); // RFC 3581 §4
  assert.match(via.params.get("branch") ?? "", /^z9hG4bK[\w-]{16,}$/);
});

test("two requests have different branches, and a suffix is kept behind a dot (RFC 5393 §4.2.1)", () => {
  const { alice, bob } = pair();
  const flow = alice.connect(bob);
  for (const branchSuffix of ["loop1", "loop1"]) {
    alice.endpoint.request(newRequest("MESSAGE"), flow, new Ear(), { branchSuffix });
  }
  const [one, two] = alice.sent.map(({ message }) => message.via.params.get("branch"));
  assert.notEqual(one, two);
  assert.match(one ?? "", /^z9hG4bK[\w-]+\.loop1$/);
});

test("without any answer the observer hears of a timeout, once (RFC 3261 §17.1.2.2)", () => {
  const { world, alice } = pair();
  const ear = new Ear();
  alice.endpoint.request(
    newRequest("MESSAGE"),
    alice.datagramsTo({ host: "192.0.2.9", port: 5060 }),
    ear,
  );
  world.clock.pass(120_000);
  assert.deepEqual(ear.heard, ["timeout"]);
  assert.equal(alice.sent.length, 11);
  assert.equal(alice.endpoint.stats.timeouts, 1);
  assert.equal(alice.endpoint.stats.clientTransactions, 0);
});

test("a refused INVITE is acknowledged on the same flow with the same branch (RFC 3261 §17.1.1.3)", () => {
  const { world, alice, bob } = pair();
  bob.serve = (transaction) => transaction.reply(486);
  const ear = new Ear();
  const invite = newRequest("INVITE", "", "Route: <sip:proxy.test;lr>");
  alice.endpoint.request(invite, alice.connect(bob), ear);
  world.clock.pass(100);
  assert.deepEqual(methodsFrom(alice.sent), ["INVITE", "ACK"]);
  const [sent, ack] = alice.sent.map(({ message }) => message);
  assert.equal(ack?.via.params.get("branch"), sent?.via.params.get("branch"));
  assert.ok(ack?.to.params.has("tag"));
  assert.deepEqual(ack?.cseq, { number: 1, method: "ACK" });
  assert.equal(ack?.get(Route)?.length, 1);
  assert.deepEqual(ear.heard, ["486"]);
  assert.deepEqual(bob.acks, []);
  assert.equal(bob.endpoint.stats.serverTransactions, 0);
});

test("every 2xx of an INVITE comes up, and its ACK is the user's affair (RFC 6026 §7.2)", () => {
  const { world, alice, bob } = pair();
  bob.serve = (transaction) => transaction.reply(200);
  const ear = new Ear();
  alice.endpoint.request(newRequest("INVITE"), alice.connect(bob), ear);
  world.clock.pass(50);
  const [invite] = bob.served;
  invite?.reply(200);
  world.clock.pass(50);
  assert.deepEqual(ear.heard, ["200", "200"]);
  assert.deepEqual(methodsFrom(alice.sent), ["INVITE"]);
  alice.endpoint.send(newRequest("ACK"), alice.connect(bob));
  world.clock.pass(50);
  assert.equal(bob.acks.length, 1);
});

test("CANCEL waits for a provisional answer and has the branch of its INVITE (RFC 3261 §9.1)", () => {
  const { world, alice, bob } = pair();
  const ear = new Ear();
  const invite = alice.endpoint.request(newRequest("INVITE"), alice.connect(bob), ear);
  invite.cancel();
  assert.deepEqual(methodsFrom(alice.sent), ["INVITE"]);
  world.clock.pass(50);
  bob.served[0]?.reply(180);
  world.clock.pass(100);
  assert.deepEqual(methodsFrom(alice.sent), ["INVITE", "CANCEL", "ACK"]);
  const branches = alice.sent.map(({ message }) => message.via.params.get("branch"));
  assert.equal(new Set(branches).size, 1);
  assert.deepEqual(ear.heard, ["180", "487"]);
  assert.equal(bob.served[0]?.cancelled, true);
});

test("a cancelled INVITE that is never answered ends after 64*T1 (RFC 3261 §9.1)", () => {
  const { world, alice, bob } = pair();
  bob.serve = (transaction) => {
    transaction.onCancel = () => {};
    transaction.reply(180);
  };
  const ear = new Ear();
  const invite = alice.endpoint.request(newRequest("INVITE"), alice.connect(bob), ear);
  world.clock.pass(50);
  invite.cancel();
  world.clock.pass(32_100);
  assert.deepEqual(ear.heard, ["180", "timeout"]);
  assert.equal(alice.endpoint.stats.clientTransactions, 0);
});

test("an INVITE is cancelled when the wait is over, which each provisional answer renews (RFC 3261 §16.7 item 2)", () => {
  const { world, alice, bob } = pair();
  bob.serve = (transaction) => transaction.reply(180);
  const ear = new Ear();
  alice.endpoint.request(newRequest("INVITE"), alice.connect(bob), ear);
  world.clock.pass(100_000);
  bob.served[0]?.reply(183);
  world.clock.pass(179_000);
  assert.deepEqual(ear.heard, ["180", "183"]);
  world.clock.pass(2_000);
  assert.deepEqual(ear.heard, ["180", "183", "487"]);
});

test("the loss of its connection ends a request at once (RFC 3261 §17.1.4)", () => {
  const { world, alice, bob } = pair();
  const ear = new Ear();
  const flow = alice.connect(bob);
  alice.endpoint.request(newRequest("MESSAGE"), flow, ear);
  world.clock.pass(20);
  alice.cut(flow);
  world.clock.pass(20);
  assert.deepEqual(ear.heard, ["unreachable"]);
  alice.endpoint.request(newRequest("MESSAGE"), flow, ear);
  assert.deepEqual(ear.heard, ["unreachable", "unreachable"]);
  assert.equal(alice.endpoint.stats.clientTransactions, 0);
});

test("the next hop is tried after a refused connection, a 503 and a silent peer (RFC 3263 §4.3)", async () => {
  const { world, alice, bob } = pair();
  const busy = world.host("192.0.2.3");
  busy.serve = (transaction) => transaction.reply(503);
  bob.serve = (transaction) => transaction.reply(202);
  const ear = new Ear();
  const hops = ["192.0.2.8", "192.0.2.3", "192.0.2.9", "192.0.2.2"].map((host, index) => ({
    transport: index === 2 ? ("UDP" as const) : ("TCP" as const),
    address: { host, port: 5060 },
  }));
  alice.endpoint.request(newRequest("MESSAGE"), hops, ear);
  await settle();
  world.clock.pass(40_000);
  await settle();
  world.clock.pass(100);
  assert.deepEqual(ear.heard, ["202"]);
  const branches = alice.sent.map(({ message }) => message.via.params.get("branch"));
  assert.equal(new Set(branches).size, 3); // RFC 3261 §16.6 item 7
});

test("the last hop's 503 and a list without hops are told as they are", async () => {
  const { world, alice, bob } = pair();
  bob.serve = (transaction) => transaction.reply(503);
  const [refused, nowhere] = [new Ear(), new Ear()];
  alice.endpoint.request(newRequest("MESSAGE"), { transport: "TCP", address: BOB }, refused);
  alice.endpoint.request(newRequest("MESSAGE"), [], nowhere);
  await settle();
  world.clock.pass(100);
  assert.deepEqual(refused.heard, ["503"]);
  assert.deepEqual(nowhere.heard, ["no hop"]);
});

test("a connection that is never made counts as unreachable after its wait", async () => {
  const world = new World();
  const alice = world.host("192.0.2.1", { connectWaitMs: 3_000 });
  alice.open = () => new Promise<Flow>(() => {});
  const ear = new Ear();
  alice.endpoint.request(newRequest("MESSAGE"), { transport: "TCP", address: BOB }, ear);
  world.clock.pass(2_999);
  assert.deepEqual(ear.heard, []);
  world.clock.pass(1);
  assert.deepEqual(ear.heard, ["unreachable"]);
});

test("what is too long for a datagram goes over TCP, Via and all (RFC 3261 §18.1.1)", async () => {
  const { world, alice, bob } = pair();
  bob.serve = (transaction) => transaction.reply(200);
  const ear = new Ear();
  alice.endpoint.request(
    newRequest("MESSAGE", "x".repeat(1_200)),
    { transport: "UDP", address: BOB },
    ear,
  );
  await settle();
  world.clock.pass(100);
  assert.deepEqual(ear.heard, ["200"]);
  assert.equal(bob.served[0]?.request.via.transport, "TCP");
});

test("where no stream is taken, what is too long goes as a datagram, but for a long content of a MESSAGE (RFC 3261 §18.1.1, RFC 3428 §8)", async () => {
  const { world, alice, bob } = pair();
  bob.deaf.add("TCP");
  bob.serve = (transaction) => transaction.reply(200);
  const to = { transport: "UDP", address: BOB } as const;
  const answerTo = async (method: string, contentBytes: number) => {
    const ear = new Ear();
    alice.endpoint.request(newRequest(method, "x".repeat(contentBytes)), to, ear);
    await settle();
    world.clock.pass(100);
    return ear.heard;
  };
  assert.deepEqual(await answerTo("MESSAGE", 1_200), ["200"]);
  assert.deepEqual(await answerTo("MESSAGE", 1_300), ["200"]);
  assert.deepEqual(await answerTo("MESSAGE", 1_301), ["too large"]);
  assert.deepEqual(await answerTo("OPTIONS", 1_301), ["200"]);
});

test("a place that took no stream is not asked again for five minutes, unless nothing else will do", async () => {
  const { world, alice, bob } = pair();
  bob.serve = (transaction) => transaction.reply(200);
  const asked: string[] = [];
  const open = alice.open.bind(alice);
  alice.open = (hop) => {
    asked.push(hop.transport);
    return open(hop);
  };
  const send = async (contentBytes: number, more: Partial<Hop> = {}) => {
    asked.length = 0;
    const ear = new Ear();
    const to = { transport: "UDP", address: BOB, ...more } as const;
    alice.endpoint.request(newRequest("MESSAGE", "x".repeat(contentBytes)), to, ear);
    await settle();
    world.clock.pass(100);
    return [...ear.heard, ...asked].join(" ");
  };
  bob.deaf.add("TCP");
  assert.equal(await send(1_200), "200 UDP TCP");
  assert.equal(await send(1_200), "200 UDP");
  bob.deaf.delete("TCP");
  assert.equal(await send(1_400), "200 UDP TCP");
  assert.equal(await send(1_200), "200 UDP");
  world.clock.pass(300_000);
  assert.equal(await send(1_200), "200 UDP TCP");
  assert.equal(await send(1_200, { datagramsOnly: true }), "200 UDP");
  assert.equal(await send(1_400, { datagramsOnly: true }), "too large UDP");
});

test("where the path is known to carry more, so is the limit (RFC 3261 §18.1.1)", () => {
  const world = new World();
  const alice = world.host("192.0.2.1", { datagramLimitBytes: () => 60_000 });
  const bob = world.host("192.0.2.2");
  bob.serve = (transaction) => transaction.reply(200);
  const ear = new Ear();
  alice.endpoint.request(
    newRequest("MESSAGE", "x".repeat(5_000)),
    { transport: "UDP", address: BOB },
    ear,
  );
  world.clock.pass(100);
  assert.deepEqual(ear.heard, ["200"]);
});

test("an answer from another host or less safely sent is a stray (RFC 3261 §18.1.2)", () => {
  const { world, alice, bob } = pair();
  const mallory = world.host("192.0.2.6");
  const ear = new Ear();
  alice.endpoint.request(newRequest("MESSAGE"), alice.connect(bob, "TLS"), ear);
  world.clock.pass(50);
  const forged = makeResponse(bob.served[0]?.request ?? assert.fail(), 200);
  alice.endpoint.message(forged, alice.connect(mallory, "TLS"));
  alice.endpoint.message(forged, alice.connect(bob, "TCP"));
  assert.deepEqual(ear.heard, []);
  assert.equal(alice.strays.length, 2);
  alice.endpoint.message(forged, alice.connect(bob, "TLS"));
  assert.deepEqual(ear.heard, ["200"]);
});

test("an observer that throws is reported and stops nothing", () => {
  const { world, alice, bob } = pair();
  bob.serve = (transaction) => transaction.reply(200);
  const broken = { response: () => assert.fail("broken"), timeout() {}, failed() {} };
  alice.endpoint.request(newRequest("MESSAGE"), alice.connect(bob), broken);
  world.clock.pass(100);
  assert.deepEqual(
    alice.events.map(({ kind }) => kind),
    ["observer failed"],
  );
  assert.equal(alice.endpoint.stats.clientTransactions, 0);
});

test("a trace that throws is reported and changes nothing", () => {
  const { world, alice, bob } = pair();
  bob.serve = (transaction) => transaction.reply(200);
  for (const host of [alice, bob]) host.endpoint.trace = () => assert.fail("broken");
  const ear = new Ear();
  alice.endpoint.request(newRequest("MESSAGE"), alice.connect(bob), ear);
  world.clock.pass(100);
  assert.deepEqual(ear.heard, ["200"]);
  for (const { events, endpoint } of [alice, bob]) {
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["trace failed", "trace failed"],
    );
    assert.equal(endpoint.stats.handlerErrors, 2);
  }
});

test("a URI with an address needs no DNS, one with a name leads nowhere without it (RFC 3263 §4.2)", async () => {
  const { world, alice, bob } = pair();
  bob.serve = (transaction) => transaction.reply(200);
  const [address, name] = [new Ear(), new Ear()];
  alice.endpoint.request(newRequest("MESSAGE"), sip("sip:bob@192.0.2.2;transport=tcp"), address);
  alice.endpoint.request(newRequest("MESSAGE"), sip("sip:bob@parlance.test"), name);
  await settle();
  world.clock.pass(100);
  assert.deepEqual([address.heard, name.heard], [["200"], ["no hop"]]);
});

test("stopping tells every observer and then says nothing more", () => {
  const { world, alice, bob } = pair();
  const ear = new Ear();
  const flow = alice.connect(bob);
  alice.endpoint.request(newRequest("MESSAGE"), flow, ear);
  alice.endpoint.stop();
  alice.endpoint.request(newRequest("MESSAGE"), flow, ear);
  world.clock.pass(60_000);
  assert.deepEqual(ear.heard, ["stopped", "stopped"]);
});

function sip(text: string): SipUri {
  const uri = parseUri(text);
  return uri.kind === "sip" ? uri : assert.fail("not a sip URI");
}
