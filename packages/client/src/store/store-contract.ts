/** What every ClientStore must do, as cases that run in any runtime. */
import { hex } from "@parlance/wire";
import type { ClientStore, ReceivedRecord, SentRecord, StoredRecord } from "./client-store.ts";
import type { ReceivedFileRecord, SentFileRecord } from "./file-record.ts";

export interface StoreCase {
  readonly name: string;
  /** Rejects when the store breaks the contract. `open` gives the same store each time. */
  readonly run: (open: () => Promise<ClientStore>) => Promise<void>;
}

const BOB = "sip:bob@parlance.test";
const CAROL = "sip:carol@parlance.test";
const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** For every store. */
export const storeContract: readonly StoreCase[] = [
  {
    name: "gives back records as they were, numbered in the order of their arrival",
    async run(open) {
      const store = await open();
      const envelope = octets(256);
      const sent = await store.add(sentRecord("a", { subject: "Größe 🙂", expiresAt: 7 }));
      const received = await store.add(receivedRecord("a", { envelope, content: octets(70_000) }));
      same(await store.sent("a"), sent);
      same(await store.received("a", BOB), received);
      same(sent, { ...sentRecord("a", { subject: "Größe 🙂", expiresAt: 7 }), order: sent?.order });
      check((sent?.order ?? 0) > 0 && (received?.order ?? 0) > (sent?.order ?? 0), "order grows");
    },
  },
  {
    name: "takes each message once; the same id of another sender is another message",
    async run(open) {
      const store = await open();
      check((await store.add(receivedRecord("a"))) !== undefined, "first");
      same(await store.add(receivedRecord("a", { seen: true })), undefined);
      check((await store.add(receivedRecord("a", { from: CAROL }))) !== undefined, "other sender");
      check((await store.add(sentRecord("a"))) !== undefined, "other direction");
      same((await store.received("a", BOB))?.seen, false);
      same(await store.received("a", "sip:dave@parlance.test"), undefined);
      same(await store.sent("b"), undefined);
    },
  },
  {
    name: "takes one of several equal messages that come at once",
    async run(open) {
      const store = await open();
      const added = await Promise.all([1, 2, 3].map(() => store.add(receivedRecord("a"))));
      same(added.filter((record) => record !== undefined).length, 1);
      same(ids(await store.unseen(0, 10)), ["a"]);
    },
  },
  {
    name: "changes what is there and adds nothing",
    async run(open) {
      const store = await open();
      const before = present(await store.add(receivedRecord("a")));
      await store.change({ ...before, displayed: true, owed: ["displayed"] });
      same(await store.received("a", BOB), { ...before, displayed: true, owed: ["displayed"] });
      await store.change(receivedRecord("gone"));
      same(await store.received("gone", BOB), undefined);
    },
  },
  {
    name: "removes what is named and nothing else, and gives its number to no other",
    async run(open) {
      const store = await open();
      const last = [];
      for (const record of [sentRecord("a"), receivedRecord("a"), sentRecord("b")])
        last.push(present(await store.add<StoredRecord>(record)));
      await store.add(receivedRecord("a", { from: CAROL }));
      await store.remove([...last.slice(0, 2), receivedRecord("gone")]);
      same(await store.sent("a"), undefined);
      same(await store.received("a", BOB), undefined);
      same((await store.received("a", CAROL))?.id, "a");
      same(ids(await store.pending()), ["b"]);
      await store.remove([...last, receivedRecord("a", { from: CAROL })]);
      same(await store.conversations(9), []);
      const next = present(await store.add(sentRecord("a")));
      check(next.order > 4, "order grows");
    },
  },
  {
    name: "keeps ids apart that look like something else",
    async run(open) {
      const store = await open();
      const strange = ["__proto__", "a'b\"c", "x y", "x%y_", "ä", "a", "🙂", "constructor"];
      for (const id of strange) await store.add(sentRecord(id, { conversation: id }));
      for (const id of strange) same((await store.sent(id))?.id, id);
      for (const id of strange) same(ids(await store.page(id, EVERYTHING, 9)), [id]);
      same(ids(await store.conversations(99)), strange.toReversed());
    },
  },
  {
    name: "finds what is pending, oldest first: the outbox, what the server keeps, files under way",
    async run(open) {
      const store = await open();
      for (const id of ["1", "2", "3"]) await store.add(sentRecord(id));
      await store.add(receivedRecord("4"));
      const file = present(await store.add(sentFile("5")));
      const offered = present(await store.add(receivedFile("6")));
      const second = present(await store.sent("2"));
      for (const state of ["sent", "deferred"] as const) {
        await store.change({ ...second, state });
        same(ids(await store.pending()), ["1", "2", "3", "5", "6"]);
      }
      await store.change({ ...second, state: "delivered" });
      await store.change({ ...file, state: "deferred" });
      same(ids(await store.pending()), ["1", "3", "5", "6"]);
      await store.change({ ...file, state: "failed" });
      same(ids(await store.pending()), ["1", "3", "6"]);
      await store.change({ ...offered, state: "complete" });
      same(ids(await store.pending()), ["1", "3"]);
    },
  },
  {
    name: "keeps files beside messages, in one order, each by its sender and id",
    async run(open) {
      const store = await open();
      await store.add(sentRecord("1"));
      const sent = present(await store.add(sentFile("1")));
      const received = present(await store.add(receivedFile("1", { place: "/tmp/größe" })));
      same(await store.add(receivedFile("1")), undefined);
      check((await store.add(receivedFile("1", { from: CAROL }))) !== undefined, "other sender");
      const [, ...before] = await store.page(BOB, EVERYTHING, 9);
      same(before.slice(0, 2), [received, sent]);
      const now = { ...received, state: "complete", failure: undefined } as const;
      await store.change(now);
      same((await store.page(BOB, received.order + 1, 1))[0], now);
      same(await store.receivedFile("1", BOB), now);
      same(await store.sentFile("1"), sent);
      same(await store.sentFile("2"), undefined);
      same(await store.receivedFile("1", "sip:dave@parlance.test"), undefined);
      same(ids(await store.unseen(0, 9)), []);
      same((await store.conversations(1)).length, 1);
    },
  },
  {
    name: "finds what was not seen, oldest first, page by page",
    async run(open) {
      const store = await open();
      for (const id of ["1", "2", "3", "4"]) await store.add(receivedRecord(id));
      await store.add(sentRecord("5"));
      const [first, second] = await store.unseen(0, 2);
      same(ids([present(first), present(second)]), ["1", "2"]);
      same(ids(await store.unseen(second?.order ?? 0, 10)), ["3", "4"]);
      await store.change({ ...present(await store.received("3", BOB)), seen: true });
      same(ids(await store.unseen(0, 10)), ["1", "2", "4"]);
      same(ids(await store.unseen(0, 0)), []);
    },
  },
  {
    name: "finds owed receipts, oldest first",
    async run(open) {
      const store = await open();
      for (const id of ["1", "2", "3"])
        await store.add(receivedRecord(id, { owed: ["delivered"] }));
      await store.add(receivedRecord("4"));
      same(ids(await store.owing(2)), ["1", "2"]);
      await store.change({ ...present(await store.received("1", BOB)), owed: [] });
      same(ids(await store.owing(10)), ["2", "3"]);
    },
  },
  {
    name: "turns the pages of one conversation, newest first",
    async run(open) {
      const store = await open();
      for (const id of ["1", "2", "3"]) await store.add(sentRecord(id));
      await store.add(sentRecord("x", { conversation: CAROL }));
      await store.add(sentRecord("y", { conversation: `${BOB} ${CAROL}` }));
      await store.add(receivedRecord("4"));
      const page = await store.page(BOB, EVERYTHING, 2);
      same(ids(page), ["4", "3"]);
      same(ids(await store.page(BOB, present(page[1]).order, 9)), ["2", "1"]);
      same(ids(await store.page(BOB, 0, 9)), []);
      same(ids(await store.page(BOB, EVERYTHING, 0)), []);
      same(ids(await store.page("sip:nobody@parlance.test", EVERYTHING, 9)), []);
    },
  },
  {
    name: "knows the newest entry of each conversation, the newest conversation first",
    async run(open) {
      const store = await open();
      same(ids(await store.conversations(9)), []);
      await store.add(sentRecord("1"));
      await store.add(sentRecord("2", { conversation: CAROL }));
      await store.add(sentRecord("3", { conversation: `${BOB} ${CAROL}` }));
      await store.add(receivedRecord("4"));
      same(ids(await store.conversations(9)), ["4", "3", "2"]);
      same(ids(await store.conversations(2)), ["4", "3"]);
    },
  },
  {
    name: "keeps small values",
    async run(open) {
      const store = await open();
      same(await store.value("instance"), undefined);
      await store.setValue("instance", "one");
      await store.setValue("instance", "two");
      await store.setValue("__proto__", "");
      same(await store.value("instance"), "two");
      same(await store.value("__proto__"), "");
    },
  },
];

