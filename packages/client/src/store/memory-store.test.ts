/** The store in memory keeps the contract, and its bound. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { MemoryStore } from "./memory-store.ts";
import { storeContract } from "./store-contract.ts";

suite("memory store", () => {
  for (const { name, run } of storeContract) {
    test(name, async () => {
      const store = new MemoryStore();
      await run(async () => store);
    });
  }

  test("is bounded: the oldest goes that nobody needs, and when all are needed nothing comes in", async () => {
    const small = new MemoryStore(2);
    await small.add(message("1", false));
    await small.add(message("2", true));
    await small.add(message("3", false));
    assert.equal(await small.received("2", "sip:bob@parlance.test"), undefined);
    await assert.rejects(small.add(message("4", false)), /full/);
  });
});

function message(id: string, seen: boolean) {
  return {
    direction: "received" as const,
    id,
    conversation: "sip:bob@parlance.test",
    order: 0,
    at: 0,
    contentType: "text/plain",
    content: new Uint8Array(0),
    from: "sip:bob@parlance.test",
    fromName: undefined,
    writtenAt: undefined,
    subject: undefined,
    disposition: undefined,
    seen,
    displayed: false,
    wants: [],
    owed: [],
    envelope: undefined,
  };
}
