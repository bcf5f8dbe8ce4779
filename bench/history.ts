/**
 * Kept conversations: messages written a second with all that they are found by, the newest page and a search of a user
 * who has kept half of all there are, and of one who has kept his share of the other half; the same of a running server,
 * over HTTP; and what it costs to take it away.
 *
 *   node --conditions=parlance-source bench/history.ts [--messages 1000000] [--json]
 */
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openStores } from "@parlance/node";
import {
  foldText,
  type HistoryStore,
  type NewHistoryMessage,
  queryWords,
  TimeOrderedIds,
} from "@parlance/server";
import { ownFolder } from "../tools/test/own-folder.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { WebUser } from "../tools/test/web-user.ts";
import { type Figure, report } from "./lib/report.ts";

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "1000000" },
    json: { type: "boolean", default: false },
  },
});
const MESSAGES = Number(values.messages);
const IN_FLIGHT = 400; // what a loaded server has open
const USERS = 1_000;
const BUSY = "busy";
const ORDINARY = "user7";
const CONVERSATIONS = 50;
const PARTY = "sip:party7@parlance.test";
const ROUNDS = 101;
const WARM_UP = 200; // a process that has just started is slow
const QUOTA = { messages: MESSAGES, bytes: 1e12 };
const WANTED = { pageMs: 5, searchMs: 50 };
const NEWEST = { conversation: undefined, before: undefined, limit: 20 };

const folder = ownFolder("bench");
const ids = new TimeOrderedIds({ bytes: (count) => new Uint8Array(count) });
const chance = generator(20_301);
const words = Array.from({ length: 20_000 }, word);
const figures: Figure[] = [];

try {
  await measureAll();
  report("history", figures, [], values.json);
} finally {
  rmSync(folder, { recursive: true });
}

async function measureAll(): Promise<void> {
  const stores = await openStores("sqlite:bench.db", { folder });
  const { history } = stores;
  const cpu = process.cpuUsage();
  const started = performance.now();
  let next = 0;
  const writer = async () => {
    while (next < MESSAGES) await history.add(message(next++), QUOTA);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, writer));
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  figures.push(
    { figure: "written, indexed", unit: "messages/s", value: Math.round(MESSAGES / seconds) },
    { figure: "processor each", unit: "us", value: tenths((user + system) / MESSAGES) },
    { figure: "on the disk each", unit: "octets", value: Math.round(fileBytes() / MESSAGES) },
  );
  for (const owner of [BUSY, ORDINARY]) {
    const { messages } = await history.usage(owner);
    const who = `of ${messages}`;
    await median(`newest page ${who}`, WANTED.pageMs, () => history.page(owner, NEWEST));
    await median(`newest page of a conversation ${who}`, WANTED.pageMs, () =>
      history.page(owner, { ...NEWEST, conversation: PARTY }),
    );
    const search = (name: string, query: () => string) =>
      median(`search ${who}: ${name}`, WANTED.searchMs, () =>
        history.search(owner, queryWords(query()), NEWEST),
      );
    await search("a common word", () => words[chance(20)] ?? "");
    await search("a rare word", () => words[10_000 + chance(10_000)] ?? "");
    await search("two words", () => `${words[chance(200)]} ${words[chance(200)]}`);
    await search("a word that is nowhere", () => "xylophonist");
    await search("two characters", () => "qz");
    await search("three of another script", () => "請求書");
  }
  await stores.close();
  await overHttp();
  await takenAway();
}

