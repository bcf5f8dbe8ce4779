/** What stands behind the # of the address. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatRoute, type Route, readRoute } from "./route.ts";

const ROUTES: readonly Route[] = [
  { view: "list" },
  { view: "settings" },
  { view: "talk", address: "sip:bob@example.com" },
  { view: "talk", address: "sip:50%/#?@example.com", at: 1_764_000_000_000 },
];

test("a view is come back to by its address", () => {
  for (const route of ROUTES) assert.deepEqual(readRoute(formatRoute(route)), route);
});

test("what nobody has written is the list", () => {
  for (const hash of [
    "",
    "#",
    "#/with/",
    "#/with/%",
    "#/nowhere/x",
    "#/with/a/at/x",
    "x".repeat(9_000),
  ]) {
    assert.deepEqual(readRoute(hash), { view: "list" }, hash.slice(0, 20));
  }
});
