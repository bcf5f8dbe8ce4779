/** Requests that an endpoint receives. RFC 3261 §8.2, §9.2, §17.2, §18.2 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FormatError } from "@parlance/wire";
import { makeResponse, RetryAfter, SipResponse } from "../message/index.ts";
import type { EndpointOptions } from "./index.ts";
import { Ear, type Host, newRequest, readRequest, settle, World } from "./world.test.ts";

const VIA = "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1;rport";

function server(options: EndpointOptions = {}) {
  const world = new World();
  const peer = world.host("192.0.2.1");
  const host = world.host("192.0.2.2", options);
  return { world, peer, host, flow: host.datagramsTo({ host: "192.0.2.1", port: 5060 }) };
}

function answers({ sent }: Host): number[] {
  return sent.flatMap(({ message }) => (message instanceof SipResponse ? [message.status] : []));
}

test("a repeated request reaches the user once and is answered each time (RFC 3261 §17.2.2)", () => {
  const { host, flow } = server();
  host.serve = (transaction) => transaction.reply(200);
  for (let repeat = 0; repeat < 3; repeat += 1) {
    host.endpoint.message(readRequest("MESSAGE", "hi", [VIA]), flow);
  }
  assert.equal(host.served.length, 1);
  assert.deepEqual(answers(host), [200, 200, 200]);
  assert.equal(host.endpoint.stats.repeatsIn, 2);
});

test("a Via that cannot be read is answered 400 where it came from (RFC 4475 §3.1.2.1)", () => {
  const { host, flow } = server();
  const bad = "Via: SIP/2.0/UDP 192.0.2.1;;,;,,";
  host.endpoint.message(readRequest("MESSAGE", "", [bad]), flow);
  host.endpoint.message(readRequest("ACK", "", [bad]), flow);
  assert.deepEqual(answers(host), [400]);
  assert.equal(host.served.length, 0);
});

test("equal branches from two places are two requests (RFC 3261 §17.2.3)", () => {
  const { host, flow } = server();
  host.endpoint.message(readRequest("MESSAGE", "", [VIA]), flow);
  host.endpoint.message(readRequest("MESSAGE", "", [VIA.replace(":5060", ":5070")]), flow);
  host.endpoint.message(readRequest("OPTIONS", "", [VIA]), flow);
  assert.equal(host.served.length, 3);
});

test("without the magic cookie the fields of RFC 2543 tell requests apart (RFC 3261 §17.2.3)", () => {
  const { host, flow } = server();
  const via = "Via: SIP/2.0/UDP 192.0.2.1";
  host.serve = (transaction) => transaction.reply(486);
  host.endpoint.message(readRequest("INVITE", "", [via]), flow);
  host.endpoint.message(readRequest("INVITE", "", [via]), flow);
  assert.equal(host.served.length, 1);
  host.endpoint.message(readRequest("ACK", "", [via]), flow);
  assert.deepEqual(host.acks, []);
});

test("the source goes into the top Via before anybody sees the request (RFC 3261 §18.2.1, RFC 3581 §4)", () => {
  const { host } = server();
  const flow = host.datagramsTo({ host: "192.0.2.77", port: 4_444 });
  const spoofed = "Via: SIP/2.0/UDP pc.invalid:5060;rport;branch=z9hG4bK-2;received=192.0.2.250";
  host.endpoint.message(readRequest("MESSAGE", "", [spoofed]), flow);
  const { params } = host.served[0]?.request.via ?? assert.fail();
  assert.equal(params.get("received"), "192.0.2.77");
  assert.equal(params.get("rport"), "4444");
});

test("an IPv6 source is named without brackets (RFC 5118 §4.5)", () => {
  const { host } = server();
  const flow = host.datagramsTo({ host: "2001:db8::77", port: 4_444 });
  host.endpoint.message(readRequest("MESSAGE", "", [VIA]), flow);
  const { via } = host.served[0]?.request ?? assert.fail();
  assert.equal(via.params.get("received"), "2001:db8::77");
});

test("without rport a datagram's answer goes to the port of sent-by, and to the source host always (RFC 3261 §18.2.2)", () => {
  const { host } = server();
  host.serve = (transaction) => transaction.reply(200);
  const flow = host.datagramsTo({ host: "192.0.2.1", port: 4_444 });
  const via = "Via: SIP/2.0/UDP 198.51.100.7:5090;maddr=203.0.113.5;branch=z9hG4bK-3";
  host.endpoint.message(readRequest("MESSAGE", "", [via]), flow);
  assert.deepEqual(host.sent[0]?.flow.remote, { host: "192.0.2.1", port: 5_090 });
});

test("an answer goes by the connection of its request, or a new one to sent-by when that is gone (RFC 3261 §18.2.2)", () => {
  const { world, peer, host } = server();
  const ear = new Ear();
  peer.endpoint.request(newRequest("MESSAGE"), peer.connect(host), ear);
  world.clock.pass(20);
  const [transaction] = host.served;
  host.cut(transaction?.flow ?? assert.fail());
  world.clock.pass(20);
  assert.deepEqual(ear.heard, ["unreachable"]);
  transaction?.reply(200);
  const { flow } = host.sent[0] ?? assert.fail();
  assert.deepEqual([flow.transport, flow.remote.host], ["TCP", "192.0.2.1"]);
  assert.notEqual(flow.id, transaction?.flow.id);
});

test("an answer that finds no way is reported to its transaction (RFC 6026 §7.1)", () => {
  const { world, peer, host } = server();
  peer.endpoint.request(newRequest("INVITE"), peer.connect(host, "WS", 80), new Ear());
  world.clock.pass(20);
  const failures: string[] = [];
  const transaction = host.served[0] ?? assert.fail();
  transaction.onFailure = (reason) => failures.push(reason);
  host.cut(transaction.flow);
  world.clock.pass(20);
  transaction.reply(486);
  assert.deepEqual(failures, ["transport error"]);
});

test("an INVITE gets 100 after 200 ms, another request after 3.5 s (RFC 3261 §17.2.1, RFC 4320 §4.1)", () => {
  const { world, host, flow } = server();
  host.endpoint.message(readRequest("INVITE", "", [VIA]), flow);
  host.endpoint.message(readRequest("MESSAGE", "", [VIA]), flow);
  world.clock.pass(199);
  assert.deepEqual(answers(host), []);
  world.clock.pass(1);
  assert.deepEqual(answers(host), [100]);
  world.clock.pass(3_300);
  assert.deepEqual(answers(host), [100, 100]);
});

test("to a request other than INVITE neither 408 nor 18x is sent (RFC 4320 §4)", () => {
  const { host, flow } = server();
  host.serve = (transaction) => {
    transaction.reply(180);
    transaction.reply(408);
  };
  host.endpoint.message(readRequest("MESSAGE", "", [VIA]), flow);
  host.endpoint.message(readRequest("MESSAGE", "", [VIA]), flow);
  assert.equal(host.served.length, 1);
  assert.deepEqual(answers(host), []);
});

test("our answers to one request carry one To tag, 100 none (RFC 3261 §8.2.6.2)", () => {
  const { world, host, flow } = server();
  host.endpoint.message(readRequest("INVITE", "", [VIA]), flow);
  world.clock.pass(200);
  host.served[0]?.reply(180);
  host.served[0]?.reply(486);
  const tags = host.sent.map(({ message }) => message.to.params.get("tag"));
  assert.deepEqual(tags, [undefined, host.served[0]?.localTag, host.served[0]?.localTag]);
});

test("what a handler throws is answered: 400 for what a peer wrote, 500 for our own fault", async () => {
  const { host, flow } = server();
  const faults = [
    () => {
      throw new FormatError("Expires", 3, "not a number");
    },
    () => {
      throw new TypeError("broken");
    },
    () => Promise.reject(new FormatError("Event", 0, "no\u0007 token")),
    () => Promise.reject(new TypeError("broken too")),
  ];
  for (const [index, serve] of faults.entries()) {
    host.serve = serve;
    host.endpoint.message(readRequest("PUBLISH", "", [VIA.replace("-1", `-${index}`)]), flow);
    await settle();
  }
  assert.deepEqual(answers(host), [400, 500, 400, 500]);
  const [first, , third] = host.sent.map(({ message }) => message);
  assert.equal(first instanceof SipResponse && first.reason, "Bad Expires: not a number");
  assert.equal(third instanceof SipResponse && third.reason, "Bad Event: no? token");
  assert.deepEqual(
    host.events.map(({ kind }) => kind),
    ["malformed", "handler failed", "malformed", "handler failed"],
  );
  const formats = host.events.flatMap((event) => (event.kind === "malformed" ? event.format : []));
  assert.deepEqual(formats, ["Expires", "Event"]);
  assert.equal(host.endpoint.stats.handlerErrors, 2);
});

test("callbacks that throw are reported and stop nothing", () => {
  const { world, host, flow } = server();
  host.serve = (transaction) => {
    transaction.onFailure = () => assert.fail("broken");
    transaction.reply(486);
  };
  host.ack = () => assert.fail("broken too");
  host.strayResponse = () => assert.fail("and this");
  const invite = readRequest("INVITE", "", [VIA]);
  host.endpoint.message(invite, flow);
  host.endpoint.message(readRequest("ACK", "", [VIA.replace("-1", "-2")]), flow);
  host.endpoint.message(makeResponse(invite, 200), flow);
  world.clock.pass(40_000);
  assert.deepEqual(
    host.events.map((event) => (event.kind === "handler failed" ? event.method : event.kind)),
    ["ACK", "INVITE", "INVITE"],
  );
});

test("a request that cannot be served at all is refused without a trace in memory (RFC 3261 §8.2)", () => {
  const { host, flow } = server();
  host.endpoint.message(readRequest("MESSAGE", "", [VIA, "Max-Forwards: 3"]), flow);
  assert.deepEqual(answers(host), [400]);
  host.endpoint.message(readRequest("MESSAGE", "", [VIA, "To: <nothing>"]), flow);
  const noTo = readRequest("MESSAGE", "", [VIA]).edit().remove("To").done();
  host.endpoint.message(noTo, flow);
  const noVia = readRequest("MESSAGE", "", [VIA]).edit().remove("Via").done();
  host.endpoint.message(noVia, flow);
  assert.deepEqual(answers(host), [400, 400, 400]);
  assert.equal(host.endpoint.stats.malformed, 4);
  assert.equal(host.endpoint.stats.serverTransactions, 0);
  assert.equal(host.served.length, 0);
});

test("CANCEL is answered 200, its INVITE 487, with one To tag (RFC 3261 §9.2)", () => {
  const { host, flow } = server();
  host.endpoint.message(readRequest("INVITE", "", [VIA]), flow);
  host.endpoint.message(readRequest("CANCEL", "", [VIA]), flow);
  host.endpoint.message(readRequest("CANCEL", "", [VIA]), flow);
  assert.deepEqual(answers(host), [200, 487, 200]);
  const tags = new Set(host.sent.map(({ message }) => message.to.params.get("tag")));
  assert.equal(tags.size, 1);
});

test("after the final answer CANCEL has no effect (RFC 3261 §9.2)", () => {
  const { host, flow } = server();
  let cancels = 0;
  host.serve = (transaction) => {
    transaction.onCancel = () => {
      cancels += 1;
    };
    transaction.reply(200);
  };
  host.endpoint.message(readRequest("INVITE", "", [VIA]), flow);
  host.endpoint.message(readRequest("CANCEL", "", [VIA]), flow);
  assert.deepEqual([answers(host), cancels], [[200, 200], 0]);
});

test("a CANCEL from another flow, or of nothing, gets 481 (RFC 3261 §9.2)", () => {
  const { host, flow } = server();
  host.endpoint.message(readRequest("INVITE", "", [VIA]), flow);
  const elsewhere = host.datagramsTo({ host: "192.0.2.1", port: 5_999 });
  host.endpoint.message(readRequest("CANCEL", "", [VIA]), elsewhere);
  host.endpoint.message(readRequest("CANCEL", "", [VIA.replace("-1", "-9")]), flow);
  assert.deepEqual(answers(host), [481, 481]);
  assert.equal(host.served[0]?.cancelled, false);
});

test("the ACK of a refusal ends here, that of a 2xx goes to the user (RFC 3261 §17.2.1, §13.3.1.4)", () => {
  const { world, host, flow } = server();
  host.serve = (transaction) => transaction.reply(host.served.length === 1 ? 486 : 200);
  const other = VIA.replace("-1", "-2");
  host.endpoint.message(readRequest("INVITE", "", [VIA]), flow);
  host.endpoint.message(readRequest("ACK", "", [VIA]), flow);
  assert.equal(host.acks.length, 0);
  host.endpoint.message(readRequest("INVITE", "", [other]), flow);
  host.endpoint.message(readRequest("ACK", "", [VIA.replace("-1", "-3")]), flow);
  assert.equal(host.acks.length, 1);
  world.clock.pass(60_000);
  assert.deepEqual(answers(host), [486, 200]);
});

test("a refusal without its ACK is repeated, then reported (RFC 3261 §17.2.1)", () => {
  const { world, host, flow } = server();
  const failures: string[] = [];
  host.serve = (transaction) => {
    transaction.onFailure = (reason) => failures.push(reason);
    transaction.reply(486);
  };
  host.endpoint.message(readRequest("INVITE", "", [VIA]), flow);
  world.clock.pass(33_000);
  assert.deepEqual(failures, ["timeout"]);
  assert.equal(answers(host).length, 11);
  assert.equal(host.endpoint.stats.serverTransactions, 0);
});

test("an INVITE that the user never answers gets 503 in the end", () => {
  const { world, host, flow } = server();
  host.endpoint.message(readRequest("INVITE", "", [VIA]), flow);
  world.clock.pass(212_000);
  assert.deepEqual(answers(host).slice(0, 2), [100, 503]);
});

test("one source may wait for so many answers, then it gets 503 with Retry-After", () => {
  const { host, flow } = server({ transactionsPerSource: 3 });
  for (let count = 0; count < 4; count += 1) {
    host.endpoint.message(readRequest("MESSAGE", "", [VIA.replace("-1", `-${count}`)]), flow);
  }
  assert.equal(host.served.length, 3);
  const [refusal] = host.sent.map(({ message }) => message);
  assert.equal(refusal instanceof SipResponse && refusal.status, 503);
  assert.equal(refusal?.get(RetryAfter)?.seconds, 5);
  const elsewhere = host.datagramsTo({ host: "192.0.2.3", port: 5060 });
  host.endpoint.message(readRequest("MESSAGE", "", [VIA.replace("-1", "-8")]), elsewhere);
  host.served[0]?.reply(200);
  host.endpoint.message(readRequest("MESSAGE", "", [VIA.replace("-1", "-9")]), flow);
  assert.equal(host.served.length, 5);
  assert.equal(host.endpoint.stats.refusedByLimit, 1);
});

test("of all transactions the finished ones give way first, live ones never", () => {
  const { host, flow } = server({ transactions: 2 });
  const send = (count: number) =>
    host.endpoint.message(readRequest("MESSAGE", "", [VIA.replace("-1", `-${count}`)]), flow);
  send(1);
  host.served[0]?.reply(200);
  send(2);
  send(3);
  assert.equal(host.served.length, 3);
  assert.equal(host.endpoint.stats.serverTransactions, 2);
  send(4);
  assert.equal(host.served.length, 3);
  assert.deepEqual(answers(host), [200, 503]);
});

test("a challenge leaves nothing behind (RFC 3261 §26.3.2.4)", () => {
  const { host, flow } = server();
  host.serve = (transaction) => transaction.respondOnce(makeResponse(transaction.request, 401));
  host.endpoint.message(readRequest("MESSAGE", "", [VIA]), flow);
  assert.deepEqual(answers(host), [401]);
  assert.equal(host.endpoint.stats.serverTransactions, 0);
});

test("over a stream an answered request is gone at once, over datagrams after timer J (RFC 3261 §17.2.2)", () => {
  const { world, peer, host, flow } = server();
  host.serve = (transaction) => transaction.reply(200);
  host.endpoint.message(readRequest("MESSAGE", "", [VIA]), host.connect(peer));
  assert.equal(host.endpoint.stats.serverTransactions, 0);
  host.endpoint.message(readRequest("MESSAGE", "", [VIA]), flow);
  world.clock.pass(31_999);
  assert.equal(host.endpoint.stats.serverTransactions, 1);
  world.clock.pass(1);
  assert.equal(host.endpoint.stats.serverTransactions, 0);
});

test("a fault of the framing is answered when it can be, and its connection closed when it must", () => {
  const { world, peer, host } = server();
  const ear = new Ear();
  peer.endpoint.request(newRequest("MESSAGE"), peer.connect(host), ear);
  world.clock.pass(20);
  const { request: message, flow } = host.served[0] ?? assert.fail();
  host.endpoint.fault(
    { status: 413, reason: "Request Entity Too Large", close: true, message },
    flow,
  );
  world.clock.pass(20);
  assert.deepEqual(answers(host), [413]);
  assert.deepEqual(ear.heard, ["413"]);
});

test("the trace sees every message in and out, as long as it is set", () => {
  const { host, flow } = server();
  const seen: string[] = [];
  host.serve = (transaction) => transaction.reply(200);
  host.endpoint.trace = (direction, message) =>
    seen.push(`${direction} ${message instanceof Uint8Array ? "bytes" : message.startLine}`);
  host.endpoint.message(readRequest("MESSAGE", "", [VIA]), flow);
  host.endpoint.trace = undefined;
  host.endpoint.message(readRequest("OPTIONS", "", [VIA]), flow);
  assert.deepEqual(seen, ["in MESSAGE sip:bob@parlance.test SIP/2.0", "out bytes"]);
});
