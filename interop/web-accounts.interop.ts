/** The messenger in Chromium against the running server: accounts of a browser, and what the server keeps for them. */
import assert from "node:assert/strict";
import { after, afterEach, before, suite, test } from "node:test";
import type { Browser, BrowserContext, Locator } from "playwright-core";
import { ServerProcess } from "../tools/test/server-process.ts";
import { launchChromium } from "./browser/pages.ts";
import { AppPage, keepShots } from "./web/app-page.ts";
import { buildPages } from "./web/built-pages.ts";
import { LOOKS } from "./web/house.ts";
import { KEPT_FILES } from "./web/kept-files.ts";
import { soundOn } from "./web/sound.ts";

const USERS = ["alice", "bob", "carol"].map((name) => ({ name, password: `${name}-secret` }));

suite("the messenger's accounts", () => {
  let browser: Browser;
  let server: ServerProcess;
  const contexts: BrowserContext[] = [];
  const pages: AppPage[] = [];

  before(async () => {
    buildPages();
    browser = await launchChromium();
    server = await ServerProcess.start({ users: USERS });
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

  async function person(name: string): Promise<AppPage> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
    contexts.push(context);
    const page = await AppPage.open(context, server.httpUrl);
    pages.push(page);
    await page.signIn(name, `${name}-secret`);
    return page;
  }

  test("a wrong password is said, and nothing is kept of it", async () => {
    const context = await browser.newContext();
    contexts.push(context);
    const page = await AppPage.open(context, server.httpUrl);
    pages.push(page);
    await page.page.getByLabel("Address", { exact: true }).fill("alice");
    await page.page.getByLabel("Password", { exact: true }).fill("wrong");
    await page.page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.page.getByText("The name or the password is wrong.").waitFor();
    assert.equal(await page.page.evaluate("localStorage.length + sessionStorage.length"), 0);
  });

  for (const { named, how, texts } of LOOKS) {
    test(`who signs in with an address of another domain is told which one this server serves (${named})`, async () => {
      const context = await browser.newContext(how);
      contexts.push(context);
      const app = await AppPage.open(context, server.httpUrl, texts);
      pages.push(app);
      const { page } = app;
      await page.getByLabel(texts.signIn.address, { exact: true }).fill("alice@example.org");
      await page.getByLabel(texts.signIn.password, { exact: true }).fill("alice-secret");
      await page.getByRole("button", { name: texts.signIn.go, exact: true }).click();
      await page.getByText(texts.signIn.otherDomain("im.example.com")).waitFor();
      assert.equal(await page.getByText(texts.faults["not authenticated"]).count(), 0);
      await soundOn(page);
      await app.signIn("alice@im.example.com", "alice-secret");
    });
  }

  test("signing in goes on after a slip: what was empty is said, and said no more once it is filled in", async () => {
    const context = await browser.newContext();
    contexts.push(context);
    const app = await AppPage.open(context, server.httpUrl);
    pages.push(app);
    const { page } = app;
    const go = page.getByRole("button", { name: "Sign in", exact: true });
    await go.click();
    await page.getByText("Please enter your address.").waitFor();
    await page.getByLabel("Address", { exact: true }).fill("alice");
    await page.getByText("Please enter your address.").waitFor({ state: "detached" });
    await go.click();
    await page.getByText("Please enter your password.").waitFor();
    await page.getByLabel("Password", { exact: true }).fill("alice-secret");
    await go.click();
    await app.online();
  });

  test("who stays signed in leaves a key for this server in the browser, and no password", async () => {
    const context = await browser.newContext();
    contexts.push(context);
    const page = await AppPage.open(context, server.httpUrl);
    pages.push(page);
    await page.signIn("alice", "alice-secret", { stay: true });
    const kept = String(await page.page.evaluate("JSON.stringify([localStorage, sessionStorage])"));
    assert.doesNotMatch(kept, /alice-secret/);
    await page.page.close();
    const again = await AppPage.open(context, server.httpUrl);
    pages.push(again);
    await again.online();
  });

  test("settings, name and blocked people are kept at the server; the history is searched and saved", async () => {
    const [alice, bob] = [await person("alice"), await person("bob")];
    await alice.settings();
    await alice.page.getByText("Keep messages on the server").click();
    await alice.page.getByText("Keep conversations on the server").click();
    await alice.page.getByRole("textbox", { name: "Your name" }).fill("Alice Liddell");
    await alice.page.getByRole("button", { name: "Save", exact: true }).click();
    await alice.page.getByRole("button", { name: "Account: Alice Liddell" }).waitFor(); // it is kept
    const keeps = alice.page.getByRole("switch", { name: /^Keep messages/ });
    await alice.page.reload();
    await alice.online();
    await alice.settings();
    assert.equal(await keeps.isChecked(), true);
    assert.equal(
      await alice.page.getByRole("textbox", { name: "Your name" }).inputValue(),
      "Alice Liddell",
    );

    await alice.page.getByRole("button", { name: "Account: Alice Liddell" }).waitFor();

    await alice.write("bob");
    await alice.say("where is the rabbit hole?");
    await bob.openRow("alice");
    await bob.page.getByRole("heading", { name: "Alice Liddell" }).waitFor();
    await alice.reached("where is the rabbit hole?", "Seen");
    await alice.page.getByLabel("Search").fill("rabbit");
    await alice.page.getByRole("region", { name: "In messages" }).getByText("rabbit hole").click();
    await alice.page.locator(".feed-row.found", { hasText: "rabbit hole" }).waitFor();
    await alice.page.getByLabel("Search").fill("");
    await alice.settings();
    const download = alice.page.waitForEvent("download");
    await alice.page.getByRole("button", { name: "Export as JSON" }).click();
    assert.equal((await download).suggestedFilename(), "parlance.json");

    await alice.openRow("bob");
    await alice.menu("Block");
    const sure = alice.page.getByRole("dialog", { name: "Block bob?" });
    await sure.getByText("the server refuses it").waitFor();
    await soundOn(alice.page);
    await sure.getByRole("button", { name: "Cancel" }).click();
    await sure.waitFor({ state: "detached" });
    const isBlocked = alice.page.getByText("You have blocked them");
    assert.equal(await isBlocked.count(), 0);
    await alice.menu("Block");
    await sure.waitFor();
    await alice.page.keyboard.press("Enter");
    await isBlocked.waitFor();
    await bob.say("can you hear me?");
    await bob.reached("can you hear me?", "Not sent");
    await bob
      .bubble("can you hear me?")
      .getByRole("button", { name: "Delivery: Not sent" })
      .click();
    const delivery = bob.page.getByRole("dialog", { name: "Delivery" });
    await delivery.getByText("The server does not allow that.").waitFor();
    assert.equal(await delivery.getByText("It may have arrived all the same.").count(), 0);
    await bob.page.keyboard.press("Escape");
    await alice.menu("Unblock");
    await isBlocked.waitFor({ state: "detached" });
    await alice.menu("Block");
    await sure.getByRole("button", { name: "Block" }).click();
    await isBlocked.waitFor();
    await alice.settings();
    await alice.page.getByRole("button", { name: "Unblock" }).click();
    await alice.page.getByText("Nobody is blocked.").waitFor();
    await bob.say("and now?");
    await bob.reached("and now?", "Delivered");
  });

  test("a name that is taken away is gone for others, on other devices, and after a reload", async () => {
    const [alice, bob] = [await person("alice"), await person("bob")];
    const elsewhere = await person("alice");
    for (const called of ["Alice Pleasance", ""]) {
      await alice.settings();
      await yourName(alice).fill(called);
      await alice.page.getByRole("button", { name: "Save", exact: true }).click();
      const shown = called === "" ? "alice" : called;
      await alice.page.getByRole("button", { name: `Account: ${shown}` }).waitFor();
      await alice.write("bob");
      await alice.say(`called ${shown}`);
      await bob.row(shown).getByText(`called ${shown}`).waitFor();
      await elsewhere.settings();
      await elsewhere.page.getByRole("button", { name: `Account: ${shown}` }).waitFor();
      assert.equal(await yourName(elsewhere).inputValue(), called);
    }
    for (const app of [alice, elsewhere]) {
      await app.page.reload();
      await app.online();
      await app.settings();
      assert.equal(await yourName(app).inputValue(), "");
      await app.page.getByRole("button", { name: "Account: alice" }).waitFor();
    }
  });

  test("of an account that is forgotten no file stays in the browser", async () => {
    const [alice, bob] = [await person("alice"), await person("bob")];
    await alice.write("bob");
    await alice.say("look");
    await bob.openRow("alice");
    const file = { name: "kept.txt", mimeType: "text/plain", buffer: Buffer.from("a secret") };
    await alice.page.locator("input[type=file]").setInputFiles(file);
    await bob.bubble("kept.txt").getByRole("button", { name: "Accept" }).click();
    await bob.page.getByRole("button", { name: "Save: kept.txt" }).waitFor();
    await bob.until(`${KEPT_FILES}.then((count) => count > 0, () => false)`);
    await bob.page.getByRole("button", { name: /^Account/ }).click();
    await bob.page.getByRole("menuitem", { name: "Sign out" }).click();
    await bob.page.getByRole("button", { name: "Forget bob" }).click();
    await bob.until(`${KEPT_FILES}.then((count) => count === 0, () => false)`);
  });

  test("a browser that is new has the conversations that the server keeps, with what was said in them", async () => {
    const [carol, bob] = [await person("carol"), await person("bob")];
    await carol.settings();
    await carol.page.getByText("Keep messages on the server").click();
    await carol.write("bob");
    await carol.say("kept for another browser");
    await bob.openRow("carol");
    await carol.reached("kept for another browser", "Seen");
    const elsewhere = await person("carol");
    await elsewhere.row("bob").getByText("kept for another browser").waitFor();
    await elsewhere.row("bob").locator("time").filter({ hasText: /\S/ }).waitFor();
    await elsewhere.openRow("bob");
    await elsewhere.bubble("kept for another browser").waitFor();
  });

  test("two accounts in one browser: added, switched between, signed out of and forgotten", async () => {
    const alice = await person("alice");
    const { page } = alice;
    const account = page.getByRole("button", { name: /^Account/ });
    await account.click();
    await page.getByRole("menuitem", { name: "Add an account" }).click();
    await alice.signIn("bob", "bob-secret", { stay: true });
    await page.getByRole("button", { name: "Account: bob" }).waitFor();
    await account.click();
    await page.getByRole("menuitem", { name: "Switch to alice" }).click();
    await page.getByRole("button", { name: "Account: alice" }).waitFor();
    await alice.online();
    await account.click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "bob@im.example.com" }).click();
    await page.getByRole("button", { name: "Account: bob" }).waitFor();
    await alice.online();
    await account.click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    // The names are known, and let nobody in.
    const kept = String(await page.evaluate("JSON.stringify([localStorage, sessionStorage])"));
    assert.doesNotMatch(kept, /secret/);
    await page.getByRole("button", { name: "alice@im.example.com" }).click();
    await page.getByLabel("Password", { exact: true }).fill("alice-secret");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await alice.online();
    await account.click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Forget bob" }).click();
    await page.getByRole("button", { name: "bob@im.example.com" }).waitFor({ state: "detached" });
    await page.waitForFunction(
      "indexedDB.databases().then((all) => all.every(({ name }) => !name.includes('bob')))",
    );
    assert.doesNotMatch(String(await page.evaluate("JSON.stringify(localStorage)")), /bob/);
  });

  test("who reads German is spoken to in German, and may choose otherwise", async () => {
    const context = await browser.newContext({
      locale: "de-AT",
      viewport: { width: 1200, height: 800 },
    });
    contexts.push(context);
    const app = await AppPage.open(context, server.httpUrl);
    pages.push(app);
    const { page } = app;
    await page.getByLabel("Adresse", { exact: true }).fill("carol");
    await page.getByLabel("Passwort", { exact: true }).fill("carol-secret");
    await page.getByRole("button", { name: "Anmelden", exact: true }).click();
    await app.online();
    assert.equal(await page.evaluate("document.documentElement.lang"), "de");
    await page.getByRole("button", { name: /^Konto/ }).click();
    await page.getByRole("menuitem", { name: "Einstellungen" }).click();
    await page.getByText("Was dich erreicht").waitFor();
    await page.getByText("English").click();
    await page.getByText("What reaches you").waitFor();
    await page.getByText("Dark", { exact: true }).click();
    assert.equal(
      await page.evaluate("getComputedStyle(document.documentElement).colorScheme"),
      "dark",
    );
  });
});

function yourName({ page }: AppPage): Locator {
  return page.getByRole("textbox", { name: "Your name" });
}
