/** The operator's pages while the server goes away and comes back: what was seen stays, and it goes on. */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { ownFolder } from "../tools/test/own-folder.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { launchChromium } from "./browser/pages.ts";
import { openOperator, tokenOf } from "./operator/pages.ts";
import { addressOf, clientOf, DOMAIN, SET, talk, USERS } from "./operator/traffic.ts";
import { buildPages } from "./web/built-pages.ts";

suite("the operator's pages over a restart", () => {
  const data = ownFolder();
  let browser: Browser;
  let server: ServerProcess;
  let admin = "http://127.0.0.1:0";

  const start = async (): Promise<void> => {
    const set = { ...SET, "listen.admin": admin };
    server = await ServerProcess.start({ data, keepData: true, domain: DOMAIN, users: USERS, set });
    admin = server.adminUrl;
  };
  const traffic = async (): Promise<void> => {
    const [alice, bob] = await Promise.all([clientOf(server, "alice"), clientOf(server, "bob")]);
    await talk(alice, bob);
    await Promise.all([alice.close(), bob.close()]);
  };

  before(async () => {
    buildPages();
    await start();
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await server?.kill();
    rmSync(data, { recursive: true, force: true });
  });

  test("what was traced stays over a death of the server, the break is marked, and the trace goes on", async () => {
    await traffic();
    const { page, context } = await openOperator(browser, server);
    const message = page.getByRole("option", { name: /^alice → Parlance, MESSAGE/ });
    await message.first().waitFor();
    const count = async (): Promise<number> =>
      Number.parseInt((await page.getByTestId("count").textContent()) ?? "", 10);
    const seen = await count();
    await server.kill();
    await page.getByText("connection lost, reconnecting …").waitFor();
    assert.equal(await count(), seen);
    await start();
    const form = page.getByRole("region", { name: "Log in" });
    await form.getByRole("alert").waitFor(); // the new process knows no login
    assert.equal(await count(), seen);
    await form.getByLabel("Operator token").fill(tokenOf(server));
    await form.getByRole("button", { name: "Log in" }).click();
    await form.waitFor({ state: "detached" });
    await page.getByText("live", { exact: true }).waitFor();
    await traffic();
    const gap = page.getByRole("option", {
      name: /^Gap: server lost [\d:]{8}, restarted [\d:]{8}$/,
    });
    await page
      .getByRole("option", { name: /refused: 404 no such user/ })
      .last()
      .waitFor();
    assert.ok((await count()) > seen);
    const titles = await savedTitles(page);
    const at = titles.indexOf("gap");
    for (const side of [titles.slice(0, at), titles.slice(at + 1)]) {
      assert.ok(side.includes(`MESSAGE ${addressOf("bob")}`));
      assert.ok(!side.includes("gap"));
    }
    await page.getByRole("searchbox", { name: "Filter" }).fill("of which nothing is there");
    await gap.waitFor(); // whatever is looked for may have been there
    await gap.click();
    await page.getByText(/went with it/).waitFor();
    await context.close();
  });
});

async function savedTitles(page: Page): Promise<readonly string[]> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByRole("menuitem", { name: "Save: JSON" }).click();
  const { steps } = JSON.parse(readFileSync(await (await download).path(), "utf8")) as {
    readonly steps: readonly { readonly title: string }[];
  };
  return steps.map(({ title }) => title);
}
