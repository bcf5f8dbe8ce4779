/** What every FileContent must hold. */
import { concatBytes } from "@parlance/wire";
import type { ContentEntry, FileContent } from "../content.ts";
import { removeOrphans } from "../orphans.ts";
import type { ContractTools } from "./contract.ts";

/** Fresh and empty, and to be found again after a crash. */
export interface ContentWorld {
  readonly content: FileContent;
  /** Ends without a word and opens the same contents again; what was not synced need not be there. */
  crash(): Promise<FileContent>;
  end(): Promise<void>;
}

export interface ContentContract {
  readonly tools: ContractTools;
  readonly make: () => Promise<ContentWorld>;
}

export function fileContentContract(name: string, contract: ContentContract): void {
  writing(name, contract);
  resuming(name, contract);
  reading(name, contract);
  removing(name, contract);
}

function writing(name: string, contract: ContentContract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: sealed content survives a crash, each byte of it`, async (world) => {
    const writer = await world.content.create();
    for (let at = 0; at < BYTES.length; at += 4_321)
      await writer.append(BYTES.slice(at, at + 4_321));
    equal(writer.offset, BYTES.length);
    equal(await writer.seal(), { sizeBytes: BYTES.length, ...HASHES });
    const content = await world.crash();
    equal(await whole(content, writer.id), BYTES);
    equal(await idsOf(content), [writer.id]);
  });

  caseOf(contract, `${name}: empty content is content`, async ({ content }) => {
    const writer = await content.create();
    equal((await writer.seal()).sizeBytes, 0);
    equal(await whole(content, writer.id), new Uint8Array(0));
  });

  caseOf(contract, `${name}: ids cannot be guessed`, async ({ content }) => {
    const writers = await Promise.all(Array.from({ length: 20 }, () => content.create()));
    equal(new Set(writers.map(({ id }) => id)).size, 20);
    equal(
      writers.every(({ id }) => /^[A-Za-z0-9_-]{22,64}$/.test(id)),
      true,
    );
    for (const writer of writers) await writer.close();
  });

  caseOf(contract, `${name}: what is not sealed cannot be read`, async ({ content }) => {
    const writer = await content.create();
    await writer.append(BYTES);
    await writer.sync();
    equal(await content.open(writer.id), undefined);
    await writer.close();
    equal(await content.open(writer.id), undefined);
  });

  caseOf(contract, `${name}: a sync tells how far the content is safe`, async ({ content }) => {
    const writer = await content.create();
    equal(await writer.sync(), 0);
    const appended = [writer.append(BYTES.slice(0, 10)), writer.append(BYTES.slice(10, 30))];
    equal(await writer.sync(), 30);
    equal(writer.durableOffset, 30);
    await Promise.all(appended);
    await writer.close();
  });

  caseOf(contract, `${name}: a writer that is closed takes no more`, async ({ content }) => {
    const writer = await content.create();
    await writer.close();
    await writer.close();
    equal(await faultOf(writer.append(BYTES)), "closed");
    equal(await faultOf(writer.seal()), "closed");
    const sealed = await content.create();
    await sealed.seal();
    equal(await faultOf(sealed.append(BYTES)), "closed");
  });

  caseOf(
    contract,
    `${name}: whoever waits for each append may write a lot`,
    async ({ content }) => {
      const writer = await content.create();
      const piece = new Uint8Array(65_536).fill(9);
      for (let count = 0; count < 100; count += 1) await writer.append(piece);
      equal((await writer.seal()).sizeBytes, 6_553_600);
    },
  );
}

function resuming(name: string, contract: ContentContract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: after a crash it goes on at the durable offset`, async (world) => {
    const writer = await world.content.create();
    await writer.append(BYTES.slice(0, 50_000));
    await writer.sync();
    await writer.append(BYTES.slice(50_000, 60_000));
    const content = await world.crash();
    const next = await content.resume(writer.id, 50_000);
    equal(next?.offset, 50_000);
    await next?.append(BYTES.slice(50_000));
    equal(await next?.seal(), { sizeBytes: BYTES.length, ...HASHES });
    equal(await whole(content, writer.id), BYTES);
  });

  caseOf(contract, `${name}: what lies behind the offset is cut away`, async ({ content }) => {
    const writer = await content.create();
    await writer.append(BYTES.slice(0, 1_000));
    await writer.append(new Uint8Array(5_000).fill(1));
    await writer.sync();
    await writer.close();
    const next = await content.resume(writer.id, 1_000);
    await next?.append(BYTES.slice(1_000));
    equal(await next?.seal(), { sizeBytes: BYTES.length, ...HASHES });
  });

  caseOf(contract, `${name}: one that was sealed and not heard of goes on too`, async (world) => {
    const writer = await world.content.create();
    await writer.append(BYTES);
    await writer.seal();
    const content = await world.crash();
    const next = await content.resume(writer.id, 70_000);
    equal(await content.open(writer.id), undefined);
    await next?.append(BYTES.slice(70_000));
    equal((await next?.seal())?.sha256, HASHES.sha256);
    equal(await whole(content, writer.id), BYTES);
  });

  caseOf(contract, `${name}: a content has one writer at a time`, async ({ content }) => {
    const writer = await content.create();
    await writer.append(BYTES);
    await writer.sync();
    equal(await content.resume(writer.id, 0), undefined);
    await writer.close();
    const next = await content.resume(writer.id, 0);
    equal(next?.offset, 0);
    equal(await content.resume(writer.id, 0), undefined);
    await next?.close();
  });

  caseOf(contract, `${name}: nothing goes on behind its end, or without a beginning`, async (w) => {
    const writer = await w.content.create();
    await writer.append(BYTES.slice(0, 10));
    await writer.sync();
    await writer.close();
    equal(await w.content.resume(writer.id, 11), undefined);
    for (const id of STRANGE_IDS) equal(await w.content.resume(id, 0), undefined);
  });
}

