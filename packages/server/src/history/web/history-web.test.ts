/** What users keep, over HTTP: requests as values over a store in memory. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type StartHash, utf8Bytes, utf8Text } from "@parlance/wire";
import * as fc from "fast-check";
import { hashing, SeededRandom } from "../../core/machine-ports.test.ts";
import {
  foldText,
  memoryContent,
  memoryStores,
  type NewHistoryMessage,
  type NewRecording,
} from "../../store/index.ts";
import { HandClock } from "../../testing/clock.ts";
import { CountedMetrics, NotedHits, silentLog } from "../../testing/ports.ts";
import { refusal, type WebAnswer } from "../../web/index.ts";
import { Cursors, HistoryStateDocument, HistoryWeb } from "../index.ts";

const startHash: StartHash = (algorithm) => {
  const hash = createHash(algorithm.replace("-", ""));
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
};
const BOB = "sip:bob@parlance.test";
const TEAM = "sip:team@parlance.test";
const ONCE = "sip:im-1@parlance.test";
const AMPLE = { messages: 10_000, bytes: 1e9 };

interface Told {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly json: Json;
}

/** What a client may find in an answer. */
interface Json {
  readonly error: string;
  readonly removed: unknown;
  readonly more: boolean;
  readonly before: string | null;
  readonly after: string | null;
  readonly upTo: string;
  readonly text: string;
  readonly messages: readonly Said[];
  readonly conversations: readonly {
    readonly conversation: string;
    readonly kind: string;
    readonly name: string | undefined;
    readonly ended: boolean | undefined;
    readonly unread: number;
    readonly last: Said;
  }[];
  readonly read: readonly { readonly upTo: string }[];
  readonly hits: readonly {
    readonly excerpt: string;
    readonly cursor: string;
    readonly matches: readonly object[];
  }[];
}

interface Said {
  readonly text: string;
}

class HistoryWorld {
  readonly clock = new HandClock();
  readonly stores = memoryStores();
  readonly metrics = new CountedMetrics();
  readonly hits = new NotedHits();
  readonly state = new HistoryStateDocument(this.stores.history);
  readonly contents = memoryContent({ random: new SeededRandom(7), startHash, now: () => 0 });
  waits: number | undefined;
  readonly #web: HistoryWeb;
  #count = 0;

  constructor() {
    const { clock, stores, metrics, hits, state } = this;
    this.#web = new HistoryWeb(
      {
        store: stores.history,
        recordings: stores.recordings,
        content: this.contents,
        cursors: new Cursors(utf8Bytes("cursor key cursor key cursor k 32"), hashing),
        clock,
        login: async ({ headers }) => {
          const [name] = headers.get("x-user") ?? [];
          if (name === undefined) return { do: "refuse", answer: refusal(401, "unauthorized") };
          const address = `sip:${name}@parlance.test`;
          const user = { name, address, identities: [address], displayName: undefined };
          return { do: "accept", user: { ...user, disabled: false } };
        },
        keyOf: (address) => (address.startsWith("sip:") ? address : undefined),
        groupAt: (conversation) =>
          conversation === TEAM ? { kind: "room", name: "Team" } : undefined,
        take: () => this.waits,
        removed: (user) => state.changed(user),
        read: (user) => state.changed(user),
        hits,
        log: silentLog,
        metrics,
      },
      { exports: 2 },
    );
  }

  async keep(text: string, parts: Partial<NewHistoryMessage> = {}, type = "text/plain") {
    this.#count += 1;
    const cpim = `From: Bob <${BOB}>\r\nTo: <sip:alice@parlance.test>\r\n\r\nContent-Type: ${type}\r\n\r\n${text}`;
    await this.stores.history.add(
      {
        id: `${this.#count}`,
        owner: "alice",
        conversation: BOB,
        direction: "received",
        mode: "pager",
        from: BOB,
        authId: BOB,
        to: "sip:alice@parlance.test",
        group: undefined,
        subject: undefined,
        type,
        messageId: `m${this.#count}`,
        at: Date.UTC(2030, 4, 4, 10, this.#count),
        expiresAt: 1e15,
        sizeBytes: text.length,
        content: undefined,
        bytes: utf8Bytes(cpim),
        searchText: foldText(text),
        ...parts,
      },
      AMPLE,
    );
  }

  get(path: string, user = "alice"): Promise<Told> {
    return this.ask("GET", path, undefined, user);
  }

  async ask(
    method: string,
    path: string,
    body?: object,
    user: string | undefined = "alice",
  ): Promise<Told> {
    const answer = await this.answer(method, path, body, user);
    const text = await wholeText(answer.body);
    const told = new Map(answer.headers);
    const isJson = told.get("content-type") === "application/json";
    const json: Json = JSON.parse(isJson && text !== "" ? text : "{}");
    return { status: answer.status, headers: told, text, json };
  }

  /** With a body that is not read yet. */
  answer(method: string, path: string, body?: object, user = "alice"): Promise<WebAnswer> {
    const [before = "", query = ""] = path.split("?", 2);
    const headers = new Map([["content-type", ["application/json"]]]);
    if (user !== "") headers.set("x-user", [user]);
    return this.#web.handle({
      method,
      target: `/history/${path}`,
      path: ["history", ...before.split("/").map(decodeURIComponent)],
      query: new Map(new URLSearchParams(query)),
      headers,
      source: { host: "192.0.2.1", secure: true },
      body: (async function* pieces() {
        if (body !== undefined) yield utf8Bytes(JSON.stringify(body));
      })(),
    });
  }
}

