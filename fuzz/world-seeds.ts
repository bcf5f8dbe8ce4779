/**
 * Storms over the whole system in memory, one for each seed: see packages/testkit/src/storm/judge.ts
 * for what must hold, and judge-rooms.ts for storms of rooms.
 *
 *   node --conditions=parlance-source fuzz/world-seeds.ts [--seeds N] [--from K] [--media | --rooms] [--phones] [--only WORD,WORD] [--all]
 *
 * Ends at the first seed that fails, with its ladder (`--only`: those of its lines that hold a word).
 * With `--all` it goes on and tells what failed, without ladders.
 */
import { setImmediate as turn } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type RoomStormReport, runRoomStorm, runStorm, type StormReport } from "@parlance/testkit";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "500" },
    from: { type: "string", default: "1" },
    only: { type: "string" },
    media: { type: "boolean", default: false },
    phones: { type: "boolean", default: false },
    rooms: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
  },
});

const WITHOUT_ROOMS = values.phones ? "phones" : values.media ? "media" : "texts";
const KIND = values.rooms ? "rooms" : WITHOUT_ROOMS;
const from = Number(values.from);
const seeds = Number(values.seeds);
const began = performance.now();
let unhandled: unknown;
process.on("unhandledRejection", (reason) => {
  unhandled = reason;
});
const total = { written: 0, shown: 0, files: 0, taken: 0, crashes: 0 };

for (let seed = from; seed < from + seeds; seed += 1) {
  const report = values.rooms
    ? asOthers(await runRoomStorm(seed, { phones: values.phones }))
    : await runStorm(seed, WITHOUT_ROOMS);
  await turn(); // only now Node looks for rejections that nobody has handled
  if (unhandled !== undefined) throw new Error(`seed ${seed}`, { cause: unhandled });
  total.written += report.written;
  total.shown += report.shown;
  total.files += report.files;
  total.taken += report.filesTaken;
  total.crashes += report.crashes;
  if (report.violations.length === 0) continue;
  process.exitCode = 1;
  if (!values.all) printLadder(report);
  printViolations(report);
  if (!values.all) break;
}

const ms = performance.now() - began;
console.log(
  `${seeds} storms from ${from}: ${total.written} written, ${total.shown} shown, ` +
    `${total.files} files, ${total.taken} taken, ` +
    `${total.crashes} crashes; ${(ms / seeds).toFixed(1)} ms each`,
);

function asOthers(report: RoomStormReport): StormReport {
  return { ...report, written: report.said, files: 0, filesTaken: 0 };
}

function printLadder(report: StormReport): void {
  const words = values.only?.split(",");
  const lines = report.story().split("\n");
  console.log(
    lines.filter((line) => words?.some((word) => line.includes(word)) ?? true).join("\n"),
  );
}

function printViolations({ seed, violations }: StormReport): void {
  console.log(`\nseed ${seed}:\n  ${violations.join("\n  ")}`);
  const kind = `${KIND === "texts" ? "" : ` --${KIND}`}${values.rooms && values.phones ? " --phones" : ""}`;
  console.log(
    `node --conditions=parlance-source fuzz/world-seeds.ts${kind} --seeds 1 --from ${seed}`,
  );
}
