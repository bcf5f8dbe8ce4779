/**
 * Documents of users a second: a list of so many entries as a whole, one of its entries, and one of its entries replaced;
 * beside a bare node:http that answers with the same octets, and has the same document on the disk before its answer.
 *
 *   node --conditions=parlance-source bench/xcap.ts [--seconds 3] [--entries 500] [--lanes 8] [--json]
 *
 * Parlance judges a token, reads the document from its store, finds what is selected, and for a change writes the document
 * anew, holds it against its schema and its constraints, and commits it before the answer. Each lane is a user. Both have
 * core 0, the load has core 1.
 */
import { parseArgs } from "node:util";
import { WebUser } from "../tools/test/web-user.ts";
import { runLoad } from "./lib/load.ts";
import { end } from "./lib/machine.ts";
import { type Figure, report } from "./lib/report.ts";
import { PASSWORD, type Server, startParlance, startXcapPipe } from "./lib/servers.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    entries: { type: "string", default: "500" },
    lanes: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
  },
});
const MODES = { document: "lists read whole", entry: "entries read", put: "entries replaced" };
type Mode = keyof typeof MODES;

const pipe = await startXcapPipe(values.entries);
const raw = await measureAll(pipe, "");
await end(pipe.child);
const { http } = await startParlance(Number(values.lanes), { http: true });
const users = Array.from({ length: Number(values.lanes) }, (_, at) => `u${at}`);
const logins = users.map((name) =>
  new WebUser(`http://127.0.0.1:${http.port}`, name, PASSWORD, "xcap").token(),
);
const ours = await measureAll(http, (await Promise.all(logins)).join(","));
await end(http.child);

const figures: Figure[] = (["document", "entry", "put"] as const).flatMap((mode) => [
  {
    figure: MODES[mode],
    unit: "/s",
    value: ours[mode].perSecond,
    reference: { of: "node:http", value: raw[mode].perSecond },
  },
  {
    figure: `processor for 10,000 of them`,
    unit: "s",
    value: ours[mode].cpuSecondsPer10k,
    reference: { of: "node:http", value: raw[mode].cpuSecondsPer10k },
  },
]);
report("xcap", figures, [], values.json);
process.exit(0);

async function measureAll(server: Server, tokens: string) {
  return {
    document: await measure(server, "document", tokens),
    entry: await measure(server, "entry", tokens),
    put: await measure(server, "put", tokens),
  };
}

async function measure(server: Server, mode: Mode, tokens: string) {
  const { seconds, entries, lanes } = values;
  const load = { mode, tokens, seconds, entries, lanes };
  const measured = await runLoad("xcap-load.ts", { ...server, password: undefined }, load);
  if (measured.failed > 0) throw new Error(`${server.name}: ${measured.failed} requests failed`);
  return measured;
}
