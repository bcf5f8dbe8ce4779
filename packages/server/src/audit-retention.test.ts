import assert from "node:assert/strict";
import { test } from "node:test";
import { AuditRetention } from "./audit-retention.ts";
import { World } from "./core/world.test.ts";
import { memoryStores } from "./store/index.ts";
import { HandClock } from "./testing/clock.ts";
import { silentLog } from "./testing/ports.ts";

const DAY_MS = 86_400_000;

const entry = (at: number) => ({
  at,
  actor: "operator",
  action: "user added",
  subject: "alice",
  detail: "",
});

test("the running server forgets audit entries after their time, and keeps the others", async () => {
  const world = await World.open({ limits: { auditSeconds: 86_400 } });
  const { audit } = world.stores;
  const began = world.clock.now();
  for (const at of [began - 2 * DAY_MS, began - DAY_MS / 2, began]) await audit.append(entry(at));
  await world.clock.pass(10_000);
  const kept = (await audit.page(undefined, 10)).map(({ at }) => at - began);
  assert.deepEqual(kept, [0, -DAY_MS / 2]);
  assert.deepEqual(world.logged, []);
});

test("a long past goes in parts, with room for others between them", async () => {
  const clock = new HandClock();
  const { audit } = memoryStores();
  const parts: number[] = [];
  const store = {
    async trim(olderThan: number, limit: number) {
      parts.push(await audit.trim(olderThan, limit));
      return parts.at(-1) ?? 0;
    },
  };
  for (let at = 0; at < 1_200; at += 1) await audit.append(entry(at));
  const retention = new AuditRetention({ store, clock, log: silentLog }, DAY_MS);
  retention.start();
  await clock.pass(1_000);
  assert.deepEqual(parts, [500]);
  await clock.pass(60_000);
  assert.deepEqual(parts, [500, 500, 200]);
  retention.stop();
  await clock.pass(2 * 3_600_000);
  assert.equal(parts.length, 3);
});

test("a disk that fails once is tried again, and the failure is logged", async () => {
  const clock = new HandClock();
  const said: string[] = [];
  let calls = 0;
  const store = {
    trim: () => {
      calls += 1;
      return calls === 1 ? Promise.reject(new Error("full")) : Promise.resolve(0);
    },
  };
  const log = { ...silentLog, error: (event: string) => void said.push(event) };
  const retention = new AuditRetention({ store, clock, log }, DAY_MS);
  retention.start();
  await clock.pass(3 * 3_600_000);
  assert.deepEqual(said, ["audit log not trimmed"]);
  assert.equal(calls, 3);
});
