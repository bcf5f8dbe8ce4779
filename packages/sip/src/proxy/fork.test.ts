/** One request to several places, one answer back. RFC 3261 §16.7, §16.8, §16.10, RFC 5393 §5 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { octetBytes } from "@parlance/wire";
import { parseMessage, SipResponse, Via } from "../message/index.ts";
import { ForkContext, type ForkEffect, type ForkRules, type ForkTarget } from "./index.ts";

function response(status: number, ...lines: readonly string[]): SipResponse {
  const text = [
    `SIP/2.0 ${status} Whatever`,
    "Via: SIP/2.0/TCP proxy.test;branch=z9hG4bKours, SIP/2.0/TCP client.test;branch=z9hG4bKtheirs",
    "From: <sip:alice@parlance.test>;tag=a1",
    `To: <sip:bob@parlance.test>;tag=b${status}`,
    "Call-ID: c1",
    "CSeq: 1 INVITE",
    ...lines,
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
  const parsed = parseMessage(octetBytes(text));
  return parsed.ok && parsed.value instanceof SipResponse ? parsed.value : assert.fail(text);
}

function fork(targets: readonly (readonly [to: string, q: number])[], rules?: Partial<ForkRules>) {
  const list: ForkTarget<string>[] = targets.map(([to, q]) => ({ to, q }));
  return new ForkContext(list, { method: "INVITE", breadth: 60, ...rules });
}

/** Effects in a few words. */
function say(effects: readonly ForkEffect<string>[]): string[] {
  return effects.map((effect) => {
    if (effect.do === "forward") return `forward ${effect.branch} to ${effect.to}`;
    if (effect.do === "cancel") return `cancel ${effect.branch}`;
    return effect.do === "respond"
      ? `respond ${effect.response.status}`
      : `answer ${effect.status}`;
  });
}

/** What becomes of these answers of as many branches. */
function best(...statuses: readonly number[]): string[] {
  const context = fork(statuses.map((status) => [String(status), 1] as const));
  context.start(0);
  return statuses.flatMap((status, branch) => say(context.response(branch, response(status), 0)));
}

test("equal q goes out at once, a lower one after all of them have failed (RFC 3261 §16.6)", () => {
  const context = fork([
    ["low", 0.2],
    ["one", 1],
    ["two", 1],
  ]);
  assert.deepEqual(say(context.start(0)), ["forward 0 to one", "forward 1 to two"]);
  assert.deepEqual(say(context.response(0, response(486), 0)), []);
  assert.deepEqual(say(context.response(1, response(480), 0)), ["forward 2 to low"]);
  assert.deepEqual(say(context.failed(2, "timeout", 0)), ["respond 486"]);
  assert.equal(context.over, true);
});

test("in parallel mode q does not matter", () => {
  const context = fork(
    [
      ["low", 0.2],
      ["one", 1],
    ],
    { parallel: true },
  );
  assert.deepEqual(say(context.start(0)), ["forward 0 to one", "forward 1 to low"]);
});

test("provisional answers but 100 go on at once, without our Via (RFC 3261 §16.7 items 3 and 5)", () => {
  const context = fork([["one", 1]]);
  context.start(0);
  assert.deepEqual(say(context.response(0, response(100), 0)), []);
  const [effect] = context.response(0, response(180), 0);
  assert.equal(effect?.do === "respond" && effect.response.get(Via)?.length, 1);
  assert.equal(effect?.do === "respond" && effect.response.via.host, "client.test");
});

test("a 2xx goes on at once, the others are cancelled, a second 2xx goes on too (RFC 3261 §16.7 item 10)", () => {
  const context = fork([
    ["one", 1],
    ["two", 1],
    ["low", 0.1],
  ]);
  context.start(0);
  assert.deepEqual(say(context.response(0, response(200), 0)), ["respond 200", "cancel 1"]);
  assert.equal(context.over, false);
  assert.deepEqual(say(context.response(1, response(200), 0)), ["respond 200"]);
  assert.deepEqual(say(context.response(0, response(200), 0)), ["respond 200"]);
  assert.equal(context.over, true);
});

test("of a request other than INVITE only the first 2xx counts, and nothing is cancelled (RFC 3261 §9.1)", () => {
  const context = fork(
    [
      ["one", 1],
      ["two", 1],
    ],
    { method: "MESSAGE" },
  );
  context.start(0);
  assert.deepEqual(say(context.response(0, response(200), 0)), ["respond 200"]);
  assert.deepEqual(say(context.response(1, response(200), 0)), []);
  assert.equal(context.nextDeadline(), undefined);
});

