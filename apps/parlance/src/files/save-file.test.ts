/** Files that come are put into a folder, whole or not at all, and replace nothing. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { IncomingFile } from "@parlance/client";
import { startWorld, type World } from "@parlance/testkit";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { numbered, saveFile } from "./save-file.ts";

const CONTENT = new TextEncoder().encode("what was sent ".repeat(10_000));

interface Offers {
  readonly world: World;
  /** Bob's side of a file that Alice sends under that name. */
  readonly offer: (name: string, content?: Uint8Array) => Promise<IncomingFile>;
}

async function offers(t: TestContext): Promise<Offers> {
  const world = await startWorld();
  t.after(() => world.end());
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const offer = async (name: string, content: Uint8Array = CONTENT): Promise<IncomingFile> => {
    const offered = new Promise<IncomingFile>((resolve) => void bob.on("file", resolve));
    alice.conversation(bob.address).sendFile(content, { name, via: "session" });
    return world.until(offered);
  };
  return { world, offer };
}

function folder(t: TestContext): string {
  const path = ownFolder("save");
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Virtual time goes on while the disk works in real time. */
async function until<T>(world: World, promise: Promise<T>): Promise<T> {
  const seen = { settled: false };
  const over = (): void => void (seen.settled = true);
  promise.then(over, over);
  while (!seen.settled) {
    await world.run(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return promise;
}

test("a file gets its name, one that is there gets a number, and nothing is replaced", async (t) => {
  const { world, offer } = await offers(t);
  const into = folder(t);
  writeFileSync(join(into, "map.png"), "mine");
  mkdirSync(join(into, "map (1).png"));
  symlinkSync("/etc/passwd", join(into, "map (2).png"));
  for (const name of ["map (3).png", "map (4).png"]) {
    const file = await offer("map.png");
    assert.equal(await until(world, saveFile(file, into)), join(into, name));
    assert.equal(file.place, join(into, name));
    assert.deepEqual(new Uint8Array(readFileSync(join(into, name))), CONTENT);
  }
  assert.equal(readFileSync(join(into, "map.png"), "utf8"), "mine");
  assert.equal(readdirSync(into).length, 5);
});

test("no name leaves the folder, hides the file or steers a terminal", async (t) => {
  const { world, offer } = await offers(t);
  const into = folder(t);
  for (const name of [
    "../../evil",
    "/etc/passwd",
    ".bashrc",
    "a\u001b[2J.txt",
    "b\u202egnp.exe",
    "CON",
    "..",
  ]) {
    const place = await until(world, saveFile(await offer(name), into));
    assert.ok(place.startsWith(`${into}/`));
    assert.equal(place.slice(into.length + 1).includes("/"), false);
    assert.doesNotMatch(place, /[\p{Cc}\p{Cf}]/u);
  }
  const names = readdirSync(into);
  assert.equal(names.length, 7);
  assert.ok(names.every((name) => !name.startsWith(".")));
  assert.deepEqual(readdirSync(join(into, "..")).includes("evil"), false);
});

test("what does not come whole leaves nothing behind", async (t) => {
  const { world, offer } = await offers(t);
  const into = folder(t);
  const large = await offer("large.bin", new Uint8Array(3_000_000));
  await assert.rejects(until(world, saveFile(large, into, { mostBytes: 1_000_000 })), /larger/);
  const given = await offer("given-up.bin", new Uint8Array(3_000_000));
  const stop = new AbortController();
  const saving = saveFile(given, into, { signal: stop.signal });
  await world.run(100);
  stop.abort();
  await assert.rejects(until(world, saving), { name: "ImError", code: "aborted" });
  assert.deepEqual(readdirSync(into), []);
  const late = await offer("late.bin");
  late.decline();
  await assert.rejects(until(world, saveFile(late, into)), { code: "expired" });
  await assert.rejects(until(world, saveFile(late, join(into, "nowhere"))), { code: "ENOENT" });
  assert.deepEqual(readdirSync(into), []);
});

test("a number does not make a name too long", () => {
  assert.equal(numbered("a.tar.gz", 2), "a.tar (2).gz");
  assert.equal(numbered("README", 1), "README (1)");
  for (const name of ["x".repeat(255), `${"ä".repeat(124)}.png`, `${"🙂".repeat(62)}.jpeg`]) {
    const longer = numbered(name, 999);
    assert.ok(Buffer.byteLength(longer) <= 255);
    assert.ok(longer.isWellFormed());
    assert.match(longer, / \(999\)/);
  }
});