async function wholeText(
  body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined,
): Promise<string> {
  if (body === undefined || typeof body === "string") return body ?? "";
  if (body instanceof Uint8Array) return utf8Text(body);
  let text = "";
  for await (const piece of body) text += utf8Text(piece);
  return text;
}

function texts({ json }: Told): readonly string[] {
  return json.messages.map(({ text }) => text);
}

test("messages are paged in both directions, the oldest of a page first", async () => {
  const world = new HistoryWorld();
  for (const number of [1, 2, 3, 4, 5]) await world.keep(`say ${number}`);
  await world.keep("to all", { conversation: TEAM, group: TEAM });
  const newest = await world.get(`messages?with=${BOB}&limit=2`);
  assert.deepEqual(texts(newest), ["say 4", "say 5"]);
  const older = await world.get(`messages?with=${BOB}&limit=2&before=${newest.json.before}`);
  assert.deepEqual(texts(older), ["say 2", "say 3"]);
  const oldest = await world.get(`messages?with=${BOB}&limit=2&before=${older.json.before}`);
  assert.deepEqual(texts(oldest), ["say 1"]);
  assert.equal(oldest.json.before, null);
  const forth = await world.get(`messages?limit=3&after=${oldest.json.after}`);
  assert.deepEqual(texts(forth), ["say 2", "say 3", "say 4"]);
  assert.equal(typeof forth.json.before, "string");
  const end = await world.get(`messages?after=${(await world.get("messages")).json.after}`);
  assert.deepEqual(texts(end), []);
  await world.keep("news");
  assert.deepEqual(texts(await world.get(`messages?after=${end.json.after}`)), ["news"]);
  const last = await world.get(`messages?with=${BOB}&limit=1`);
  assert.deepEqual(last.json.messages[0], {
    id: "7",
    messageId: "m7",
    conversation: BOB,
    direction: "in",
    mode: "pager",
    from: BOB,
    fromName: "Bob",
    to: "sip:alice@parlance.test",
    time: "2030-05-04T10:07:00.000Z",
    contentType: "text/plain",
    size: 4,
    text: "news",
    place: 7,
    cursor: last.json.after,
  });
  const none = await world.get("messages", "carol");
  assert.deepEqual([none.json.messages, none.json.before], [[], null]);
});

