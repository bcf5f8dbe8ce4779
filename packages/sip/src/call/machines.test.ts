/** What holds for every table of a call, whatever it is about. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Machine, Vocabulary } from "../transaction/index.ts";
import { ending } from "./ending.ts";
import { incomingInvite } from "./incoming.ts";
import { ourOffer } from "./our-offer.ts";
import { outgoingInvite } from "./outgoing.ts";

/** Each with the states in which it may rest for ever. */
const TABLES: readonly [name: string, machine: Machine<Vocabulary>, ends: readonly string[]][] = [
  ["incoming INVITE", incomingInvite, ["accepted", "refused"]],
  ["outgoing INVITE", outgoingInvite, ["answered", "over"]],
  ["offer of ours", ourOffer, ["done"]],
  ["end of a call", ending, ["over"]],
];

for (const [name, machine, ends] of TABLES) {
  const states = Object.keys(machine.rows);

  test(`${name}: a timer that lives in a state has a row there, and no other timer has`, () => {
    const timers = new Set(Object.values(machine.timers).flat());
    for (const state of states) {
      const alive = machine.timers[state] ?? [];
      for (const timer of timers) {
        assert.equal(machine.rows[state]?.[timer] !== undefined, alive.includes(timer), state);
      }
    }
  });

  test(`${name}: every state is reached, and all but its ends can be left`, () => {
    const reached = new Set([machine.initial[0]]);
    for (const state of reached) {
      const exits = Object.values(machine.rows[state] ?? {}).map((row) => row?.[0]);
      for (const next of exits) if (next !== undefined) reached.add(next);
      const stays = !exits.some((next) => next !== state);
      assert.equal(stays, ends.includes(state), state);
    }
    assert.deepEqual([...reached].toSorted(), states.toSorted());
  });

  test(`${name}: no timer lives where it ends`, () => {
    for (const end of ends) assert.deepEqual(machine.timers[end], []);
  });
}
