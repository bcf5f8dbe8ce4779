/** Storms of rooms: the laws of judge-rooms.ts hold for each seed. More: fuzz/world-seeds.ts --rooms */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runRoomStorm } from "../index.ts";

const SEEDS = 24;
const SEEDS_A_TEST = 8;

for (let first = 1; first <= SEEDS; first += SEEDS_A_TEST) {
  const last = first + SEEDS_A_TEST - 1;
  test(`everybody in a room hears what is said in it, once and in order, and nobody else, in the storms ${first} to ${last}`, async () => {
    for (let seed = first; seed <= last; seed += 1) {
      const { violations, story } = await runRoomStorm(seed);
      if (violations.length > 0) assert.fail(`${story()}\n${violations.join("\n")}\nseed ${seed}`);
    }
  });
}

test("nor is it otherwise where some have nothing but a SIP phone, in 6 storms (compat.plainSip)", async () => {
  for (let seed = 18; seed <= 23; seed += 1) {
    const { violations, story } = await runRoomStorm(seed, { phones: true });
    if (violations.length > 0) assert.fail(`${story()}\n${violations.join("\n")}\nseed ${seed}`);
  }
});
