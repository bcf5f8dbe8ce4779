/** What two descriptions mean for the connection, and the table of a session's life. RFC 4975 §5.4, RFC 6135 §4.2, RFC 6714 §4 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Machine, nextAlarm, start, step, type Vocabulary } from "@parlance/wire";
import { makeMsrpUri, parsePath } from "../frame/index.ts";
import {
  answerSetup,
  clientWaits,
  type DescribedPlace,
  dialTarget,
  judgeAnsweredPlace,
  judgeOfferedPlace,
  offererRole,
  otherRole,
  type Setup,
  serverWaits,
  sessionPlan,
} from "./index.ts";

test("the offerer connects unless the attributes say otherwise (RFC 4975 §8.5, RFC 6135 §4.2)", () => {
  const cases: readonly (readonly [Setup | undefined, Setup | undefined, string | undefined])[] = [
    [undefined, undefined, "active"],
    ["actpass", undefined, "active"], // an answer without it is a passive one
    [undefined, "passive", "active"],
    [undefined, "active", "active"], // who offers nothing connects, whatever is answered
    ["actpass", "passive", "active"],
    ["actpass", "active", "passive"],
    ["active", "passive", "active"],
    ["passive", "active", "passive"],
    ["actpass", "holdconn", "active"],
    ["holdconn", "active", "active"],
    ["actpass", "actpass", "active"],
    ["active", "active", undefined],
    ["passive", "passive", undefined],
  ];
  for (const [offered, answered, role] of cases) {
    assert.equal(offererRole(offered, answered), role, `${offered} ${answered}`);
  }
});

test("who can be reached lets the other side connect, and both sides come to the same (RFC 6135 §4.2.2)", () => {
  assert.equal(answerSetup("actpass", true), "passive");
  assert.equal(answerSetup("actpass", false), "active");
  for (const offered of [undefined, "active", "passive", "actpass", "holdconn"] as const) {
    for (const reachable of [true, false]) {
      const answer = answerSetup(offered, reachable);
      const role = offererRole(offered, answer);
      assert.ok(role !== undefined);
      assert.equal(otherRole(role), answer, `${offered}`);
    }
  }
});

const place = (of: Partial<DescribedPlace> & { readonly text?: string }): DescribedPlace => {
  const path = parsePath(of.text ?? "msrp://198.51.100.7:7654/s1;tcp");
  assert.ok(path.ok);
  const address = { host: "198.51.100.7", port: 7654 };
  return { cema: true, address, path: path.value, setup: "actpass", ...of };
};
const uri = (scheme: "msrp" | "msrps", transport = "tcp") =>
  makeMsrpUri({ scheme, host: "bob.test", port: 7000, sessionId: "s1", transport });
const MIDDLEBOX = { host: "203.0.113.1", port: 9000 };
const RELAYED = "msrp://relay.test:2855/r;tcp msrp://198.51.100.7:7654/s1;tcp";

test("an offer whose address was changed is anchored if both know how, else refused (RFC 6714 §4.3)", () => {
  assert.equal(judgeOfferedPlace(place({}), false), "anchored");
  assert.equal(judgeOfferedPlace(place({ address: MIDDLEBOX }), false), "anchored");
  assert.equal(judgeOfferedPlace(place({ cema: false }), false), "plain");
  assert.equal(judgeOfferedPlace(place({ cema: false, address: MIDDLEBOX }), false), "refuse");
  assert.equal(judgeOfferedPlace(place({ text: RELAYED }), true), "plain");
  assert.equal(judgeOfferedPlace(place({ text: RELAYED, setup: "active" }), false), "plain");
  assert.equal(judgeOfferedPlace(place({ setup: "passive" }), true), "plain");
});

test("an answer whose address was changed by somebody who does not say so needs a new offer (RFC 6714 §4.2)", () => {
  const us = { weUseRelay: false, weConnect: true };
  const changed = place({ cema: false, address: MIDDLEBOX });
  assert.equal(judgeAnsweredPlace(place({ address: MIDDLEBOX }), us), "anchored");
  assert.equal(judgeAnsweredPlace(place({ cema: false }), us), "plain");
  assert.equal(judgeAnsweredPlace(changed, us), "anchored");
  assert.equal(judgeAnsweredPlace(changed, { ...us, weConnect: false }), "offer again");
  assert.equal(judgeAnsweredPlace(changed, { ...us, weUseRelay: true }), "offer again");
  assert.equal(
    judgeAnsweredPlace(
      place({ ...changed, text: RELAYED, path: place({ text: RELAYED }).path }),
      us,
    ),
    "offer again",
  );
});

test("addresses match in whatever form they are written, names by what they resolve to (RFC 6714 §4.4)", () => {
  const named = { cema: false, text: "msrp://alice.test:7654/s1;tcp" };
  assert.equal(judgeOfferedPlace(place(named), false), "plain");
  assert.equal(
    judgeOfferedPlace(place({ ...named, pathAddresses: ["198.51.100.7"] }), false),
    "plain",
  );
  assert.equal(
    judgeOfferedPlace(place({ ...named, pathAddresses: ["192.0.2.1"] }), false),
    "refuse",
  );
  const ipv6 = {
    cema: false,
    text: "msrp://[2001:db8::1]:7654/s1;tcp",
    address: { host: "2001:DB8:0:0:0:0:0:1", port: 7654 },
  };
  assert.equal(judgeOfferedPlace(place(ipv6), false), "plain");
  assert.equal(
    judgeOfferedPlace(place({ ...ipv6, address: { ...ipv6.address, port: 1 } }), false),
    "refuse",
  );
});

test("where to connect: the path, or the address of the description; TLS by fingerprint or name (RFC 4975 §14, RFC 6714 §4)", () => {
  const fingerprints = [{ hash: "sha-256", value: "AA" }];
  assert.deepEqual(dialTarget(uri("msrp"), []), { transport: "tcp", host: "bob.test", port: 7000 });
  assert.deepEqual(dialTarget(uri("msrps"), [], MIDDLEBOX), {
    transport: "tls",
    ...MIDDLEBOX,
    expect: { by: "name", name: "bob.test" },
  });
  assert.deepEqual(dialTarget(uri("msrps"), fingerprints), {
    transport: "tls",
    host: "bob.test",
    port: 7000,
    expect: { by: "fingerprint", fingerprints },
  });
  assert.equal(dialTarget(uri("msrps", "ws"), []), undefined);
  const relay = makeMsrpUri({ scheme: "msrps", host: "::1", transport: "tcp" });
  assert.deepEqual(dialTarget(relay, []), {
    transport: "tls",
    host: "::1",
    port: 2855,
    expect: { by: "name", name: "::1" },
  });
});

test("the table: a timer that lives in a state has a row there, every state is reached, the last one is left by nothing", () => {
  const machine: Machine<Vocabulary> = sessionPlan(clientWaits).machine;
  const states = Object.keys(machine.rows);
  const timers = new Set(Object.values(machine.timers).flat());
  for (const state of states) {
    for (const timer of timers) {
      const alive = machine.timers[state]?.includes(timer) ?? false;
      assert.equal(machine.rows[state]?.[timer] !== undefined, alive, `${timer} in ${state}`);
    }
    assert.equal(machine.rows[state]?.["close"] !== undefined, state !== "terminated", state);
  }
  const reached = new Set([machine.initial[0]]);
  for (const state of reached) {
    for (const row of Object.values(machine.rows[state] ?? {})) if (row) reached.add(row[0]);
  }
  assert.deepEqual([...reached].sort(), states.sort());
  assert.deepEqual(machine.rows["terminated"], {});
});

test("left alone every session comes to its end, also under a clock that wakes up late", () => {
  for (const waits of [clientWaits, serverWaits]) {
    for (const lateMs of [0, 700, 90_000]) {
      for (const inputs of [
        ["we connect"],
        ["they connect"],
        ["we connect", "reached"],
        ["they connect", "peer bound", "line closed"],
      ] as const) {
        const plan = sessionPlan(waits);
        let { running } = start(plan, 0);
        for (const input of inputs) running = step(plan, running, input, 0).running;
        for (let firings = 0; firings < 10; firings += 1) {
          const alarm = nextAlarm(running);
          if (alarm === undefined) break;
          running = step(plan, running, alarm.timer, alarm.at + lateMs).running;
        }
        assert.equal(running.state, "terminated", `${inputs.join()} ${lateMs}`);
      }
    }
  }
});
