import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { storesContract } from "@parlance/server";
import { openStores } from "./index.ts";

storesContract("sqlite", {
  tools: { test, equal: assert.deepStrictEqual },
  async make() {
    const folder = await mkdtemp(join(tmpdir(), "parlance-store-"));
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
