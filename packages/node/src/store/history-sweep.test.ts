/** Kept messages that are removed in masses are gone from the index of words as well. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { foldText, type HistoryStore, type NewHistoryMessage, queryWords } from "@parlance/server";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { openStores } from "./index.ts";

const AMPLE = { messages: 10_000, bytes: 1e9 };
const NEWEST = { conversation: undefined, before: undefined, limit: 10 };

function message(number: number, owner: string, text: string): NewHistoryMessage {
  return {
    id: `${owner}${number}`,
    owner,
    conversation: "sip:bob@parlance.test",
    direction: "sent",
    mode: "pager",
    from: "sip:alice@parlance.test",
    authId: undefined,
    to: "sip:bob@parlance.test",
    group: undefined,
    subject: undefined,
    type: "text/plain",
    messageId: undefined,
    at: number,
    expiresAt: 1e12,
    sizeBytes: text.length,
    content: undefined,
    bytes: new TextEncoder().encode(text),
    searchText: foldText(text),
  };
}

async function swept(history: HistoryStore): Promise<number> {
  let all = 0;
  for (let turn = 0; turn < 10_000; turn += 1) {
    const { removed, more } = await history.sweep(1, 256);
    all += removed;
    if (!more) return all;
  }
  return assert.fail("it does not end");
}

/** Octets of the index, and whether what is removed from it is gone at once. */
function indexIn(file: string): { readonly bytes: number; readonly secure: number } {
  const database = new DatabaseSync(file);
  const first = (sql: string): number =>
    Number(Object.values(database.prepare(sql).get() ?? {})[0]);
  const bytes = first("SELECT sum(length(block)) FROM history_words_data");
  const secure = first("SELECT v FROM history_words_config WHERE k = 'secure-delete'");
  database.close();
  return { bytes, secure };
}

test("thousands that are removed leave the index as it was without them, and others are found still", async () => {
  const folder = ownFolder("sweep");
  const stores = await openStores("sqlite:history.db", { folder });
  const { history } = stores;
  try {
    for (let number = 0; number < 300; number += 1)
      await history.add(message(number, "bob", `lunch at noon ${number}`), AMPLE);
    await Promise.all(
      Array.from({ length: 2_000 }, (_, number) =>
        history.add(message(number, "alice", `quarterly invoice ${number * 7919}`), AMPLE),
      ),
    );
    assert.equal(await history.removeNewest("alice", undefined, 2_000), 2_000);
    assert.equal(await swept(history), 2_000);
    assert.deepEqual(await history.usage("alice"), { messages: 0, bytes: 0 });
    const found = await history.search("bob", queryWords("noon 299"), NEWEST);
    assert.deepEqual(
      found.entries.map(({ id }) => id),
      ["bob299"],
    );
    await history.removeNewest("bob", undefined, 300);
    assert.equal(await swept(history), 300);
  } finally {
    await stores.close();
  }
  const { bytes, secure } = indexIn(join(folder, "history.db"));
  assert.equal(secure, 1);
  assert.ok(bytes < 1_000, `${bytes} octets are left`);
  rmSync(folder, { recursive: true });
});
