/** The messenger in Chromium against the running server: who is what in a group, and what waits for somebody who wants nothing pushed. */
import assert from "node:assert/strict";
import { after, afterEach, before, suite, test } from "node:test";
import type { Browser, BrowserContext, BrowserContextOptions, Locator } from "playwright-core";
import { de } from "../apps/web/src/messenger/texts/de.ts";
import { en } from "../apps/web/src/messenger/texts/en.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { launchChromium } from "./browser/pages.ts";
import { AppPage, keepShots } from "./web/app-page.ts";
import { buildPages } from "./web/built-pages.ts";
import { soundOn } from "./web/sound.ts";

const USERS = ["alice", "bob", "carol"].map((name) => ({ name, password: `${name}-secret` }));
const TELEPHONE = { width: 360, height: 740 };

suite("the messenger's groups", () => {
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
        history: { default: true },
        rooms: [
          { name: "lobby", displayName: "Lobby", moderators: ["alice"] },
          { name: "board", displayName: "Board", moderators: ["alice"], writers: "moderators" },
        ],
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

  async function person(
    name: string,
    how: BrowserContextOptions = {},
    texts = en,
  ): Promise<AppPage> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...how });
    contexts.push(context);
    const page = await AppPage.open(context, server.httpUrl, texts);
    pages.push(page);
    await page.signIn(name, `${name}-secret`);
    return page;
  }

  test("a moderator, members and those who only read are told apart, and who writes is seen among them", async () => {
    const [alice, bob] = [await person("alice"), await person("bob", { viewport: TELEPHONE })];
    await join(alice, "Board");
    await join(bob, "Board");
    await bob.page.getByText("You may only read here.").waitFor();
    await soundOn(bob.page);
    await alice.say("the news");
    await bob.bubble("the news").waitFor();
    await bob.page.getByRole("button", { name: "Members" }).click();
    await member(bob, "alice").getByText("moderator").waitFor();
    await member(bob, "bob").getByText("you · reads only").waitFor();
    await soundOn(bob.page);
    await bob.page.getByRole("button", { name: "Close" }).click();
    await bob.page.getByRole("button", { name: "Back" }).click();

    await join(alice, "Lobby");
    await join(bob, "Lobby");
    await alice.page.getByRole("button", { name: "Members" }).click();
    await bob.field.pressSequentially("wel");
    await member(alice, "bob").getByText("writes …").waitFor();
    await alice.page.getByText("bob is writing …").waitFor();
    await bob.say("welcome");
    await alice.bubble("welcome").waitFor();
    await member(alice, "bob").getByText("writes …").waitFor({ state: "detached" });
    await soundOn(alice.page);
  });

  test("who made a group is named, and a press on the sign of a message tells who of them has it, and who has seen it", async () => {
    const [alice, bob, carol] = [await person("alice"), await person("bob"), await person("carol")];
    await alice.start("New group");
    await alice.page.getByLabel("People", { exact: true }).fill("bob, carol");
    await alice.page.getByLabel("Subject", { exact: true }).fill("Plans");
    await alice.page.getByRole("button", { name: "Create", exact: true }).click();
    for (const page of [bob, carol]) {
      await page.page.getByRole("button", { name: "Accept" }).click();
      await page.field.waitFor();
    }
    await alice.page.getByText("3 members").waitFor();
    await carol.write("bob"); // what is said in the group comes, and she does not look at it
    await alice.say("who has this?");
    await bob.bubble("who has this?").waitFor();
    await alice
      .bubble("who has this?")
      .getByRole("button", { name: /^Delivery/ })
      .click();
    const each = alice.page.getByRole("dialog", { name: "Delivery" }).getByRole("listitem");
    await each.filter({ hasText: "bob" }).getByText("Seen").waitFor();
    await soundOn(alice.page);
    await alice.page.keyboard.press("Escape");
    await carol.openRow("Plans");
    await alice
      .bubble("who has this?")
      .getByRole("button", { name: /^Delivery/ })
      .click();
    await each.filter({ hasText: "carol" }).getByText("Seen").waitFor();
    await alice.page.keyboard.press("Escape");
    await bob.page.getByRole("button", { name: "Members" }).click();
    await member(bob, "alice").getByText("creator").waitFor();
  });

  for (const { texts, look } of [
    { texts: en, look: {} },
    { texts: de, look: { locale: "de-DE", colorScheme: "dark", viewport: TELEPHONE } },
  ] as const) {
    test(`who is in a conversation on a telephone sees that he is asked into a group (${look.locale ?? "en"})`, async () => {
      const alice = await person("alice");
      const bob = await person("bob", { ...look, viewport: TELEPHONE }, texts);
      await bob.write("carol");
      const back = bob.page.getByRole("button", { name: texts.back });
      assert.equal(await back.getAttribute("aria-label"), texts.back);
      await alice.start("New group");
      await alice.page.getByLabel("People", { exact: true }).fill("bob");
      await alice.page.getByRole("button", { name: "Create", exact: true }).click();
      await bob.page.getByRole("status").getByText(texts.invitation.count(1)).waitFor();
      await soundOn(bob.page);
      await bob.page
        .getByRole("button", { name: `${texts.back}, ${texts.invitation.count(1)}` })
        .click();
      await bob.page.getByRole("button", { name: texts.invitation.decline }).click();
    });

    test(`whoever makes a group sees who came, and who did not and why; and later of each whom he asks (${look.locale ?? "en"})`, async () => {
      const alice = await person("alice", look, texts);
      const [bob, carol] = [await person("bob"), await person("carol")];
      await alice.start("New group");
      const people = alice.page.getByLabel(texts.members.people, { exact: true });
      const create = alice.page.getByRole("button", { name: texts.join.create, exact: true });
      // Whoever cannot come is named at the field, and nobody is asked.
      for (const [written, words] of [
        ["bob, ca<rol", texts.members.badNames("ca<rol")],
        ["bob, alice", texts.members.yourself],
        ["bob, dave@else.where", texts.members.foreign("dave@else.where", "im.example.com")],
        ["bob, carol, zoe", texts.members.unknown("zoe")],
      ] as const) {
        await people.fill(written);
        await create.click();
        await alice.page.locator(".field .fault", { hasText: words }).waitFor();
      }
      await soundOn(alice.page);
      await people.fill("bob, carol");
      await create.click();
      await bob.page.getByRole("button", { name: "Accept" }).click();
      const asked = alice.page.locator(".asked");
      await asked.getByText(texts.asked.title).waitFor();
      const of = (name: string): Locator => asked.locator("li", { hasText: name }).last();
      await of("bob").getByText(texts.asked.came).waitFor();
      await of("carol").getByText(texts.asked.waits).waitFor();
      await soundOn(alice.page);
      await carol.page.getByRole("button", { name: "Decline" }).click();
      await of("carol").getByText(texts.asked.declined).waitFor();
      assert.equal(await alice.page.getByText(texts.notice.declined("carol")).count(), 0);

      await alice.menu(texts.members.invite);
      await alice.page.getByLabel(texts.members.people, { exact: true }).fill("carol");
      const dialog = alice.page.getByRole("dialog");
      await dialog.getByRole("button", { name: texts.members.invite }).click();
      await asked.nth(1).getByText(texts.asked.waits).waitFor();
      await carol.page.getByRole("button", { name: "Accept" }).click();
      await of("carol").getByText(texts.asked.came).waitFor();
      await soundOn(alice.page);
    });
  }

  test("a group made for once stands once in the list, for who has made it and who was called, also after a reload", async () => {
    const [alice, bob] = [await person("alice"), await person("bob")];
    await alice.start("New group");
    await alice.page.getByLabel("People", { exact: true }).fill("bob");
    await alice.page.getByLabel("Subject", { exact: true }).fill("Supper");
    await alice.page.getByRole("button", { name: "Create", exact: true }).click();
    await bob.page.getByRole("button", { name: "Accept" }).click();
    await bob.field.waitFor();
    await alice.say("at eight?");
    await bob.bubble("at eight?").waitFor();
    await bob.say("at nine");
    await alice.bubble("at nine").waitFor();
    for (const app of [alice, bob]) {
      await app.page.reload();
      await app.online();
      await app.openRow("Supper");
      await app.bubble("at eight?").waitFor();
      await app.bubble("at nine").waitFor();
      const rows = await app.page.getByRole("option").allInnerTexts();
      assert.deepEqual(rows.filter((row) => /at nine/.test(row)).length, 1, rows.join(" | "));
    }
  });

  test("a room is locked: nobody new comes in, everybody in it sees so, and it is opened again", async () => {
    const [alice, bob, carol] = [await person("alice"), await person("bob"), await person("carol")];
    await join(alice, "Lobby");
    await join(bob, "Lobby");
    await alice.page.getByRole("button", { name: "Members" }).click();
    await alice.page.getByRole("button", { name: "Let nobody new in" }).click();
    await bob.notice("Nobody new comes in from now on").waitFor();
    await bob.page.locator(".talk-title").getByText("nobody new comes in").waitFor();
    await carol.start("Join a chat room");
    await carol.page.getByRole("button", { name: "Join Lobby" }).click();
    await carol.page.getByRole("dialog").getByText("The server does not allow that.").waitFor();
    await soundOn(carol.page);
    await alice.page.getByRole("button", { name: "Let others in again" }).click();
    await bob.notice("Others may come in again").waitFor();
    await carol.page.getByRole("button", { name: "Join Lobby" }).click();
    await carol.field.waitFor();
    await alice.page.getByRole("button", { name: "What to do about carol" }).click();
    await alice.page.getByRole("menuitem", { name: "Let read only" }).click();
    await carol.page.getByText("You may only read here.").waitFor();
    await alice.page.getByRole("button", { name: "What to do about carol" }).click();
    await alice.page.getByRole("menuitem", { name: "Let write again" }).click();
    await carol.say("thank you");
    await bob.bubble("thank you").waitFor();
  });

  test("who wants nothing pushed finds what waits in the settings: one message is brought, another thrown away", async () => {
    const alice = await person("alice");
    await alice.settings();
    await alice.page.getByText("Bring what was missed").click();
    await alice.page
      .getByRole("switch", { name: /^Bring what was missed/, checked: false })
      .waitFor({ state: "attached" });
    await alice.page.getByRole("button", { name: /^Account/ }).click();
    await alice.page.getByRole("menuitem", { name: "Sign out" }).click();
    await alice.page.getByRole("button", { name: "Sign in", exact: true }).waitFor();

    const bob = await person("bob");
    await bob.write("alice");
    for (const text of ["bring this", "throw that away"]) {
      await bob.say(text);
      await bob.reached(text, "Kept for later: not there at the moment");
    }
    const later = await person("alice", { viewport: TELEPHONE, colorScheme: "dark" });
    await later.page.getByRole("button", { name: "2 messages wait at the server" }).waitFor();
    await soundOn(later.page);
    await later.page.getByRole("button", { name: "2 messages wait at the server" }).click();
    const waiting = later.page.getByRole("region", { name: "Waits for you at the server" });
    const rows = waiting.getByRole("listitem");
    await rows.nth(1).waitFor();
    await rows.first().getByText("bob").waitFor();
    await soundOn(later.page);
    await rows.first().getByRole("button", { name: "Bring" }).click();
    await rows.nth(1).waitFor({ state: "detached" });
    await rows.first().getByRole("button", { name: "Remove" }).click();
    await waiting.waitFor({ state: "detached" });
    await later.page.getByRole("button", { name: "Back" }).click();
    await later.page.locator(".waiting-mark").waitFor({ state: "detached" });
    await later.openRow("bob");
    await later.bubble("bring this").waitFor();
    assert.equal(await later.page.locator(".bubble").count(), 1);
    await bob.reached("bring this", "Seen");
    await later.settings();
    await later.page.getByText("Bring what was missed").click();
    await bob.say("and now at once");
    await bob.reached("and now at once", "Delivered");
  });
});

async function join(app: AppPage, room: string): Promise<void> {
  await app.start("Join a chat room");
  await app.page.getByRole("button", { name: `Join ${room}` }).click();
  await app.page.getByRole("heading", { name: room }).waitFor();
}

function member({ page }: AppPage, name: string): Locator {
  return page.locator(".member").filter({ has: page.locator("bdi", { hasText: name }) });
}
