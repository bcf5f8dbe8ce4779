/**
 * Files up and down in MiB a second, beside a bare node:http that pipes bodies into files and files into answers, and syncs
 * them as well.
 *
 *   node --conditions=parlance-source bench/files.ts [--seconds 3] [--mebibytes 32] [--lanes 2] [--json]
 *
 * Parlance counts against the quota, hashes with SHA-1 and SHA-256, makes each upload durable on its way and commits its row
 * before the answer. Both have core 0, the load has core 1, and both write into the same folder of temporary files.
 */
import { parseArgs } from "node:util";
import { WebUser } from "../tools/test/web-user.ts";
import { rounded, runLoad } from "./lib/load.ts";
import { end } from "./lib/machine.ts";
import { type Figure, report } from "./lib/report.ts";
import { PASSWORD, type Server, startFilePipe, startParlance } from "./lib/servers.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    mebibytes: { type: "string", default: "32" },
    lanes: { type: "string", default: "2" },
    json: { type: "boolean", default: false },
  },
});

const pipe = await startFilePipe();
const raw = { up: await measure(pipe, "up"), down: await measure(pipe, "down") };
await end(pipe.child);
const { http } = await startParlance(1, { http: true });
const token = await new WebUser(`http://127.0.0.1:${http.port}`, "u0", PASSWORD).token();
const ours = { up: await measure(http, "up", token), down: await measure(http, "down", token) };
await end(http.child);

const figures: Figure[] = (["up", "down"] as const).flatMap((way) => [
  {
    figure: way === "up" ? "files uploaded, durable before their 201" : "files downloaded",
    unit: "MiB/s",
    value: ours[way].perSecond,
    reference: { of: "node:http into a file", value: raw[way].perSecond },
  },
  {
    figure: `processor for a GiB ${way}`,
    unit: "s",
    value: ours[way].cpuSecondsPerGiB,
    reference: { of: "node:http into a file", value: raw[way].cpuSecondsPerGiB },
  },
]);
report("files", figures, [], values.json);
process.exit(0);

async function measure(server: Server, mode: "up" | "down", bearer?: string) {
  const { seconds, mebibytes, lanes } = values;
  const load = { mode, token: bearer, seconds, mebibytes, lanes };
  const { perSecond, cpuSecondsPer10k } = await runLoad(
    "file-load.ts",
    { ...server, password: undefined },
    load,
  );
  return { perSecond, cpuSecondsPerGiB: rounded((cpuSecondsPer10k / 10_000) * 1_024, 2) };
}
