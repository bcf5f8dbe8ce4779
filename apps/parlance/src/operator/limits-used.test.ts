/** What is used of the bounds of users is told to the operator, of whoever has most. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "@parlance/client/node";
import { DOMAIN, OperatorWorld } from "./testing/operator-world.ts";

test("sessions of many, documents, publications and challenges are counted", async (t) => {
  const world = await OperatorWorld.open(t);
  const alice = await connect({
    user: `sip:alice@${DOMAIN}`,
    password: "secret of alice",
    server: world.listener("sip"),
    fileServer: world.listener("http"),
  });
  t.after(() => alice.close());
  await alice.join(`sip:lobby@${DOMAIN}`);
  await alice.groups.create({ address: "one" });
  await alice.groups.create({ address: "two" });
  await alice.settings.set({ barFiles: true });
  const { body } = await world.ask("GET", "/limits");
  const used = new Map<string, number>(
    body.limits.map((row: { name: string; used?: number }) => [row.name, row.used]),
  );
  for (const [limit, count] of [
    ["conferencesPerUser", 1],
    ["documentsPerUser", 2],
    ["publicationsPerUser", 1],
  ] as const) {
    assert.equal(used.get(limit), count, limit);
  }
  assert.ok((used.get("documentBytesPerUser") ?? 0) > 200);
  assert.ok((used.get("nonces") ?? 0) >= 1);
});
