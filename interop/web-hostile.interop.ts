/**
 * Hostile strings wherever a stranger, or a careless operator, may put words: names of people, rooms and files, subjects, the page
 * on which a name is chosen, the operator's pages. They are shown as what they are: no script runs, the policy has nothing to
 * report, nothing is asked for elsewhere.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, suite, test } from "node:test";
import { connect, type ImClient, type Room } from "@parlance/client/node";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { casesFor } from "../tools/test/corpora.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { launchChromium } from "./browser/pages.ts";
import { openOperator } from "./operator/pages.ts";
import { AppPage } from "./web/app-page.ts";
import { buildPages } from "./web/built-pages.ts";

const DOMAIN = "im.example.com";
const addressOf = (name: string): string => `sip:${name}@${DOMAIN}`;
const LOBBY = addressOf("lobby");
const OPERATOR_PAGES = [
  "overview",
  "users",
  "groups",
  "sessions",
  "kept",
  "limits",
  "config",
  "audit",
  "trace",
];
/** More offers at one time than that nobody makes. */
const OFFERS = 12;
/** Elements that none of our pages has. */
const STRANGERS =
  'document.querySelectorAll(\':is(main, .shell, body > div) :is(script, iframe, object, embed, img:not([src^="blob:"], [src="/icon.svg"]), [onerror], [onload], [onclick])\').length';

const cases = casesFor({ diagnostic: () => {} }, "web-hostile-strings");
const texts = cases.map(({ text }) => String(text).toWellFormed());
/** What may be a name at all: a line, not too long. */
const names = texts.filter((text) => /^[^\p{Cc}]{1,64}$/u.test(text) && text.trim() !== "");

