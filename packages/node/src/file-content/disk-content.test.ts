import assert from "node:assert/strict";
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileContentContract } from "@parlance/server";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { DiskContent } from "./index.ts";

fileContentContract("disk", {
  tools: { test, equal: assert.deepStrictEqual },
  async make() {
    const folder = newFolder();
    return {
      content: DiskContent.open(folder),
      crash: async () => DiskContent.open(folder),
      end: async () => rmSync(folder, { recursive: true }),
    };
  },
});

test("contents and their folder are for their owner only", async (t) => {
  const folder = join(kept(t), "files");
  const content = DiskContent.open(folder);
  const writer = await content.create();
  await writer.seal();
  if (process.platform === "win32") return;
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, writer.id)).mode & 0o777, 0o600);
});

test("other things in the folder are not ours to tell or to touch", async (t) => {
  const folder = kept(t);
  writeFileSync(join(folder, "notes.txt"), "mine");
  const content = DiskContent.open(folder);
  const entries = [];
  for await (const entry of content.entries()) entries.push(entry);
  assert.deepEqual(entries, []);
  assert.equal(await content.delete("notes.txt"), false);
  assert.deepEqual(readdirSync(folder), ["notes.txt"]);
});

test("an append that is not waited for is written all the same, in order", async (t) => {
  const content = DiskContent.open(kept(t));
  const writer = await content.create();
  const appends = Array.from({ length: 3_000 }, (_, at) =>
    writer.append(new Uint8Array(1_000).fill(at % 251)),
  );
  await writer.seal();
  await Promise.all(appends);
  const reader = await content.open(writer.id);
  let at = 0;
  for await (const piece of reader?.read(0, 3_000_000) ?? []) {
    for (const octet of piece) {
      if (octet !== Math.floor(at / 1_000) % 251) assert.fail(`octet ${at} is ${octet}`);
      at += 1;
    }
  }
  await reader?.close();
  assert.equal(at, 3_000_000);
});

test("a content that was cut short behind our back is reported, not read on for ever", async (t) => {
  const folder = kept(t);
  const content = DiskContent.open(folder);
  const writer = await content.create();
  await writer.append(new Uint8Array(1_000));
  await writer.seal();
  const reader = await content.open(writer.id);
  writeFileSync(join(folder, writer.id), "short");
  await assert.rejects(
    async () => {
      for await (const piece of reader?.read(0, 1_000) ?? []) assert.ok(piece.length > 0);
    },
    { fault: "damaged" },
  );
  await reader?.close();
});

function kept(t: TestContext): string {
  const folder = newFolder();
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function newFolder(): string {
  return ownFolder("content");
}
