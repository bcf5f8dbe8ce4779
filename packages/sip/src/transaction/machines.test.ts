/** What holds for every transaction table, whatever it is about. RFC 3261 §17 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BASE_TIMING,
  inviteClientOn,
  inviteServerOn,
  type Machine,
  nextAlarm,
  nonInviteClientOn,
  nonInviteServerOn,
  type Plan,
  start,
  step,
  type Timing,
  type Vocabulary,
} from "./index.ts";

/** A table and how it fares alone, its own words forgotten, so that one loop can walk them all. */
interface Table {
  readonly name: string;
  readonly machine: Machine<Vocabulary>;
  readonly settles: (lateMs: number) => boolean;
}

const TABLES: readonly Table[] = [
  ...onBoth("INVITE client", inviteClientOn),
  ...onBoth("non-INVITE client", nonInviteClientOn),
  ...onBoth("INVITE server", inviteServerOn),
  ...onBoth("non-INVITE server", nonInviteServerOn),
];

function onBoth<V extends Vocabulary>(
  name: string,
  planOn: (timing: Timing) => Plan<V> & { readonly machine: Machine<Vocabulary> },
): Table[] {
  return [true, false].map((reliable) => {
    const plan = planOn({ ...BASE_TIMING, reliable });
    return {
      name: `${name} over ${reliable ? "a stream" : "datagrams"}`,
      machine: plan.machine,
      settles: (lateMs) => settles(plan, lateMs),
    };
  });
}

/** Each timer fires a bounded number of times, however late the clock wakes up. */
function settles<V extends Vocabulary>(plan: Plan<V>, lateMs: number): boolean {
  let { running } = start(plan, 0);
  for (let firings = 0; firings < 20; firings += 1) {
    const alarm = nextAlarm(running);
    if (alarm === undefined) return true;
    running = step(plan, running, alarm.timer, alarm.at + lateMs).running;
  }
  return false;
}

for (const { name, machine, settles: comesToRest } of TABLES) {
  const states = Object.keys(machine.rows);

  test(`${name}: a timer that lives in a state has a row there, and no other timer has`, () => {
    const timers = new Set(Object.values(machine.timers).flat());
    for (const state of states) {
      const alive = machine.timers[state] ?? [];
      for (const timer of alive) {
        assert.ok(machine.rows[state]?.[timer], `${timer} in ${state}`);
      }
      for (const timer of timers) {
        if (!alive.includes(timer)) assert.equal(machine.rows[state]?.[timer], undefined);
      }
    }
  });

  test(`${name}: every state is reached, and every state but the last can be left`, () => {
    const reached = new Set([machine.initial[0]]);
    for (const state of reached) {
      const exits = Object.values(machine.rows[state] ?? {}).map((row) => row?.[0]);
      for (const next of exits) if (next !== undefined) reached.add(next);
      assert.equal(
        exits.some((next) => next !== state),
        state !== "terminated",
        state,
      );
    }
    assert.deepEqual([...reached].sort(), states.sort());
  });

  test(`${name}: nothing leaves the terminated state, and no timer lives there`, () => {
    assert.deepEqual(machine.rows["terminated"], {});
    assert.deepEqual(machine.timers["terminated"], []);
  });

  test(`${name}: left alone it comes to rest, also under a clock that wakes up late`, () => {
    for (const lateMs of [0, 700, 90_000]) assert.ok(comesToRest(lateMs), `${lateMs} ms late`);
  });
}