/** For stores that outlive their program. */
export const durableContract: readonly StoreCase[] = [
  {
    name: "has everything after it was closed and opened again, and counts on",
    async run(open) {
      const before = await open();
      const sent = present(await before.add(sentRecord("1")));
      await before.add(receivedRecord("2", { owed: ["delivered"] }));
      const file = present(await before.add(sentFile("2")));
      await before.setValue("instance", "urn:uuid:1");
      await before.close();
      await before.close();
      const after = await open();
      same(await after.pending(), [sent, file]);
      same(ids(await after.unseen(0, 9)), ["2"]);
      same(ids(await after.owing(9)), ["2"]);
      same(await after.value("instance"), "urn:uuid:1");
      same(await after.add(receivedRecord("2")), undefined);
      check(present(await after.add(receivedRecord("3"))).order > sent.order + 1, "order grows");
      await after.close();
    },
  },
  {
    name: "refuses everything once it is closed",
    async run(open) {
      const store = await open();
      await store.close();
      const refused = await Promise.allSettled([
        store.add(sentRecord("1")),
        store.change(sentRecord("1")),
        store.pending(),
        store.value("instance"),
        store.setValue("instance", "x"),
      ]);
      same(new Set(refused.map(({ status }) => status)).has("fulfilled"), false);
    },
  },
];

