/**
 * What a kill, a full disk and a lost worker leave behind. A part of this file runs as a process of
 * its own, so that it can be killed.
 */
import assert from "node:assert/strict";
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { type DeferredMessage, type RoomEntry, StoreError, type Stores } from "@parlance/server";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { openStores } from "./index.ts";

const POOL = "sip:pool@parlance.test";
const EVERYTHING = { messages: 1_000_000, bytes: 1_000_000_000 };
const QUOTA = { messages: 1_000_000, bytes: 1_000_000_000 };
/** So many answers are read before the kill; how much was under way then is up to the machine. */
const KILL_AFTER = [1, 17, 60, 150, 333, 700];

if (process.argv[2] === "writer") await writeUntilKilled(process.argv[3] ?? "");
else defineTests();

function defineTests(): void {
  test("kill -9 at any moment loses nothing acknowledged and leaves nothing in half", async () => {
    await inFolder(async (folder) => {
      const acknowledged = new Set<string>();
      for (const [round, killAfter] of KILL_AFTER.entries()) {
        const child = startWriter(folder, String(round));
        let heard = 0;
        for await (const id of createInterface({ input: stdoutOf(child) })) {
          acknowledged.add(id);
          if (++heard === killAfter) child.kill("SIGKILL");
        }
        const stores = await openStores("sqlite:p.db", { folder });
        await checkAll(stores, acknowledged);
        await stores.close();
      }
      assert.ok(acknowledged.size >= 1261);
    });
  });

  test("a disk without room rejects, reports, keeps the process and what was stored", async (t) => {
    if (process.platform === "win32") {
      t.diagnostic("Windows cannot bound the files of a process");
      return;
    }
    await inFolder(async (folder) => {
      // The writer may make no file larger than 4 MB (of blocks of 512 bytes in POSIX sh).
      const child = startWriter(folder, "full", "ulimit -f 8192");
      const acknowledged = new Set<string>();
      let end = "";
      for await (const line of createInterface({ input: stdoutOf(child) })) {
        if (line.startsWith("end ")) end = line;
        else acknowledged.add(line);
      }
      assert.match(end, /^end (full|failed) reported, still reading$/);
      const stores = await openStores("sqlite:p.db", { folder });
      await checkAll(stores, acknowledged);
      await stores.close();
    });
  });
}

/** Every message that was acknowledged is there, and every message that is there is whole. */
async function checkAll(stores: Stores, acknowledged: ReadonlySet<string>): Promise<void> {
  const found = new Set<string>();
  for (const recipient of await stores.deferred.recipients(undefined, 100)) {
    const messages = await stores.deferred.page(recipient, undefined, 1_000_000);
    const usage = await stores.deferred.usage(recipient);
    assert.equal(usage.messages, messages.length);
    for (const each of messages) {
      assert.deepEqual(each, message(each.id));
      found.add(each.id);
    }
  }
  for (const each of await stores.rooms.page(POOL, "bob", 0, EVERYTHING)) {
    assert.deepEqual(each, said(each.senderId));
    found.add(each.senderId);
  }
  for (const id of acknowledged) assert.ok(found.has(id), `${id} was acknowledged and is lost`);
}

/** `limit` is a command of the shell that starts it. */
function startWriter(folder: string, run: string, limit?: string): ChildProcess {
  const program = [...process.execArgv, import.meta.filename, "writer", folder, run];
  const options: SpawnOptions = { stdio: ["ignore", "pipe", "inherit"] };
  if (limit === undefined) return spawn(process.execPath, program, options);
  const shell = ["-c", `${limit}; exec "$0" "$@"`, process.execPath, ...program];
  return spawn("sh", shell, options);
}

function stdoutOf(child: ChildProcess): NodeJS.ReadableStream {
  assert.ok(child.stdout);
  return child.stdout;
}

/** Adds messages, sixteen at a time, and prints the id of each that was acknowledged. */
async function writeUntilKilled(folder: string): Promise<void> {
  let reported = "silent";
  const observer = { failed: () => (reported = "reported") };
  const stores = await openStores("sqlite:p.db", { folder, observer });
  let next = 0;
  const writer = async () => {
    for (;;) {
      const id = `${process.argv[4]}-${String(next++).padStart(8, "0")}`;
      assert.equal(await stores.deferred.add(message(id), QUOTA), "stored");
      if (!process.stdout.write(`${id}\n`)) await once(process.stdout, "drain");
    }
  };
  const speaker = async () => {
    for (;;) {
      const id = `${process.argv[4]}-${String(next++).padStart(8, "0")}`;
      assert.equal(await stores.rooms.append(said(id)), "stored");
      if (!process.stdout.write(`${id}\n`)) await once(process.stdout, "drain");
    }
  };
  try {
    await Promise.all(Array.from({ length: 16 }, (_, at) => (at % 4 === 0 ? speaker() : writer())));
  } catch (error) {
    const fault = error instanceof StoreError ? error.fault : String(error);
    const { messages } = await stores.deferred.usage(recipientOf(0));
    console.log(`end ${fault} ${reported}, ${messages > 0 ? "still reading" : "nothing there"}`);
    process.exit();
  }
}

/** What was said in a room, likewise. */
function said(id: string): RoomEntry {
  const number = Number(id.slice(id.indexOf("-") + 1));
  const run = Number.parseInt(id, 10) || 0;
  return {
    room: POOL,
    sequence: run * 10_000_000 + number + 1,
    messageId: `m${id}`,
    sender: "alice",
    senderId: id,
    audience: number % 2 === 0 ? undefined : ["bob", "carol"],
    saidAt: number,
    type: "text/plain",
    bytes: new Uint8Array(500 + (number % 3000)).fill(number % 256),
  };
}

function recipientOf(number: number): string {
  return `sip:user${number % 7}@parlance.test`;
}

/** The same message for the same id, so that a reader can tell whether it is whole. */
function message(id: string): DeferredMessage {
  const number = Number(id.slice(id.indexOf("-") + 1));
  return {
    id,
    recipient: recipientOf(number),
    originator: "sip:alice@parlance.test",
    originatorShown: "<sip:alice@parlance.test>",
    privacy: undefined,
    group: undefined,
    subject: id,
    kind: "message",
    mode: "pager",
    receivedAt: number,
    expiresAt: number + 1,
    sizeBytes: 1000,
    attempts: 0,
    nextAttemptAt: 0,
    poisoned: false,
    content: undefined,
    bytes: new Uint8Array(1000 + (number % 5000)).fill(number % 256),
  };
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = ownFolder("crash");
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
