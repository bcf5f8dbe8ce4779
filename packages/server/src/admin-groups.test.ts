/** Groups and rooms of the operator: made, changed and deleted while the server runs, and there after a crash. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DOMAIN, World } from "./core/world.test.ts";

const DEN = `sip:den@${DOMAIN}`;

test("a group that the operator makes takes messages at once, also after a crash, until it is deleted", async () => {
  const world = await World.open();
  const { groups } = world.server.admin;
  const made = await groups.create({ kind: "group", name: "den", members: ["alice", "bob"] });
  assert.ok(typeof made === "object" && made.source === "operator");
  const alice = world.phone("alice");
  await alice.register();
  assert.equal((await alice.message(DEN, "hello")).status, 202);

  await world.start({}, world.crash());
  const again = world.server.admin.groups;
  assert.deepEqual(again.find(DEN)?.members, [`sip:alice@${DOMAIN}`, `sip:bob@${DOMAIN}`]);
  alice.connect();
  await alice.register();
  assert.equal((await alice.message(DEN, "still there?")).status, 202);
  const changed = await again.change(DEN, { members: ["bob"] });
  assert.ok(typeof changed === "object");
  assert.deepEqual(changed.members, [`sip:bob@${DOMAIN}`]);
  assert.equal(await again.remove(DEN), "done");
  assert.equal((await alice.message(DEN, "gone?")).status, 404);
  assert.equal(await again.remove(DEN), "no such group");

  await world.start({}, world.crash());
  assert.equal(world.server.admin.groups.find(DEN), undefined);
});

test("a name that a user, a service or another group has is taken", async () => {
  const rooms = [{ name: "lobby" }];
  const world = await World.open({ rooms });
  const { groups } = world.server.admin;
  for (const name of ["alice", "lobby", "conf-factory"]) {
    assert.equal(await groups.create({ kind: "room", name }), "name taken", name);
  }
  assert.equal(await groups.change(`sip:lobby@${DOMAIN}`, {}), "not the operator's group");
  assert.equal(await groups.remove(`sip:lobby@${DOMAIN}`), "not the operator's group");
  assert.equal(await groups.remove(`sip:nowhere@${DOMAIN}`), "no such group");
});
