import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import type { StartHash } from "@parlance/wire";
import { fileContentContract, memoryContent, StoreError } from "../index.ts";

const startHash: StartHash = (algorithm) => {
  const hash = createHash(algorithm === "sha-1" ? "sha1" : "sha256");
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
};
const options = {
  startHash,
  random: {
    bytes: (count: number) => new Uint8Array(randomBytes(count)),
    token: () => randomBytes(16).toString("base64url"),
  },
  now: () => 1_900_000_000_000,
};

fileContentContract("memory", {
  tools: { test, equal: assert.deepStrictEqual },
  async make() {
    let content = memoryContent(options);
    return {
      content,
      async crash() {
        content = memoryContent({ ...options, image: content.image() });
        return content;
      },
      end: () => Promise.resolve(),
    };
  },
});

test("what was not synced is lost in a crash", async () => {
  const content = memoryContent(options);
  const writer = await content.create();
  await writer.append(Uint8Array.of(1, 2, 3));
  await writer.sync();
  await writer.append(Uint8Array.of(4, 5));
  const reborn = memoryContent({ ...options, image: content.image() });
  assert.equal(await reborn.resume(writer.id, 5), undefined);
  assert.equal((await reborn.resume(writer.id, 3))?.offset, 3);
});

test("a disk that fails makes nothing durable, and the content goes on afterwards", async () => {
  let broken = true;
  const disk = { commit: () => (broken ? Promise.reject(new Error("no space")) : undefined) };
  const content = memoryContent({ ...options, disk });
  const writer = await content.create();
  await writer.append(Uint8Array.of(1, 2, 3));
  await assert.rejects(
    writer.seal(),
    (error) => error instanceof StoreError && error.fault === "failed",
  );
  assert.equal(writer.durableOffset, 0);
  await writer.close();
  broken = false;
  const next = await content.resume(writer.id, 0);
  assert.equal((await next?.seal())?.sizeBytes, 0);
});
