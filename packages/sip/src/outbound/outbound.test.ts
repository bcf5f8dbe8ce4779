import assert from "node:assert/strict";
import { test } from "node:test";
import { ipOctets, ipText } from "@parlance/wire";
import * as fc from "fast-check";
import { hashing, seededRandom } from "../../../../tools/test/node-ports.ts";
import { Contact, type NameAddr, parseUri, type SipUri } from "../message/index.ts";
import { groupByDevice, mayTryNextFlow } from "./choose-flow.ts";
import { type FlowIdentity, flowToken, isOutgoing, openFlowToken } from "./flow-token.ts";
import { keepAliveFor, nextKeepAliveMs, recoveryDelayMs } from "./keep-alive.ts";
import { flowOf, judgeOutbound, type OutboundAsk } from "./registration.ts";

const key = seededRandom("flow").bytes(32);
const flow: FlowIdentity = {
  id: "tcp-17",
  transport: "TCP",
  local: { host: "192.0.2.1", port: 5060 },
  remote: { host: "198.51.100.7", port: 40_123 },
};

test("a flow token gives its flow back, whatever the addresses (RFC 5626 §5.2)", () => {
  const port = fc.integer({ min: 0, max: 65_535 });
  const host = fc.oneof(
    fc.ipV4(),
    fc.ipV6().map((text) => ipText(ipOctets(text) ?? new Uint8Array(4))),
  );
  const address = fc.record({ host, port }, { noNullPrototype: true });
  const transport = fc.constantFrom("UDP", "TCP", "TLS", "WS", "WSS");
  const id = fc.stringMatching(/^[\x21-\x7e]{0,64}$/);
  fc.assert(
    fc.property(
      fc.record({ id, transport, local: address, remote: address }, { noNullPrototype: true }),
      (any) => {
        const token = flowToken(any, key, hashing);
        assert.match(token, /^[\w-]+$/); // fits the user part of a URI as it is
        assert.deepEqual(openFlowToken(token, key, hashing), any);
      },
    ),
  );
});

test("a flow token changed anywhere, cut, or sealed with another key is refused", () => {
  const token = flowToken(flow, key, hashing);
  for (let at = 0; at < token.length; at += 1) {
    const other = token.charAt(at) === "A" ? "B" : "A";
    const changed = token.slice(0, at) + other + token.slice(at + 1);
    assert.equal(openFlowToken(changed, key, hashing), undefined);
    assert.equal(openFlowToken(token.slice(0, at), key, hashing), undefined);
  }
  assert.equal(openFlowToken(token, new Uint8Array(32), hashing), undefined);
  assert.equal(openFlowToken("A".repeat(100_000), key, hashing), undefined);
});

test("a request by the flow of its own token goes out, any other comes in (RFC 5626 §5.3)", () => {
  const token = openFlowToken(flowToken(flow, key, hashing), key, hashing);
  assert.ok(token);
  assert.equal(isOutgoing(token, flow), true);
  assert.equal(isOutgoing(token, { ...flow, id: "tcp-18" }), false);
  assert.equal(isOutgoing(token, { ...flow, remote: { ...flow.remote, port: 1 } }), false);
});

function contact(text: string): NameAddr {
  const value = Contact.read(text);
  assert.ok(!("star" in value) && value[0] !== undefined);
  return value[0];
}

function edge(text: string): SipUri {
  const uri = parseUri(text);
  assert.ok(uri.kind === "sip");
  return uri;
}

const phone = contact('<sip:a@192.0.2.1>;+sip.instance="<urn:uuid:1>";reg-id=1');
const ask: OutboundAsk = {
  firstHop: true,
  edge: undefined,
  supported: true,
  contacts: [{ contact: phone, expiresS: 3600 }],
};

test("a flow is registered when the registrar or a supporting edge proxy holds it (RFC 5626 §6)", () => {
  assert.deepEqual(judgeOutbound(ask), { do: "apply", requireOutbound: true });
  assert.deepEqual(judgeOutbound({ ...ask, supported: false }), {
    do: "apply",
    requireOutbound: false,
  });
  const behind = { ...ask, firstHop: false };
  assert.equal(judgeOutbound({ ...behind, edge: edge("sip:t@edge.example.com;ob") }).do, "apply");
  const refused = judgeOutbound({ ...behind, edge: edge("sip:edge.example.com") });
  assert.equal(refused.do === "refuse" && refused.status, 439);
  assert.equal(judgeOutbound({ ...behind, supported: false }).do, "ignore");
});

test("a reg-id without instance is ignored, two kept contacts with one are 400", () => {
  const bare = contact("<sip:a@192.0.2.1>;reg-id=1");
  assert.equal(judgeOutbound({ ...ask, contacts: [{ contact: bare, expiresS: 60 }] }).do, "ignore");
  const two = judgeOutbound({
    ...ask,
    contacts: [...ask.contacts, { contact: bare, expiresS: 60 }],
  });
  assert.equal(two.do === "refuse" && two.status, 400);
  const removing = { ...ask, contacts: [...ask.contacts, { contact: bare, expiresS: 0 }] };
  assert.equal(judgeOutbound(removing).do, "apply");
});

test("reg-id is a number from 1 to 2147483647 and nothing else (RFC 5626 §11.1)", () => {
  assert.deepEqual(flowOf(phone), { instance: "urn:uuid:1", regId: 1 });
  for (const bad of ["0", "2147483648", "99999999999", "1e3", "x"]) {
    const broken = contact(`<sip:a@192.0.2.1>;+sip.instance="<urn:uuid:1>";reg-id=${bad}`);
    assert.throws(() => flowOf(broken), { name: "FormatError" }, bad);
  }
});

function choice(name: string, instance: string | undefined, refreshedAt: number) {
  return { name, instance, regId: 1, refreshedAt };
}

test("a device is tried by one flow at a time, the latest first (RFC 5626 §7)", () => {
  const groups = groupByDevice([
    choice("a1", "a", 1),
    choice("x", undefined, 5),
    choice("a2", "a", 9),
    choice("y", undefined, 6),
  ]);
  const names = groups.map((group) => group.map(({ name }) => name));
  assert.deepEqual(names, [["a2", "a1"], ["x"], ["y"]]);
  assert.deepEqual([408, 430, 486, 200].map(mayTryNextFlow), [true, true, false, false]);
});

test("keep-alives follow the transport and Flow-Timer (RFC 5626 §4.4)", () => {
  const stream = keepAliveFor(true, undefined);
  assert.deepEqual([nextKeepAliveMs(stream, 0), nextKeepAliveMs(stream, 1)], [95_000, 120_000]);
  const datagram = keepAliveFor(false, undefined);
  assert.deepEqual([nextKeepAliveMs(datagram, 0), nextKeepAliveMs(datagram, 1)], [24_000, 29_000]);
  const timed = keepAliveFor(true, 100);
  assert.deepEqual([nextKeepAliveMs(timed, 0), nextKeepAliveMs(timed, 1)], [80_000, 100_000]);
});

/** Seconds of the longest wait. */
function bound(failures: number, otherFlowsAlive = false): number {
  return recoveryDelayMs({ failures, otherFlowsAlive }, 1) / 1_000;
}

test("the wait before a new flow doubles up to half an hour (RFC 5626 §4.5)", () => {
  assert.equal(bound(3), 240); // the example of §4.5
  assert.equal(bound(0, true), 90);
  assert.equal(bound(1_000), 1_800);
  assert.equal(recoveryDelayMs({ failures: 3, otherFlowsAlive: false }, 0), 120_000);
});
