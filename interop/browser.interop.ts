/** The SDK in Chromium against the running server: two pages chat, are reloaded, and share a store. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, suite, test } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import { ServerProcess } from "../tools/test/server-process.ts";
import { type ModuleServer, startModuleServer } from "./browser/module-server.ts";
import { launchChromium, Phone } from "./browser/pages.ts";

const ALICE = "sip:alice@im.example.com";
const BOB = "sip:bob@im.example.com";
const USERS = ["alice", "bob"].map((name) => ({ name, password: `${name}-secret` }));

suite("Chromium", () => {
  let browser: Browser;
  let modules: ModuleServer;
  let server: ServerProcess;
  let context: BrowserContext;
  let others: BrowserContext;
  const data = mkdtempSync(join(tmpdir(), "parlance-"));

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
    const set = { "listen.http": http, "web.origins": [modules.url] };
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