/** By a process of its own, with all that stands between a client and the store. */
async function overHttp(): Promise<void> {
  const password = "of the benchmark";
  const server = await ServerProcess.start({
    data: folder,
    keepData: true,
    users: [BUSY, ORDINARY].map((name) => ({ name, password })),
    set: {
      store: "sqlite:bench.db",
      "limits.historyRequestsPerSecond": 100_000,
      "limits.historySearchesPerMinute": 1_000_000,
    },
  });
  try {
    for (const owner of [BUSY, ORDINARY]) {
      const user = new WebUser(server.httpUrl, owner, password, "history");
      const asked = (figure: string, wanted: number | undefined, path: () => string) =>
        median(`over HTTP, ${owner}: ${figure}`, wanted, async () => {
          const answer = await user.ask(`/history/${path()}`);
          if (answer.status !== 200) throw new Error(await answer.text());
          await answer.arrayBuffer();
        });
      const { pageMs, searchMs } = WANTED;
      for (let round = 0; round < WARM_UP; round += 1)
        await (await user.ask("/history/messages")).arrayBuffer();
      const some = (below: number): string => words[chance(below)] ?? "";
      await asked("newest 50", pageMs, () => "messages");
      await asked("newest 50 of a conversation", pageMs, () => `messages?with=${PARTY}`);
      await asked("conversations", undefined, () => "conversations?limit=20");
      await asked("search, a common word", searchMs, () => `search?limit=20&q=${some(20)}`);
      await asked("search, a rare word", searchMs, () => `search?limit=20&q=${some(20_000)}`);
      await asked(
        "search, two words",
        searchMs,
        () => `search?limit=20&q=${some(200)}+${some(200)}`,
      );
    }
  } finally {
    await server.kill();
  }
}

async function takenAway(): Promise<void> {
  const stores = await openStores("sqlite:bench.db", { folder });
  const { history } = stores;
  await median("a message removed and swept", undefined, async () => {
    await history.removeNewest(BUSY, undefined, 1);
    await history.sweep(1, 1);
  });
  await removedInMasses(history);
  await stores.close();
}

/** Half of all there are, as fast as it goes: the server rests between two parts, three times as long as each. */
async function removedInMasses(history: HistoryStore): Promise<void> {
  while ((await history.removeNewest(BUSY, undefined, 1_000)) > 0);
  const parts: number[] = [];
  let removed = 0;
  for (let more = true; more; ) {
    const started = performance.now();
    const swept = await history.sweep(1, 256);
    parts.push(performance.now() - started);
    removed += swept.removed;
    more = swept.more;
  }
  const seconds = parts.reduce((sum, took) => sum + took, 0) / 1_000;
  figures.push(
    {
      figure: "removed in masses, swept",
      unit: "messages/s",
      value: Math.round(removed / seconds),
    },
    { figure: "longest part of that", unit: "ms", value: Math.round(Math.max(...parts)) },
  );
}

async function median(
  figure: string,
  wanted: number | undefined,
  run: () => Promise<unknown>,
): Promise<void> {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    await run();
    took.push(performance.now() - started);
  }
  took.sort((a, b) => a - b);
  const value = Math.round((took[(ROUNDS - 1) / 2] ?? 0) * 100) / 100;
  figures.push({ figure: `${figure}, median`, unit: "ms", value, wanted });
}

function message(number: number): NewHistoryMessage {
  const owner = number % 2 === 0 ? BUSY : `user${chance(USERS)}`;
  const text = number % 997 === 0 ? "請求書を送りました" : sentence();
  const bytes = new TextEncoder().encode(
    `From: <sip:party@parlance.test>\r\nTo: <sip:${owner}@parlance.test>\r\n` +
      `DateTime: 2030-05-04T10:00:00Z\r\n\r\nContent-Type: text/plain\r\n\r\n${text}`,
  );
  return {
    id: ids.next(number),
    owner,
    conversation: `sip:party${chance(CONVERSATIONS)}@parlance.test`,
    direction: "received",
    mode: "pager",
    from: "sip:party@parlance.test",
    authId: "sip:party@parlance.test",
    to: "sip:user@parlance.test",
    group: undefined,
    subject: undefined,
    type: "text/plain",
    messageId: undefined,
    at: 1_900_000_000_000 + number,
    expiresAt: 2_000_000_000_000,
    sizeBytes: text.length,
    content: undefined,
    bytes,
    searchText: foldText(text),
  };
}

/** As people write: a few words are everywhere, most are rare. */
function sentence(): string {
  return Array.from({ length: 3 + chance(17) }, () => {
    const rank = Math.floor(words.length ** (chance(10_000) / 10_000));
    return words[rank - 1] ?? "";
  }).join(" ");
}

function word(): string {
  const syllables = "ka lo mi ren tu sa vor ein pra ble ing ter con est ish own".split(" ");
  return Array.from({ length: 1 + chance(4) }, () => syllables[chance(16)]).join("");
}

/** The same numbers in each run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

function fileBytes(): number {
  return statSync(join(folder, "bench.db")).size;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