test("what is asked in a wrong way is told so, and nobody sees what is another's", async () => {
  const world = new HistoryWorld();
  await world.keep("mine");
  const { after } = (await world.get("messages")).json;
  const faults: readonly (readonly [string, number, string])[] = [
    ["messages?limit=0", 400, "bad limit"],
    ["messages?limit=201", 400, "bad limit"],
    ["messages?limit=1e1", 400, "bad limit"],
    ["messages?before=1", 400, "bad cursor"],
    [`messages?before=2${after}`, 400, "bad cursor"],
    [`messages?before=${after}&after=${after}`, 400, "two cursors"],
    ["messages?with=nobody", 400, "bad address"],
    ["messages?wiht=x", 400, "unknown parameter"],
    ["search?q=%20", 400, "nothing to look for"],
    ["export?format=xml", 400, "unknown format"],
    ["messages/9", 404, "not found"],
    ["messages/1/else", 404, "not found"],
    ["else", 404, "not found"],
  ];
  for (const [path, status, error] of faults) {
    const told = await world.get(path);
    assert.deepEqual([told.status, told.json.error], [status, error], path);
  }
  assert.equal((await world.ask("POST", "messages")).status, 405);
  assert.equal((await world.get("messages", "")).status, 401);
  for (const [method, path] of [
    ["GET", "messages/1"],
    ["GET", "messages/1/content"],
    ["DELETE", "messages/1"],
    ["DELETE", `conversations/${encodeURIComponent(BOB)}`],
  ] as const) {
    assert.equal((await world.ask(method, path, undefined, "mallory")).status, 404, path);
  }
  const foreign = await world.get(`messages?before=${after}`, "mallory");
  assert.equal(foreign.json.error, "bad cursor");
  assert.equal((await world.get("messages/1")).json.text, "mine");
  assert.equal(world.metrics.labelled.get("history_requests_total 400"), 11);
});

test("who asks too often waits, and it is counted", async () => {
  const world = new HistoryWorld();
  world.waits = 3;
  const told = await world.get("messages");
  assert.deepEqual([told.status, told.headers.get("retry-after")], [429, "3"]);
  assert.deepEqual(world.hits.limits, ["historyRequestsPerSecond"]);
});

test("conversations are listed with kind, name, last message and what is not read; a group that is gone by its last subject", async () => {
  const world = new HistoryWorld();
  await world.keep("one");
  await world.keep("two");
  await world.keep("to all", { conversation: TEAM, group: TEAM });
  await world.keep("three", { direction: "sent" });
  const once = { conversation: ONCE, group: ONCE, mode: "session", subject: "Lunch" } as const;
  await world.keep("soup", { ...once, direction: "sent" });
  const { json } = await world.get("conversations");
  const shown = json.conversations.map((one) => [
    one.conversation,
    one.kind,
    one.name,
    one.ended,
    one.unread,
    one.last.text,
  ]);
  assert.deepEqual(shown, [
    [ONCE, "group", "Lunch", true, 0, "soup"],
    [BOB, "user", undefined, undefined, 2, "three"],
    [TEAM, "room", "Team", undefined, 1, "to all"],
  ]);
  const first = (await world.get("conversations?limit=1")).json;
  const second = (await world.get(`conversations?limit=1&before=${first.before}`)).json;
  assert.equal(first.conversations[0]?.conversation, ONCE);
  assert.equal(second.conversations[0]?.conversation, BOB);
});

test("what one device has read the others learn, and it never goes back", async () => {
  const world = new HistoryWorld();
  for (const number of [1, 2, 3]) await world.keep(`say ${number}`);
  const told: string[] = [];
  world.state.onChange(({ name }) => told.push(name));
  const user = { name: "alice", address: "", identities: [], displayName: undefined };
  const before = await world.state.read({ ...user, disabled: false });
  const put = (body: object) => world.ask("PUT", "read", body);
  assert.equal((await put({ conversation: BOB, messageIds: ["m1", "m2"] })).json.upTo, "2");
  assert.equal((await put({ conversation: BOB, upTo: "1" })).json.upTo, "2");
  assert.equal((await put({ conversation: TEAM, upTo: "1" })).status, 404);
  assert.equal((await put({ conversation: BOB })).json.error, "up to where");
  assert.equal((await put({ conversation: BOB, upTo: 1 })).status, 400);
  assert.deepEqual(told, ["alice"]);
  const after = await world.state.read({ ...user, disabled: false });
  assert.notDeepEqual(after, before);
  const all = (await world.get("read")).json;
  const mark = { conversation: BOB, upTo: "2", messageId: "m2", time: "2030-05-04T10:02:00.000Z" };
  assert.deepEqual(all.read, [mark]);
  assert.deepEqual((await world.get(`read?after=${all.after}`)).json.read, []);
  assert.equal((await world.get("conversations")).json.conversations[0]?.unread, 1);
  await put({ conversation: BOB, upTo: "3" });
  const news = (await world.get(`read?after=${all.after}`)).json.read;
  assert.deepEqual(
    news.map(({ upTo }) => upTo),
    ["3"],
  );
});

