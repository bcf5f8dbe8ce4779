/** The operator's pages in Chromium, over the running server: the ladder as an engineer uses it, and what an operator does. */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import type { ImClient } from "@parlance/client";
import { connect } from "@parlance/client/node";
import type { Browser, Page } from "playwright-core";
import { de } from "../apps/web/src/admin/texts/de.ts";
import { en } from "../apps/web/src/admin/texts/en.ts";
import { RunningCommand } from "../tools/test/command.ts";
import { casesFor } from "../tools/test/corpora.ts";
import { ownFolder } from "../tools/test/own-folder.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { launchChromium } from "./browser/pages.ts";
import { type Look, openOperator, tokenOf, WIDE } from "./operator/pages.ts";
import { addressOf, clientOf, DOMAIN, SET, talk, USERS } from "./operator/traffic.ts";
import { violationsOn } from "./web/accessibility.ts";
import { buildPages } from "./web/built-pages.ts";

const PAGES = [
  "trace",
  "overview",
  "metrics",
  "users",
  "groups",
  "sessions",
  "kept",
  "limits",
  "config",
  "audit",
];
const NARROW: Look = { width: 360, height: 740, theme: "dark" };
const GERMAN: Look = { ...NARROW, locale: "de-DE" };

suite("the operator's pages", () => {
  let browser: Browser;
  let server: ServerProcess;
  let alice: ImClient;
  let bob: ImClient;

  before(async () => {
    buildPages();
    server = await ServerProcess.start({ domain: DOMAIN, users: USERS, set: SET });
    browser = await launchChromium();
    [alice, bob] = await Promise.all([clientOf(server, "alice"), clientOf(server, "bob")]);
    await talk(alice, bob);
  });
  after(async () => {
    await alice?.close();
    await bob?.close();
    await browser?.close();
    await server?.kill();
  });

  test("a wrong token lets nobody in, the right one does, and after logging out it is asked for again", async () => {
    const { page, context } = await openOperator(browser, server);
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("menuitem", { name: "Log out" }).click();
    const token = page.getByLabel("Operator token", { exact: true });
    await token.fill("guessed");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("This is not the token.").waitFor();
    await token.fill(tokenOf(server));
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("heading", { name: "Trace" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Trace" }).waitFor(); // the cookie is enough
    await context.close();
  });

  test("what happens is drawn as it happens, between the lanes of those whom it is about", async () => {
    const { page, context, faults } = await openOperator(browser, server);
    await stepsShown(page);
    await alice.send(addressOf("bob"), "now").accepted;
    await page
      .getByRole("option", { name: /^alice → Parlance, MESSAGE/ })
      .last()
      .waitFor();
    await page
      .getByRole("option", { name: /^Parlance → bob, MESSAGE/ })
      .last()
      .waitFor();
    const heads = await page.locator(".lane-name").allTextContents();
    assert.deepEqual(heads, ["alice", "bob", "Parlance"]);
    await alice.send(addressOf("nobody"), "x").accepted.catch(() => undefined);
    await page
      .getByRole("option", { name: /^refused: 404 no such user, RFC 3261 §21\.4\.5$/ })
      .last()
      .waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("by the keys alone a step is found, read, followed over its legs, and left", async () => {
    const { page, context } = await openOperator(browser, server);
    await stepsShown(page);
    await page.getByRole("searchbox", { name: "Filter" }).fill("usual place");
    await page.getByText("Nothing of it fits the filter.").waitFor(); // what was written is blanked
    await page.getByRole("searchbox", { name: "Filter" }).fill("message/cpim");
    for (const protocol of ["sip", "decision"]) {
      await page.getByRole("button", { name: protocol, exact: true }).click();
    }
    await page.getByRole("listbox").focus();
    await page.keyboard.press("Home");
    await page.locator(".wire").waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("Show everything").waitFor();
    await page.getByRole("button", { name: "sip", exact: true }).click();
    const titles = await optionNames(page);
    assert.ok(titles.length >= 4 && titles.length < 40, String(titles.length));
    assert.ok(titles.some((title) => title.startsWith("alice → Parlance, SEND")));
    assert.ok(titles.some((title) => title.startsWith("Parlance → bob, SEND")));
    await page.getByRole("listbox").focus();
    await page.keyboard.press("Escape");
    await page.locator(".ladder-details").waitFor({ state: "detached" });
    await context.close();
  });

  test("for heavy traffic the server itself looks for words, and sends nothing else", async () => {
    const { page, context } = await openOperator(browser, server);
    await stepsShown(page);
    await choose(page, "Filter at the server");
    const asked = page.waitForRequest(/\/api\/trace\/live\?.*words=REGISTER/);
    await page.getByRole("searchbox", { name: "Filter" }).fill("REGISTER");
    await asked;
    await page
      .getByRole("option", { name: /REGISTER/ })
      .first()
      .waitFor();
    const [count = ""] = await page.getByTestId("count").allTextContents();
    assert.match(count, /^\d+ steps$/); // none is there that is not shown
    await context.close();
  });

  test("what people wrote is shown to who asks for it, and the audit log says so", async () => {
    const { page, context } = await openOperator(browser, server);
    await stepsShown(page);
    assert.equal(await wireOf(page, "MESSAGE"), "");
    await page.getByText("Show texts").click();
    await page.getByRole("button", { name: "Show it" }).click();
    await stepsShown(page);
    await page.getByRole("searchbox", { name: "Filter" }).fill("Shall we meet");
    await page.getByRole("option").first().click();
    await page.getByText("Shall we meet at eight?").waitFor();
    await page.goto(`${server.adminUrl}/#audit`);
    await page.getByRole("cell", { name: "trace watched with text" }).first().waitFor();
    await context.close();
  });

  test("a run is saved, opened again and compared; captures come from the server", async () => {
    const { page, context } = await openOperator(browser, server);
    await stepsShown(page);
    const json = await save(page, "JSON");
    const { steps } = JSON.parse(readFileSync(json, "utf8")) as { steps: readonly unknown[] };
    assert.ok(steps.length > 40);
    const pcap = readFileSync(await save(page, "pcap"));
    assert.equal(pcap.readUInt32BE(0), 0xa1b2c3d4);
    assert.equal(
      readFileSync(await save(page, "HEP"))
        .subarray(0, 4)
        .toString(),
      "HEP3",
    );
    assert.match(readFileSync(await save(page, "Text"), "utf8"), /^MESSAGE sip:bob@/m);
    await page.locator('input[type="file"]').setInputFiles(json);
    await page.getByText(`First run kept: ${steps.length} steps`).waitFor();
    await alice.send(addressOf("bob"), "one more").accepted;
    await page
      .getByRole("option", { name: /MESSAGE/ })
      .last()
      .waitFor();
    await choose(page, /Compare what is shown/);
    await page.getByText(/steps are in one of them only|Both took the same/).waitFor();
    assert.ok((await page.locator(".compared tr.same").count()) > 40);
    await page.getByRole("region", { name: "Two runs" }).focus();
    await page.keyboard.press("n");
    await page.getByText(/^Difference 1 of \d+$/).waitFor();
    assert.match((await page.locator("tr[aria-current]").getAttribute("class")) ?? "", /different/);
    await page.getByRole("button", { name: "Previous difference" }).click();
    await page.getByText(/^Difference (\d+) of \1$/).waitFor();
    await context.close();
  });

  test("the same is there as a table, by connection, and in German", async () => {
    const { page, context } = await openOperator(browser, server);
    await stepsShown(page);
    await choose(page, "As a table");
    const row = page.getByRole("row").filter({ hasText: "MESSAGE sip:bob@" }).first();
    assert.match((await row.textContent()) ?? "", /alice.*Parlance.*sip/);
    await choose(page, "As a table");
    await choose(page, "A lane for each connection");
    await page.locator(".lane-head").nth(3).waitFor();
    await context.close();
    const german = await browser.newContext({ locale: "de-DE" });
    const other = await german.newPage();
    await other.goto(server.adminUrl);
    await other.getByRole("button", { name: "Anmelden" }).waitFor();
    await german.close();
  });

  test("a user is added, given a password, locked and removed; each is in the audit log", async () => {
    const { page, context, faults } = await openOperator(browser, server, "users");
    await page.getByRole("button", { name: "Add a user" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("erin");
    await dialog.getByRole("button", { name: "Add a user" }).click();
    await dialog.getByText("A password is wanted.").waitFor();
    assert.equal(await dialog.getByLabel("Password").getAttribute("aria-invalid"), "true");
    await dialog.getByRole("button", { name: "Make up a password" }).click();
    assert.match(await dialog.getByLabel("Password").inputValue(), /^[a-z2-9]{24}$/);
    await dialog.getByRole("button", { name: "Add a user" }).click();
    const row = page.getByRole("row").filter({ hasText: "sip:erin@" });
    await row.getByRole("button", { name: "Lock" }).click();
    await row.getByText("locked").waitFor();
    await row.getByRole("button", { name: "erin" }).click();
    await dialog.getByLabel("New password").fill("another");
    await dialog.getByRole("button", { name: "Set" }).click();
    await dialog.getByText("Done.").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await row.getByRole("button", { name: "Remove" }).click();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await row.waitFor({ state: "detached" });
    await page.goto(`${server.adminUrl}/#audit`);
    for (const action of ["user added", "user locked", "password changed", "user removed"]) {
      await page.getByRole("cell", { name: action }).first().waitFor();
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("what a user calls himself stands beside his account, and he is found by it", async () => {
    const { host, port } = server.address("tcp");
    const carol = await connect({
      user: addressOf("carol"),
      password: "carol",
      server: `tcp://${host}:${port}`,
      fileServer: server.httpUrl,
      registrationSeconds: 0,
    });
    await carol.profile.set({ displayName: "Carol of Hearts" });
    await carol.close();
    const { page, context, faults } = await openOperator(browser, server, "users");
    const row = page.getByRole("row").filter({ hasText: "sip:carol@" });
    await row.getByRole("cell", { name: "Carol of Hearts" }).waitFor();
    await page.getByRole("searchbox").fill("of hearts");
    await page.getByRole("row").filter({ hasText: "sip:bob@" }).waitFor({ state: "detached" });
    await row.waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("a session that runs is shown with both of its legs, and ends when it is ended", async () => {
    const chat = alice.conversation(addressOf("bob"));
    await chat.open();
    await chat.send("in session").delivered;
    const { page, context } = await openOperator(browser, server, "sessions");
    const section = page.locator(".session").first();
    await section.getByRole("row").nth(2).waitFor();
    assert.match((await section.textContent()) ?? "", /alice.*bob/);
    await section.getByRole("button", { name: "End", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "End" }).click();
    await page.getByText("There are none.").waitFor();
    await context.close();
  });

  for (const look of [WIDE, { ...WIDE, theme: "dark" }, NARROW, GERMAN] as const) {
    const { locale = "en" } = look;
    test(`axe finds nothing on any page, ${look.width} pixels wide, ${look.theme}, ${locale}`, async () => {
      const texts = locale === "en" ? en : de;
      await alice.conversation(addressOf("bob")).open();
      const { page, context, faults } = await openOperator(browser, server, "trace", look);
      for (const name of PAGES) {
        await page.goto(`${server.adminUrl}/#${name}`);
        await page.locator(`.of-${name}`).waitFor();
        await page.getByText(texts.loading).first().waitFor({ state: "detached" });
        if (name === "trace") {
          await stepsShown(page);
          await page.getByRole("option").first().click();
          assert.deepEqual(await page.evaluate(CUT), [], "cut in the ladder");
        }
        if (name === "sessions") await page.getByText(texts.kinds["one-to-one"]).first().waitFor();
        assert.deepEqual(await violationsOn(page), [], name);
        const beyond = await page.evaluate(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        assert.equal(beyond, 0, `${name} is wider than the window`);
        if (look.width < 700 && name !== "trace") {
          assert.deepEqual(await page.evaluate(SIDEWAYS), [], `${name} scrolls sideways`);
        }
      }
      assert.deepEqual(faults, []);
      await context.close();
    });
  }

  test("hostile text is shown as text, wherever it stands, and no script of it runs", async (t) => {
    const cases = casesFor(t, "web-hostile-strings").map(({ text }) => String(text));
    const { page, context, faults } = await openOperator(browser, server);
    await page.evaluate("window.alert = () => { window.ran = true; }");
    await page.getByText("Show texts").click();
    await page.getByRole("button", { name: "Show it" }).click();
    for (const text of cases)
      await alice.send(addressOf("bob"), text).accepted.catch(() => undefined);
    await stepsShown(page);
    await page.getByRole("listbox").focus();
    await page.keyboard.press("End");
    for (let at = 0; at < 60; at += 1) await page.keyboard.press("ArrowUp");
    const facts = await page.evaluate(`({
      ran: "ran" in window,
      strangers: document.querySelectorAll("#app :is(script, img, iframe, [onerror])").length,
    })`);
    assert.deepEqual(facts, { ran: false, strangers: 0 });
    assert.deepEqual(faults, []);
    await context.close();
  });
});

test("below the first two messengers a message is seen to go from one client to the other", async (t) => {
  const data = ownFolder();
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const free = {
    "listen.sip": "[]",
    "listen.msrp": '["tcp://127.0.0.1:0"]',
    "listen.admin": "null",
  };
  const set = Object.entries({ ...free, data, "listen.http": "http://127.0.0.1:0" });
  const options = set.flatMap(([key, value]) => ["--set", `${key}=${value}`]);
  const service = new RunningCommand(["start", "--local", "--json", ...options]);
  t.after(() => service.kill());
  const ready = await service.line(/^ready/);
  const url = /"kind":"http","url":"([^"]+)"/.exec(ready)?.[1] ?? assert.fail(ready);
  const browser = await launchChromium();
  t.after(() => browser.close());
  const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
  await page.goto(url);
  await page.getByRole("textbox").first().fill("do you see it?");
  await page.keyboard.press("Enter");
  for (const arrow of ["alice → Parlance, MESSAGE", "Parlance → bob, MESSAGE"]) {
    await page.getByRole("option", { name: arrow }).last().waitFor();
  }
  await page.getByRole("searchbox", { name: "Filter" }).fill("do you see it?");
  await page.getByRole("option").first().click();
  await page.locator(".wire").getByText("do you see it?").waitFor();
});

/** What of a page is scrolled sideways to be seen. */
const SIDEWAYS = `[...document.querySelectorAll(".shell-page, .shell-page *")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(one).overflowX))
  .map((one) => one.tagName + "." + one.className)`;

/** Of the ladder's notes and of what is beside them: those that do not fit where they stand. */
const CUT = `[...document.querySelectorAll(".ladder-note, .ladder-details :is(h2, dt, dd)")]
  .filter((one) => {
    const { top, bottom, right } = one.getBoundingClientRect();
    const row = one.closest(".ladder-line")?.getBoundingClientRect();
    const beyond = row && (top < row.top - 1 || bottom > row.bottom + 1 || right > row.right + 1);
    return beyond || one.scrollWidth > one.clientWidth + 1;
  })
  .map((one) => one.textContent)`;

async function stepsShown(page: Page): Promise<void> {
  await page.getByRole("option").first().waitFor();
}

async function optionNames(page: Page): Promise<readonly string[]> {
  return page.getByRole("option").locator(".unseen").allTextContents();
}

/** What of the first message of this sort is not blanked in its text. */
async function wireOf(page: Page, method: string): Promise<string> {
  await page.getByRole("searchbox", { name: "Filter" }).fill(`${method} sip:bob`);
  await page.getByRole("option").first().click();
  const text = (await page.locator(".wire").textContent()) ?? "";
  await page.getByRole("searchbox", { name: "Filter" }).fill("");
  return /Shall we meet/.test(text) ? text : "";
}

async function choose(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByRole("menuitem", { name }).click();
}

async function save(page: Page, form: string): Promise<string> {
  const download = page.waitForEvent("download");
  await choose(page, new RegExp(`^Save: .*${form}`));
  return (await download).path();
}
