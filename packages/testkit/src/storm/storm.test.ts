/** Storms over the whole system: the laws of judge.ts hold for each seed. More: fuzz/world-seeds.ts */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runStorm } from "../index.ts";

const SEEDS = 60;
const SEEDS_A_TEST = 20;

for (let first = 1; first <= SEEDS; first += SEEDS_A_TEST) {
  const last = first + SEEDS_A_TEST - 1;
  test(`nothing accepted is lost, doubled or misplaced in the storms ${first} to ${last}`, async () => {
    for (let seed = first; seed <= last; seed += 1) {
      const { violations, story } = await runStorm(seed);
      if (violations.length > 0) assert.fail(`${story()}\n${violations.join("\n")}\nseed ${seed}`);
    }
  });
}

test("nor when they hold sessions and send files, in 20 storms", async () => {
  for (let seed = 1; seed <= SEEDS_A_TEST; seed += 1) {
    const { violations, story } = await runStorm(seed, "media");
    if (violations.length > 0) assert.fail(`${story()}\n${violations.join("\n")}\nseed ${seed}`);
  }
});

test("nor when some of them have nothing but a SIP phone, in 20 storms (compat.plainSip)", async () => {
  for (let seed = 41; seed <= 60; seed += 1) {
    const { violations, story } = await runStorm(seed, "phones");
    if (violations.length > 0) assert.fail(`${story()}\n${violations.join("\n")}\nseed ${seed}`);
  }
});

test("the same seed is the same storm, to the last message", async () => {
  const [one, other] = [await runStorm(5), await runStorm(5)];
  assert.ok(one.written > 0 && one.shown > 0);
  assert.equal(one.story(), other.story());
});
