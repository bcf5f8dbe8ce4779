import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogFields } from "@parlance/server";
import { PrometheusMetrics } from "../metrics/index.ts";
import { SecurityEvents } from "./security-events.ts";
import { type LogLevel, StructuredLog } from "./structured-log.ts";

function log(options: { readonly addresses?: boolean; readonly level?: LogLevel } = {}) {
  const lines: string[] = [];
  const { addresses = false, level = "info" } = options;
  const redaction = { addresses, key: new Uint8Array(32).fill(7) };
  const stream = { write: (line: string) => lines.push(line) };
  return { lines, log: new StructuredLog({ level, redaction, stream }) };
}

function record(lines: readonly string[]): Record<string, unknown> {
  assert.equal(lines.length, 1);
  return JSON.parse(lines[0] ?? "");
}

test("an event is one line of JSON with its level, time and fields", () => {
  const { lines, log: it } = log();
  it.warn("limit reached", { limit: "source", count: 3, trusted: false, missing: undefined });
  const { time, ...rest } = record(lines);
  assert.equal(typeof time, "number");
  assert.deepEqual(rest, {
    level: "warn",
    event: "limit reached",
    limit: "source",
    count: 3,
    trusted: false,
  });
  assert.match(lines[0] ?? "", /^[^\n]+\n$/);
});

test("addresses become the same short word each time, unless the operator wants them", () => {
  const { lines, log: it } = log();
  it.info("a", { user: "sip:alice@parlance.test", detail: "to sip:alice@parlance.test, now" });
  const { user, detail } = record(lines);
  assert.match(String(user), /^#[\w-]{12}$/);
  assert.equal(detail, `to ${String(user)}, now`);
  const open = log({ addresses: true });
  open.log.info("a", { user: "sip:alice@parlance.test" });
  assert.equal(record(open.lines)["user"], "sip:alice@parlance.test");
});

test("fields that are named like a secret are never written", () => {
  const fields: LogFields = {
    password: "hunter2",
    authorization: "hunter2",
    cnonce: "hunter2",
    cookie: "hunter2",
    messageText: "hunter2",
    subject: "hunter2",
    token: "hunter2",
    serverKey: "hunter2",
    body: "hunter2",
  };
  const { lines, log: it } = log({ addresses: true });
  it.error("oops", fields);
  assert.doesNotMatch(lines[0] ?? "", /hunter2/);
});

test("a value cannot break the line, reorder it on a screen, or fill the disk", () => {
  const { lines, log: it } = log();
  it.info("a", {
    reason: 'x\n{"level":"error"}\u2028\u202e\u200b\u0085\ud800',
    long: "x".repeat(9_999),
  });
  const line = lines[0] ?? "";
  assert.equal(line.split(/[\n\u2028\u2029\u0085]/).length, 2);
  assert.doesNotMatch(line, /[\u202e\u200b]/);
  assert.ok(line.length < 1_000);
  assert.match(String(record(lines)["reason"]), /\\u2028\\u202e\\u200b\\u0085/);
});

test("what is below the level is not written", () => {
  const { lines, log: it } = log({ level: "error" });
  it.info("a");
  it.warn("b");
  it.error("c");
  assert.equal(record(lines)["event"], "c");
});

function events(linesAMinute: number) {
  const { lines, log: it } = log();
  let now = 0;
  const metrics = new PrometheusMetrics();
  const clock = { now: () => now, schedule: () => () => undefined };
  const security = new SecurityEvents({ log: it, metrics, clock, linesAMinute });
  const pass = (ms: number): void => {
    now += ms;
  };
  return { lines, metrics, security, pass };
}

test("one source fills a log with a few lines a minute; every event is counted", async () => {
  const { lines, metrics, security, pass } = events(3);
  for (let at = 0; at < 100; at += 1) security.report("login failure", "192.0.2.1");
  assert.equal(lines.length, 3);
  assert.equal(JSON.parse(lines[2] ?? "").furtherOnesHeldBack, true);
  security.report("login failure", "192.0.2.2");
  security.report("forbidden", "192.0.2.1");
  assert.equal(lines.length, 5);
  pass(60_000);
  security.report("login failure", "192.0.2.1");
  assert.deepEqual(
    lines.slice(5).map((line) => JSON.parse(line).event),
    ["held back", "login failure"],
  );
  const { of, count } = JSON.parse(lines[5] ?? "");
  assert.deepEqual([of, count], ["login failure", 97]);
  const exposed = await metrics.expose();
  assert.match(exposed, /parlance_security_events_total\{event="login failure"\} 102/);
});

test("many sources together fill it with a thousand", () => {
  const { lines, security } = events(3);
  for (let at = 0; at < 30_000; at += 1) security.report("forbidden", `source ${at}`);
  assert.equal(lines.length, 1_000);
});