test("a hit tells where in the text it is; signs of query languages are text", async () => {
  const world = new HistoryWorld();
  await world.keep("Please send the Invoice by Monday");
  await world.keep(`100% '; DROP TABLE history; -- .* _sure_ "x"`);
  const { json } = await world.get("search?q=invoice%20MONDAY");
  const [hit] = json.hits;
  assert.equal(hit?.excerpt, "Please send the Invoice by Monday");
  assert.deepEqual(hit?.matches, [
    { start: 16, length: 7 },
    { start: 27, length: 6 },
  ]);
  assert.equal(json.before, null);
  const around = await world.get(`messages?after=${hit?.cursor}`);
  assert.equal(texts(around).length, 1);
  for (const query of ["100%", "'; DROP TABLE", "--", ".*", "_sure_", '"x"', "NEAR(", "a*"]) {
    const told = await world.get(`search?q=${encodeURIComponent(query)}`);
    assert.equal(told.status, 200, query);
    const least = ["NEAR(", "a*"].includes(query) ? 0 : 1;
    assert.equal(told.json.hits.length, least, query);
  }
  assert.deepEqual((await world.get("search?q=invoice", "carol")).json.hits, []);
});

test("what was removed is gone, one by one or a conversation at once", async () => {
  const world = new HistoryWorld();
  for (const number of [1, 2, 3]) await world.keep(`say ${number}`);
  await world.keep("to all", { conversation: TEAM });
  assert.equal((await world.ask("DELETE", "messages/2")).status, 204);
  assert.equal((await world.ask("DELETE", "messages/2")).status, 404);
  assert.deepEqual(texts(await world.get(`messages?with=${BOB}`)), ["say 1", "say 3"]);
  const path = `conversations/${encodeURIComponent(BOB)}`;
  assert.deepEqual((await world.ask("DELETE", path)).json, { removed: 2 });
  assert.equal((await world.ask("DELETE", path)).status, 404);
  assert.deepEqual(texts(await world.get("messages")), ["to all"]);
});

test("what one device has removed the others learn, by what they know it", async () => {
  const world = new HistoryWorld();
  for (const number of [1, 2, 3]) await world.keep(`say ${number}`);
  await world.keep("without an id", { messageId: undefined });
  await world.keep("to all", { conversation: TEAM });
  const told: string[] = [];
  world.state.onChange(({ name }) => told.push(name));
  const by = (address: string, id: string, user?: string) =>
    world.ask("DELETE", `messages?with=${address}&messageId=${id}`, undefined, user);
  assert.deepEqual((await by(BOB, "m2")).json, { removed: 1 });
  assert.deepEqual((await by(BOB, "4")).json, { removed: 1 });
  assert.deepEqual((await by(TEAM, "m1")).json, { removed: 0 });
  assert.deepEqual((await by(BOB, "m1", "carol")).json, { removed: 0 });
  assert.equal((await world.ask("DELETE", "messages/3")).status, 204);
  assert.deepEqual(texts(await world.get("messages")), ["say 1", "to all"]);
  const first = (await world.get("removed?limit=3")).json;
  const time = new Date(world.clock.now()).toISOString();
  assert.deepEqual(first.removed, [
    { conversation: BOB, messageId: "m2", time },
    { conversation: BOB, messageId: "4", time },
    { conversation: TEAM, messageId: "m1", time },
  ]);
  assert.equal(first.more, true);
  const path = `conversations/${encodeURIComponent(BOB)}`;
  assert.deepEqual((await world.ask("DELETE", path)).json, { removed: 1 });
  const rest = (await world.get(`removed?after=${first.after}`)).json;
  assert.deepEqual(rest.removed, [{ conversation: BOB, time }]); // what was of it is in it
  assert.equal(rest.more, false);
  assert.deepEqual(told, ["alice", "alice", "alice", "carol", "alice", "alice"]);
  for (const wrong of ["messages", `messages?with=${BOB}`, "messages?messageId=m1"])
    assert.equal((await world.ask("DELETE", wrong)).status, 400, wrong);
});

