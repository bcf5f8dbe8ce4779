/** Rows of the matrix about messages that wait. */
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import type { Scenario, Scenarios } from "./scenario.ts";

const LIFE_S = 1;

const expired: Scenario = async (scene) => {
  const alice = await scene.victim.user("alice", "TCP");
  const text = "worth a second";
  const headers = [`Expires: ${LIFE_S}`];
  const answer = await alice.message(scene.addressOf("carol"), text, headers);
  assert.equal(answer.status, 202);
  await wait(LIFE_S * 1_000 + 100);
  await scene.assertNotStored("carol", text);
};

export const deferred: Scenarios = new Map([["deferred-expired", expired]]);
