/** Who belongs to a group by its document belongs to the session that runs, and nobody else does. OMA IM 16.3, 17.3 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Params } from "@parlance/sip";
import { DOMAIN } from "./core/world.test.ts";
import {
  ConferenceWorld,
  contactOf,
  refusal,
  type Somebody,
  told,
} from "./testing/conference-world.test.ts";
import { Keeper } from "./testing/keeper.test.ts";

const POOL = `sip:pool@${DOMAIN}`;
const CALLS = "<invite-members>true</invite-members>";
const members = (...who: readonly string[]) =>
  `<list>${who.map((name) => `<entry uri="sip:${name}@${DOMAIN}"/>`).join("")}</list>`;

async function pool(inside: string): Promise<{
  readonly world: ConferenceWorld;
  readonly keeper: Keeper;
  readonly alice: Somebody;
  readonly bob: Somebody;
  readonly carol: Somebody;
}> {
  const world = await ConferenceWorld.open();
  const keeper = new Keeper(world.world, "alice");
  await keeper.group("pool", inside);
  const alice = await world.somebody("alice");
  const bob = await world.somebody("bob");
  const carol = await world.somebody("carol");
  return { world, keeper, alice, bob, carol };
}

function reasonOf({ phone }: Somebody): string | undefined {
  const end = phone.ends.at(-1);
  return end?.by === "peer" ? end.bye.text("Reason") : undefined;
}

const EXPELLED = 'SIP;cause=200;text="expelled"';

test("who is taken off the list is sent away at once, and may come again when he is put back on it (IM-7.2.1.9-02, IM-7.2.1.9-K2, IM-7.2.1.9-K3)", async () => {
  for (const kind of ["", CALLS]) {
    const { world, keeper, alice, bob, carol } = await pool(
      members("alice", "bob", "carol") + kind,
    );
    for (const one of [alice, bob, carol]) {
      if (one.phone.call === undefined) one.phone.invite(POOL); // some have been called
      await world.settle();
      one.connect();
    }
    await alice.watch();
    await bob.watch();
    await world.pass(2_000);
    const before = alice.documents.length;
    await keeper.group("pool", members("alice", "carol") + kind);
    await world.settle();
    assert.equal(reasonOf(bob), EXPELLED);
    const late = bob.phone.device.say(bob.phone.peerPath, "still here?");
    assert.equal(bob.phone.device.responses.at(-1), `${late} 481`);
    await world.pass(2_000);
    assert.ok(told(alice.documents[before]).includes(`sip:bob@${DOMAIN} disconnected`));
    assert.match(
      bob.notified.at(-1)?.text("Subscription-State") ?? "",
      /^terminated;reason=rejected/,
    );
    assert.deepEqual([alice.phone.ends.length, carol.phone.ends.length], [0, 0]);
    for (const way of [POOL, contactOf(alice.phone)]) {
      bob.phone.invite(way);
      await world.settle();
      assert.match(refusal(bob.phone), /^403 not authorised to (join|initiate) the session$/);
    }
    await keeper.group("pool", members("alice", "bob", "carol") + kind);
    const refused = bob.phone.failures.length;
    bob.phone.invite(contactOf(alice.phone));
    await world.settle();
    assert.equal(bob.phone.failures.length, refused);
  }
});

test("a rule that shuts somebody out ends his session; the owner of the group stays in it", async () => {
  const { world, keeper, alice, bob, carol } = await pool(members("alice", "bob", "carol"));
  for (const one of [alice, bob, carol]) {
    one.phone.invite(POOL);
    await world.settle();
  }
  const may = `<cr:actions><allow-initiate-conference>true</allow-initiate-conference><join-handling>true</join-handling></cr:actions>`;
  const only = `<cr:conditions><cr:identity><cr:one id="sip:carol@${DOMAIN}"/></cr:identity></cr:conditions>`;
  const rules = `<cr:ruleset><cr:rule id="a">${only}${may}</cr:rule></cr:ruleset>`;
  await keeper.group("pool", members("alice", "bob", "carol") + rules);
  await world.settle();
  assert.equal(reasonOf(bob), EXPELLED);
  // It is hers, whatever its rules say of her.
  assert.deepEqual([alice.phone.ends.length, carol.phone.ends.length], [0, 0]);
});

test("who rings is asked no more when he is taken off the list, and whoever waits for him may not wait for others", async () => {
  const all = members("alice", "bob", "carol") + CALLS;
  const { world, keeper, alice, bob, carol } = await pool(all);
  carol.phone.automatic = false;
  alice.phone.invite(POOL);
  await world.settle();
  await alice.watch();
  await world.settle();
  const before = alice.documents.length;
  await keeper.group("pool", members("alice", "bob") + CALLS);
  await world.pass(2_000);
  assert.equal(carol.phone.cancelled, 1);
  assert.ok(told(alice.documents[before]).includes(`sip:carol@${DOMAIN} disconnected`));
  for (const one of [alice, bob]) one.phone.call?.end();
  await world.pass(60_000);

  await keeper.group("pool", all);
  for (const one of [alice, carol]) one.phone.automatic = false;
  bob.phone.invite(POOL);
  await world.settle();
  await keeper.group("pool", members("alice", "carol") + CALLS);
  await world.pass(1_000);
  assert.match(refusal(bob.phone), /^403/);
  assert.deepEqual([alice.phone.cancelled, carol.phone.cancelled], [1, 2]);
  assert.equal(world.world.server.stats.conferences, 0);
});

test("a guest whom a member has brought in stays, whoever else is taken off the list", async () => {
  const { world, keeper, alice, bob, carol } = await pool(members("alice", "bob"));
  for (const one of [alice, bob]) {
    one.phone.invite(POOL);
    await world.settle();
  }
  assert.equal(await alice.refer(`<sip:carol@${DOMAIN}>`), "202");
  await world.settle();
  assert.ok(carol.phone.call !== undefined);
  await keeper.group("pool", members("alice"));
  await world.settle();
  assert.equal(reasonOf(bob), EXPELLED);
  assert.equal(carol.phone.ends.length, 0);
});

test("who is lost, and taken off the list and put back meanwhile, gets nothing of what was said", async () => {
  const { world, keeper, alice, bob, carol } = await pool(members("alice", "bob", "carol"));
  for (const one of [alice, bob, carol]) {
    one.phone.invite(POOL);
    await world.settle();
    one.connect();
    await world.settle();
  }
  const says = (text: string): void => {
    const head = `From: <${alice.below.address}>\r\nTo: <${POOL}>\r\n\r\nContent-Type: text/plain\r\n\r\n`;
    alice.phone.device.say(alice.phone.peerPath, head + text, { type: "message/cpim" });
  };
  bob.phone.call?.end([{ value: "SIP", params: Params.of(["cause", "408"]) }]); // he is lost
  await world.settle();
  says("while he is away");
  await world.settle();
  await keeper.group("pool", members("alice", "carol"));
  says("not for bob");
  await world.settle();
  await keeper.group("pool", members("alice", "bob", "carol"));
  bob.phone.invite(POOL);
  await world.settle();
  bob.connect();
  await world.settle();
  assert.deepEqual(bob.phone.device.texts, []);
  says("welcome back");
  await world.settle();
  assert.match(bob.phone.device.texts.join(), /welcome back$/);
});
