/** What each transaction does when only time passes. RFC 3261 §17 */
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
  type Running,
  start,
  step,
  type Vocabulary,
} from "./index.ts";

const DATAGRAMS = { ...BASE_TIMING, reliable: false };
const STREAM = { ...BASE_TIMING, reliable: true };

/** Steps from deadline to deadline, each time `lateMs` too late, until none is left. */
function timeline<V extends Vocabulary>(
  plan: Plan<V>,
  from: Running<V>,
  lateMs = 0,
): (readonly [at: number, ...done: string[]])[] {
  const line: (readonly [number, ...string[]])[] = [];
  let running = from;
  for (let alarm = nextAlarm(running); alarm !== undefined; alarm = nextAlarm(running)) {
    const now = alarm.at + lateMs;
    const stepped = step(plan, running, alarm.timer, now);
    running = stepped.running;
    line.push([now, ...stepped.actions, ...(running.state === "terminated" ? ["end"] : [])]);
  }
  return line;
}

/** The state after these inputs, all of them at time 0. */
function after<V extends Vocabulary>(plan: Plan<V>, ...inputs: V["input"][]): Running<V> {
  const first = start(plan, 0).running;
  return inputs.reduce((running, input) => step(plan, running, input, 0).running, first);
}

test("INVITE client: repeats at doubling intervals until timer B (RFC 3261 §17.1.1.2)", () => {
  const plan = inviteClientOn(DATAGRAMS);
  assert.deepEqual(timeline(plan, after(plan)), [
    [500, "send request"],
    [1_500, "send request"],
    [3_500, "send request"],
    [7_500, "send request"],
    [15_500, "send request"],
    [31_500, "send request"],
    [32_000, "report timeout", "end"],
  ]);
});

test("INVITE client: a clock that wakes up late makes no burst of repeats", () => {
  const plan = inviteClientOn(DATAGRAMS);
  assert.deepEqual(timeline(plan, after(plan), 60_000), [
    [60_500, "send request"],
    [92_000, "report timeout", "end"],
  ]);
});

test("INVITE client: over a stream there is only timer B (RFC 3261 §17.1.1.2)", () => {
  const plan = inviteClientOn(STREAM);
  assert.deepEqual(timeline(plan, after(plan)), [[32_000, "report timeout", "end"]]);
});

test("INVITE client: answered, it lingers for timer D or M only (RFC 3261 §17.1.1.2, RFC 6026 §8.4)", () => {
  const plan = inviteClientOn(DATAGRAMS);
  assert.deepEqual(timeline(plan, after(plan, "1xx")), []);
  assert.deepEqual(timeline(plan, after(plan, "3xx-6xx")), [[32_000, "end"]]);
  assert.deepEqual(timeline(plan, after(plan, "2xx")), [[32_000, "end"]]);
});

test("non-INVITE client: the intervals grow to T2, until timer F (RFC 3261 §17.1.2.2)", () => {
  const plan = nonInviteClientOn(DATAGRAMS);
  const line = timeline(plan, after(plan));
  const repeats = [500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
  assert.deepEqual(
    line.map(([at]) => at),
    [...repeats, 32_000],
  );
  assert.deepEqual(line.at(-1), [32_000, "report timeout", "end"]);
});

test("non-INVITE client: after a provisional answer it repeats every T2 (RFC 3261 §17.1.2.2)", () => {
  const plan = nonInviteClientOn(DATAGRAMS);
  const times = timeline(plan, after(plan, "1xx")).map(([at]) => at);
  assert.deepEqual(times, [500, 4_500, 8_500, 12_500, 16_500, 20_500, 24_500, 28_500, 32_000]);
});

test("non-INVITE client: timer K keeps it 5 s over datagrams, not at all over a stream (RFC 3261 §17.1.2.2)", () => {
  const [udp, tcp] = [nonInviteClientOn(DATAGRAMS), nonInviteClientOn(STREAM)];
  assert.deepEqual(timeline(udp, after(udp, "2xx-6xx")), [[5_000, "end"]]);
  assert.equal(after(tcp, "2xx-6xx").state, "terminated");
  assert.deepEqual(timeline(tcp, after(tcp)), [[32_000, "report timeout", "end"]]);
});

test("INVITE server: 100 goes out after 200 ms of silence (RFC 3261 §17.2.1)", () => {
  const plan = inviteServerOn(DATAGRAMS);
  assert.deepEqual(timeline(plan, after(plan)), [[200, "send trying"]]);
  assert.deepEqual(timeline(plan, after(plan, "1xx")), []);
});

test("INVITE server: a refusal is repeated until timer H (RFC 3261 §17.2.1)", () => {
  const plan = inviteServerOn(DATAGRAMS);
  const line = timeline(plan, after(plan, "3xx-6xx"));
  assert.deepEqual(line.slice(0, 4), [
    [500, "repeat response"],
    [1_500, "repeat response"],
    [3_500, "repeat response"],
    [7_500, "repeat response"],
  ]);
  assert.deepEqual(line.at(-1), [32_000, "report timeout", "end"]);
  const stream = inviteServerOn(STREAM);
  assert.deepEqual(timeline(stream, after(stream, "3xx-6xx")), [[32_000, "report timeout", "end"]]);
});

test("INVITE server: after the ACK it absorbs more of them for T4 (RFC 3261 §17.2.1)", () => {
  const [udp, tcp] = [inviteServerOn(DATAGRAMS), inviteServerOn(STREAM)];
  assert.deepEqual(timeline(udp, after(udp, "3xx-6xx", "ack")), [[5_000, "end"]]);
  assert.equal(after(tcp, "3xx-6xx", "ack").state, "terminated");
});

test("INVITE server: accepted, it repeats nothing and stays for timer L (RFC 6026 §7.1)", () => {
  for (const plan of [inviteServerOn(DATAGRAMS), inviteServerOn(STREAM)]) {
    assert.deepEqual(timeline(plan, after(plan, "2xx")), [[32_000, "end"]]);
  }
});

test("non-INVITE server: 100 once timer E of the client has grown to T2, the end with its timer F (RFC 4320 §4)", () => {
  const [udp, tcp] = [nonInviteServerOn(DATAGRAMS), nonInviteServerOn(STREAM)];
  assert.deepEqual(timeline(tcp, after(tcp)), [
    [3_500, "send trying"],
    [32_000, "report timeout", "end"],
  ]);
  assert.deepEqual(timeline(udp, after(udp)), [
    [3_500, "send trying"],
    [32_000, "report timeout"],
    [64_000, "end"],
  ]);
});

test("non-INVITE server: timer J absorbs repeats over datagrams only (RFC 3261 §17.2.2)", () => {
  const [udp, tcp] = [nonInviteServerOn(DATAGRAMS), nonInviteServerOn(STREAM)];
  assert.deepEqual(timeline(udp, after(udp, "2xx-6xx")), [[32_000, "end"]]);
  assert.equal(after(tcp, "2xx-6xx").state, "terminated");
});
