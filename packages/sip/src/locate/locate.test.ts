/** From a URI to its hops. RFC 3263, RFC 2782 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cancel, Clock } from "@parlance/wire";
import { parseUri, type SipUri } from "../message/index.ts";
import {
  type Answers,
  type Hop,
  HopFinder,
  type Located,
  locate,
  type NaptrRecord,
  orderServers,
  type Resolver,
  type SrvRecord,
  type TransportName,
} from "./index.ts";

class StillClock implements Clock {
  time = 0;

  now(): number {
    return this.time;
  }

  schedule(): Cancel {
    return () => {};
  }
}

interface Zone {
  readonly naptr?: Readonly<Record<string, readonly NaptrRecord[]>>;
  readonly srv?: Readonly<Record<string, readonly SrvRecord[]>>;
  readonly addresses?: Readonly<Record<string, readonly string[]>>;
}

const ALL: readonly TransportName[] = ["TLS", "TCP", "UDP"];

function sip(text: string): SipUri {
  const uri = parseUri(text);
  return uri.kind === "sip" ? uri : assert.fail(text);
}

/** All that the zone holds is known; what it does not hold does not exist. */
function known({ naptr = {}, srv = {}, addresses = {} }: Zone): Answers {
  return {
    naptr: (name) => naptr[name] ?? [],
    srv: (name) => srv[name] ?? [],
    addresses: (name) => addresses[name] ?? [],
  };
}

const NOTHING: Answers = {
  naptr: () => undefined,
  srv: () => undefined,
  addresses: () => undefined,
};

function find(uri: string, answers: Answers, transports = ALL): Located {
  return locate(sip(uri), answers, { transports, pick: () => 0 });
}

function say(located: Located): readonly string[] {
  if (located.kind === "nowhere") return [located.reason];
  if (located.kind === "ask") return located.questions.map(({ type, name }) => `${type} ${name}?`);
  return located.hops.map(sayHop);
}

function sayHop({ transport, address, serverName }: Hop): string {
  const proof = serverName === undefined ? "" : ` as ${serverName}`;
  return `${transport} ${address.host} ${address.port}${proof}`;
}

function server(target: string, port: number, priority = 0, weight = 0): SrvRecord {
  return { target, port, priority, weight };
}

function pointer(order: number, service: string, replacement: string, flags = "s"): NaptrRecord {
  return { order, preference: 50, flags, service, regexp: "", replacement };
}

function hops(uri: string): readonly string[] {
  return say(find(uri, NOTHING));
}

test("an address needs no DNS: transport and port by the URI or by default (RFC 3263 §4.1, §4.2)", () => {
  assert.deepEqual(hops("sip:192.0.2.1"), ["UDP 192.0.2.1 5060"]);
  assert.deepEqual(hops("sip:192.0.2.1:5070;transport=TCP"), ["TCP 192.0.2.1 5070"]);
  assert.deepEqual(hops("sip:[2001:db8::1];transport=tcp"), ["TCP 2001:db8::1 5060"]);
  assert.deepEqual(hops("sips:192.0.2.1"), ["TLS 192.0.2.1 5061 as 192.0.2.1"]);
  assert.deepEqual(hops("sips:192.0.2.1;transport=tcp"), ["TLS 192.0.2.1 5061 as 192.0.2.1"]);
});

test("a name with a port asks for its address only (RFC 3263 §4.2)", () => {
  assert.deepEqual(say(find("sip:a.test:5080", NOTHING)), ["address a.test?"]);
  const zone = { addresses: { "a.test": ["2001:db8::1", "192.0.2.1"] } };
  assert.deepEqual(say(find("sip:a.test:5080", known(zone))), [
    "UDP 2001:db8::1 5080",
    "UDP 192.0.2.1 5080",
  ]);
});

test("a name alone asks for NAPTR, then for the SRV names in it, by order (RFC 3263 §4.1)", () => {
  assert.deepEqual(say(find("sip:a.test", NOTHING)), ["NAPTR a.test?"]);
  const records = [
    pointer(90, "SIP+D2T", "_sip._tcp.b.test"),
    pointer(50, "SIPS+D2T", "_sips._tcp.b.test"),
    pointer(10, "SIP+D2X", "_other.b.test"),
    pointer(10, "SIP+D2U", "x", "u"),
  ];
  const answers = { ...NOTHING, naptr: () => records };
  assert.deepEqual(say(find("sip:a.test", answers)), [
    "SRV _sips._tcp.b.test?",
    "SRV _sip._tcp.b.test?",
  ]);
  assert.deepEqual(say(find("sips:a.test", answers)), ["SRV _sips._tcp.b.test?"]);
  assert.deepEqual(say(find("sip:a.test", answers, ["TCP"])), ["SRV _sip._tcp.b.test?"]);
});

test("without NAPTR each transport of ours is asked for (RFC 3263 §4.1)", () => {
  const answers = { ...NOTHING, naptr: () => [] };
  assert.deepEqual(say(find("sip:a.test", answers)), [
    "SRV _sips._tcp.a.test?",
    "SRV _sip._tcp.a.test?",
    "SRV _sip._udp.a.test?",
  ]);
  assert.deepEqual(say(find("sips:a.test", answers)), ["SRV _sips._tcp.a.test?"]);
  assert.deepEqual(say(find("sip:a.test;transport=udp", NOTHING)), ["SRV _sip._udp.a.test?"]);
});

