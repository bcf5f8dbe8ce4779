import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStores, type NewHistoryMessage } from "../store/index.ts";
import { HandClock } from "../testing/clock.ts";
import { silentLog } from "../testing/ports.ts";
import { HistoryRetention } from "./index.ts";

const AMPLE = { messages: 1_000, bytes: 1_000_000 };

test("what is over goes in parts, and the octets that it named with it", async () => {
  const clock = new HandClock();
  const { history } = memoryStores();
  for (let number = 1; number <= 600; number += 1)
    await history.add(message(number, clock.now() + 1_000), AMPLE);
  await history.add(message(601, clock.now() + 86_400_000), AMPLE);
  const removed: string[] = [];
  const removeContent = async (id: string) => void removed.push(id);
  const retention = new HistoryRetention({ store: history, removeContent, clock, log: silentLog });
  retention.start();
  await clock.pass(60_000);
  assert.equal(removed.length, 256);
  await clock.pass(20);
  assert.equal(removed.length, 512);
  await clock.pass(40);
  assert.equal(removed.length, 600);
  assert.deepEqual(await history.contents(), ["content 601"]);
  retention.stop();
  await clock.pass(2 * 86_400_000);
  assert.deepEqual(await history.contents(), ["content 601"]);
});

test("who has lost something to time hears of it once, and not of what he removed himself", async () => {
  const clock = new HandClock();
  const { history } = memoryStores();
  for (let number = 1; number <= 600; number += 1)
    await history.add(message(number, clock.now() + 1_000), AMPLE);
  await history.add({ ...message(601, clock.now() + 86_400_000), owner: "bob" }, AMPLE);
  await history.remove("bob", ["601"]);
  const told: string[] = [];
  const changed = (account: string) => void told.push(account);
  const retention = new HistoryRetention({ store: history, changed, clock, log: silentLog });
  retention.start();
  await clock.pass(60_000 + 200);
  assert.deepEqual(told, ["alice"]);
  assert.equal((await history.usage("alice")).messages + (await history.usage("bob")).messages, 0);
  await clock.pass(600_000);
  assert.deepEqual(told, ["alice"]);
  retention.stop();
});

test("a part takes a bounded time, and the store is free for others three times as long", async () => {
  const clock = new HandClock();
  const parts: { readonly at: number; readonly limit: number }[] = [];
  let eachMs = 1;
  const store = {
    remove: async () => 0,
    sweep(now: number, limit: number) {
      parts.push({ at: now, limit });
      const swept = { removed: limit, owners: [], contents: [], more: true };
      return new Promise<typeof swept>((resolve) => {
        clock.schedule(limit * eachMs, () => resolve(swept));
      });
    },
  };
  const retention = new HistoryRetention({ store, removeContent: nothing, clock, log: silentLog });
  retention.start();
  await clock.pass(62_000);
  const usual = parts.at(-1)?.limit ?? 0;
  assert.ok(usual >= 20 && usual <= 40, `${usual}`);
  eachMs = 20; // others ask much of the store now
  await clock.pass(10_000);
  assert.ok((parts.at(-1)?.limit ?? 0) <= 2);
  const [one, next] = parts.slice(-2);
  assert.ok((next?.at ?? 0) - (one?.at ?? 0) >= 4 * (one?.limit ?? 0) * eachMs);
  retention.stop();
});

test("a store that fails once is tried again, and the failure is logged", async () => {
  const clock = new HandClock();
  const said: string[] = [];
  let calls = 0;
  const store = {
    remove: async () => 0,
    sweep() {
      calls += 1;
      if (calls === 1) return Promise.reject(new Error("full"));
      return Promise.resolve({ removed: 0, owners: [], contents: [], more: false });
    },
  };
  const log = { ...silentLog, error: (event: string) => void said.push(event) };
  const removeContent = nothing;
  const retention = new HistoryRetention({ store, removeContent, clock, log });
  retention.start();
  await clock.pass(180_000);
  assert.deepEqual(said, ["history not swept"]);
  assert.equal(calls, 3);
  retention.stop();
});

const nothing = async (): Promise<void> => {};

function message(number: number, expiresAt: number): NewHistoryMessage {
  return {
    id: `${number}`,
    owner: "alice",
    conversation: "sip:bob@parlance.test",
    direction: "sent",
    mode: "large",
    from: "sip:alice@parlance.test",
    authId: "sip:alice@parlance.test",
    to: "sip:bob@parlance.test",
    group: undefined,
    subject: undefined,
    type: "text/plain",
    messageId: undefined,
    at: 0,
    expiresAt,
    sizeBytes: 5,
    content: `content ${number}`,
    bytes: new Uint8Array(10),
    searchText: "hello",
  };
}
