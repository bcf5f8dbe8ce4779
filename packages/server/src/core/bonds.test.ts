/** Connections that belong to users. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Flow } from "@parlance/sip";
import { Bonds } from "./bonds.ts";
import { Directory } from "./directory.ts";
import { World } from "./world.test.ts";

test("the bond of one user does not end because another leaves on the same connection", async () => {
  const world = await World.open();
  const directory = await Directory.over(world.stores.users);
  const [alice, bob] = [directory.named("alice"), directory.named("bob")];
  assert.ok(alice !== undefined && bob !== undefined);
  const address = { host: "192.0.2.1", port: 5_060 };
  const flow: Flow = { id: "1", transport: "TCP", local: address, remote: address };
  const bonds = new Bonds(() => undefined);
  bonds.tie(flow, alice, 1_000);
  bonds.untie(flow, bob);
  assert.equal(bonds.holder(flow, 0), alice);
  bonds.untie(flow, alice);
  assert.equal(bonds.holder(flow, 0), undefined);
});
