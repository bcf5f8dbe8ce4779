import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseMode } from "./mode.ts";

test("IM-8.1-01: below 1300 bytes pager mode carries a message, whatever the path", () => {
  assert.equal(chooseMode({ requestBytes: 1299, connectionOriented: false }), "pager");
  assert.equal(chooseMode({ requestBytes: 1299, connectionOriented: true }), "pager");
});

test("IM-8.1-02: above that, pager mode is for paths known to be connection-oriented", () => {
  assert.equal(chooseMode({ requestBytes: 1301, connectionOriented: true }), "pager");
  assert.equal(chooseMode({ requestBytes: 1300, connectionOriented: true }), "pager");
});

test("IM-8.1-03: all else is a large message, exactly 1300 bytes included", () => {
  assert.equal(chooseMode({ requestBytes: 1300, connectionOriented: false }), "large message");
  assert.equal(chooseMode({ requestBytes: 1301, connectionOriented: false }), "large message");
});

test("limit and allowance are the operator's", () => {
  const ask = { requestBytes: 1000, connectionOriented: false };
  assert.equal(chooseMode({ ...ask, allowanceBytes: 300 }), "large message");
  assert.equal(chooseMode({ ...ask, requestBytes: 999, allowanceBytes: 300 }), "pager");
  assert.equal(chooseMode({ ...ask, maxPagerBytes: 900 }), "large message");
});
