/**
 * Documents of users, one request after the other in each lane, each lane a user: the whole list, one entry of it, or one
 * entry replaced.
 *
 *   node xcap-load.ts --port 8080 --mode document|entry|put [--tokens T,T] [--lanes 8] [--entries 500] [--warmup 1] [--seconds 3]
 */
import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { DOCUMENT, entryOf, listOf, selectorOf } from "./document.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8080" },
    mode: { type: "string", default: "document" },
    tokens: { type: "string", default: "" },
    lanes: { type: "string", default: "8" },
    entries: { type: "string", default: "500" },
    warmup: { type: "string", default: "1" },
    seconds: { type: "string", default: "3" },
  },
});
const LISTS = "application/resource-lists+xml";
const ELEMENT = "application/xcap-el+xml";
const entries = Number(values.entries);
const tokens = values.tokens.split(",");
const agent = new Agent({ keepAlive: true });
const state = { done: 0, failed: 0, over: false };

const users = Array.from({ length: Number(values.lanes) }, (_, at) => at);
for (const user of users) await ask(user, "PUT", "", listOf(entries), LISTS);
const lanes = users.map((user) => lane(user));
await wait(Number(values.warmup) * 1_000);
process.send?.("measuring");
const began = performance.now();
const before = state.done;
await wait(Number(values.seconds) * 1_000);
const seconds = (performance.now() - began) / 1_000;
const done = state.done - before;
process.send?.("measured");
state.over = true;
await Promise.all(lanes);
console.log(JSON.stringify({ done, seconds, failed: state.failed, p50Ms: 0, p99Ms: 0 }));
process.exit(0);

async function lane(user: number): Promise<void> {
  for (let turn = 0; !state.over; turn += 1) {
    const at = (turn * 7) % entries;
    if (values.mode === "document") await ask(user, "GET", "");
    else if (values.mode === "entry") await ask(user, "GET", selectorOf(at));
    else await ask(user, "PUT", selectorOf(at), entryOf(at, `Name ${turn}`).trim(), ELEMENT);
    state.done += 1;
  }
}

function ask(
  user: number,
  method: string,
  selector: string,
  body?: string,
  type?: string,
): Promise<void> {
  const token = tokens[user] ?? "";
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        agent,
        host: "127.0.0.1",
        port: Number(values.port),
        path: `/xcap/${DOCUMENT.replace("USER", `u${user}`)}${selector}`,
        method,
        headers: {
          ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
          ...(type === undefined ? {} : { "content-type": type }),
        },
      },
      (answer) => {
        if ((answer.statusCode ?? 500) >= 300) state.failed += 1;
        answer.on("end", resolve).resume();
      },
    );
    asked.on("error", reject).end(body);
  });
}
