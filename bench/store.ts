/** How fast the durable store is: messages kept and flushed, registrations written, one at a time and many. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openStores } from "@parlance/node";
import {
  type DeferredMessage,
  type StoredBinding,
  type Stores,
  TimeOrderedIds,
} from "@parlance/server";
import { ownFolder } from "../tools/test/own-folder.ts";

const MESSAGE_BYTES = 1300; // the largest pager message, RFC 3428 §8
const USERS = 2000;
const MESSAGES = 60_000;
const BINDINGS = 60_000;
const WAITING = 100_000;
const REFERENCE_ROWS = 40_000;
const REFERENCE_GROUP = 200;
const IN_FLIGHT = 400; // what a loaded server has open
const QUOTA = { messages: 1000, bytes: 20 * 1024 * 1024 };
const DAY_MS = 86_400_000;

interface Figure {
  readonly perSecond: number;
  /** User and system time of the whole process: both threads. */
  readonly cpuMicroseconds: number;
}

interface Figures {
  readonly figures: Readonly<Record<string, Figure>>;
  /** Opening with WAITING messages in the store, integrity check included. */
  readonly openMs: number;
}

const folder = ownFolder("bench");
const ids = new TimeOrderedIds({ bytes: (count) => new Uint8Array(count) });
const content = new Uint8Array(MESSAGE_BYTES).fill(65);

try {
  const { figures, openMs } = await measureAll();
  if (process.argv.includes("--json")) {
    const unit = "rows/s";
    console.log(JSON.stringify({ bench: "store", unit, bytes: MESSAGE_BYTES, figures, openMs }));
  } else {
    console.table(figures);
    console.log(`opened with ${WAITING} waiting messages in ${openMs} ms`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function measureAll(): Promise<Figures> {
  const figures: Record<string, Figure> = {
    "bare insert and commit, 200 a group (reference)": await measure(REFERENCE_ROWS, bareInserts),
  };
  const stores = await openStores("sqlite:bench.db", { folder });
  figures["deferred add, one at a time"] = await measure(3000, (n) => addAll(stores, n, 1));
  figures[`deferred add, ${IN_FLIGHT} in flight`] = await measure(MESSAGES, (n) =>
    addAll(stores, n, IN_FLIGHT),
  );
  figures["flush: page of 50, then remove, 20 users at once"] = await measure(MESSAGES + 3000, () =>
    flushAll(stores),
  );
  figures["binding refresh, 400 in flight"] = await measure(BINDINGS, (n) =>
    register(stores, n, 1),
  );
  figures["binding refresh, 100 a call"] = await measure(BINDINGS, (n) => register(stores, n, 100));
  await addAll(stores, WAITING, IN_FLIGHT);
  await stores.close();
  return { figures, openMs: await measureOpening() };
}

async function measureOpening(): Promise<number> {
  const started = performance.now();
  const stores = await openStores("sqlite:bench.db", { folder });
  const ms = performance.now() - started;
  await stores.close();
  return Math.round(ms);
}

async function measure(
  count: number,
  run: (count: number) => Promise<void> | void,
): Promise<Figure> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await run(count);
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: Math.round((count * 1000) / ms),
    cpuMicroseconds: Math.round(((user + system) / count) * 10) / 10,
  };
}

/** The same bytes into one table without index, from this thread: what SQLite and the disk allow. */
function bareInserts(count: number): void {
  const connection = new DatabaseSync(join(folder, "bare.db"));
  connection.exec(
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE row (content BLOB)",
  );
  const insert = connection.prepare("INSERT INTO row VALUES (?)");
  for (let done = 0; done < count; done += REFERENCE_GROUP) {
    connection.exec("BEGIN");
    for (let row = 0; row < REFERENCE_GROUP; row++) insert.run(content);
    connection.exec("COMMIT");
  }
  connection.close();
}

async function addAll(stores: Stores, count: number, inFlight: number): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const number = next++;
      const result = await stores.deferred.add(message(number), QUOTA);
      if (result !== "stored") throw new Error(`message ${number}: ${result}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

async function flushAll(stores: Stores): Promise<void> {
  const users = Array.from({ length: USERS }, (_, number) => userOf(number));
  const worker = async () => {
    for (let user = users.pop(); user !== undefined; user = users.pop()) {
      for (;;) {
        const page = await stores.deferred.page(user, undefined, 50);
        if (page.length === 0) break;
        await stores.deferred.remove(
          user,
          page.map(({ id }) => id),
        );
      }
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
}

async function register(stores: Stores, count: number, inCall: number): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const first = next;
      next += inCall;
      const changes = Array.from({ length: inCall }, (_, index) => ({
        do: "put" as const,
        binding: binding(first + index),
      }));
      await stores.bindings.change(changes);
    }
  };
  await Promise.all(Array.from({ length: Math.max(4, IN_FLIGHT / inCall) }, worker));
}

function userOf(number: number): string {
  return `sip:user${(number * 7919) % USERS}@parlance.test`;
}

function message(number: number): DeferredMessage {
  const now = Date.now();
  return {
    id: ids.next(now),
    recipient: userOf(number),
    originator: "sip:alice@parlance.test",
    originatorShown: "<sip:alice@parlance.test>",
    privacy: undefined,
    group: undefined,
    subject: "Lunch plan",
    kind: "message",
    mode: "pager",
    receivedAt: now,
    expiresAt: now + 7 * DAY_MS,
    sizeBytes: 842,
    attempts: 0,
    nextAttemptAt: 0,
    poisoned: false,
    content: undefined,
    bytes: content,
  };
}

function binding(number: number): StoredBinding {
  const user = `sip:user${(number * 7919) % 15_000}@parlance.test`;
  const now = Date.now();
  return {
    user,
    id: "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>;1",
    address: user,
    contactText: `<${user.replace("parlance.test", "192.0.2.4:5060;transport=tcp")}>;+g.oma.sip-im`,
    instance: "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>",
    regId: 1,
    path: [],
    flow: "TCP 192.0.2.4 49152",
    q: 1000,
    callId: `a84b4c76e66710${number}@192.0.2.4`,
    cseq: number,
    userAgent: "IM-client/OMA1.0 Acme/1.0",
    publicGruu: undefined,
    temporaryGruu: undefined,
    registeredAt: now,
    expiresAt: now + 3_600_000,
  };
}
