/**
 * Deliveries a second in a room: what one says, written to all others, each of whom answers it. Beside it, in the same run, a
 * program of Node's that writes the same octets to the same sockets and reads no answer.
 *
 *   node --conditions=parlance-source bench/room.ts [--seconds 3] [--legs 10,50,200,1000] [--json]
 */
import { parseArgs } from "node:util";
import { type Measured, rounded, runLoad } from "./lib/load.ts";
import { end } from "./lib/machine.ts";
import { bytesInUse, MEMORY_PROBE } from "./lib/memory.ts";
import { type Figure, report } from "./lib/report.ts";
import { startIdle } from "./lib/room-idle.ts";
import { startRoom, startRoomPipe } from "./lib/servers.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    legs: { type: "string", default: "10,50,200,1000" },
    json: { type: "boolean", default: false },
  },
});
const { seconds } = values;
const SIZES = values.legs.split(",").map(Number);
/** Deliveries a second that a room of this size is to reach, without and with reports. */
const WANTED_LEGS = 200;
const WANTED = { without: 150_000, with: 75_000 };
const SPEAKERS = 8;
/** Of the latencies, the better ones are reported: what else the machine does shows in them first. */
const ROUNDS = 3;

interface Run extends Measured {
  readonly server: string;
  readonly kind: string;
  readonly legs: number;
}

const runs: Run[] = [];
const figures: Figure[] = [];
for (const legs of SIZES) await measureSize(legs);
figures.push(await memoryOfLegs(1_000));
report("room", figures, runs.map(rowOf), values.json);
process.exit(0);

async function measureSize(legs: number): Promise<void> {
  const without = await inRoom(legs, "as fast as it goes", {});
  const raw = await inPipe(legs, "as fast as it goes");
  const reports = await inRoom(legs, "with reports", { reports: true });
  const kept = await inRoom(legs, "kept before it is acknowledged", {}, true);
  const of = raw.server;
  const is = (wanted: number) => (legs === WANTED_LEGS ? wanted : undefined);
  figures.push(
    {
      figure: `${legs} legs`,
      unit: "deliveries/s",
      value: without.perSecond,
      wanted: is(WANTED.without),
      reference: { of, value: raw.perSecond },
    },
    {
      figure: `${legs} legs, share of the writer`,
      unit: "",
      value: rounded(without.perSecond / raw.perSecond, 2),
      wanted: is(0.5),
    },
    {
      figure: `${legs} legs, processor each`,
      unit: "us",
      value: rounded(without.cpuSecondsPer10k * 100, 2),
      reference: { of, value: rounded(raw.cpuSecondsPer10k * 100, 2) },
    },
    {
      figure: `${legs} legs, with reports`,
      unit: "deliveries/s",
      value: reports.perSecond,
      wanted: is(WANTED.with),
    },
    {
      figure: `${legs} legs, with reports, processor each`,
      unit: "us",
      value: rounded(reports.cpuSecondsPer10k * 100, 2),
    },
  );
  figures.push({
    figure: `${legs} legs, kept`,
    unit: "deliveries/s",
    value: kept.perSecond,
  });
  const rate = Math.floor(without.perSecond / (legs - 1) / 2);
  const half: number[] = [];
  const stalled: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    half.push((await inRoom(legs, "half of that", { rate })).p99Ms);
    stalled.push((await inRoom(legs, "half, one leg stalled", { rate, stall: true })).p99Ms);
  }
  figures.push({
    figure: `${legs} legs, 99 of 100 within, one leg stalled`,
    unit: "ms",
    value: Math.min(...stalled),
    reference: { of: "none stalled", value: Math.min(...half) },
  });
}

async function inRoom(
  legs: number,
  kind: string,
  options: Readonly<Record<string, string | number | boolean>>,
  log = false,
): Promise<Run> {
  const server = await startRoom(legs, { log });
  const measured = await runLoad("room-load.ts", server, {
    ...options,
    legs: server.legs,
    speakers: SPEAKERS,
    seconds,
  });
  await end(server.child);
  return noted({ server: server.name, kind, legs, ...measured });
}

/** The addresses are those of a room that nobody is in. */
async function inPipe(legs: number, kind: string): Promise<Run> {
  const room = await startRoom(legs);
  await end(room.child);
  const server = await startRoomPipe(SPEAKERS);
  const options = { legs: room.legs, speakers: SPEAKERS, seconds, pipe: true };
  const measured = await runLoad("room-load.ts", server, options);
  await end(server.child);
  return noted({ server: server.name, kind, legs, ...measured });
}

async function memoryOfLegs(count: number): Promise<Figure> {
  const few = await memoryWith(2);
  const many = await memoryWith(count + 2);
  return {
    figure: "memory of a connected leg",
    unit: "KiB",
    value: rounded((many - few) / count / 1_024),
    wanted: 40,
  };
}

async function memoryWith(legs: number): Promise<number> {
  const server = await startRoom(legs, { nodeFlags: MEMORY_PROBE });
  const load = await startIdle(server, server.legs);
  const bytes = await bytesInUse(server.child);
  await end(load);
  await end(server.child);
  return bytes;
}

function noted(run: Run): Run {
  runs.push(run);
  return run;
}

function rowOf(run: Run) {
  return {
    server: run.server,
    legs: run.legs,
    load: run.kind,
    "deliveries/s": run.perSecond,
    "p50 ms": run.p50Ms,
    "p99 ms": run.p99Ms,
    "processor us each": rounded(run.cpuSecondsPer10k * 100, 2),
  };
}
