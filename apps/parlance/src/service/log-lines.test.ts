import assert from "node:assert/strict";
import { test } from "node:test";
import { logLine } from "./log-lines.ts";

test("a record is one line: time, weight, event, fields", () => {
  const time = new Date(2026, 10, 21, 9, 5, 7).getTime();
  const record = { level: "warn", time, event: "login failed", source: "#x3f", count: 3 };
  assert.equal(
    logLine(`${JSON.stringify(record)}\n`),
    "09:05:07 ! login failed  source=#x3f  count=3",
  );
});

test("a value with spaces or line ends stays one value on one line", () => {
  const record = { level: "error", time: 0, event: "page failed", error: "a b\nlevel=info" };
  assert.match(logLine(JSON.stringify(record)), /✗ page failed {2}error="a b\\nlevel=info"$/);
});

test("what is no record goes through", () => {
  assert.equal(logLine("out of memory\n"), "out of memory");
  assert.equal(logLine("null\n"), "null");
});
