/** The machine of a world: its time, its chance, its hashes, its disk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStores } from "@parlance/server";
import { agreedHashing, agreedStartHash } from "./agreed-hashing.ts";
import { Life } from "./life.ts";
import { SeededRandom } from "./seeded-random.ts";
import { slowDisk } from "./slow-disk.ts";
import { VirtualClock } from "./virtual-clock.ts";

test("deadlines run in their order, each at its own time, and cancelled ones do not", async () => {
  const clock = new VirtualClock(1_000);
  const seen: (readonly [string, number])[] = [];
  const see = (what: string) => () => seen.push([what, clock.now()]);
  clock.schedule(30, see("third"));
  clock.schedule(10, see("first"));
  clock.schedule(10, see("second"));
  clock.schedule(20, see("never"))();
  clock.schedule(41, see("later"));
  await clock.run(40);
  assert.deepEqual(seen, [
    ["first", 1_010],
    ["second", 1_010],
    ["third", 1_030],
  ]);
  assert.equal(clock.now(), 1_040);
});

test("many deadlines come out sorted, whatever order they went in", async () => {
  const clock = new VirtualClock(0);
  const random = new SeededRandom(3);
  const seen: number[] = [];
  const cancels = Array.from({ length: 500 }, () =>
    clock.schedule(random.between(0, 300), () => seen.push(clock.now())),
  );
  for (const cancel of cancels.filter((_, at) => at % 3 === 0)) cancel();
  await clock.run(300);
  assert.equal(seen.length, 333);
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
});

test("promises come to their end before time goes on", async () => {
  const clock = new VirtualClock(0);
  const seen: string[] = [];
  clock.schedule(10, () => {
    void (async () => {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      seen.push(`chain at ${clock.now()}`);
      await new Promise<void>((resolve) => clock.schedule(0, resolve));
      seen.push(`timer at ${clock.now()}`);
    })();
  });
  clock.schedule(11, () => seen.push("next"));
  await clock.run(20);
  assert.deepEqual(seen, ["chain at 10", "timer at 10", "next"]);
});

test("a world that is busy for ever without letting time pass is stopped", async () => {
  const clock = new VirtualClock();
  const busy = async () => {
    for (;;) {
      clock.schedule(1_000, () => {});
      await Promise.resolve();
    }
  };
  await Promise.all([
    assert.rejects(busy(), /busy for ever/),
    assert.rejects(clock.settle(), /busy for ever/),
  ]);
});

function draw(random: SeededRandom) {
  return [random.token(128), random.between(1, 6), random.bytes(4)];
}

test("the same seed draws the same, and a fork is a stream of its own", () => {
  assert.deepEqual(draw(new SeededRandom(5)), draw(new SeededRandom(5)));
  assert.notDeepEqual(draw(new SeededRandom(5)), draw(new SeededRandom(6)));
  const [one, other] = [new SeededRandom(5), new SeededRandom(5)];
  const fork = one.fork();
  other.fork();
  fork.bytes(100);
  assert.deepEqual(draw(one), draw(other));
  assert.throws(() => one.pick([]), RangeError);
});

test("tokens have the bits that were asked for, in characters of a SIP token", () => {
  const random = new SeededRandom(1);
  for (const bits of [1, 31, 64, 128, 256]) {
    const token = random.token(bits);
    assert.match(token, /^[A-Za-z0-9_-]+$/);
    assert.ok(token.length * 6 >= bits && token.length * 6 < bits + 6);
  }
});

test("hashes differ where their input does, and have the length of the real ones", () => {
  const lengths = (["md5", "sha-256", "sha-512-256"] as const).map(
    (algorithm) => agreedHashing.hash(algorithm, "a").length,
  );
  assert.deepEqual(lengths, [32, 64, 64]);
  const inputs = ["", "a", "b", "ab", "ba", "aa"];
  assert.equal(new Set(inputs.map((text) => agreedHashing.hash("sha-256", text))).size, 6);
  assert.notDeepEqual(
    agreedHashing.hmacSha256(Uint8Array.of(1), "a"),
    agreedHashing.hmacSha256(Uint8Array.of(2), "a"),
  );
});

test("a hash of pieces is the hash of the whole", () => {
  const running = agreedStartHash("sha-256");
  for (const piece of ["a", "", "bc"]) running.update(new TextEncoder().encode(piece));
  assert.equal(running.digest(), agreedHashing.hash("sha-256", "abc"));
  assert.equal(agreedStartHash("sha-1").digest().length, 40);
});

test("a killed program fires no timer, and its disk keeps what was committed and nothing else", async () => {
  const clock = new VirtualClock();
  const life = new Life(clock);
  const health = { delayMs: 0, failures: 0, tellingMs: 0 };
  const stores = memoryStores({ disk: slowDisk(health, life, new SeededRandom(1)) });
  const seen: string[] = [];
  await stores.settings.put("key", "committed");
  health.delayMs = 1_000;
  void stores.settings.put("key", "on its way").then(() => seen.push("told"));
  life.clock.schedule(5_000, () => seen.push("timer"));
  await clock.settle();
  const { settings } = stores.image();
  life.end();
  await clock.run(60_000);
  assert.deepEqual(settings, [["key", "committed"]]);
  assert.deepEqual(seen, []);
});
