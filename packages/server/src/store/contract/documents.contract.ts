/** What every DocumentStore must hold. */
import type { DocumentKey, StoredDocument } from "../documents.ts";
import { bytesOf, type Contract, caseOf } from "./contract.ts";

export function documentStoreContract(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: a document survives a restart, octet by octet`, async (world) => {
    const odd = document("alice", 'zoë "🙂"', { bytes: bytesOf(70_000, 0xe9), etag: "e\\" });
    equal(await world.stores.documents.put(odd, undefined, QUOTA), "stored");
    const { documents } = await world.restart();
    equal(await documents.find(odd), odd);
    equal(await documents.find({ ...odd, name: "zoë" }), undefined);
    equal(await documents.find({ ...odd, owner: "bob" }), undefined);
  });

  caseOf(contract, `${name}: bytes may be used again once they are stored`, async ({ stores }) => {
    const bytes = bytesOf(4, 1);
    await stores.documents.put(document("alice", "index", { bytes }), undefined, QUOTA);
    bytes.fill(9);
    const kept = await stores.documents.find(document("alice", "index"));
    equal([...(kept?.bytes ?? [])], [1, 1, 1, 1]);
  });

  caseOf(
    contract,
    `${name}: a change that was made from another version does nothing`,
    async (world) => {
      const { documents } = world.stores;
      const first = document("alice", "index");
      equal(await documents.put(first, "e0", QUOTA), "changed");
      equal(await documents.put(first, undefined, QUOTA), "stored");
      equal(await documents.put(first, undefined, QUOTA), "changed");
      const second = document("alice", "index", { etag: "e2", modifiedAt: 2_000 });
      const race = [documents.put(second, "e1", QUOTA), documents.put(second, "e1", QUOTA)];
      equal(await Promise.all(race), ["stored", "changed"]);
      equal(await documents.remove(first, "e1"), false);
      equal(await documents.find(first), second);
      equal(await documents.remove(first, "e2"), true);
      equal(await documents.remove(first, "e2"), false);
      equal(await (await world.restart()).documents.find(first), undefined);
    },
  );

  caseOf(contract, `${name}: what one claims no other can claim`, async ({ stores }) => {
    const { documents } = stores;
    const claim = "sip:pool@parlance.test";
    const pool = document("alice", "pool", { auid: "groups", claim });
    equal(await documents.put(pool, undefined, QUOTA), "stored");
    const same = document("bob", "pool", { auid: "groups", claim });
    equal(await documents.put(same, undefined, QUOTA), "claimed");
    equal(await documents.put({ ...same, name: "other" }, undefined, QUOTA), "claimed");
    equal(await documents.put({ ...same, auid: "clubs" }, undefined, QUOTA), "stored");
    const moved = { ...pool, etag: "e2", claim: "sip:lake@parlance.test" };
    equal(await documents.put({ ...pool, etag: "e1b" }, "e1", QUOTA), "stored");
    equal(await documents.put(moved, "e1b", QUOTA), "stored");
    equal(await documents.put(same, undefined, QUOTA), "stored");
    equal(await documents.put({ ...moved, etag: "e3", claim }, "e2", QUOTA), "claimed");
    equal(await documents.remove(same, "e1"), true);
    equal(await documents.put({ ...moved, etag: "e3", claim }, "e2", QUOTA), "stored");
  });

  caseOf(contract, `${name}: the quota counts a usage, and all octets`, async ({ stores }) => {
    const { documents } = stores;
    const quota = { documents: 2, bytes: 100 };
    const put = (one: StoredDocument, before?: string) => documents.put(one, before, quota);
    equal(await put(document("alice", "a", { bytes: bytesOf(60, 1) })), "stored");
    equal(await put(document("alice", "b", { bytes: bytesOf(41, 1) })), "over quota");
    equal(await put(document("alice", "b", { bytes: bytesOf(40, 1) })), "stored");
    equal(await put(document("alice", "c", { bytes: bytesOf(0, 1) })), "over quota");
    equal(await put(document("alice", "c", { auid: "other", bytes: bytesOf(1, 1) })), "over quota");
    equal(await put(document("alice", "c", { auid: "other", bytes: bytesOf(0, 1) })), "stored");
    equal(
      await put(document("alice", "a", { etag: "e2", bytes: bytesOf(61, 1) }), "e1"),
      "over quota",
    );
    equal(await put(document("alice", "a", { etag: "e2", bytes: bytesOf(59, 1) }), "e1"), "stored");
    equal(await put(document("bob", "a", { bytes: bytesOf(100, 1) })), "stored");
  });

  caseOf(contract, `${name}: documents are listed by owner, and by usage`, async (world) => {
    const { documents } = world.stores;
    equal(await documents.mostUsed(), { documents: 0, bytes: 0 });
    const all = [
      document("alice", "b"),
      document("alice", "a", { bytes: bytesOf(7, 1) }),
      document("alice", "x", { auid: "groups" }),
      document("bob", "index"),
      document("bob", "pool", { auid: "groups", claim: "sip:pool@parlance.test" }),
    ];
    for (const one of all) await documents.put(one, undefined, QUOTA);
    equal(await documents.mostUsed(), { documents: 2, bytes: 27 });
    const facts = await documents.ofOwner("alice");
    equal(facts.map(nameOf), ["groups alice x", "lists alice a", "lists alice b"]);
    equal(facts[1], {
      auid: "lists",
      owner: "alice",
      name: "a",
      etag: "e1",
      modifiedAt: 1_000,
      sizeBytes: 7,
    });
    const first = await documents.ofUsage("lists", undefined, 2);
    equal(first.map(nameOf), ["lists alice a", "lists alice b"]);
    equal((await documents.ofUsage("lists", first[1], 2)).map(nameOf), ["lists bob index"]);
    equal((await documents.removeAll("alice")).map(nameOf), facts.map(nameOf));
    const again = (await world.restart()).documents;
    equal(await again.ofOwner("alice"), []);
    equal((await again.ofUsage("groups", undefined, 9)).map(nameOf), ["groups bob pool"]);
  });
}

const QUOTA = { documents: 50, bytes: 1_000_000 };

function document(
  owner: string,
  name: string,
  parts: Partial<StoredDocument> = {},
): StoredDocument {
  return {
    auid: "lists",
    owner,
    name,
    etag: "e1",
    modifiedAt: 1_000,
    claim: undefined,
    bytes: bytesOf(10, 60),
    ...parts,
  };
}

function nameOf({ auid, owner, name }: DocumentKey): string {
  return `${auid} ${owner} ${name}`;
}
