import assert from "node:assert/strict";
import { test } from "node:test";
import { briefly, clockOf, spanOf } from "./words.ts";

test("spans have three figures or so, and a unit that fits them", () => {
  const spans = [0, 340, 1_250, 45_600, 123_456, 3_100_000, -1_250].map(spanOf);
  assert.deepEqual(spans, ["0 µs", "340 µs", "1.25 ms", "45.6 ms", "123 ms", "3.10 s", "-1.25 ms"]);
});

test("a time of day is told to the microsecond", () => {
  assert.match(clockOf(1_900_000_000_000_042), /^\d\d:\d\d:\d\d\.000042$/);
});

test("a user is called by his name where that says enough, a device by its whole address", () => {
  const said =
    "sip:a@example.com is on the block list of sips:b@example.com: goes to sip:b@10.0.0.1:5060";
  assert.equal(briefly(said), "a is on the block list of b: goes to sip:b@10.0.0.1:5060");
  assert.equal(briefly("to sip:b@h.invalid;gr=x, tel:+4930"), "to sip:b@h.invalid;gr=x, tel:+4930");
});
