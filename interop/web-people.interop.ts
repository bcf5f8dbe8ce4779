/** The messenger in Chromium against the running server: rooms to come into, the people one knows, and one's own devices. */
import assert from "node:assert/strict";
import { after, afterEach, before, suite, test } from "node:test";
import type { Browser, BrowserContext, BrowserContextOptions, Locator } from "playwright-core";
import { ServerProcess } from "../tools/test/server-process.ts";
import { launchChromium } from "./browser/pages.ts";
import { AppPage, keepShots } from "./web/app-page.ts";
import { buildPages } from "./web/built-pages.ts";
import { soundOn } from "./web/sound.ts";

const USERS = ["alice", "bob", "carol", "dave"].map((name) => ({
  name,
  password: `${name}-secret`,
}));
const TELEPHONE = { width: 360, height: 740 };

suite("the messenger's people and rooms", () => {
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
        "history.default": true,
        rooms: [
          { name: "lobby", displayName: "Lobby", subject: "Anything goes", moderators: ["alice"] },
          { name: "ball", displayName: "Masked ball", allowAnonymity: true },
        ],
        groups: [{ name: "team", displayName: "Team", members: ["alice", "bob"] }],
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

  async function person(name: string, how: BrowserContextOptions = {}): Promise<AppPage> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...how });
    contexts.push(context);
    const page = await AppPage.open(context, server.httpUrl);
    pages.push(page);
    await page.signIn(name, `${name}-secret`);
    return page;
  }

  test("the rooms there are: who is in them now, joined with one press, under a name or without any", async () => {
    const [alice, carol] = [await person("alice"), await person("carol")];
    await alice.start("Join a chat room");
    await row(alice, "Lobby").getByText("Anything goes").waitFor();
    await row(alice, "Lobby").getByText("nobody there").waitFor();
    await row(alice, "Team").getByText("2 members").waitFor();
    await soundOn(alice.page);
    await alice.page.getByLabel("Your name there").fill("Queen");
    await alice.page.getByRole("button", { name: "Join Lobby" }).click();
    await alice.field.waitFor();
    await alice.page.getByRole("heading", { name: "Lobby" }).waitFor();

    await carol.page.setViewportSize(TELEPHONE);
    await carol.start("Join a chat room");
    await row(carol, "Lobby").getByText("1 there").waitFor();
    assert.equal(await row(carol, "Team").count(), 0); // she is none of its members
    await carol.page.getByText("Without my name").click();
    await row(carol, "Lobby").getByText("Not without your name").waitFor();
    assert.equal(await carol.page.getByRole("button", { name: "Join Lobby" }).isEnabled(), false);
    await soundOn(carol.page);
    await carol.page.getByRole("button", { name: "Join Masked ball" }).click();
    await carol.page.getByRole("heading", { name: "Masked ball" }).waitFor();
    await carol.page.getByRole("button", { name: "Members" }).click();
    await carol.page.getByText("You are here without your name.").waitFor();

    await alice.start("Join a chat room");
    await alice.page.getByRole("button", { name: "Open Lobby" }).click();
    await alice.page.getByRole("dialog").waitFor({ state: "detached" });
    await alice.page.getByRole("button", { name: "Members" }).click();
    await alice.page.locator(".member", { hasText: "Queen" }).waitFor();
  });

  test("by keys alone a room is found and joined", async () => {
    const dave = await person("dave");
    const keys = dave.page.keyboard;
    await dave.page.getByRole("button", { name: "New", exact: true }).focus();
    await keys.press("Enter");
    await dave.page.getByRole("menuitem", { name: "Join a chat room" }).focus();
    await keys.press("Enter");
    await dave.page.getByRole("button", { name: "Join Lobby" }).waitFor();
    const focused = "document.activeElement.getAttribute('aria-label')";
    for (let presses = 0; presses < 8; presses += 1) {
      if ((await dave.page.evaluate(focused)) === "Join Lobby") break;
      await keys.press("Tab");
    }
    await keys.press("Enter");
    await dave.page.getByRole("heading", { name: "Lobby" }).waitFor();
  });

  test("a group that one is not in says so in the list, and is joined from its conversation", async () => {
    const [alice, bob] = [await person("alice"), await person("bob")];
    await alice.start("Join a chat room");
    await alice.page.getByRole("button", { name: "Join Team" }).click();
    await bob.page.getByRole("button", { name: "Accept" }).click();
    await bob.field.waitFor();
    await bob.say("are we all here?");
    await alice.bubble("are we all here?").waitFor();
    await bob.menu("Leave the group");
    await bob.page.getByRole("button", { name: "Leave the group" }).click();
    await bob.row("Team").getByText("Join", { exact: true }).waitFor();

    // A browser that is new knows the group by the history alone.
    const elsewhere = await person("bob");
    await elsewhere.row("team").getByText("Join", { exact: true }).waitFor();
    await elsewhere.row("team").click();
    await elsewhere.page.getByText("You are not in this group.").waitFor();
    await soundOn(elsewhere.page);
    await elsewhere.page.locator(".over-line").getByRole("button", { name: "Join" }).click();
    await elsewhere.page.getByRole("heading", { name: "Team" }).waitFor();
    await elsewhere.page.getByText("You are not in this group.").waitFor({ state: "detached" });
    await elsewhere.row("Team").getByText("Join", { exact: true }).waitFor({ state: "detached" });
  });

  test("people are put into the address book, renamed, written to, blocked, and taken out, on all devices", async () => {
    const alice = await person("alice");
    const telephone = await person("alice", { viewport: TELEPHONE, colorScheme: "dark" });
    await alice.account("Contacts");
    await telephone.account("Contacts");
    await alice.page.getByText("Nobody yet.").waitFor();
    await alice.page.getByRole("button", { name: "Add a contact" }).click();
    await alice.page.getByLabel("Address", { exact: true }).fill("no address");
    await alice.page.getByRole("button", { name: "Add", exact: true }).click();
    await alice.page.getByText("This is no address.").waitFor();
    await alice.page.getByLabel("Address", { exact: true }).fill("carol");
    await alice.page.getByLabel("What you call them").fill("Cousin Carol");
    await alice.page.getByRole("button", { name: "Add", exact: true }).click();
    await telephone.page.getByText("Cousin Carol").waitFor();
    await soundOn(telephone.page);
    await soundOn(alice.page);

    const people = alice.page.getByRole("list", { name: "Contacts" });
    const act = async (name: string, what: string): Promise<void> => {
      await alice.page.getByRole("button", { name: `What to do about ${name}` }).click();
      await alice.page.getByRole("menuitem", { name: what }).click();
    };
    await act("Cousin Carol", "Rename");
    await alice.page.getByLabel("What you call them").fill("Caro");
    await alice.page.getByRole("button", { name: "Save", exact: true }).click();
    await people.getByText("Caro", { exact: true }).waitFor();
    await act("Caro", "Block");
    await alice.page.getByRole("dialog", { name: "Block Caro?" }).waitFor();
    await alice.page.keyboard.press("Escape");
    await alice.page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await people.getByText("blocked").count(), 0);
    await act("Caro", "Block");
    await alice.page.getByRole("button", { name: "Block", exact: true }).click();
    await people.getByText("blocked").waitFor();
    await telephone.page.getByText("blocked").waitFor();
    await act("Caro", "Unblock");
    await people.getByText("blocked").waitFor({ state: "detached" });
    await alice.page.getByRole("button", { name: "Write to Caro" }).click();
    await alice.page.getByRole("heading", { name: "Caro" }).waitFor();
    await alice.say("hello cousin");
    await alice.row("Caro").waitFor();

    // A name that is taken away is gone, and he is called as his account is.
    await alice.account("Contacts");
    await act("Caro", "Rename");
    await alice.page.getByLabel("What you call them").fill("");
    await alice.page.getByRole("button", { name: "Save", exact: true }).click();
    await people.getByText("Caro", { exact: true }).waitFor({ state: "detached" });
    await alice.row("carol").waitFor();
    await act("carol", "Remove");
    await alice.page.getByText("Nobody yet.").waitFor();
    await telephone.page.getByText("Nobody yet.").waitFor();
  });

  test("one sees where one is signed in, and signs a device out, which lets go of its key", async () => {
    const bob = await person("bob");
    const lost = await person("bob", { viewport: TELEPHONE, colorScheme: "dark" });
    await lost.account("Devices");
    await soundOn(lost.page);
    await bob.account("Devices");
    const devices = bob.page.getByRole("list", { name: "Devices" }).getByRole("listitem");
    await devices.nth(1).waitFor();
    assert.equal(await devices.filter({ hasText: "This device" }).count(), 1);
    const other = devices.filter({ hasNotText: "This device" });
    await other.getByText("Last seen").waitFor();
    await soundOn(bob.page);
    await other.getByRole("button", { name: /^Sign out Chrome/ }).click();
    await bob.page.getByRole("dialog").getByText("change your password").waitFor();
    await bob.page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
    await lost.page.getByText("This device was signed out from another one.").waitFor();
    await soundOn(lost.page);
    const kept = String(await lost.page.evaluate("JSON.stringify([localStorage, sessionStorage])"));
    assert.doesNotMatch(kept, /secret/);
    await other.waitFor({ state: "detached" });
    await lost.page.reload();
    await lost.page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
    // Whoever knows the password may come back.
    await lost.signIn("bob", "bob-secret");
  });

  test("all of it is there in German, too", async () => {
    const bob = await person("bob", { locale: "en" }); // whom the lobby has not welcomed yet
    await bob.settings();
    await bob.page.getByText("Deutsch").click();
    await bob.page.getByText("Was dich erreicht").waitFor();
    for (const [view, words] of [
      ["contacts", "Noch niemand. Nimm auf, wem du oft schreibst."],
      ["devices", "Dieses Gerät"],
    ]) {
      await bob.page.evaluate(`location.hash = "#/${view}"`);
      await bob.page
        .getByText(words ?? "")
        .first()
        .waitFor();
      await soundOn(bob.page);
    }
    await bob.page.getByRole("button", { name: "Neu", exact: true }).click();
    await bob.page.getByRole("menuitem", { name: "Chatraum betreten" }).click();
    await bob.page.getByRole("button", { name: "Beitreten: Masked ball" }).waitFor();
    await soundOn(bob.page);
    await bob.page.getByRole("button", { name: "Beitreten: Lobby" }).click();
    await bob.row("Lobby").getByText("Willkommen in Lobby. Betreff: Anything goes").waitFor();
    await bob.page.locator(".notice.system").getByText("Betreff: Anything goes").waitFor();
  });
});

/** Of the list of rooms. */
function row({ page }: AppPage, name: string): Locator {
  return page.getByRole("dialog").getByRole("listitem").filter({ hasText: name });
}
