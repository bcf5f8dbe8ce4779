/**
 * The trace page in Chromium while messages pass: how far what is drawn lies behind what happens, with a filter on, and
 * whether anything was missed. Everybody is traced; each message is some nine records.
 *
 *   node --conditions=parlance-source bench/ladder.ts [--rate 1000] [--seconds 15] [--json]
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { launchChromium } from "../interop/browser/pages.ts";
import { openOperator } from "../interop/operator/pages.ts";
import { buildPages } from "../interop/web/built-pages.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { rounded } from "./lib/load.ts";
import { report } from "./lib/report.ts";
import { messageText } from "./load/message-text.ts";
import type { LoadOptions } from "./load/options.ts";
import { answer, Phone } from "./load/phone.ts";

const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "1000" },
    seconds: { type: "string", default: "15" },
    json: { type: "boolean", default: false },
  },
});
const RATE = Number(values.rate);
const SECONDS = Number(values.seconds);
const PAIRS = 8;
const BEAT_MS = 10;
const PASSWORD = "pw";
/** What stands in the page: when the newest step that is drawn was, how long frames took, what was missed. */
const LOOK = `new Promise((resolve) => {
  const lags = [], frames = [];
  const until = performance.now() + ${SECONDS * 1_000};
  let before = performance.now();
  let at = 0;
  const look = () => {
    const now = performance.now();
    frames.push(now - before);
    before = now;
    if (++at % 12 === 0) {
      const shown = [...document.querySelectorAll(".ladder-line .ladder-time > span:first-child")].at(-1);
      const [, h, m, s] = /(\\d+):(\\d+):([\\d.]+)/.exec(shown?.textContent ?? "") ?? [];
      const day = new Date(); day.setHours(Number(h), Number(m), 0, 0);
      if (h !== undefined) lags.push(Date.now() - day.getTime() - Number(s) * 1000);
    }
    if (now < until) requestAnimationFrame(look);
    else resolve({
      lags, frames,
      counted: document.querySelector("[data-testid=count]")?.textContent,
      missed: document.querySelector(".missed")?.textContent ?? "",
    });
  };
  look();
})`;

interface Looked {
  readonly lags: number[];
  readonly frames: number[];
  readonly counted: string;
  readonly missed: string;
}

const users = Array.from({ length: PAIRS * 2 }, (_, at) => ({
  name: `u${at}`,
  password: PASSWORD,
}));
const set = {
  "trace.everybody": true,
  "limits.messagesPerSecond": 1_000_000,
  "limits.messageBurst": 1_000_000,
  "limits.transactionsPerSource": 100_000,
};
buildPages();
const server = await ServerProcess.start({ domain: "parlance.test", users, set });
const browser = await launchChromium();
try {
  const { page } = await openOperator(browser, server);
  const load = await startLoad();
  // Everything is looked through, and a third of it found.
  await page.getByRole("searchbox", { name: "Filter" }).fill("message sip:u");
  await page.waitForTimeout(2_000);
  const before = { server: processorOf(server.pid), browser: processorOfChildren(process.pid) };
  const { lags, frames, counted, missed } = await page.evaluate<Looked>(LOOK);
  const used = {
    server: processorOf(server.pid) - before.server,
    browser: processorOfChildren(process.pid) - before.browser,
  };
  const { sent, answered } = load();
  report(
    "ladder",
    [
      { figure: "messages sent", unit: "messages/s", value: Math.round(sent / (SECONDS + 2)) },
      { figure: "answered", unit: "messages", value: answered },
      {
        figure: "drawn behind, median",
        unit: "ms",
        value: rounded(middle(lags, 0.5)),
        wanted: 500,
      },
      {
        figure: "drawn behind, 95 of 100",
        unit: "ms",
        value: rounded(middle(lags, 0.95)),
        wanted: 1_000,
      },
      { figure: "frame, median", unit: "ms", value: rounded(middle(frames, 0.5)) },
      { figure: "frame, 95 of 100", unit: "ms", value: rounded(middle(frames, 0.95)) },
      { figure: "processor, server", unit: "of a core", value: rounded(used.server / SECONDS) },
      { figure: "processor, Chromium", unit: "of a core", value: rounded(used.browser / SECONDS) },
      {
        figure: "missed",
        unit: "records",
        value: Number(/\d[\d,]*/.exec(missed)?.[0].replaceAll(",", "") ?? 0),
        wanted: 0,
      },
    ],
    [{ shown: counted }],
    values.json,
  );
} finally {
  await browser.close();
  await server.kill();
}

/** So many messages a second, spread over the pairs; returns how to end it. */
async function startLoad(): Promise<() => { readonly sent: number; readonly answered: number }> {
  const { port } = server.address("tcp");
  const options = {
    transport: "tcp",
    port,
    domain: "parlance.test",
    password: PASSWORD,
  } as LoadOptions; // what phones and messages read of it
  const phones = await Promise.all(users.map(({ name }) => Phone.open(name, options)));
  for (const phone of phones) {
    phone.onRequest = (text) => phone.send(answer(text));
    await phone.register();
  }
  let answered = 0;
  for (const phone of phones) {
    phone.onResponse = (text) => {
      if (text.startsWith("SIP/2.0 200")) answered += 1;
    };
  }
  let sent = 0;
  const began = performance.now();
  const timer = setInterval(() => {
    for (const due = ((performance.now() - began) * RATE) / 1_000; sent < due; sent += 1) {
      const from = phones[(sent % PAIRS) * 2];
      if (from !== undefined)
        from.send(messageText(from, `u${(sent % PAIRS) * 2 + 1}`, sent, options));
    }
  }, BEAT_MS);
  return () => {
    clearInterval(timer);
    return { sent, answered };
  };
}

/** Seconds of processor that a process has had. */
function processorOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0; // it has ended
  }
}

/** Of all that this one has started, and they in turn, but for the server. */
function processorOfChildren(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return children
    .map(Number)
    .filter((child) => child > 0 && child !== server.pid)
    .reduce((sum, child) => sum + processorOf(child) + processorOfChildren(child), 0);
}

function middle(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)] ?? 0;
}
