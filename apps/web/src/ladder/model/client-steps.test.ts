/** What a client has seen, told as the server tells it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stepOfClient, type Traced } from "./client-steps.ts";
import { Rows } from "./rows.ts";

const FLOW = { id: "f1", transport: "WS", remote: { host: "127.0.0.1", port: 8080 } };
const alice = "sip:alice@parlance.test";
const bob = "sip:bob@parlance.test";

function sip(direction: "in" | "out", ...lines: readonly string[]): Traced {
  const message = new TextEncoder().encode(`${lines.join("\r\n")}\r\n`);
  return { protocol: "sip", direction, message, flow: FLOW };
}

function msrp(direction: "in" | "out", ...lines: readonly string[]): Traced {
  const frame = { bytes: new TextEncoder().encode(`${lines.join("\r\n")}\r\n`) };
  return { protocol: "msrp", direction, frame, connection: FLOW };
}

test("a message on its way is two arrows, from one lane over the server to the other", () => {
  const lines = [
    "MESSAGE sip:bob@parlance.test SIP/2.0",
    "Via: SIP/2.0/WS x;branch=z9hG4bKa;rport",
    "Call-ID: c1",
    "CSeq: 1 MESSAGE",
    "Content-Type: message/cpim",
    "",
    "NS: imdn <urn:ietf:params:imdn>",
    "imdn.Message-ID: m1",
    "",
    "Content-Type: text/plain",
    "",
    "hello",
  ];
  const rows = new Rows();
  const sent = rows.add(stepOfClient({ user: alice, at: 1, traced: sip("out", ...lines) }, 1));
  const taken = rows.add(stepOfClient({ user: bob, at: 2, traced: sip("in", ...lines) }, 2));
  const ok = ["SIP/2.0 200 OK", "Via: SIP/2.0/WS x;branch=z9hG4bKa", "CSeq: 1 MESSAGE", ""];
  const answer = rows.add(stepOfClient({ user: bob, at: 3, traced: sip("out", ...ok) }, 3));
  assert.deepEqual([sent?.lane, sent?.step.direction], [alice, "in"]);
  assert.deepEqual([taken?.lane, taken?.step.direction], [bob, "out"]);
  assert.deepEqual(sent?.step.carries, ["cpim", "text"]);
  assert.deepEqual([sent?.step.callId, sent?.step.messageIds], ["c1", ["m1"]]);
  assert.equal(answer?.request, taken);
  assert.equal(answer?.step.title, "200 OK (MESSAGE)");
});

test("frames have their message and their session, and answers their transaction", () => {
  const send = msrp(
    "out",
    "MSRP t1 SEND",
    "To-Path: msrp://h:1/near;tcp",
    "From-Path: msrp://h:2/far;tcp",
    "Message-ID: 12",
    "",
    "hello",
    "-------t1$",
  );
  const ok = msrp("in", "MSRP t1 200 OK", "To-Path: msrp://h:2/far;tcp", "-------t1$");
  const rows = new Rows();
  const request = rows.add(stepOfClient({ user: alice, at: 1, traced: send }, 1));
  const answer = rows.add(stepOfClient({ user: alice, at: 2, traced: ok }, 2));
  assert.deepEqual(request?.step.sessions, ["near", "far"]);
  assert.deepEqual(request?.step.messageIds, ["12"]);
  assert.equal(answer?.request, request);
  assert.deepEqual([answer?.step.title, answer?.step.status], ["200 OK", 200]);
});

test("what proves an identity is blanked in its length", () => {
  const header = 'Authorization: Digest username="alice", nonce="abc", response="0123"';
  const { text } = stepOfClient(
    { user: alice, at: 1, traced: sip("out", "REGISTER sip:x SIP/2.0", header) },
    1,
  );
  assert.match(text, /username="alice", nonce="xxx", response="xxxx"/);
});