test("a 6xx cancels the rest, starts nothing more and wins in the end (RFC 3261 §16.7 items 5 and 6)", () => {
  const context = fork([
    ["one", 1],
    ["two", 1],
    ["low", 0.1],
  ]);
  context.start(0);
  assert.deepEqual(say(context.response(0, response(603), 0)), ["cancel 1"]);
  assert.deepEqual(say(context.response(1, response(487), 0)), ["respond 603"]);
});

test("the lowest class wins, in it what tells the client how to ask better (RFC 3261 §16.7 item 6)", () => {
  assert.deepEqual(best(503, 407, 501, 404), ["respond 407"]);
  assert.deepEqual(best(404, 302), ["respond 302"]);
  assert.deepEqual(best(487, 486), ["respond 486"]);
  assert.deepEqual(best(500, 480), ["respond 480"]);
  assert.deepEqual(best(503, 500), ["respond 500"]);
  assert.deepEqual(best(503), ["answer 500"]);
});

test("all challenges of all branches go back in one answer (RFC 3261 §16.7 item 7)", () => {
  const context = fork([
    ["one", 1],
    ["two", 1],
  ]);
  context.start(0);
  context.response(0, response(401, 'WWW-Authenticate: Digest realm="a", nonce="1"'), 0);
  const proxy = response(407, 'Proxy-Authenticate: Digest realm="b", nonce="2"');
  const [effect] = context.response(1, proxy, 0);
  const sent = effect?.do === "respond" ? effect.response : assert.fail();
  assert.deepEqual(sent.texts("WWW-Authenticate"), ['Digest realm="a", nonce="1"']);
  assert.deepEqual(sent.texts("Proxy-Authenticate"), ['Digest realm="b", nonce="2"']);
});

test("without any answer it is 408, without any way 500, without any target 480 (RFC 3261 §16.7 item 6, §16.9)", () => {
  const silent = fork([
    ["one", 1],
    ["two", 1],
  ]);
  silent.start(0);
  silent.failed(0, "unreachable", 0);
  assert.deepEqual(say(silent.failed(1, "timeout", 0)), ["answer 408"]);
  const cutOff = fork([["one", 1]]);
  cutOff.start(0);
  assert.deepEqual(say(cutOff.failed(0, "unreachable", 0)), ["answer 500"]);
  assert.deepEqual(say(fork([]).start(0)), ["answer 480"]);
});

test("CANCEL ends every branch and starts no other; the answers still decide (RFC 3261 §16.10)", () => {
  const context = fork([
    ["one", 1],
    ["two", 1],
    ["low", 0.1],
  ]);
  context.start(0);
  assert.deepEqual(say(context.cancel(0)), ["cancel 0", "cancel 1"]);
  assert.deepEqual(say(context.cancel(0)), []);
  context.response(0, response(487), 0);
  assert.deepEqual(say(context.failed(1, "timeout", 0)), ["respond 487"]);
});

test("timer C cancels a branch that rings too long; a provisional answer renews it (RFC 3261 §16.8)", () => {
  const context = fork([["one", 1]], { timerCMs: 190_000 });
  context.start(0);
  assert.equal(context.nextDeadline(), 190_000);
  context.response(0, response(180), 100_000);
  assert.deepEqual(say(context.advance(200_000)), []);
  assert.equal(context.nextDeadline(), 290_000);
  assert.deepEqual(say(context.advance(300_000)), ["cancel 0"]);
  assert.equal(context.nextDeadline(), undefined);
  assert.deepEqual(say(context.response(0, response(487), 300_000)), ["respond 487"]);
});

test("no more branches live at once than the breadth allows, and together they have all of it (RFC 5393 §5.3.3, §5.5)", () => {
  const context = fork(
    [
      ["one", 1],
      ["two", 1],
      ["three", 1],
    ],
    { breadth: 2 },
  );
  const started = context.start(0);
  assert.deepEqual(say(started), ["forward 0 to one", "forward 1 to two"]);
  assert.deepEqual(say(context.response(1, response(486), 0)), ["forward 2 to three"]);
  const wide = fork(
    [
      ["one", 1],
      ["two", 1],
      ["three", 1],
    ],
    { breadth: 61 },
  ).start(0);
  const shares = wide.map((effect) => (effect.do === "forward" ? effect.maxBreadth : 0));
  assert.deepEqual(shares, [20, 20, 21]);
  assert.deepEqual(say(fork([["one", 1]], { breadth: 0 }).start(0)), ["answer 440"]);
});

test("targets found later join, breadth permitting, as long as nothing is decided (RFC 3261 §16.5)", () => {
  const context = fork([["one", 1]]);
  context.start(0);
  assert.deepEqual(say(context.add([{ to: "two", q: 1 }], 0)), []);
  assert.deepEqual(say(context.response(0, response(486), 0)), ["forward 1 to two"]);
  context.response(1, response(200), 0);
  assert.deepEqual(say(context.add([{ to: "three", q: 1 }], 0)), []);
});