test("with what was said in sessions goes who was in them, once they are over", async () => {
  const world = new HistoryWorld();
  const { recordings } = world.stores;
  await recordings.begin(sessionOf("1", BOB));
  await recordings.begin(sessionOf("2", BOB));
  await recordings.begin(sessionOf("3", TEAM));
  for (const id of ["1", "3"]) await recordings.end("alice", id, 1, []);
  await world.keep("said", { mode: "session" });
  const path = `conversations/${encodeURIComponent(BOB)}`;
  assert.deepEqual((await world.ask("DELETE", path)).json, { removed: 1 });
  const left = await recordings.list("alice", undefined, 9);
  assert.deepEqual(left.map(({ id }) => id).toSorted(), ["2", "3"]);
});

test("content that is no text is fetched as octets, and never as a page", async () => {
  const world = new HistoryWorld();
  await world.keep("<script>alert(1)</script>", {}, "text/html");
  const { status, text, headers } = await world.get("messages/1/content");
  assert.deepEqual([status, text], [200, "<script>alert(1)</script>"]);
  assert.equal(headers.get("content-type"), "application/octet-stream");
  assert.equal(headers.get("content-disposition"), "attachment");
});

test("a large message is found, fetched and exported, although its octets lie elsewhere", async () => {
  const world = new HistoryWorld();
  const text = `${"a ".repeat(300)}needle`;
  const writer = await world.contents.create();
  await writer.append(utf8Bytes(text));
  await writer.seal();
  const parts = { content: writer.id, sizeBytes: text.length, searchText: foldText(text) };
  await world.keep("", { ...parts, mode: "large" });
  const [hit] = (await world.get("search?q=NEEDLE")).json.hits;
  assert.match(hit?.excerpt ?? "", /a needle$/);
  assert.equal((await world.get("messages/1/content")).text, text);
  assert.equal((await world.get("messages")).json.messages[0]?.text, undefined);
  for (const format of ["json", "csv", "html"])
    assert.ok((await world.get(`export?format=${format}`)).text.includes(text), format);
});

test("one archive a user is read at a time, and who stops reading may begin another", async () => {
  const world = new HistoryWorld();
  for (let number = 1; number <= 300; number += 1) await world.keep("x".repeat(500));
  const begin = async (user?: string) => {
    const { status, body } = await world.answer("GET", "export", undefined, user);
    assert.ok(typeof body === "string" || (typeof body === "object" && !("length" in body)));
    return { status, pieces: typeof body === "string" ? undefined : body[Symbol.asyncIterator]() };
  };
  const first = await begin();
  assert.equal((await first.pieces?.next())?.done, false);
  assert.equal((await begin()).status, 429);
  assert.equal((await begin("bob")).status, 200);
  assert.equal((await begin("carol")).status, 429);
  assert.equal(world.metrics.gauges.get("history_exports")?.(), 2);
  await first.pieces?.return?.();
  assert.equal((await begin("carol")).status, 200);
  assert.deepEqual(world.hits.limits, ["historyExports", "historyExports"]);
});

test("an archive in JSON holds everything, the oldest first", async () => {
  const world = new HistoryWorld();
  assert.equal((await world.get("export")).text, "[]\n");
  for (let number = 1; number <= 250; number += 1) await world.keep(`say ${number}`);
  await world.keep("PNG", { conversation: TEAM }, "image/png");
  const told = await world.get("export?format=json");
  assert.match(told.headers.get("content-disposition") ?? "", /^attachment; filename="history-/);
  const all = JSON.parse(told.text);
  assert.equal(all.length, 251);
  assert.equal(all[0].text, "say 1");
  assert.equal(all[250].content, "UE5H");
  const lines = (await world.get(`export?format=jsonl&with=${TEAM}`)).text.split("\n");
  assert.deepEqual([lines.length, JSON.parse(lines[0] ?? "").conversation], [2, TEAM]);
});

test("an archive for readers runs nothing, loads nothing and is not turned around", async () => {
  const world = new HistoryWorld();
  const hostile = `</p><script src=//evil>alert(1)</script><img src=x onerror="x">&amp;\0\u202eevil`;
  await world.keep(hostile);
  await world.keep("שלום world", { conversation: TEAM, subject: '"><svg onload=x>' });
  const { text, headers } = await world.get("export?format=html");
  assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/);
  assert.match(text, /^<!doctype html>/);
  assert.doesNotMatch(text, /<script|<img|<svg|<link|<iframe|\0|\u202e/i);
  assert.doesNotMatch(text, /<[a-z]+[^>]*\s(?:on\w+|src|srcset|action)=/i);
  assert.ok(text.includes("&lt;script src=//evil&gt;alert(1)&lt;/script&gt;"));
  assert.ok(text.includes('<p dir="auto">שלום world</p>'));
  assert.equal(text.match(/<article /g)?.length, 2);
  assert.ok(text.endsWith("</html>\n"));
  const one = (await world.get(`export?format=html&with=${TEAM}`)).text;
  assert.equal(one.match(/<article /g)?.length, 1);
});

