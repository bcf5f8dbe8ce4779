/** What the server says in its own name, and what it tells whoever watches over it. Appendix F */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RELEASE } from "../release.ts";
import { DOMAIN, type Phone, World } from "./world.test.ts";

const limits = { messagesPerSecond: 1, messageBurst: 1 };

async function alice(): Promise<{ readonly world: World; readonly phone: Phone }> {
  const world = await World.open({ limits });
  const phone = world.phone("alice", { host: "192.0.2.77" });
  await phone.register();
  world.suspected.length = 0;
  return { world, phone };
}

test("what a user may not do is told with its reason and its source", async () => {
  const { world, phone } = await alice();
  assert.equal((await phone.message("sip:bob@elsewhere.test", "x")).status, 403);
  assert.equal((await phone.message(phone.address, "x")).status, 503);
  assert.deepEqual(world.suspected, [
    "refused: access denied 192.0.2.77",
    "refused: overload 192.0.2.77",
  ]);
});

test("a wrong password is told, a first challenge and an absent user are not", async () => {
  const { world, phone } = await alice();
  assert.equal((await phone.message(`sip:nobody@${DOMAIN}`, "x")).status, 404);
  assert.deepEqual(world.suspected, []);
  await world.phone("bob", { host: "192.0.2.78", password: "wrong" }).register();
  assert.deepEqual(world.suspected, ["login failed 192.0.2.78"]);
});

test("what cannot be read is told", async () => {
  const { world, phone } = await alice();
  const fault = { status: 400, reason: "no", close: false, message: undefined } as const;
  world.server.events.fault(fault, world.serverFlowOf(phone));
  assert.deepEqual(world.suspected, ["malformed message 192.0.2.77"]);
});

test("metrics have the names that Prometheus wants, and counts are counters", async () => {
  const { world, phone } = await alice();
  await phone.message(phone.address, "x");
  const { counts, gauges, totals } = world.metrics;
  const counters = [...counts.keys(), ...totals.keys()];
  for (const name of counters) assert.match(name, /^[a-z0-9]+(?:_[a-z0-9]+)*_total$/);
  for (const name of gauges.keys()) {
    assert.match(name, /^[a-z0-9]+(?:_[a-z0-9]+)*$/);
    assert.doesNotMatch(name, /_total$/);
  }
  assert.equal(gauges.get("sip_registered_users")?.(), 1);
  assert.ok((totals.get("sip_requests_in_total")?.() ?? 0) >= 2);
});

test("what the server accepts itself carries its release, a refusal tells nothing of it", async () => {
  const groups = [{ name: "team", members: ["alice", "bob"] }];
  const world = await World.open({ groups });
  const phone = world.phone("alice");
  const answers = [
    await phone.register(),
    await phone.message(`sip:team@${DOMAIN}`, "copied"), // 202
    await phone.message(`sip:bob@${DOMAIN}`, "kept"), // 202, with a Warning
    await phone.message(`sip:nobody@${DOMAIN}`, "refused"),
    await phone.request("OPTIONS", `sip:${DOMAIN}`),
  ];
  assert.deepEqual(
    answers.map((answer) => [answer.status, answer.text("Server")]),
    [200, 202, 202, 404, 200].map((status) => [status, status < 300 ? RELEASE : undefined]),
  );
});
