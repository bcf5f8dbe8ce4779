/** The messenger under people who cannot see it, and under people who mean it harm. */
import assert from "node:assert/strict";
import { after, afterEach, before, suite, test } from "node:test";
import { connect } from "@parlance/client/node";
import type { Browser, BrowserContext } from "playwright-core";
import { casesFor } from "../tools/test/corpora.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { launchChromium } from "./browser/pages.ts";
import { violationsOn } from "./web/accessibility.ts";
import { AppPage, keepShots } from "./web/app-page.ts";
import { buildPages } from "./web/built-pages.ts";

const USERS = ["alice", "bob", "mallory"].map((name) => ({ name, password: `${name}-secret` }));
const BOB = "sip:bob@im.example.com";
const WIDTHS = [360, 1200];
/** Registering costs, too. */
const CASES_A_NAME = 10;

suite("the messenger, guarded", () => {
  let browser: Browser;
  let server: ServerProcess;
  const contexts: BrowserContext[] = [];
  const pages: AppPage[] = [];

  before(async () => {
    buildPages();
    browser = await launchChromium();
    server = await ServerProcess.start({
      users: USERS,
      set: {
        rooms: [{ name: "lobby", displayName: "Lobby" }],
        "web.readyAccounts": ["alice", "bob"],
        "limits.messagesPerSecond": 1_000,
      },
    });
  });
  afterEach(async () => {
    await keepShots(pages);
    const faults = pages.splice(0).flatMap((page) => page.faults);
    for (const context of contexts.splice(0)) await context.close();
    assert.deepEqual(faults, []);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function visitor(colorScheme: "light" | "dark", width = 1200): Promise<AppPage> {
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    contexts.push(context);
    const opened = await AppPage.open(context, server.httpUrl);
    pages.push(opened);
    return opened;
  }

  for (const theme of ["light", "dark"] as const) {
    for (const width of WIDTHS) {
      test(`axe finds nothing wrong with any screen, ${theme}, ${width} px wide`, async () => {
        const found: string[] = [];
        const look = async (app: AppPage, screen: string): Promise<void> => {
          for (const one of await violationsOn(app.page)) found.push(`${screen}: ${one}`);
        };
        const app = await visitor(theme, width);
        await app.field.first().waitFor();
        await look(app, "first page");
        await app.page.getByRole("button", { name: "Sign in as somebody else" }).click();
        await app.page.getByLabel("Address", { exact: true }).waitFor();
        await look(app, "sign in");
        await app.signIn("bob", "bob-secret");
        await look(app, "empty list");
        await app.start("Join a chat room");
        await app.page.getByLabel("Room", { exact: true }).waitFor();
        await look(app, "rooms");
        await app.page.getByLabel("Room", { exact: true }).fill("lobby");
        await app.page.getByRole("button", { name: "Join", exact: true }).click();
        await app.field.waitFor();
        await app.say("Is anybody here? https://example.com");
        await app.bubble("anybody").waitFor();
        await look(app, "room");
        await app.page.getByRole("button", { name: "Members" }).click();
        await look(app, "members");
        await app.page.getByRole("button", { name: "Invite" }).click();
        await app.page.getByRole("dialog").waitFor();
        await look(app, "invite");
        await app.page.keyboard.press("Escape");
        await app.page.getByRole("button", { name: "Close" }).click();
        await app.page.locator(".talk-head").getByRole("button", { name: "More" }).click();
        await app.page.getByRole("menu").waitFor();
        await look(app, "menu");
        await app.page.keyboard.press("Escape");
        if (width < 700) await app.page.getByRole("button", { name: "Back" }).click();
        await look(app, "list");
        await app.settings();
        await look(app, "settings");
        assert.deepEqual(found, []);
      });
    }
  }

  test("everything is done by keys alone: signing in, opening a conversation, writing, going back", async () => {
    const app = await visitor("light");
    const keys = app.page.keyboard;
    await app.page.getByRole("button", { name: "Sign in as somebody else" }).focus();
    await keys.press("Enter");
    await app.page.getByLabel("Address", { exact: true }).focus();
    await keys.type("bob");
    await keys.press("Tab");
    await keys.type("bob-secret");
    await keys.press("Enter");
    await app.online();
    await app.page.getByRole("button", { name: "New", exact: true }).focus();
    await keys.press("Enter");
    await app.page.getByRole("menuitem", { name: "New message" }).waitFor();
    await keys.press("Enter");
    await app.page.getByRole("dialog").waitFor();
    await keys.type("alice");
    await keys.press("Enter");
    await app.field.focus();
    await keys.type("by keys");
    await keys.press("Enter");
    await app.bubble("by keys").waitFor();
    await app.page.getByRole("option", { name: /^alice/ }).focus();
    await keys.press("Enter");
    assert.match(app.page.url(), /#\/with\/sip%3Aalice/);
  });

  test("hostile texts and names are shown as texts and names: no script runs, nothing is asked for elsewhere", async (t) => {
    const cases = casesFor(t, "web-hostile-strings");
    if (cases.length === 0) return;
    const { host, port } = server.address("tcp");
    const app = await visitor("light");
    const asked: string[] = [];
    app.page.on("request", (request) => {
      if (!request.url().startsWith(server.httpUrl) && !request.url().startsWith("blob:")) {
        asked.push(request.url());
      }
    });
    await app.page.addInitScript(
      "addEventListener('securitypolicyviolation', (e) => console.error('csp: ' + e.violatedDirective))",
    );
    await app.page.reload();
    await app.page.getByRole("button", { name: "Sign in as somebody else" }).click();
    await app.signIn("bob", "bob-secret");
    const texts = cases.map(({ text }) => String(text).toWellFormed());
    const names = texts.filter((text) => Array.from(text).length <= 64 && !/[\r\n\0]/.test(text));
    const account = {
      user: "sip:mallory@im.example.com",
      password: "mallory-secret",
      server: `tcp://${host}:${port}`,
    };
    let last = "";
    for (let from = 0; from < texts.length; from += CASES_A_NAME) {
      const displayName = names[from] ?? "Mallory";
      const mallory = await connect({ ...account, displayName }).catch(() => connect(account));
      for (const text of texts.slice(from, from + CASES_A_NAME)) {
        const subject = text.replace(/[\r\n\0]/g, " ").slice(0, 200);
        for (const content of [text, { contentType: "text/html", content: Buffer.from(text) }]) {
          await mallory.send(BOB, content, { subject }).accepted.catch(() => {}); // refused is as good
        }
      }
      last = `all up to ${from}`;
      await mallory.send(BOB, last).accepted;
      await mallory.close();
    }
    await app.page.locator(".row").first().click();
    await app.bubble(last).waitFor();
    for (let back = 0; back < 12; back += 1) {
      await app.page.locator(".feed").hover();
      await app.page.mouse.wheel(0, -4_000);
      await app.page.evaluate("new Promise(requestAnimationFrame)");
    }
    assert.equal(
      await app.page.evaluate(
        "document.querySelectorAll('.feed script, .feed iframe, .feed svg[onload], .feed [onerror], .feed form').length",
      ),
      0,
    );
    const links = (await app.page.evaluate(
      "[...document.querySelectorAll('.feed a')].map((a) => [a.protocol, a.rel, a.target].join(' '))",
    )) as readonly string[]; // texts
    for (const link of links)
      assert.match(link, /^(?:https?: noopener noreferrer nofollow _blank|https?:  )$/);
    assert.deepEqual(asked, []);
    const width = Number(
      await app.page.evaluate("document.documentElement.scrollWidth - innerWidth"),
    );
    assert.ok(width <= 0, `the page is ${width} px too wide`);
  });

  test("from right to left everything is mirrored, and nothing is cut off", async () => {
    const app = await visitor("light");
    await app.page.getByRole("button", { name: "Sign in as somebody else" }).click();
    await app.signIn("bob", "bob-secret");
    await app.page.evaluate("document.documentElement.dir = 'rtl'");
    const places = (await app.page.evaluate(
      "['.side', '.front'].map((one) => document.querySelector(one).getBoundingClientRect().left)",
    )) as readonly [number, number]; // of the evaluation
    assert.ok(places[0] > places[1]);
  });
});
