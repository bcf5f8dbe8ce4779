/** Members of groups whose devices sleep: an invitation wakes them, and waits for them as any INVITE does. RFC 8599 §5.6.2, IM-7.2.2.2 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import type { ServerConfig } from "./config.ts";
import {
  ConferenceWorld,
  FACTORY,
  listed,
  refusal,
  type Somebody,
  TEAM,
  told,
} from "./testing/conference-world.test.ts";
import { PushProvider } from "./testing/push-provider.ts";

const at = (name: string): string => `sip:${name}@parlance.test`;
/** As long as a caller waits for somebody to wake. */
const WAIT_MS = 30_000;

interface Night {
  readonly world: ConferenceWorld;
  readonly push: PushProvider;
  readonly alice: Somebody;
}

/** Alice is awake; the others have registered, and sleep. */
async function night(sleep: readonly string[], config?: Partial<ServerConfig>): Promise<Night> {
  const push = new PushProvider();
  const world = await ConferenceWorld.open(config, push);
  const alice = await world.somebody("alice");
  for (const name of sleep) await (await wakes(world, name)).below.hangUp();
  return { world, push, alice };
}

/** With a device that can be woken, on a connection of its own. */
async function wakes(world: ConferenceWorld, name: string): Promise<Somebody> {
  const below = world.world.phone(name);
  const one = world.with(below, name);
  const push = `;pn-provider=acme;pn-prid=prid-${name}`;
  await below.register((edit) =>
    edit.setText("Contact", `<${below.contact}${push}>;+g.oma.sip-im`),
  );
  return one;
}

function woken({ push }: Night): readonly string[] {
  return push.wakes.map(({ prid, reason }) => `${prid} ${reason}`).toSorted();
}

test("an invitation into a group wakes the members who sleep, and rings when they are there", async () => {
  const made = await night(["bob", "carol"]);
  const { world, alice } = made;
  alice.phone.invite(TEAM);
  await world.pass(2_000);
  assert.deepEqual(woken(made), ["prid-bob session", "prid-carol session"]);
  assert.equal(refusal(alice.phone), "none");
  const bob = await wakes(world, "bob");
  await world.settle();
  assert.ok(alice.phone.call !== undefined && bob.phone.call !== undefined);
  await bob.watch();
  await world.settle();
  assert.deepEqual(told(bob.documents[0]), [
    "sip:alice@parlance.test connected",
    "sip:bob@parlance.test connected own",
    "sip:carol@parlance.test pending",
  ]);
  const carol = await wakes(world, "carol");
  await world.pass(1_000);
  assert.ok(carol.phone.call !== undefined);
  assert.deepEqual(told(bob.documents.at(-1)), ["sip:carol@parlance.test connected"]);
});

test("a list wakes those whom it names, and whoever does not come in time is missed", async () => {
  const made = await night(["bob"]);
  const { world, alice } = made;
  alice.phone.invite(FACTORY, { Require: "recipient-list-invite" }, listed(at("bob")));
  await world.pass(WAIT_MS - 100);
  assert.deepEqual(woken(made), ["prid-bob session"]);
  assert.equal(refusal(alice.phone), "none");
  await world.pass(200);
  assert.equal(refusal(alice.phone), "480");
  assert.equal(world.world.metrics.labelled.get("push_waits_total in vain"), 1);
  assert.equal(world.world.server.stats.conferences, 0);
});

test("somebody who is added by REFER is woken, and whoever asked hears that he came (RFC 3515)", async () => {
  const made = await night(["bob"]);
  const { world } = made;
  const alice = await world.inLobby("alice");
  assert.equal(await alice.refer(`<${at("bob")}>`), "202");
  await world.pass(1_000);
  assert.deepEqual(woken(made), ["prid-bob session"]);
  const bob = await wakes(world, "bob");
  await world.settle();
  assert.ok(bob.phone.call !== undefined);
  assert.match(alice.results.at(-1) ?? "", /^SIP\/2\.0 200 /);
});

test("who gives up inviting wakes nobody for it later, and the session is over", async () => {
  const made = await night(["bob", "carol"]);
  const { world, alice } = made;
  const calling = alice.phone.invite(TEAM);
  await world.pass(1_000);
  calling.cancel();
  await world.settle();
  assert.equal(world.world.metrics.labelled.get("push_waits_total given up"), 2);
  assert.equal(world.world.server.stats.conferences, 0);
  const bob = await wakes(world, "bob");
  await world.settle();
  assert.equal(bob.phone.incoming, undefined);
});

test("who is sent away while he is awaited is not asked when he wakes", async () => {
  const made = await night(["bob"]);
  const { world } = made;
  const alice = await world.inLobby("alice");
  assert.equal(await alice.refer(`<${at("bob")}>`), "202");
  await world.settle();
  assert.equal(await alice.refer(`<${at("bob")};method=BYE>`), "202");
  await world.settle();
  assert.equal(world.world.metrics.labelled.get("push_waits_total given up"), 1);
  const bob = await wakes(world, "bob");
  await world.settle();
  assert.equal(bob.phone.incoming, undefined);
});

test("nobody is woken for an invitation that he does not want", async () => {
  const made = await night(["bob", "carol"], { access: { invite: "refuse" } });
  const { world, alice } = made;
  alice.phone.invite(TEAM);
  await world.settle();
  assert.equal(refusal(alice.phone), "403");
  assert.deepEqual(made.push.wakes, []);
});

test("a large message to a group wakes the members who sleep, and is brought to them", async () => {
  const made = await night(["bob"]);
  const { world, alice } = made;
  const message = utf8Bytes(
    `From: <${alice.below.address}>\r\nTo: <${TEAM}>\r\n\r\nContent-Type: text/plain\r\n\r\n${"long ".repeat(400)}`,
  );
  const file = `a=file-selector:type:message/cpim size:${message.length}`;
  alice.phone.wish({ types: "message/cpim", lines: ["a=sendonly", file] });
  alice.phone.invite(TEAM, {
    "Accept-Contact": "*;+g.oma.sip-im, *;+g.oma.sip-im.large-message",
  });
  await world.settle();
  alice.connect();
  const said = alice.phone.device.say(alice.phone.peerPath, message, { type: "message/cpim" });
  await world.settle();
  assert.equal(alice.phone.device.responses.at(-1), `${said} 200`);
  assert.deepEqual(woken(made), ["prid-bob message"]);
  const bob = await wakes(world, "bob");
  await world.settle();
  const invite = bob.phone.incoming?.request;
  assert.match(invite?.texts("Accept-Contact").join() ?? "", /large-message/);
});

test("nobody is woken for a large message that his rules refuse", async () => {
  const made = await night(["bob"], { access: { invite: "refuse" } });
  const { world, alice } = made;
  const file = "a=file-selector:type:message/cpim size:100";
  alice.phone.wish({ types: "message/cpim", lines: ["a=sendonly", file] });
  alice.phone.invite(TEAM, {
    "Accept-Contact": "*;+g.oma.sip-im, *;+g.oma.sip-im.large-message",
  });
  await world.settle();
  alice.connect();
  const text = `From: <${alice.below.address}>\r\nTo: <${TEAM}>\r\n\r\nContent-Type: text/plain\r\n\r\n`;
  alice.phone.device.say(alice.phone.peerPath, utf8Bytes(text.padEnd(100, "x")), {
    type: "message/cpim",
  });
  await world.settle();
  assert.deepEqual(made.push.wakes, []);
});
