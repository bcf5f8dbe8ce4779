/**
 * A server process that devices come to and go from, well and badly, and what is left of them in it when all times of the
 * protocols are over: every count is where it was after each window of them, and the memory grows by no more than noise.
 *
 *   node --conditions=parlance-source fuzz/soak.ts [--seconds 120] [--windows 3] [--rate 8] [--json]
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { residentNow } from "../tools/test/resident-memory.ts";
import { Victim } from "../tools/test/victim.ts";
import { EXPIRY_SECONDS, LIVES } from "./soak/lives.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "120" },
    windows: { type: "string", default: "3" },
    rate: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
  },
});
/** Compiled code and caches fill in the first of it. */
const WARM_UP_SECONDS = Math.min(20, Number(values.seconds));
/** 64*T1 of the last transaction, and what its end begins. */
const QUIET_SECONDS = 60;
/** In the last window: caches fill and code is compiled in those before. */
const MOST_BYTES_A_LIFE = 1_024;
/** Of the store and of keep-alive connections some come and go. */
const MOST_DESCRIPTORS_MORE = 2;
/** Counts of what lives for a time. */
const COUNTS =
  /^(?:parlance_)?((?:sip_(?:registered_users|contacts|subscriptions|sessions|conferences|conference_participants|server_transactions|client_transactions))|\w*(?:msrp_connections|msrp_legs|uploads_under_way|downloads_under_way|history_exports|room_gathered_bytes|push_waiting))(?:\{[^}]*\})? (\d+)/;

interface Sample {
  readonly at: string;
  readonly lived: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly residentBytes: number;
  readonly descriptors: number;
  readonly counts: Readonly<Record<string, number>>;
}

const shortest = {
  "limits.minExpiresSeconds": 1,
  "limits.minSubscriptionSeconds": 1,
  "limits.loginFailuresPerSource": 1_000_000,
  "limits.loginFailuresPerPair": 1_000_000,
  "limits.inviteWaitMs": 10_000,
  "limits.forwardWaitMs": 2_000,
  "limits.deferredSeconds": 20,
  "limits.historySeconds": 60,
  "limits.conferencesPerUser": 1_000,
  "limits.sessionsPerUser": 1_000,
  "limits.bindingsPerUser": 100,
  "limits.uploadIdleSeconds": 60,
  "limits.documentRequestsPerSecond": 1_000,
  "limits.historySearchesPerMinute": 10_000,
  "history.default": true,
};
const members = ["alice", "bob", "carol", "dan"];
const victim = await Victim.start({
  set: {
    ...shortest,
    rooms: [{ name: "lobby" }],
    groups: [
      { name: "team", members, inviteMembers: false },
      { name: "board", members },
    ],
  },
});
const failures = new Map<string, string[]>();
let lived = 0;

await load(WARM_UP_SECONDS);
await quiet();
const before = await sample("before");
const samples = [before];
for (let window = 1; window <= Number(values.windows); window += 1) {
  await load(Number(values.seconds));
  await quiet();
  samples.push(await sample(`after window ${window}`));
}
report();
victim.assertCleanLog();
for (const { counts, descriptors } of samples) {
  assert.deepEqual(counts, before.counts);
  assert.ok(
    descriptors <= before.descriptors + MOST_DESCRIPTORS_MORE,
    `${descriptors} descriptors`,
  );
}
const [earlier = before, last = before] = samples.slice(-2);
const bytesALife = (live(last) - live(earlier)) / (last.lived - earlier.lived);
assert.ok(bytesALife < MOST_BYTES_A_LIFE, `${Math.round(bytesALife)} octets for each life`);
await victim.stop();
process.exit(0);

/** One life after another begins, at a steady rate; none waits for those before. */
async function load(seconds: number): Promise<void> {
  const until = performance.now() + seconds * 1_000;
  const under = new Set<Promise<void>>();
  for (const names = [...LIVES.keys()]; performance.now() < until; lived += 1) {
    const name = names[lived % names.length] ?? "";
    const life = LIVES.get(name)?.(victim) ?? Promise.resolve();
    const one = life.catch((error: Error) => {
      failures.set(name, [...(failures.get(name) ?? []), error.message]);
    });
    under.add(one);
    void one.then(() => under.delete(one));
    await wait(1_000 / Number(values.rate));
  }
  await Promise.all(under);
}

function quiet(): Promise<void> {
  return wait((QUIET_SECONDS + EXPIRY_SECONDS) * 1_000);
}

async function sample(at: string): Promise<Sample> {
  const { server } = victim;
  const token = readFileSync(join(server.data, "operator.token"), "utf8").trim();
  const headers = { authorization: `Bearer ${token}` };
  const metrics = await (await fetch(`${server.adminUrl}/metrics`, { headers })).text();
  const counts = metrics.split("\n").flatMap((line): [string, number][] => {
    const [, name, value] = COUNTS.exec(line) ?? [];
    return name === undefined ? [] : [[name, Number(value)]];
  });
  assert.ok(counts.length > 8, metrics);
  const { heapBytes, externalBytes } = await server.memory();
  const residentBytes = residentNow(server.pid);
  const descriptors = readdirSync(`/proc/${server.pid}/fd`).length;
  const taken = { at, lived, heapBytes, externalBytes, residentBytes, descriptors };
  return { ...taken, counts: Object.fromEntries(counts) };
}

function live({ heapBytes, externalBytes }: Sample): number {
  return heapBytes + externalBytes;
}

function report(): void {
  const failed = Object.fromEntries(
    [...failures].map(([name, all]) => [name, { times: all.length, first: all[0] }]),
  );
  const told = { lived, failed, samples };
  if (values.json) return void process.stdout.write(`${JSON.stringify(told)}\n`);
  process.stdout.write(`${lived} lives\n${JSON.stringify(failed, null, 1)}\n`);
  for (const { at, counts, ...figures } of samples) {
    process.stdout.write(`${at}: ${JSON.stringify(figures)}\n  ${JSON.stringify(counts)}\n`);
  }
}
