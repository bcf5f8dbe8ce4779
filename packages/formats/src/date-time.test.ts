/** RFC 3339 dates: read, written, refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { formatDateTime, parseDateTime } from "./date-time.ts";

test("what is written reads the same, for every millisecond of the years 0 to 9999", () => {
  const moments = fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 });
  fc.assert(
    fc.property(moments, (at) => assert.equal(parseDateTime(formatDateTime(at)), at)),
    { seed: 4711 },
  );
});

test("offsets, fractions and leap seconds count", () => {
  assert.equal(parseDateTime("2006-05-15T15:02:31-03:00"), Date.UTC(2006, 4, 15, 18, 2, 31));
  assert.equal(
    parseDateTime("2024-02-29t01:00:00.123456+01:30"),
    Date.UTC(2024, 1, 28, 23, 30, 0, 123),
  );
  assert.equal(parseDateTime("2016-12-31T23:59:60Z"), Date.UTC(2017, 0, 1));
});

test("what is no date and time is none", () => {
  for (const text of [
    "",
    "0000-99-99",
    "-0001-01-01T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:00:00",
    "2024-01-01 00:00:00Z",
    "2024-01-01T00:00:00+24:00",
    "٢024-01-01T00:00:00Z",
  ]) {
    assert.equal(parseDateTime(text), undefined, text);
  }
});
