/** Which rooms and groups there are to come into, as a user is told. OMA IM 7.2.1.3, 7.2.1.4 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, worldFor } from "../people.test.ts";

const DOMAIN = "parlance.test";
const SERVER = {
  rooms: [
    { name: "lobby", displayName: "Lobby", subject: "Anything", allowAnonymity: true },
    { name: "desk", moderators: ["alice"] },
  ],
  groups: [{ name: "team", displayName: "Team", members: ["alice", "bob"] }],
};

test("a user is told of the rooms and groups that let him in, and of no others (OMA IM 7.2.1.4)", async (t) => {
  const world = await worldFor(t, { server: SERVER });
  const [alice, carol] = [await world.client("alice"), await world.client("carol")];
  await world.until(
    alice.groups.create({ displayName: "Book club", members: [carol.address], kind: "room" }),
  );
  const addresses = async (who: typeof alice): Promise<readonly string[]> =>
    (await world.until(who.directory.list())).map(({ address }) => address);
  const service = [`sip:desk@${DOMAIN}`, `sip:lobby@${DOMAIN}`];
  const [mine = ""] = (await world.until(alice.groups.list())).map(({ address }) => address);
  assert.deepEqual(await addresses(carol), [...service, mine].toSorted());
  assert.deepEqual(await addresses(alice), [...service, mine, `sip:team@${DOMAIN}`].toSorted());
  await world.until(alice.groups.removeMembers(mine, [carol.address]));
  assert.deepEqual(await addresses(carol), service);
  await world.until(alice.groups.addMembers(mine, [carol.address]));
  await world.until(alice.groups.delete(mine));
  assert.deepEqual(await addresses(carol), service);
});

test("each comes with what it is called, what it is about, and who is in it now", async (t) => {
  const world = await worldFor(t, { server: SERVER });
  const [alice, bob] = [await world.client("alice"), await world.client("bob")];
  const room = await world.until(alice.join(`sip:desk@${DOMAIN}`));
  await world.until(room.setSubject("Tickets"));
  await world.run(1_000);
  const [desk, lobby, team] = await world.until(bob.directory.list());
  assert.deepEqual(desk, {
    address: `sip:desk@${DOMAIN}`,
    kind: "room",
    name: undefined,
    subject: "Tickets",
    members: undefined,
    present: 1,
    anonymity: false,
  });
  assert.deepEqual(
    [lobby?.name, lobby?.subject, lobby?.present, lobby?.anonymity],
    ["Lobby", "Anything", 0, true],
  );
  assert.deepEqual([team?.kind, team?.members, team?.present], ["group", 2, 0]);
  const joined = await world.until(bob.join(lobby?.address ?? "", { anonymous: true }));
  assert.equal(joined.anonymous, true);
});

test("who is no user of the server is told nothing, and who asks too often has to wait", async (t) => {
  const world = await worldFor(t, { server: { ...SERVER, limits: { accountRequestBurst: 3 } } });
  const alice = await world.client("alice");
  for (let time = 0; time < 3; time += 1) await world.until(alice.directory.list());
  assert.equal(await world.until(codeOf(alice.directory.list())), "busy");
  await world.run(1_000);
  await world.until(alice.directory.list());
});