function reading(name: string, contract: ContentContract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: any range can be read, by many at once`, async ({ content }) => {
    const id = await stored(content);
    const ranges = [
      [0, 0],
      [0, 1],
      [65_535, 65_537],
      [99_999, 100_000],
      [1, 99_999],
    ] as const;
    const read = await Promise.all(
      ranges.map(async ([from, to]) => {
        const reader = await content.open(id);
        const bytes = reader && (await collected(reader.read(from, to)));
        await reader?.close();
        return bytes;
      }),
    );
    equal(
      read,
      ranges.map(([from, to]) => BYTES.slice(from, to)),
    );
  });

  caseOf(contract, `${name}: a reader may stop in the middle`, async ({ content }) => {
    const reader = await content.open(await stored(content));
    equal(reader?.sizeBytes, BYTES.length);
    for await (const piece of reader?.read(10, BYTES.length) ?? []) {
      equal(piece[0], BYTES[10]);
      break;
    }
    await reader?.close();
    await reader?.close();
    equal(await faultOf(collected(reader?.read(0, 5) ?? NOTHING)), "closed");
  });

  caseOf(contract, `${name}: what is not there cannot be read`, async ({ content }) => {
    await stored(content);
    for (const id of STRANGE_IDS) {
      equal(await content.open(id), undefined);
      equal(await content.delete(id), false);
    }
  });
}

function removing(name: string, contract: ContentContract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: deleted content is gone, sealed or not`, async (world) => {
    const kept = await stored(world.content);
    const sealed = await stored(world.content);
    const begun = await world.content.create();
    await begun.append(BYTES);
    await begun.sync();
    await begun.close();
    equal(await world.content.delete(sealed), true);
    equal(await world.content.delete(sealed), false);
    equal(await world.content.delete(begun.id), true);
    const content = await world.crash();
    equal(await idsOf(content), [kept]);
    equal(await content.open(sealed), undefined);
    equal(await content.resume(begun.id, 0), undefined);
  });

  caseOf(
    contract,
    `${name}: a reader reads on when the content is deleted`,
    async ({ content }) => {
      const id = await stored(content);
      const reader = await content.open(id);
      equal(await content.delete(id), true);
      equal(reader && (await collected(reader.read(0, BYTES.length))), BYTES);
      await reader?.close();
    },
  );

  caseOf(contract, `${name}: entries tell what there is`, async ({ content }) => {
    const sealed = await stored(content);
    const begun = await content.create();
    await begun.append(BYTES.slice(0, 77));
    await begun.sync();
    const entries: ContentEntry[] = [];
    for await (const entry of content.entries()) entries.push(entry);
    const facts = new Map(entries.map((entry) => [entry.id, [entry.sizeBytes, entry.sealed]]));
    equal(facts.get(sealed), [BYTES.length, true]);
    equal(facts.get(begun.id), [77, false]);
    equal(entries.length, 2);
    await begun.close();
  });

  caseOf(contract, `${name}: what nobody claims is removed, but not what is new`, async (world) => {
    const claimed = [await stored(world.content), await stored(world.content)];
    for (let count = 0; count < 5; count += 1) await stored(world.content);
    const content = await world.crash();
    const claims = async (ids: readonly string[]) =>
      new Set(ids.filter((id) => claimed.includes(id)));
    equal(await removeOrphans(content, { claimed: claims, before: 0, batch: 2 }), 0);
    const soon = Number.MAX_SAFE_INTEGER;
    equal(await removeOrphans(content, { claimed: claims, before: soon, batch: 2 }), 5);
    equal((await idsOf(content)).toSorted(), claimed.toSorted());
  });
}

const BYTES = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7 + (index >> 8)) % 256);
const HASHES = {
  sha1: "557878b8118e7a9bdc75bcfc419f9b082ce073e6",
  sha256: "55af394c980c7a7fb68aa904c4afdd93d76e5f826487105fc06f92a25bab8cbe",
};
const STRANGE_IDS = ["", "..", "../../etc/passwd", "0".repeat(32), "a/b", "a\0b", "x".repeat(500)];
const NOTHING: AsyncIterable<Uint8Array> = (async function* () {})();

function caseOf(
  { tools, make }: ContentContract,
  name: string,
  run: (world: ContentWorld) => Promise<void>,
): void {
  tools.test(name, async () => {
    const world = await make();
    try {
      await run(world);
    } finally {
      await world.end();
    }
  });
}

async function stored(content: FileContent): Promise<string> {
  const writer = await content.create();
  await writer.append(BYTES);
  await writer.seal();
  return writer.id;
}

async function whole(content: FileContent, id: string): Promise<Uint8Array | undefined> {
  const reader = await content.open(id);
  if (reader === undefined) return undefined;
  const bytes = await collected(reader.read(0, reader.sizeBytes));
  await reader.close();
  return bytes;
}

async function collected(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece.slice());
  return concatBytes(...all);
}

async function idsOf(content: FileContent): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of content.entries()) ids.push(id);
  return ids;
}

async function faultOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return "done";
  } catch (error) {
    return error instanceof Error && "fault" in error ? error.fault : error;
  }
}
