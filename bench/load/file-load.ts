/**
 * Files up and down, one after the other in each lane: an upload in one request and its deletion, or the download of one
 * file. Counts mebibytes.
 *
 *   node file-load.ts --port 8080 --mode up|down [--token T] [--lanes 2] [--mebibytes 32] [--warmup 1] [--seconds 3]
 */
import { Agent, type IncomingMessage, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8080" },
    mode: { type: "string", default: "up" },
    token: { type: "string", default: "" },
    lanes: { type: "string", default: "2" },
    mebibytes: { type: "string", default: "32" },
    warmup: { type: "string", default: "1" },
    seconds: { type: "string", default: "3" },
  },
});
const MEBIBYTE = 1_048_576;
const PIECE = new Uint8Array(256 * 1_024).fill(7);
const size = Number(values.mebibytes) * MEBIBYTE;
const agent = new Agent({ keepAlive: true });
const state = { bytes: 0, over: false };

const file = await upload();
const lanes = Array.from({ length: Number(values.lanes) }, () => lane());
await wait(Number(values.warmup) * 1_000);
process.send?.("measuring");
const began = performance.now();
const before = state.bytes;
await wait(Number(values.seconds) * 1_000);
const seconds = (performance.now() - began) / 1_000;
const done = (state.bytes - before) / MEBIBYTE;
process.send?.("measured");
state.over = true;
await Promise.all(lanes);
console.log(JSON.stringify({ done, seconds, failed: 0, p50Ms: 0, p99Ms: 0 }));
process.exit(0);

async function lane(): Promise<void> {
  while (!state.over) {
    if (values.mode === "down") await drain(await ask("GET", file.url), true);
    else await remove(await upload());
  }
}

interface Uploaded {
  readonly url: string;
  readonly upload: string;
}

async function upload(): Promise<Uploaded> {
  const answer = await ask("POST", "/files", size);
  const text = await drain(answer, false);
  if (answer.statusCode !== 201) throw new Error(`upload: ${answer.statusCode} ${text}`);
  return JSON.parse(text) as Uploaded; // of the server that is measured
}

async function remove({ upload: path }: Uploaded): Promise<void> {
  await drain(await ask("DELETE", path), false);
}

function ask(method: string, url: string, length = 0): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        agent,
        host: "127.0.0.1",
        port: Number(values.port),
        path: url.replace(/^https?:\/\/[^/]+/, ""),
        method,
        headers: {
          ...(values.token === "" ? {} : { authorization: `Bearer ${values.token}` }),
          ...(length === 0 ? {} : { "content-length": length }),
        },
      },
      resolve,
    );
    asked.on("error", reject);
    void send(asked, length);
  });
}

async function send(asked: ReturnType<typeof request>, length: number): Promise<void> {
  for (let left = length; left > 0; left -= PIECE.length) {
    const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
    if (!asked.write(piece)) await new Promise((resolve) => asked.once("drain", resolve));
    state.bytes += piece.length;
  }
  asked.end();
}

async function drain(answer: IncomingMessage, counts: boolean): Promise<string> {
  let text = "";
  for await (const piece of answer as AsyncIterable<Buffer>) {
    if (counts) state.bytes += piece.length;
    else text += piece.toString();
  }
  return text;
}
