/** Sessions of many between users of a SIP/IP core: the server is an address that the core routes to. 3GPP TS 24.229 §5.7.3 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MsrpDialer } from "@parlance/msrp";
import type { ServerConfig } from "../../config.ts";
import { SessionPhone } from "../../testing/session-phone.ts";
import type { Phone } from "../world.test.ts";
import { behindCore } from "./sip-ip-core.test.ts";

const PLACE = { secure: false, host: "192.0.2.1", port: 2855, transport: "tcp" } as const;
const NOBODY: MsrpDialer = {
  dial(_, done) {
    queueMicrotask(() => done({ ok: false, failure: { why: "no answer", detail: "" } }));
    return () => {};
  },
};
const CONFIG = {
  rooms: [{ name: "lobby", moderators: ["alice"] }],
  groups: [{ name: "team", members: ["alice", "bob"] }],
};

async function two(more: Partial<ServerConfig> = {}) {
  const { world, core, phone } = await behindCore({}, { ...CONFIG, ...more }, NOBODY);
  world.server.media?.listens(PLACE);
  const belows = new Map<string, Phone>();
  const made = async (name: string) => {
    const below = phone(name);
    await below.register();
    belows.set(name, below);
    const phoneOf = new SessionPhone(below, name, world);
    const { serve } = below;
    below.serve = (transaction) => {
      if (transaction.request.method === "NOTIFY") transaction.reply(200);
      else serve?.(transaction);
    };
    return phoneOf;
  };
  const alice = await made("alice");
  const bob = await made("bob");
  return { world, core, alice, bob, belows };
}

test("a group is called over the core, which asks the server again for whom it calls (IM-7.2.1.3-X1)", async () => {
  const { world, core, alice, bob } = await two();
  alice.invite("sip:team@parlance.test");
  await world.clock.pass(100);
  assert.ok(alice.call !== undefined && bob.call !== undefined);
  assert.match(alice.answer?.text("Contact") ?? "", /isfocus/);
  assert.ok(core.asked.includes("INVITE terminating sip:bob@parlance.test"), core.asked.join(", "));
  alice.call.end();
  await world.clock.pass(100);
  assert.equal(world.server.stats.conferences, 1);
  bob.call.end();
  await world.clock.pass(100);
  assert.equal(world.server.stats.conferences, 0);
});

test("a room is joined, changed and left over the core, and its moderator sends away (IM-7.2.1.4-X1, IM-7.2.1.6-X1, IM-7.2.1.9-X1, IM-7.2.2.5-X1, IM-7.2.2.6-X1)", async () => {
  const { world, alice, bob } = await two();
  for (const phone of [alice, bob]) phone.invite("sip:lobby@parlance.test");
  await world.clock.pass(100);
  assert.ok(alice.call !== undefined && bob.call !== undefined);
  const changed = bob.call.offer(
    bob.wish({ types: "message/cpim text/html" }).description("actpass"),
  );
  await world.clock.pass(100);
  assert.equal((await changed).kind, "answered");
  const referred = alice.call.request("REFER", {
    edit: (edit) => void edit.setText("Refer-To", "<sip:bob@parlance.test;method=BYE>"),
  });
  await world.clock.pass(100);
  const outcome = await referred;
  assert.equal(outcome.kind === "answered" && outcome.response.status, 202);
  assert.equal(bob.ends[0]?.by, "peer");
  alice.call.end();
  await world.clock.pass(100);
  assert.equal(world.server.stats.conferences, 0);
});

test("a core brings the subscriptions of many, and each of them has his own bound", async () => {
  const { world, alice, bob, belows } = await two({ limits: { subscriptionsPerUser: 1 } });
  for (const phone of [alice, bob]) phone.invite("sip:lobby@parlance.test");
  await world.clock.pass(100);
  const watch = async (name: string): Promise<number | undefined> => {
    const below = belows.get(name);
    const answer = below?.request("SUBSCRIBE", "sip:lobby@parlance.test", (edit) => {
      edit.setText("Contact", below.contactValue).setText("Accept-Contact", "*;+g.oma.sip-im");
      edit.setText("Event", "conference").setText("Expires", "3600");
    });
    await world.clock.pass(100);
    return (await answer)?.status;
  };
  assert.deepEqual([await watch("alice"), await watch("bob"), await watch("bob")], [200, 200, 403]);
  const told = belows.get("bob")?.received.filter(({ method }) => method === "NOTIFY") ?? [];
  assert.equal(told.length, 1);
  assert.match(told[0]?.text("Subscription-State") ?? "", /^active/);
});