suite("hostile strings", {
  skip: texts.length === 0 && "the corpus is not on this machine",
}, () => {
  let browser: Browser;
  let server: ServerProcess;
  const contexts: BrowserContext[] = [];
  const faults: (() => readonly string[])[] = [];
  const clients: ImClient[] = [];

  before(async () => {
    buildPages();
    browser = await launchChromium();
    server = await ServerProcess.start({
      users: ["alice", "bob", "mallory"].map((name, at) => ({
        name,
        password: `${name}-secret`,
        displayName: names[at] ?? name,
      })),
      set: {
        "history.default": true,
        "trace.everybody": true,
        "conferences.aliasPage": true,
        "limits.messagesPerSecond": 1_000,
        "limits.documentRequestsPerSecond": 1_000,
        "limits.documentRequestBurst": 1_000,
        rooms: [
          { name: "lobby", displayName: "Lobby", moderators: ["mallory"] },
          ...names.map((displayName, at) => ({
            name: `r${at}`,
            displayName,
            subject: displayName,
          })),
        ],
        groups: [{ name: "team", displayName: names[3] ?? "Team", members: ["alice", "bob"] }],
      },
    });
  });
  afterEach(async () => {
    for (const one of clients.splice(0)) await one.close();
    const found = faults.splice(0).flatMap((told) => told());
    for (const context of contexts.splice(0)) await context.close();
    assert.deepEqual(found, []);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Notes what is asked for anywhere but here. */
  function watch(page: Page): void {
    const own = [server.httpUrl, server.adminUrl];
    const asked: string[] = [];
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith("blob:") && !own.some((one) => url.startsWith(one))) asked.push(url);
    });
    faults.push(() => asked);
  }

  async function person(name: string): Promise<AppPage> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
    contexts.push(context);
    const app = await AppPage.open(context, server.httpUrl);
    watch(app.page);
    faults.push(() => app.faults);
    await app.signIn(name, `${name}-secret`);
    return app;
  }

  async function client(name: string): Promise<ImClient> {
    const { port } = server.address("tcp");
    const made = await connect({
      user: addressOf(name),
      password: `${name}-secret`,
      server: `tcp://127.0.0.1:${port}`,
      fileServer: server.httpUrl,
    });
    clients.push(made);
    return made;
  }

  test("rooms, their subjects, and what people are called in them", async () => {
    const bob = await person("bob");
    await bob.start("Join a chat room");
    await bob.page.getByRole("button", { name: "Join Lobby" }).waitFor();
    await clean(bob.page);
    await bob.page.getByRole("button", { name: "Join Lobby" }).click();
    await bob.field.waitFor();
    await bob.page.getByRole("button", { name: "Members" }).click();
    const mallory = await client("mallory");
    let taken = 0;
    for (const [at, nickname] of names.entries()) {
      const entered = await mallory.join(LOBBY, { nickname }).catch(() => undefined);
      if (entered === undefined) continue; // refused is as good
      if (entered.members.some((one) => one.me && one.nickname !== undefined)) taken += 1;
      entered.send(`message ${at}.`);
      await bob.bubble(`message ${at}.`).waitFor();
      entered.leave();
    }
    assert.ok(taken > names.length / 2, `${taken} of ${names.length} names were taken`);
    const room = await mallory.join(LOBBY);
    for (const subject of texts)
      await room.setSubject(subject.replace(/\p{Cc}/gu, " ").slice(0, 200)).catch(() => {});
    await room.send("all said").accepted;
    await bob.bubble("all said").waitFor();
    await bob.page.locator(".notice").first().waitFor(); // the server tells of changes once in a second
    await clean(bob.page);
  });

  test("files, offered straight and left at the server", async () => {
    const bob = await person("bob");
    const mallory = await client("mallory");
    const chat = mallory.conversation(addressOf("bob"));
    const content = new TextEncoder().encode("octets");
    for (const name of texts)
      await chat.sendFile(content, { name, via: "http" }).accepted.catch(() => {});
    const ending = new AbortController();
    const { signal } = ending;
    for (const name of texts.slice(0, OFFERS))
      chat.sendFile(content, { name, via: "session", signal });
    await bob.write("mallory");
    await bob.page.locator(".file").nth(5).waitFor();
    for (let back = 0; back < 8; back += 1) {
      await bob.page.locator(".feed").hover();
      await bob.page.mouse.wheel(0, -2_000);
      await bob.page.evaluate("new Promise(requestAnimationFrame)");
      await clean(bob.page);
    }
    ending.abort();
  });

  test("the name of the user himself, and the people he knows", async () => {
    const bob = await person("bob");
    await bob.settings();
    const other = await client("bob");
    for (const displayName of names) await other.profile.set({ displayName }).catch(() => {});
    for (const [at, name] of names.entries())
      await other.contacts.add(addressOf(`friend${at}`), { name }).catch(() => {});
    await other.profile.set({ displayName: "Bob at last" });
    await bob.page.getByRole("button", { name: "Account: Bob at last" }).waitFor();
    await clean(bob.page);
    await bob.page.evaluate("location.hash = '#/contacts'");
    await bob.page.getByRole("list", { name: "Contacts" }).getByRole("listitem").nth(5).waitFor();
    await clean(bob.page);
  });

  test("the page on which somebody chooses what he is called", async () => {
    const mallory = await client("mallory");
    const context = await browser.newContext();
    contexts.push(context);
    const page = await context.newPage();
    const found: string[] = [];
    faults.push(() => found);
    page.on("pageerror", (error) => found.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of 4/.test(message.text()))
        found.push(message.text());
    });
    page.on("dialog", (dialog) => {
      found.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    watch(page);
    let seen = 0;
    for (const [at, nickname] of names.entries()) {
      const entered = await mallory.join(addressOf(`r${at}`), { nickname }).catch(() => undefined);
      const room = entered ?? (await mallory.join(addressOf(`r${at}`)));
      await page.goto(await aliasOf(room));
      await page.getByRole("heading", { level: 1 }).waitFor();
      await clean(page);
      await page.getByRole("textbox").fill(names[(at + 1) % names.length] ?? "");
      await page.getByRole("button").click();
      await page.getByRole("heading", { level: 1 }).waitFor();
      await clean(page);
      room.leave();
      seen += 1;
    }
    assert.equal(seen, names.length);
  });

  test("the operator's pages", async () => {
    const { page, context, faults: told } = await openOperator(browser, server);
    contexts.push(context);
    watch(page);
    faults.push(() => told);
    const mallory = await client("mallory");
    const rooms = await Promise.all(
      names
        .slice(0, 8)
        .map((nickname, at) =>
          mallory.join(addressOf(`r${at}`), { nickname }).catch(() => undefined),
        ),
    );
    for (const text of texts) await mallory.send(addressOf("alice"), text).accepted.catch(() => {});
    for (const name of OPERATOR_PAGES) {
      await page.goto(`${server.adminUrl}/#${name}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle").catch(() => {}); // the trace never ends
      assert.equal(await page.evaluate(STRANGERS), 0, name);
    }
    for (const room of rooms) room?.leave();
  });
});

async function clean(page: Page): Promise<void> {
  assert.equal(await page.evaluate(STRANGERS), 0);
  const wide = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"));
  assert.ok(wide <= 0, `the page is ${wide} px too wide`);
}

function aliasOf(room: Room): Promise<string> {
  const { aliasLink } = room;
  if (aliasLink !== undefined) return Promise.resolve(aliasLink.url);
  return new Promise((resolve) => void room.on("alias", ({ url }) => resolve(url)));
}
