/** What every FileStore must hold. */
import type { FileQuota, StoredFile, Thumbnail } from "../files.ts";
import type { Stores } from "../stores.ts";
import { bytesOf, type Contract, caseOf } from "./contract.ts";

export function fileStoreContract(name: string, contract: Contract): void {
  keeping(name, contract);
  thumbnails(name, contract);
  quota(name, contract);
  handingOut(name, contract);
}

function keeping(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: a file survives a restart, each word of it`, async (world) => {
    const full = file("1", {
      name: 'Ünïcode 🙂 \0 "quoted" ../ \r\n',
      declaredBytes: 2 ** 40,
      reservedBytes: 2 ** 40,
      declaredSha256: "ab".repeat(32),
    });
    const ample = { files: 10, bytes: 2 ** 41 };
    equal(await world.stores.files.create(full, ample), "stored");
    equal(await world.stores.files.create(file("2"), ample), "stored");
    const { files } = await world.restart();
    equal(await files.find("1"), full);
    equal(await files.findByLink("link 2"), file("2"));
    equal(await files.find("3"), undefined);
    equal(await files.findByLink("1"), undefined);
  });

  caseOf(contract, `${name}: an upload advances, and is finished once`, async (world) => {
    const { files } = world.stores;
    await files.create(file("1"), AMPLE);
    equal(await files.advance("1", 60, 700), true);
    equal(await files.find("1"), file("1", { offset: 60, expiresAt: 700 }));
    equal(await files.finish("1", FACTS, 9_000), true);
    const finished = file("1", { offset: 80, reservedBytes: 80, facts: FACTS, expiresAt: 9_000 });
    equal(await files.find("1"), finished);
    equal(await files.finish("1", { ...FACTS, sizeBytes: 1 }, 9_001), false);
    equal(await files.advance("1", 90, 9_001), false);
    equal(await files.advance("2", 1, 1), false);
    equal(await files.finish("2", FACTS, 1), false);
    equal(await (await world.restart()).files.findByLink("link 1"), finished);
  });

  caseOf(contract, `${name}: ids, links and contents are used once`, async ({ stores }) => {
    await stores.files.create(file("1"), AMPLE);
    for (const same of [{ id: "1" }, { linkHash: "link 1" }]) {
      equal(await rejected(stores.files.create(file("2", same), AMPLE)), true);
    }
    equal(await stores.files.usage(ALICE), { files: 1, bytes: 100 });
  });

  caseOf(contract, `${name}: what was removed is gone, thumbnail included`, async (world) => {
    const { files } = world.stores;
    await createAll(world.stores, [file("1"), file("2")]);
    await files.putThumbnail("1", { type: "image/png", bytes: bytesOf(5, 1) }, AMPLE);
    equal((await files.remove("1"))?.content, "content 1");
    equal(await files.remove("1"), undefined);
    const again = (await world.restart()).files;
    equal(await again.find("1"), undefined);
    equal(await again.findByLink("link 1"), undefined);
    equal(await again.thumbnail("1"), undefined);
    equal(await again.usage(ALICE), { files: 1, bytes: 100 });
    equal(await again.create(file("1"), AMPLE), "stored");
    equal(await again.thumbnail("1"), undefined);
  });
}

function thumbnails(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: a thumbnail is kept, and replaced by the next`, async (world) => {
    const { files } = world.stores;
    await files.create(file("1"), AMPLE);
    equal(await files.thumbnail("1"), undefined);
    const small = { type: "image/png", bytes: bytesOf(10, 7) };
    const large = { type: "image/webp", bytes: bytesOf(20, 8) };
    equal(await files.putThumbnail("1", small, AMPLE), "stored");
    equal(await files.putThumbnail("1", large, AMPLE), "stored");
    equal(await files.putThumbnail("2", small, AMPLE), "unknown");
    const again = (await world.restart()).files;
    equal(await again.thumbnail("1"), large);
    const facts = { type: "image/webp", sizeBytes: 20 };
    equal(await again.find("1"), file("1", { thumbnail: facts }));
    equal(await again.usage(ALICE), { files: 1, bytes: 120 });
  });

  caseOf(contract, `${name}: a finished file takes a thumbnail too`, async ({ stores }) => {
    await stores.files.create(file("1"), AMPLE);
    await stores.files.finish("1", FACTS, 9_000);
    const thumbnail = { type: "image/png", bytes: bytesOf(10, 7) };
    equal(await stores.files.putThumbnail("1", thumbnail, AMPLE), "stored");
    equal((await stores.files.find("1"))?.facts, FACTS);
  });
}

