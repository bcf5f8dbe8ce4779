/** When a registration is renewed. RFC 8599 §4.1.4 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { refreshAfterMs } from "./refresh-time.ts";

test("a registration is renewed at half time, or as long before its end as the server wants it", () => {
  assert.equal(refreshAfterMs(600, undefined), 300_000);
  assert.equal(refreshAfterMs(600, 121), 300_000);
  assert.equal(refreshAfterMs(200, 121), 79_000);
  assert.equal(refreshAfterMs(120, 121), 30_000);
});

test("whatever a server wants, it is renewed between a quarter and half of the time", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.nat(999_999_999), (granted, ahead) => {
      const ms = refreshAfterMs(granted, ahead);
      return ms >= granted * 250 && ms <= granted * 500;
    }),
  );
});