function sentRecord(id: string, differing: Partial<SentRecord> = {}): SentRecord {
  return {
    direction: "sent",
    id,
    conversation: BOB,
    order: 0,
    at: 1_700_000_000_000,
    contentType: "text/plain;charset=UTF-8",
    content: octets(3),
    recipients: [{ address: BOB, uri: `${BOB};gr=1`, state: "queued" }],
    state: "queued",
    failure: undefined,
    receipts: ["delivered", "displayed"],
    expiresAt: undefined,
    anonymous: false,
    namesRecipients: false,
    subject: undefined,
    disposition: undefined,
    ...differing,
  };
}

function receivedRecord(id: string, differing: Partial<ReceivedRecord> = {}): ReceivedRecord {
  return {
    direction: "received",
    id,
    conversation: BOB,
    order: 0,
    at: 1_700_000_000_000,
    contentType: "application/octet-stream",
    content: new Uint8Array(0),
    from: BOB,
    fromName: undefined,
    writtenAt: undefined,
    subject: undefined,
    disposition: undefined,
    seen: false,
    displayed: false,
    wants: ["delivered"],
    owed: [],
    envelope: undefined,
    ...differing,
  };
}

function sentFile(id: string, differing: Partial<SentFileRecord> = {}): SentFileRecord {
  return { direction: "sent file", state: "offered", ...FILE, id, ...differing };
}

function receivedFile(id: string, differing: Partial<ReceivedFileRecord> = {}): ReceivedFileRecord {
  const from = { from: BOB, fromName: "Bob", place: undefined };
  return { direction: "received file", state: "receiving", ...FILE, ...from, id, ...differing };
}

const FILE = {
  conversation: BOB,
  order: 0,
  at: 1_700_000_000_000,
  name: "größe.png",
  type: "image/png",
  sizeBytes: 7,
  hashes: [{ algorithm: "sha-1", value: "00".repeat(20) }],
  failure: { code: "timeout", status: 480 },
  via: "session",
  messageId: undefined,
} as const;

function octets(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => index % 256);
}

function ids(records: readonly StoredRecord[]): string[] {
  return records.map(({ id }) => id);
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a record is missing");
  return value;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

function same(actual: unknown, expected: unknown): void {
  const [found, wanted] = [spelt(actual), spelt(expected)];
  if (found !== wanted) throw new Error(`expected ${wanted}, found ${found}`);
}

/** Keys in order, octets as octets; what is undefined is as good as absent. */
function spelt(value: unknown): string {
  if (value instanceof Uint8Array) return `<${hex(value)}>`;
  if (Array.isArray(value)) return `[${value.map(spelt).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, each]) => `${key}: ${spelt(each)}`).join()}}`;
}
