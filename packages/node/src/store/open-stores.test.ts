import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { test } from "node:test";
import { StoreError, storesContract } from "@parlance/server";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { openStores, parseStoreAddress } from "./index.ts";

storesContract("sqlite", {
  tools: { test, equal: assert.deepStrictEqual },
  async make() {
    const folder = ownFolder("store");
    const open = () => openStores("sqlite:parlance.db", { folder });
    let stores = await open();
    return {
      stores,
      async restart() {
        await stores.close();
        stores = await open();
        return stores;
      },
      async end() {
        await stores.close();
        await rm(folder, { recursive: true });
      },
    };
  },
});

test("sqlite:FILE and memory: are stores", () => {
  assert.deepEqual(parseStoreAddress("sqlite:data/p.db"), { kind: "sqlite", file: "data/p.db" });
  assert.deepEqual(parseStoreAddress("SQLite:C:\\p.db"), { kind: "sqlite", file: "C:\\p.db" });
  assert.deepEqual(parseStoreAddress("memory:"), { kind: "memory" });
});

test("any other store is refused in words that help", async () => {
  for (const [text, words] of [
    ["postgres://u:secret@db/parlance", /PostgreSQL store is not available in this version/],
    ["sqlite:", /must be sqlite:FILE or memory:/],
    ["memory:x", /must be sqlite:FILE or memory:/],
    ["", /must be sqlite:FILE or memory:/],
  ] as const) {
    await assert.rejects(openStores(text), (error) => {
      assert.ok(error instanceof StoreError);
      assert.equal(error.fault, "not available");
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  }
});
