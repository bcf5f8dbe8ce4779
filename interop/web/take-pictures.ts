/**
 * Takes the pictures of the documentation: the messenger as people use it, 360, 768 and 1440 px wide.
 *
 *   node --conditions=parlance-source interop/web/take-pictures.ts [FOLDER]
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { ServerProcess } from "../../tools/test/server-process.ts";
import { launchChromium } from "../browser/pages.ts";
import { AppPage } from "./app-page.ts";
import { buildPages } from "./built-pages.ts";

const FOLDER = resolve(process.argv[2] ?? join(import.meta.dirname, "../../docs/images"));
const NAMES = ["alice", "bob", "carol", "dave"];
const WIDTHS = [360, 768, 1440] as const;
const HEIGHTS: Readonly<Record<(typeof WIDTHS)[number], number>> = {
  360: 740,
  768: 900,
  1440: 900,
};

const DRAWN =
  "document.fonts.ready.then(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))";

mkdirSync(FOLDER, { recursive: true });
buildPages();
const server = await ServerProcess.start({
  domain: "parlance.test",
  users: NAMES.map((name) => ({ name, password: `${name}-secret` })),
  set: {
    rooms: [{ name: "lobby", displayName: "Lobby", moderators: ["alice"], allowAnonymity: true }],
    "web.readyAccounts": ["alice", "bob"],
    "history.default": true,
  },
});
const browser = await launchChromium();
try {
  await takeAll(browser);
} finally {
  await browser.close();
  await server.stop();
}

async function takeAll(on: Browser): Promise<void> {
  await firstPage(on);
  const people = new Map<string, AppPage>();
  for (const name of NAMES) people.set(name, await person(on, name));
  const of = (name: string): AppPage => people.get(name) ?? fail(name);
  await converse(of);
  await meet(of);
  await pictures(of("alice"));
}

async function firstPage(on: Browser): Promise<void> {
  const context = await on.newContext({ viewport: { width: 1440, height: 900 } });
  const app = await AppPage.open(context, server.httpUrl);
  const [left, right] = [app.page.locator(".pane").nth(0), app.page.locator(".pane").nth(1)];
  await left.locator("textarea").fill("Hello Bob! Is this thing on?");
  await left.locator("textarea").press("Enter");
  await right.locator(".bubble").waitFor();
  await right.locator("textarea").fill("Loud and clear, Alice 🙂");
  await right.locator("textarea").press("Enter");
  // The list has such a sign as well, as long as its newest message is ours.
  await left.locator(".bubble .mark.displayed").waitFor();
  await left.locator(".bubble", { hasText: "Loud and clear" }).waitFor();
  await right.locator(".bubble .mark.displayed").waitFor();
  for (const width of WIDTHS) {
    await app.page.setViewportSize({ width, height: HEIGHTS[width] });
    await shoot(app, `first-${width}`);
  }
  await app.page.getByRole("button", { name: "Sign in as somebody else" }).click();
  for (const width of WIDTHS) {
    await app.page.setViewportSize({ width, height: HEIGHTS[width] });
    await shoot(app, `sign-in-${width}`);
  }
  await context.close();
}

async function person(on: Browser, name: string): Promise<AppPage> {
  const context = await on.newContext({ viewport: { width: 1440, height: 900 } });
  const app = await AppPage.open(context, server.httpUrl);
  await app.page.getByRole("button", { name: "Sign in as somebody else" }).click();
  await app.page
    .getByLabel("Shown to others as")
    .fill(name.charAt(0).toUpperCase() + name.slice(1));
  await app.signIn(name, `${name}-secret`);
  return app;
}

async function converse(of: (name: string) => AppPage): Promise<void> {
  const [alice, bob, carol] = [of("alice"), of("bob"), of("carol")];
  await carol.write("alice");
  await carol.say("The photos from Saturday are up.");
  await bob.write("alice");
  await bob.say("Morning! Did the new build make it to the lab?");
  await alice.openRow("Bob");
  await alice.say("It did. Conformance is green, all of it.");
  await alice.say("Notes are at https://example.com/notes/42 if you want to look.");
  await bob.bubble("Notes are at").waitFor();
  await bob.say("Lovely. Looking now …");
  await bob.say("One question: does it still pass when the server dies in the middle?");
  await alice.bubble("One question").waitFor();
  await alice.say("kill -9, as often as you like. Nothing that was acknowledged is lost 🎉");
  await bob.bubble("kill -9").waitFor();
  await alice.reached("kill -9", "Seen");
  await bob.say("Then I am out of excuses. Shipping it.");
  await alice.bubble("Shipping it").waitFor();
}

async function meet(of: (name: string) => AppPage): Promise<void> {
  for (const [name, nickname] of [
    ["alice", ""],
    ["bob", "Night Owl"],
    ["carol", ""],
    ["dave", ""],
  ] as const) {
    const app = of(name);
    await app.start("Join a chat room");
    await app.page.getByLabel("Room", { exact: true }).fill("lobby");
    await app.page.getByLabel("Your name there").fill(nickname);
    await app.page.getByRole("button", { name: "Join", exact: true }).click();
    await app.field.waitFor();
  }
  await of("carol").say("Who is coming to the demo on Friday?");
  await of("bob").bubble("demo on Friday").waitFor();
  await of("bob").say("Me, if somebody brings coffee.");
  await of("dave").bubble("brings coffee").waitFor();
  await of("dave").say("I bring the good one.");
  await of("alice").bubble("the good one").waitFor();
  await of("alice").page.getByRole("button", { name: "Members" }).click();
  await of("alice").page.getByRole("button", { name: "What to do about Night Owl" }).click();
  await of("alice").page.getByRole("menuitem", { name: "Write privately" }).click();
  await of("alice").say("Act surprised on Friday, please.");
  await of("alice").bubble("Act surprised").waitFor();
  await of("alice").page.getByRole("button", { name: "Write to everyone" }).click();
  await of("alice").say("See you all there!");
  await of("bob").bubble("See you all there").waitFor();
}

async function pictures(alice: AppPage): Promise<void> {
  const { page } = alice;
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of WIDTHS) {
      const suffix = scheme === "dark" ? `${width}-dark` : String(width);
      await page.setViewportSize({ width, height: HEIGHTS[width] });
      await goTo(alice, "#/");
      if (width === 360) await shoot(alice, `list-${suffix}`);
      await goTo(alice, `#/with/${encodeURIComponent("sip:bob@parlance.test")}`);
      await alice.bubble("Shipping it").waitFor();
      await shoot(alice, `talk-${suffix}`);
      await goTo(alice, `#/with/${encodeURIComponent("sip:lobby@parlance.test")}`);
      await page.getByRole("button", { name: "Members" }).click();
      await page.locator(".panel .member").nth(3).waitFor();
      await shoot(alice, `room-${suffix}`);
      await page.locator(".panel").getByRole("button", { name: "Close" }).click();
      if (width === 1440) continue;
      await goTo(alice, "#/settings");
      await page.getByRole("textbox", { name: "Your name" }).waitFor();
      await shoot(alice, `settings-${suffix}`);
    }
  }
}

async function goTo({ page }: AppPage, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await page.evaluate(DRAWN);
}

/** When nothing is loaded any more, moves, or is said for a moment only. */
async function shoot({ page }: AppPage, name: string): Promise<void> {
  await page.locator(".told p").waitFor({ state: "detached" });
  await page.locator(".spinner").waitFor({ state: "detached" });
  await page.evaluate(DRAWN);
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: "disabled" });
}

function fail(name: string): never {
  throw new Error(`nobody is called ${name}`);
}
