/** The messenger's notifications: told by the system while the page is not in front, and by the page alone while it is. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { connect, type ImClient } from "@parlance/client/node";
import type { Browser, BrowserContext } from "playwright-core";
import { ServerProcess } from "../tools/test/server-process.ts";
import { launchChromium } from "./browser/pages.ts";
import { AppPage } from "./web/app-page.ts";
import { buildPages } from "./web/built-pages.ts";

const NAMES = ["alice", "bob", "carol"] as const;
const ALICE = "sip:alice@im.example.com";

/** Writes down what the browser is asked to show, and shows it all the same. */
const LISTEN = `
  window.told = [];
  window.Notification = class extends Notification {
    constructor(title, options) {
      super(title, options);
      told.push({ title, body: options.body, shown: this });
    }
  };
`;
/** No browser without a screen puts a page behind another one: it is told that it is there. */
const put = (hidden: boolean): string => `{
  Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}`;

suite("the messenger's notifications", () => {
  let browser: Browser;
  let context: BrowserContext;
  let server: ServerProcess;
  let alice: AppPage;
  const others = new Map<string, ImClient>();

  before(async () => {
    buildPages();
    browser = await launchChromium();
    const users = NAMES.map((name) => ({ name, password: `${name}-secret` }));
    server = await ServerProcess.start({ users });
    context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
    await context.grantPermissions(["notifications"], { origin: server.httpUrl });
    await context.addInitScript(LISTEN);
    alice = await AppPage.open(context, server.httpUrl);
    await alice.signIn("alice", "alice-secret");
    for (const name of ["bob", "carol"]) {
      const user = `sip:${name}@im.example.com`;
      const { port } = server.address("tcp");
      const account = { user, password: `${name}-secret`, server: `tcp://127.0.0.1:${port}` };
      others.set(name, await connect(account));
    }
  });
  after(async () => {
    for (const client of others.values()) await client.close();
    await context?.close();
    await browser?.close();
    await server?.stop();
    assert.deepEqual(alice?.faults, []);
  });

  const say = async (name: string, text: string): Promise<void> => {
    await others.get(name)?.send(ALICE, text).accepted;
    await alice.page.locator(".row", { hasText: text }).waitFor(); // the list has it
  };
  const told = (): Promise<unknown> =>
    alice.page.evaluate("told.map(({ title, body }) => [title, body])");

  test("who has not asked for them gets none", async () => {
    await alice.page.evaluate(put(true));
    await say("bob", "are you there?");
    assert.deepEqual(await told(), []);
    await alice.page.evaluate(put(false));
  });

  test("asked for: who writes is told while the page is hidden, and what he writes only where that is wanted", async () => {
    await alice.settings();
    await alice.page.getByText("Tell me about new messages").click();
    await alice.page.evaluate(put(true));
    await say("bob", "psst");
    assert.deepEqual(await told(), [["Message from bob", ""]]);
    await alice.page.evaluate(put(false));
    await alice.page.getByText("Show what they say").click();
    await alice.page.evaluate(put(true));
    await say("carol", "out loud");
    assert.deepEqual(await told(), [
      ["Message from bob", ""],
      ["Message from carol", "out loud"],
    ]);
    assert.equal(await alice.page.title(), "(3) Parlance");
  });

  test("a click on one brings its conversation to the front", async () => {
    await alice.page.evaluate("told.at(-1).shown.dispatchEvent(new Event('click'))");
    await alice.page.evaluate(put(false));
    await alice.page.getByRole("heading", { name: "carol" }).waitFor();
    await alice.bubble("out loud").waitFor();
    assert.match(alice.page.url(), /#\/with\/sip%3Acarol/);
  });

  test("while the page is in front nothing is told, neither of this conversation nor of another", async () => {
    const sofar = await told();
    await say("carol", "seen at once");
    await alice.bubble("seen at once").waitFor();
    await say("bob", "seen in the list");
    assert.deepEqual(await told(), sofar);
  });
});