test("SRV targets are asked for once each and tried by priority (RFC 2782)", () => {
  const records = [
    server("two.test", 5062, 2),
    server("one.test", 5061, 1),
    server("one.test", 5071, 1),
  ];
  const asked = { ...NOTHING, srv: () => records };
  assert.deepEqual(say(find("sip:a.test;transport=tcp", asked)), [
    "address two.test?",
    "address one.test?",
  ]);
  const zone = {
    srv: { "_sip._tcp.a.test": records },
    addresses: { "one.test": ["192.0.2.1"], "two.test": ["192.0.2.2"] },
  };
  assert.deepEqual(say(find("sip:a.test;transport=tcp", known(zone))), [
    "TCP 192.0.2.1 5061",
    "TCP 192.0.2.1 5071",
    "TCP 192.0.2.2 5062",
  ]);
});

test("over TLS the certificate has to prove the name that was asked for (RFC 5922 §7.3)", () => {
  const zone = {
    srv: { "_sips._tcp.a.test": [server("edge.host.test", 5061)] },
    addresses: { "edge.host.test": ["192.0.2.1"] },
  };
  assert.deepEqual(say(find("sips:a.test", known(zone))), ["TLS 192.0.2.1 5061 as a.test"]);
});

test("without any record of a service its address and the default are used (RFC 3263 §4.2)", () => {
  const zone = { addresses: { "a.test": ["192.0.2.1"] } };
  assert.deepEqual(say(find("sip:a.test", known(zone))), ["UDP 192.0.2.1 5060"]);
  assert.deepEqual(say(find("sips:a.test", known(zone))), ["TLS 192.0.2.1 5061 as a.test"]);
});

function nowhere(uri: string, zone: Zone = {}, transports = ALL): readonly string[] {
  return say(find(uri, known(zone), transports));
}

test("what leads nowhere says why", () => {
  assert.deepEqual(nowhere("sip:a.test;maddr=192.0.2.1"), ["maddr is not followed"]);
  assert.deepEqual(nowhere("sip:a.test;transport=sctp"), ["transport is not known"]);
  assert.deepEqual(nowhere("sips:a.test;transport=udp"), ["transport is not known"]);
  assert.deepEqual(nowhere("sip:192.0.2.1;transport=ws"), ["transport is not in use here"]);
  assert.deepEqual(nowhere("sip:a.test"), ["the name has no address"]);
  assert.deepEqual(nowhere("sips:a.test", {}, ["UDP"]), ["transport is not in use here"]);
  const shut = { srv: { "_sip._udp.a.test": [server(".", 0)] } };
  assert.deepEqual(nowhere("sip:a.test;transport=udp", shut), ["the domain offers no service"]);
  const junk = { addresses: { "a.test": ["not an address"] } };
  assert.deepEqual(nowhere("sip:a.test:5060", junk), ["the name has no address"]);
});

test("within a priority the weight decides how often a server comes first (RFC 2782)", () => {
  const records = [server("big", 1, 0, 3), server("small", 1, 0, 1), server("zero", 1, 0, 0)];
  const firsts = [0, 1, 2, 3, 4].map((mark) => orderServers(records, () => mark)[0]?.target);
  assert.deepEqual(firsts, ["zero", "big", "big", "big", "small"]);
  for (const mark of [0, 2, 4]) {
    const pick = (most: number) => Math.min(mark, most);
    assert.equal(new Set(orderServers(records, pick)).size, 3);
  }
});

test("answers are remembered for a while, asked for once, and a failure is an empty answer", async () => {
  const asked: string[] = [];
  const resolver: Resolver = {
    naptr: (name) => note(`NAPTR ${name}`, []),
    srv: (name) => note(`SRV ${name}`, [server("host.test", 5060)]),
    addresses: (name) =>
      name === "host.test" ? note(name, ["192.0.2.1"]) : Promise.reject(new Error("SERVFAIL")),
  };
  function note<T>(question: string, records: readonly T[]): Promise<readonly T[]> {
    asked.push(question);
    return Promise.resolve(records);
  }
  const clock = new StillClock();
  const random = { bytes: (count: number) => new Uint8Array(count), token: () => "t" };
  const finder = new HopFinder({ resolver, random, clock }, ["TCP"]);
  const both = await Promise.all([finder.find(sip("sip:a.test")), finder.find(sip("sip:a.test"))]);
  assert.deepEqual(
    both.map((found) => found.map(sayHop)),
    [["TCP 192.0.2.1 5060"], ["TCP 192.0.2.1 5060"]],
  );
  assert.deepEqual(asked, ["NAPTR a.test", "SRV _sip._tcp.a.test", "host.test"]);
  clock.time = 4_000;
  const remembered = finder.find(sip("sip:a.test"));
  assert.ok(!(remembered instanceof Promise));
  clock.time = 31_000;
  await finder.find(sip("sip:a.test"));
  assert.equal(asked.length, 6);
  assert.deepEqual(await finder.find(sip("sip:down.test:5060")), []);
});
