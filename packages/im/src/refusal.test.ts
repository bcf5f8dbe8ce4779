import assert from "node:assert/strict";
import { test } from "node:test";
import { type Condition, everyRefusal, isRefusal, refuse } from "./refusal.ts";
import { formatWarning, readCondition, readWarnings } from "./warning.ts";

const fixed: readonly (readonly [Condition, number, string | undefined])[] = [
  ["no such conference", 404, "conference URI does not exist"],
  ["no feature tag", 403, "IM feature tag missing"],
  ["already focus", 403, "isfocus already assigned"],
  ["not authenticated", 403, "originator not authenticated"],
  ["not provisioned", 403, "service not authorised"],
  ["no initiation", 403, "not authorised to initiate the session"],
  ["no joining", 403, "not authorised to join the session"],
  ["no anonymity", 403, "anonymity not allowed"],
  ["no adding", 403, "not authorised to add users"],
  ["no moderating", 403, "not authorised to change the session"],
  ["locked", 403, "session is locked"],
  ["no expelling", 403, "not authorised to expel users"],
  ["no conference state", 403, "conference state not allowed"],
  ["no common media", 488, "no acceptable MSRP media"],
  ["conference full", 486, "too many participants"],
  ["too many sessions", 486, "too many sessions"],
  ["no list", 400, "recipient list missing"],
  ["bad list", 400, "recipient list not valid"],
  ["list too long", 403, "too many recipients"],
  ["too big", 403, "size exceeded"],
  ["barred", 480, "incoming barring active"],
  ["files barred", 480, "incoming barring active for files"],
  ["access denied", 403, undefined],
  ["unreachable", 480, undefined],
];

test("refusals have the status and text that the table fixes", () => {
  for (const [condition, status, warning] of fixed) {
    const refusal = refuse(condition);
    assert.deepEqual([refusal.status, refusal.warning], [status, warning], condition);
  }
});

test("a refusal is told from other values, and carries the headers it is given", () => {
  const refusal = refuse("unknown extension", [["Unsupported", "foo"]]);
  assert.deepEqual(refusal.headers, [["Unsupported", "foo"]]);
  assert.equal(refuse("unknown extension").headers, undefined);
  assert.equal(isRefusal(refusal), true);
  for (const other of [undefined, null, "refusal", {}, { kind: "admit" }]) {
    assert.equal(isRefusal(other), false);
  }
});

test("RFC 3261 §20.43: what is written as a Warning is read back as the same condition", () => {
  for (const { condition, status, warning } of everyRefusal()) {
    if (warning === undefined) continue;
    const line = formatWarning("im.example.com", warning);
    assert.equal(line, `399 im.example.com "${warning}"`);
    assert.equal(readCondition(status, readWarnings([line])), condition);
  }
});

test("the texts of other stacks are found by containment, without regard to case", () => {
  assert.equal(read("133 Size exceeded"), "too big");
  assert.equal(read("133 Size exceeded", 513), "message too large");
  assert.equal(read("127 Service not authorised"), "not provisioned");
  assert.equal(read("we are closed"), undefined);
});

test("a Warning keeps quotes, refuses line breaks, and unreadable ones are left out", () => {
  assert.deepEqual(readWarnings([formatWarning("h", 'say "no" \\')]), ['say "no" \\']);
  assert.deepEqual(readWarnings(['399 a "one", 399 b "two"']), ["one", "two"]);
  assert.deepEqual(readWarnings(["399 h unquoted", '399 h "open']), []);
  assert.throws(() => formatWarning("h", "a\r\nVia: x"), RangeError);
  assert.throws(() => formatWarning('h" x', "a"), RangeError);
});

function read(text: string, status = 403): Condition | undefined {
  return readCondition(status, readWarnings([`399 as.example.net "${text}"`]));
}
