/** What every DeferredStore must hold. */
import type { DeferredMessage, DeferredQuota } from "../deferred.ts";
import type { Stores } from "../stores.ts";
import { bytesOf, type Contract, caseOf } from "./contract.ts";

export function deferredStoreContract(name: string, contract: Contract): void {
  keeping(name, contract);
  quota(name, contract);
  handingOut(name, contract);
}

function keeping(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: a message survives a restart, each byte of it`, async (world) => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
    const full: DeferredMessage = {
      ...message("1"),
      subject: 'Ünïcode 🙂 \0 "quoted" [,] \r\n',
      privacy: "id",
      group: "sip:team@parlance.test",
      kind: "imdn",
      mode: "large",
      poisoned: true,
      bytes,
    };
    equal(await world.stores.deferred.add(full, AMPLE), "stored");
    equal(await world.stores.deferred.add(message("2"), AMPLE), "stored");
    const { deferred } = await world.restart();
    equal(await deferred.page(ALICE, undefined, 10), [full, message("2")]);
    equal(await deferred.find(ALICE, "1"), full);
  });

  caseOf(contract, `${name}: a message that is empty is kept as such`, async ({ stores }) => {
    const empty = message("1", { bytes: bytesOf(0, 0), sizeBytes: 0 });
    equal(await stores.deferred.add(empty, AMPLE), "stored");
    equal(await stores.deferred.page(ALICE, undefined, 10), [empty]);
  });

  caseOf(contract, `${name}: a message asked to be stored twice waits once`, async ({ stores }) => {
    equal(await stores.deferred.add(message("1"), AMPLE), "stored");
    equal(await stores.deferred.add(message("1", { subject: "other" }), AMPLE), "known");
    equal(await stores.deferred.page(ALICE, undefined, 10), [message("1")]);
    equal(await stores.deferred.usage(ALICE), { messages: 1, bytes: 100 });
  });

  caseOf(contract, `${name}: an attempt is counted and nothing else changes`, async (world) => {
    const { deferred } = world.stores;
    await deferred.add(message("1"), AMPLE);
    const attempt = { attempts: 3, nextAttemptAt: 77, poisoned: true };
    equal(await deferred.markAttempt(ALICE, "1", attempt), true);
    equal(await deferred.markAttempt(BOB, "1", attempt), false);
    equal(await deferred.markAttempt(ALICE, "2", attempt), false);
    const after = await (await world.restart()).deferred.find(ALICE, "1");
    equal(after, { ...message("1"), ...attempt });
  });

  caseOf(contract, `${name}: what was removed is gone, and nothing else`, async (world) => {
    const { deferred } = world.stores;
    await addAll(world.stores, [message("1"), message("2"), message("3")]);
    await deferred.add(message("2b", { recipient: BOB }), AMPLE);
    equal(await deferred.remove(ALICE, ["1", "3", "3", "9", "2b"]), 2);
    equal(await deferred.remove(ALICE, ["1"]), 0);
    equal(await deferred.remove(ALICE, []), 0);
    const again = (await world.restart()).deferred;
    equal(await again.page(ALICE, undefined, 10), [message("2")]);
    equal(await again.recipients(undefined, 10), [ALICE, BOB]);
    equal(await again.removeAll(BOB), 1);
    equal(await again.recipients(undefined, 10), [ALICE]);
    equal(await again.usage(BOB), { messages: 0, bytes: 0 });
  });
}

function quota(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(
    contract,
    `${name}: the quota of messages keeps the old, refuses the new`,
    async (world) => {
      const { deferred } = world.stores;
      const two: DeferredQuota = { messages: 2, bytes: 1000 };
      equal(await deferred.add(message("1"), two), "stored");
      equal(await deferred.add(message("2"), two), "stored");
      equal(await deferred.add(message("3"), two), "over quota");
      equal(await deferred.add(message("1"), two), "known");
      equal(await deferred.add(message("4", { recipient: BOB }), two), "stored");
      await deferred.remove(ALICE, ["1"]);
      equal(await deferred.add(message("5"), two), "stored");
      equal(await deferred.add(message("6"), two), "over quota");
      equal(await (await world.restart()).deferred.add(message("7"), two), "over quota");
    },
  );

  caseOf(contract, `${name}: the quota of bytes holds to the byte`, async ({ stores }) => {
    const { deferred } = stores;
    const small: DeferredQuota = { messages: 10, bytes: 250 };
    equal(await deferred.add(message("1"), small), "stored");
    equal(await deferred.add(message("2"), small), "stored");
    equal(await deferred.add(message("3", { bytes: bytesOf(51, 1) }), small), "over quota");
    equal(await deferred.add(message("4", { bytes: bytesOf(50, 1) }), small), "stored");
    equal(await deferred.add(message("5", { bytes: bytesOf(1, 1) }), small), "over quota");
    equal(await deferred.usage(ALICE), { messages: 3, bytes: 250 });
    equal(await deferred.remove(ALICE, ["1", "4"]), 2);
    equal(await deferred.usage(ALICE), { messages: 1, bytes: 100 });
  });

  caseOf(contract, `${name}: adds asked for at once cannot pass the quota`, async ({ stores }) => {
    const five: DeferredQuota = { messages: 5, bytes: 10_000 };
    const ids = Array.from({ length: 20 }, (_, index) => String(index + 10));
    const results = await Promise.all(ids.map((id) => stores.deferred.add(message(id), five)));
    equal(results.filter((result) => result === "stored").length, 5);
    const kept = await stores.deferred.page(ALICE, undefined, 50);
    equal(
      kept.map(({ id }) => id),
      ids.slice(0, 5),
    );
  });
}

function handingOut(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: messages come in the order of ids, page by page`, async (world) => {
    const { deferred } = world.stores;
    await addAll(
      world.stores,
      ["3", "1", "5", "2", "4"].map((id) => message(id)),
    );
    await deferred.add(message("2x", { recipient: BOB }), AMPLE);
    const ids = async (after: string | undefined, limit: number) =>
      (await deferred.page(ALICE, after, limit)).map(({ id }) => id);
    equal(await ids(undefined, 2), ["1", "2"]);
    equal(await ids("2", 2), ["3", "4"]);
    equal(await ids("2x", 9), ["3", "4", "5"]);
    equal(await ids("5", 2), []);
    equal(await deferred.page("sip:nobody@parlance.test", undefined, 2), []);
  });

  caseOf(contract, `${name}: an entry is the message without its bytes`, async ({ stores }) => {
    await addAll(stores, [message("1"), message("2")]);
    const [entry] = await stores.deferred.list(ALICE, "1", 1);
    equal({ ...entry, bytes: message("2").bytes }, message("2"));
    equal(entry !== undefined && "bytes" in entry, false);
  });

  caseOf(contract, `${name}: a message is found by its recipient only`, async ({ stores }) => {
    await stores.deferred.add(message("1"), AMPLE);
    equal(await stores.deferred.find(BOB, "1"), undefined);
    equal(await stores.deferred.find(ALICE, "0"), undefined);
    equal(await stores.deferred.find(ALICE, "1"), message("1"));
  });

  caseOf(contract, `${name}: expired messages are told oldest first and stay`, async (world) => {
    const { deferred } = world.stores;
    await addAll(world.stores, [dying("1", 30), dying("2", 10), dying("3", 20), dying("4", 31)]);
    equal(await deferred.expired(9, 5), []);
    equal(await deferred.expired(30, 2), [dying("2", 10), dying("3", 20)]);
    equal(await deferred.remove(ALICE, ["2", "3"]), 2);
    equal(await deferred.expired(30, 2), [dying("1", 30)]);
  });

  caseOf(contract, `${name}: recipients are told once, in order`, async ({ stores }) => {
    await addAll(stores, [message("1"), message("2"), message("3", { recipient: BOB })]);
    equal(await stores.deferred.recipients(undefined, 1), [ALICE]);
    equal(await stores.deferred.recipients(ALICE, 5), [BOB]);
    equal(await stores.deferred.recipients(BOB, 5), []);
  });

  caseOf(
    contract,
    `${name}: octets that lie elsewhere count, and are known`,
    async ({ stores }) => {
      const { deferred } = stores;
      const large = message("1", { mode: "large", content: "c1", sizeBytes: 900_000 });
      await addAll(stores, [large, message("2")]);
      equal(await deferred.usage(ALICE), { messages: 2, bytes: 900_200 });
      equal(await deferred.contents(), ["c1"]);
      const another = message("3", { mode: "large", content: "c3", sizeBytes: 100_000 });
      equal(await deferred.add(another, AMPLE), "over quota");
      equal(await deferred.page(ALICE, undefined, 1), [large]);
      await deferred.remove(ALICE, ["1"]);
      equal(await deferred.contents(), []);
      equal(await deferred.usage(ALICE), { messages: 1, bytes: 100 });
    },
  );

  caseOf(contract, `${name}: who has most is known, by messages and by octets`, async (world) => {
    equal(await world.stores.deferred.mostUsed(), { messages: 0, bytes: 0 });
    await addAll(world.stores, [message("1"), message("2"), message("3")]);
    await world.stores.deferred.add(
      message("4", { recipient: BOB, bytes: bytesOf(900, 1) }),
      AMPLE,
    );
    const { deferred } = await world.restart();
    equal(await deferred.mostUsed(), { messages: 3, bytes: 900 });
    await deferred.removeAll(BOB);
    equal(await deferred.mostUsed(), { messages: 3, bytes: 300 });
  });

  caseOf(contract, `${name}: a read sees what was asked for before it`, async ({ stores }) => {
    const added = stores.deferred.add(message("1"), AMPLE);
    const page = stores.deferred.page(ALICE, undefined, 5);
    const removed = stores.deferred.remove(ALICE, ["1"]);
    const after = stores.deferred.page(ALICE, undefined, 5);
    equal(await Promise.all([added, page, removed, after]), ["stored", [message("1")], 1, []]);
  });
}

const ALICE = "sip:alice@parlance.test";
const BOB = "sip:bob@parlance.test";
const AMPLE: DeferredQuota = { messages: 1000, bytes: 1_000_000 };

function message(id: string, parts: Partial<DeferredMessage> = {}): DeferredMessage {
  return {
    id,
    recipient: ALICE,
    originator: "sip:carol@parlance.test",
    originatorShown: "<sip:anonymous@anonymous.invalid>",
    privacy: undefined,
    group: undefined,
    subject: undefined,
    kind: "message",
    mode: "pager",
    receivedAt: 1_900_000_000_000,
    expiresAt: 1_900_600_000_000,
    sizeBytes: 11,
    attempts: 0,
    nextAttemptAt: 0,
    poisoned: false,
    content: undefined,
    bytes: bytesOf(100, 7),
    ...parts,
  };
}

function dying(id: string, expiresAt: number): DeferredMessage {
  return message(id, { expiresAt });
}

async function addAll({ deferred }: Stores, messages: readonly DeferredMessage[]): Promise<void> {
  await Promise.all(messages.map((each) => deferred.add(each, AMPLE)));
}
