/** What holds for every transaction table, whatever it is about. RFC 3261 §17 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BASE_TIMING,
  inviteClientOn,
  inviteServerOn,
  nextAlarm,
  nonInviteClientOn,
  nonInviteServerOn,
  type Plan,
  start,
  step,
  type Vocabulary,
} from "./index.ts";

/** A table with its words as plain strings, so that one test can walk all of them. */
interface AnyTable {
  readonly name: string;
  readonly plan: Plan<Vocabulary>;
}

const PLANS = {
  "INVITE client": inviteClientOn,
  "non-INVITE client": nonInviteClientOn,
  "INVITE server": inviteServerOn,
  "non-INVITE server": nonInviteServerOn,
};

// The casts forget the words of each table: only its shape is of interest here.
const TABLES: readonly AnyTable[] = Object.entries(PLANS).flatMap(([name, planOn]) =>
  [true, false].map((reliable) => ({
    name: `${name} over ${reliable ? "a stream" : "datagrams"}`,
    plan: planOn({ ...BASE_TIMING, reliable }) as unknown as Plan<Vocabulary>,
  })),
);

for (const { name, plan } of TABLES) {
  const { machine } = plan;
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

  test(`${name}: an input without a row changes nothing`, () => {
    const { running } = start(plan, 0);
    assert.deepEqual(step(plan, running, "no such input", 5), { running, actions: [] });
  });

  test(`${name}: left alone it either ends in time or waits without a timer`, () => {
    for (const lateMs of [0, 700, 90_000]) {
      let { running } = start(plan, 0);
      let now = 0;
      let firings = 0;
      for (let alarm = nextAlarm(running); alarm !== undefined; alarm = nextAlarm(running)) {
        now = Math.max(now, alarm.at) + lateMs;
        running = step(plan, running, alarm.timer, now).running;
        firings += 1;
        assert.ok(firings < 20, "a timer that never stops");
      }
      assert.ok(now <= 20 * (lateMs + 8_000));
    }
  });
}
