/** The SDK in Chromium against the running server: two pages chat, hold sessions, are reloaded, and share a store. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, beforeEach, suite, test } from "node:test";
import { connect } from "@parlance/client/node";
import type { Browser, BrowserContext } from "playwright-core";
import { BreakingProxy } from "../tools/test/breaking-proxy.ts";
import { within } from "../tools/test/deadline.ts";
import { ownFolder } from "../tools/test/own-folder.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { type ModuleServer, startModuleServer } from "./browser/module-server.ts";
import { launchChromium, Phone } from "./browser/pages.ts";

const ALICE = "sip:alice@im.example.com";
const BOB = "sip:bob@im.example.com";
/** What a server behind the proxy says of itself. */
const PROXY_HOST = "127.0.0.2";
const ANSWER_MS = 60_000;
/** As the page checks it; a multiple of the block, and near to 200 MiB. */
const BLOCK = Uint8Array.from({ length: 251 * 4_096 }, (_, at) => at % 251);
const SIZE = 204 * BLOCK.length;
const USERS = ["alice", "bob"].map((name) => ({ name, password: `${name}-secret` }));

suite("Chromium", () => {
  let browser: Browser;
  let modules: ModuleServer;
  let server: ServerProcess;
  let context: BrowserContext;
  let others: BrowserContext;
  const data = ownFolder();

  before(async () => {
    browser = await launchChromium();
    modules = await startModuleServer();
    server = await startServer("http://127.0.0.1:0");
  });
  beforeEach(async () => {
    await context?.close();
    await others?.close();
    context = await browser.newContext();
    others = await browser.newContext();
  });
  after(async () => {
    await browser?.close();
    await modules?.close();
    await server?.stop();
    rmSync(data, { recursive: true, force: true });
  });

  test("IndexedDB keeps the contract of stores", async () => {
    const phone = await Phone.open(context, modules.url);
    assert.deepEqual(await phone.ask("contract"), []);
  });

  test("a store of the version before is brought up to date", async () => {
    const phone = await Phone.open(context, modules.url);
    assert.deepEqual(await phone.ask("fromVersion1"), ["1 undefined", "2 undefined"]);
  });

  test("two pages chat: receipts up to displayed, composing, history", async () => {
    const alice = await Phone.open(context, modules.url);
    const bob = await Phone.open(others, modules.url);
    assert.equal(await alice.ask("open", account("alice")), "online");
    assert.equal(await bob.ask("open", account("bob")), "online");
    await alice.ask("composing", BOB);
    assert.equal(await bob.ask("next", "composing"), `composing ${ALICE} true`);
    assert.equal(await alice.ask("send", BOB, "hello 🙂", "displayed"), "displayed");
    assert.equal(await bob.ask("next", "composing"), `composing ${ALICE} false`);
    assert.equal(await bob.ask("next", "message"), "message hello 🙂");
    await bob.ask("send", ALICE, "and back", "delivered");
    assert.equal(await alice.ask("next", "message"), "message and back");
    assert.deepEqual(await alice.ask("history", BOB), ["received and back", "sent displayed"]);
    await alice.ask("close");
    assert.equal(await alice.ask("next", "connection"), "connection offline");
  });

  test("a file goes from page to page, from an origin that the operator has listed", async () => {
    const alice = await Phone.open(context, modules.url);
    const bob = await Phone.open(others, modules.url);
    await alice.ask("open", account("alice"));
    await bob.ask("open", account("bob"));
    const size = 3_000_000;
    const sent = await alice.ask("sendFile", BOB, size, "Übersicht.png");
    assert.deepEqual(sent, ["Übersicht.png", size, size]);
    assert.equal(await bob.ask("next", "message"), "message reference");
    assert.deepEqual(await bob.ask("fetchFile"), ["Übersicht.png", "image/png", size, true, true]);
  });

  test("two pages hold a session over WebSocket: messages, composing, a long message, a file", async () => {
    const alice = await Phone.open(context, modules.url);
    const bob = await Phone.open(others, modules.url);
    await alice.ask("open", account("alice"));
    await bob.ask("open", account("bob"));
    assert.equal(await alice.ask("openSession", BOB), "open");
    assert.equal(await bob.ask("next", "session"), `session ${ALICE} connecting`);
    assert.equal(await bob.ask("next", "session"), `session ${ALICE} open`);
    assert.equal(await alice.ask("send", BOB, "in the session", "displayed"), "displayed");
    assert.equal(await bob.ask("next", "message"), "message in the session");
    await bob.ask("composing", ALICE);
    assert.equal(await alice.ask("next", "composing"), `composing ${BOB} true`);
    await bob.ask("send", ALICE, "and back", "delivered");
    assert.equal(await alice.ask("next", "message"), "message and back");
    const long = "long ".repeat(30_000);
    assert.equal(await alice.ask("send", BOB, long, "delivered"), "delivered");
    assert.equal(await bob.ask("next", "message long"), `message ${long}`);
    const size = 5_000_000;
    assert.deepEqual(await alice.ask("giveFile", BOB, size, "reise.png"), [
      "delivered",
      undefined,
      size,
    ]);
    assert.equal(await bob.ask("next", "file"), `file reise.png ${size}`);
    assert.equal(await bob.ask("next", "taken"), `taken reise.png ${size} true`);
  });

  test("a Node client over TCP and a page: a session, 200 MiB over a connection that breaks, a large message while the page is away", async (t) => {
    const own = await ServerProcess.start({
      users: USERS,
      set: { "media.host": PROXY_HOST, "web.origins": [modules.url] },
    });
    t.after(() => own.stop());
    const proxy = await BreakingProxy.start(PROXY_HOST, own.address("tcp", 1));
    t.after(() => proxy.close());
    const { host, port } = own.address("tcp");
    const [user, password] = [ALICE, "alice-secret"];
    const alice = await connect({ user, password, server: `tcp://${host}:${port}` });
    t.after(() => alice.close());
    const bob = await Phone.open(others, modules.url);
    await bob.ask("open", { ...account("bob"), server: own.webSocketUrl });
    const chat = alice.conversation(BOB);
    await within(ANSWER_MS, chat.open(), () => chat.session);
    const hello = chat.send("hello from a terminal");
    await within(ANSWER_MS, hello.displayed, () => hello.state);
    assert.equal(await bob.ask("next", "message"), "message hello from a terminal");

    const content = new Blob(Array(SIZE / BLOCK.length).fill(BLOCK));
    const sent = chat.sendFile(content, { name: "big.bin", via: "session" });
    let broken = false;
    for await (const { doneBytes } of sent.progress) {
      if (broken || doneBytes < SIZE / 3) continue;
      broken = true;
      proxy.break();
    }
    await within(ANSWER_MS, sent.delivered, () => sent.state);
    assert.equal(broken, true);
    assert.equal(await bob.ask("next", "taken"), `taken big.bin ${SIZE} true`);

    await bob.ask("close");
    const long = "for later ".repeat(20_000);
    const later = alice.send(BOB, long);
    await within(ANSWER_MS, later.reached("deferred"), () => later.state);
    await bob.reload();
    await bob.ask("open", { ...account("bob"), server: own.webSocketUrl });
    assert.equal(await bob.ask("next", "message for later"), `message ${long}`);
    await within(ANSWER_MS, later.displayed, () => later.state);
  });

  test("a page and a Node client in a chat room: messages, whispers, names, a reload in the middle", async (t) => {
    const room = "sip:lobby@im.example.com";
    const { host, port } = server.address("tcp");
    const [user, password] = [ALICE, "alice-secret"];
    const alice = await connect({ user, password, server: `tcp://${host}:${port}` });
    t.after(() => alice.close());
    const lobby = await within(ANSWER_MS, alice.join(room), () => "joining");
    const bob = await Phone.open(others, modules.url);
    await bob.ask("open", { ...account("bob"), store: "bob in a room" });
    assert.equal(await bob.ask("join", room, { nickname: "Night Owl" }), "in");
    assert.deepEqual(await bob.ask("members", room, 2), ["alice", "Night Owl"]);
    const heard: string[] = [];
    alice.on("message", (message) => {
      if (message.kind === "text") heard.push(`${message.reach} ${message.text}`);
    });
    const hello = lobby.send("hello from a terminal");
    await within(ANSWER_MS, hello.delivered, () => hello.state);
    assert.equal(await bob.ask("next", "message hello"), "message hello from a terminal");
    assert.equal(await bob.ask("send", room, "and from a page", "delivered"), "delivered");
    assert.equal(await bob.ask("whisper", room, "alice", "psst"), "delivered");
    assert.deepEqual(heard.slice(-2), ["all and from a page", "private psst"]);

    await bob.reload();
    const meanwhile = lobby.send("said while the page was away");
    await within(ANSWER_MS, meanwhile.accepted, () => meanwhile.state);
    await bob.ask("open", { ...account("bob"), store: "bob in a room" });
    assert.deepEqual(await bob.ask("rooms"), [room]);
    assert.equal(await bob.ask("join", room, {}), "in");
    assert.equal(await bob.ask("next", "message said"), "message said while the page was away");
    assert.deepEqual(await bob.ask("members", room, 2), ["alice", "Night Owl"]);
  });

  test("a wrong password is told", async () => {
    const alice = await Phone.open(context, modules.url);
    const wrong = { ...account("alice"), password: "x" };
    assert.equal(await alice.ask("open", wrong), "ImError not authenticated");
  });

  test("a reload loses nothing: unseen messages and the outbox are in the store", async () => {
    const alice = await Phone.open(context, modules.url);
    const bob = await Phone.open(others, modules.url);
    await alice.ask("open", { ...account("alice"), store: "alice" });
    await bob.ask("open", { ...account("bob"), store: "bob", listen: false });
    await alice.ask("send", BOB, "unseen", "delivered");
    await bob.reload();
    await bob.ask("open", { ...account("bob"), store: "bob" });
    assert.equal(await bob.ask("next", "message"), "message unseen");

    const { httpUrl } = server;
    await server.kill();
    assert.equal(await alice.ask("next", "connection"), "connection reconnecting");
    assert.equal(await alice.ask("send", BOB, "into the dark"), "queued");
    await alice.reload();
    assert.equal(await alice.ask("open", accountWithStore("alice")), "ImError offline");
    server = await startServer(httpUrl);
    assert.equal(await alice.ask("open", accountWithStore("alice")), "online");
    assert.equal(await bob.ask("next", "message into"), "message into the dark");
  });

  test("one tab at a time has the store", async () => {
    const first = await Phone.open(context, modules.url);
    const second = await Phone.open(context, modules.url);
    const bob = await Phone.open(others, modules.url);
    await bob.ask("open", account("bob"));
    assert.equal(await first.ask("open", accountWithStore("alice")), "online");
    const mine = accountWithStore("alice");
    assert.equal(await second.ask("open", { ...mine, whenTaken: "fail" }), "ImError busy");
    assert.equal(await second.ask("open", { ...mine, whenTaken: "take over" }), "online");
    assert.equal(await first.ask("next", "connection offline"), "connection offline");
    await bob.ask("send", ALICE, "who is there", "displayed");
    assert.equal(await second.ask("next", "message"), "message who is there");
    const waits = first.ask("open", { ...mine, whenTaken: "wait" });
    await second.close();
    assert.equal(await waits, "online");
    assert.deepEqual(await first.ask("history", BOB), ["received who is there"]);
  });

  function startServer(http: string): Promise<ServerProcess> {
    const set = { "listen.http": http, "web.origins": [modules.url], rooms: [{ name: "lobby" }] };
    return ServerProcess.start({ data, keepData: true, users: USERS, set });
  }

  function account(name: string) {
    return {
      user: `sip:${name}@im.example.com`,
      password: `${name}-secret`,
      server: server.webSocketUrl,
    };
  }

  function accountWithStore(name: string) {
    return { ...account(name), store: name };
  }
});