test("in a table no message is a formula", async () => {
  const world = new HistoryWorld();
  for (const text of ['=HYPERLINK("http://evil")', "+1", "-1", "@x", " =1", "\t=1", "plain"])
    await world.keep(text);
  const { text } = await world.get("export?format=csv");
  const cells = text.match(/"(?:[^"]|"")*"\r\n/g)?.slice(1) ?? [];
  assert.equal(cells[0], `"'=HYPERLINK(""http://evil"")"\r\n`);
  for (const cell of cells.slice(0, -1)) assert.match(cell, /^"'/);
  assert.equal(cells.at(-1), '"plain"\r\n');
});

test("a table says what a file is called, be it kept itself or on a server", async () => {
  const world = new HistoryWorld();
  await world.keep("GIF", {}, 'image/gif\r\nContent-Disposition: attachment; filename="=cat.gif"');
  const url = "https://parlance.test/files/1";
  const link = `message/external-body; access-type=URL; URL="${url}"`;
  await world.keep(
    'Content-Type: image/png\r\nContent-Disposition: attachment; filename="dog.png"\r\n\r\n',
    {},
    link,
  );
  const { text } = await world.get("export?format=csv");
  const [head = "", cat = "", dog = ""] = text.split("\r\n");
  assert.ok(head.endsWith('"type","file","text"'));
  assert.ok(cat.endsWith(`"'=cat.gif",""`), cat);
  assert.ok(dog.endsWith(`"dog.png","${url}"`), dog);
});

test("whatever is asked, the answer is one of those that are promised", async () => {
  const world = new HistoryWorld();
  await world.keep("something");
  const { after } = (await world.get("messages")).json;
  const odd = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(after ?? "", "1", "0", "-1", "html", BOB, "id", "messages", "read", "..", ""),
  );
  const path = fc.array(odd, { maxLength: 3 });
  const query = fc.dictionary(
    fc.constantFrom("q", "with", "before", "after", "limit", "format", "else"),
    odd,
  );
  const roots = fc.constantFrom("messages", "conversations", "search", "export", "read", "x");
  const methods = fc.constantFrom("GET", "PUT", "DELETE", "POST", "HEAD");
  const bodies = fc.option(fc.dictionary(odd, fc.oneof(odd, fc.array(odd))), { nil: undefined });
  const promised = new Set([200, 204, 400, 404, 405, 429]);
  await fc.assert(
    fc.asyncProperty(roots, path, query, methods, bodies, async (root, more, asked, how, body) => {
      const target = [root, ...more.map((one) => one.toWellFormed())].map(encodeURIComponent);
      const pairs = Object.entries(asked).map(
        ([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`,
      );
      const told = await world.ask(how, `${target.join("/")}?${pairs.join("&")}`, body);
      assert.ok(promised.has(told.status), `${told.status}`);
      if (told.status >= 400) assert.equal(typeof told.json.error, "string");
    }),
    { seed: 4711, numRuns: 1_000 },
  );
});

function sessionOf(id: string, conversation: string): NewRecording {
  return {
    id,
    owner: "alice",
    name: "talk",
    subject: undefined,
    conversation,
    group: undefined,
    groupName: undefined,
    startedAt: 0,
    expiresAt: 1e15,
    parties: [{ uri: conversation, name: undefined }],
  };
}