function quota(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: the quota of files and bytes holds to the one`, async (world) => {
    const { files } = world.stores;
    const small: FileQuota = { files: 3, bytes: 250 };
    equal(await files.create(file("1"), small), "stored");
    equal(await files.create(file("2"), small), "stored");
    equal(await files.create(file("3", { reservedBytes: 51 }), small), "over quota");
    equal(await files.create(file("3", { reservedBytes: 50 }), small), "stored");
    equal(await files.create(file("4", { reservedBytes: 0 }), small), "over quota");
    equal(await files.create(file("5", { owner: BOB }), small), "stored");
    equal(await files.usage(ALICE), { files: 3, bytes: 250 });
    equal(await files.mostUsed(), { files: 3, bytes: 250 });
    await files.finish("1", FACTS, 9_000);
    equal(await files.usage(ALICE), { files: 3, bytes: 230 });
    await files.remove("2");
    const again = (await world.restart()).files;
    equal(await again.create(file("6", { reservedBytes: 121 }), small), "over quota");
    equal(await again.create(file("6", { reservedBytes: 120 }), small), "stored");
  });

  caseOf(contract, `${name}: thumbnails count, and a new one only by its size`, async (world) => {
    const { files } = world.stores;
    const small: FileQuota = { files: 3, bytes: 130 };
    await files.create(file("1"), small);
    equal(await files.putThumbnail("1", image(31), small), "over quota");
    equal(await files.putThumbnail("1", image(20), small), "stored");
    equal(await files.putThumbnail("1", image(30), small), "stored");
    equal(await files.putThumbnail("1", image(31), small), "over quota");
    equal((await files.thumbnail("1"))?.bytes.length, 30);
    equal(await files.create(file("2", { reservedBytes: 1 }), small), "over quota");
  });

  caseOf(
    contract,
    `${name}: uploads asked for at once cannot pass the quota`,
    async ({ stores }) => {
      const five: FileQuota = { files: 5, bytes: 10_000 };
      const ids = Array.from({ length: 20 }, (_, index) => String(index + 10));
      const results = await Promise.all(ids.map((id) => stores.files.create(file(id), five)));
      equal(results.filter((result) => result === "stored").length, 5);
      equal(await stores.files.usage(ALICE), { files: 5, bytes: 500 });
    },
  );
}

function handingOut(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: files of an owner come in order, page by page`, async ({ stores }) => {
    await createAll(
      stores,
      ["3", "1", "5", "2"].map((id) => file(id)),
    );
    await stores.files.create(file("4", { owner: BOB }), AMPLE);
    const ids = async (after: string | undefined, limit: number) =>
      (await stores.files.ofOwner(ALICE, after, limit)).map(({ id }) => id);
    equal(await ids(undefined, 2), ["1", "2"]);
    equal(await ids("2", 5), ["3", "5"]);
    equal(await ids("4", 5), ["5"]);
    equal(await ids("5", 5), []);
  });

  caseOf(contract, `${name}: what has expired is told oldest first and stays`, async (world) => {
    const { files } = world.stores;
    await createAll(
      world.stores,
      [30, 10, 20, 31].map((expiresAt, at) => file(String(at), { expiresAt })),
    );
    const times = async (now: number, limit: number) =>
      (await files.expired(now, limit)).map(({ expiresAt }) => expiresAt);
    equal(await times(9, 5), []);
    equal(await times(30, 2), [10, 20]);
    equal(await times(30, 5), [10, 20, 30]);
    await files.remove("1");
    equal(await times(30, 5), [20, 30]);
  });

  caseOf(contract, `${name}: contents with a file are told from those without`, async (world) => {
    await createAll(world.stores, [file("1"), file("2")]);
    const { files } = world.stores;
    equal(await files.contentsOf([]), []);
    equal(await files.contentsOf(["content 9", "content 2", "1"]), ["content 2"]);
  });
}

const ALICE = "alice";
const BOB = "bob";
const AMPLE: FileQuota = { files: 1_000, bytes: 1_000_000 };
const FACTS = { sizeBytes: 80, sha1: "1a".repeat(20), sha256: "2b".repeat(32) };

function file(id: string, parts: Partial<StoredFile> = {}): StoredFile {
  return {
    id,
    owner: ALICE,
    content: `content ${id}`,
    linkHash: `link ${id}`,
    name: undefined,
    type: "image/png",
    declaredBytes: undefined,
    declaredSha256: undefined,
    reservedBytes: 100,
    offset: 0,
    facts: undefined,
    thumbnail: undefined,
    createdAt: 1_900_000_000_000,
    expiresAt: 1_900_600_000_000,
    ...parts,
  };
}

function image(sizeBytes: number): Thumbnail {
  return { type: "image/png", bytes: bytesOf(sizeBytes, 1) };
}

async function createAll({ files }: Stores, all: readonly StoredFile[]): Promise<void> {
  await Promise.all(all.map((each) => files.create(each, AMPLE)));
}

async function rejected(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return false;
  } catch {
    return true;
  }
}
