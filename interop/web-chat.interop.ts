/** The messenger in Chromium against the running server: what people do with it, on two or three pages at once. */
import assert from "node:assert/strict";
import { after, afterEach, before, suite, test } from "node:test";
import { connect } from "@parlance/client/node";
import type { Browser, BrowserContext } from "playwright-core";
import { ServerProcess } from "../tools/test/server-process.ts";
import { launchChromium } from "./browser/pages.ts";
import { AppPage, keepShots } from "./web/app-page.ts";
import { buildPages } from "./web/built-pages.ts";

const USERS = ["alice", "bob", "carol"].map((name) => ({ name, password: `${name}-secret` }));
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FAAhKDveksOjmAAAAAElFTkSuQmCC",
  "base64",
);

suite("the messenger", () => {
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
        rooms: [
          { name: "lobby", displayName: "Lobby", moderators: ["alice"] },
          { name: "ball", displayName: "Masked ball", allowAnonymity: true },
        ],
        groups: [{ name: "team", displayName: "Team", members: ["alice", "bob", "carol"] }],
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

  async function person(name: string): Promise<AppPage> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
    contexts.push(context);
    const page = await AppPage.open(context, server.httpUrl);
    pages.push(page);
    await page.signIn(name, `${name}-secret`);
    return page;
  }

  test("somebody signs in, writes, is answered, and sees what becomes of it", async () => {
    const [alice, bob] = [await person("alice"), await person("bob")];
    await alice.write("bob");
    await alice.field.pressSequentially("hel");
    await alice.say("hello 🙂");
    await bob.openRow("alice");
    await bob.bubble("hello 🙂").waitFor();
    await alice.reached("hello 🙂", "Seen");
    await bob.field.pressSequentially("and");
    await alice.page.getByText("bob is writing …").waitFor();
    await bob.say("and back");
    await alice.bubble("and back").waitFor();
    await bob.reached("and back", "Seen");
  });

  test("messages that nobody has looked at are counted, and one conversation is found among others", async () => {
    const [alice, bob] = [await person("alice"), await person("bob")];
    await alice.write("carol");
    await bob.write("alice");
    for (const text of ["one", "two", "three"]) await bob.say(text);
    await alice.page.getByRole("option", { name: /bob.*3 unread/ }).waitFor();
    await alice.page.getByLabel("Search").fill("thre");
    await alice.page.getByRole("option", { name: "carol" }).waitFor({ state: "detached" });
    await alice.openRow("bob");
    await alice.page.locator(".badge").waitFor({ state: "detached" });
    await bob.reached("three", "Seen");
  });

  test("what is said to a group in whose session nobody is stands under the group, and not under who said it", async (t) => {
    const bob = await person("bob");
    const carol = await connect({
      user: "sip:carol@im.example.com",
      password: "carol-secret",
      server: `tcp://127.0.0.1:${server.address("tcp").port}`,
      displayName: "Carol C",
    });
    t.after(() => carol.close());
    for (const text of ["where?", "and when?"]) {
      await carol.send("sip:team@im.example.com", text).accepted;
      const row = bob.page.getByRole("option").filter({ hasText: text });
      await row.locator(".avatar.group").waitFor();
      await row.locator(".row-title").getByText("Team", { exact: true }).waitFor();
    }
    await bob.openRow("Team");
    await bob.page.getByRole("heading", { name: "Team", exact: true }).waitFor();
    await bob.page.getByText("Carol C").first().waitFor();
  });

  test("a chat room: coming in by a name, who is there, a word to one alone, being sent away", async () => {
    const [alice, bob, carol] = [await person("alice"), await person("bob"), await person("carol")];
    for (const [page, nickname] of [
      [alice, ""],
      [bob, "Night Owl"],
      [carol, ""],
    ] as const) {
      await page.start("Join a chat room");
      await page.page.getByLabel("Room", { exact: true }).fill("lobby");
      await page.page.getByLabel("Your name there").fill(nickname);
      await page.page.getByRole("button", { name: "Join", exact: true }).click();
      await page.field.waitFor();
    }
    await alice.page.getByRole("heading", { name: "Lobby" }).waitFor();
    await alice.notice("Night Owl is here").waitFor();
    await bob.say("good evening, all");
    await alice.bubble("good evening, all").waitFor();
    await carol.bubble("good evening, all").waitFor();

    await alice.page.getByRole("button", { name: "Members" }).click();
    await alice.page.getByRole("button", { name: "What to do about Night Owl" }).click();
    await alice.page.getByRole("menuitem", { name: "Write privately" }).click();
    await alice.say("just for you");
    await bob.bubble("just for you").locator(".private-line").waitFor();
    await alice.page.getByRole("button", { name: "Write to everyone" }).click();
    await alice.say("for all of you");
    await carol.bubble("for all of you").waitFor();
    assert.equal(await carol.bubble("just for you").count(), 0);

    await alice.page.getByRole("button", { name: "Members" }).click();
    await alice.page.getByRole("button", { name: "Change the subject" }).click();
    await alice.page.getByLabel("Subject", { exact: true }).fill("Tea at five");
    await alice.page.getByRole("button", { name: "Save", exact: true }).click();
    await bob.notice("New subject: Tea at five").waitFor();
    await alice.page.getByRole("button", { name: "What to do about Night Owl" }).click();
    await alice.page.getByRole("menuitem", { name: "Let read only" }).click();
    await bob.notice("Night Owl may only read now").waitFor();
    await bob.page.getByText("You may only read here.").waitFor();
    assert.equal(await bob.field.count(), 0);
    await alice.page.getByRole("button", { name: "What to do about carol" }).click();
    await alice.page.getByRole("menuitem", { name: "Remove from the group" }).click();
    await carol.page.getByText("You were removed from the group.").waitFor();
    await bob.notice("carol was removed").waitFor();
    await bob.menu("Leave the group");
    await bob.page.getByRole("button", { name: "Leave the group" }).click();
    await alice.notice("Night Owl left").waitFor();
  });

  test("somebody comes in without a name", async () => {
    const [alice, bob] = [await person("alice"), await person("bob")];
    for (const page of [alice, bob]) {
      await page.start("Join a chat room");
      await page.page.getByLabel("Room", { exact: true }).fill("ball");
      if (page === bob) await page.page.getByText("Without my name").click();
      await page.page.getByRole("button", { name: "Join", exact: true }).click();
      await page.field.waitFor();
    }
    await bob.say("who am I?");
    await alice.bubble("who am I?").waitFor();
    assert.doesNotMatch((await alice.bubble("who am I?").textContent()) ?? "", /bob/i);
    await bob.page.getByRole("button", { name: "Members" }).click();
    await bob.page.getByText("You are here without your name.").waitFor();
  });

  test("a group is made of three, and what is said in it is seen at each", async () => {
    const [alice, bob, carol] = [await person("alice"), await person("bob"), await person("carol")];
    await alice.start("New group");
    await alice.page.getByLabel("People", { exact: true }).fill("bob, carol");
    await alice.page.getByLabel("Subject", { exact: true }).fill("Launch");
    await alice.page.getByRole("button", { name: "Create", exact: true }).click();
    const coming = alice.page.locator(".invitation", { hasText: "Waiting for bob, carol …" });
    await coming.waitFor();
    await alice.page.getByRole("dialog").waitFor({ state: "detached" });
    for (const page of [bob, carol]) {
      await page.page.getByText("alice asks you into a group").waitFor();
      await page.page.getByRole("button", { name: "Accept" }).click();
      await page.field.waitFor();
    }
    await alice.page.getByRole("heading", { name: "Launch" }).waitFor();
    await coming.waitFor({ state: "detached" });
    await alice.page.getByText("3 members").waitFor();
    await bob.say("ready");
    await alice.bubble("ready").waitFor();
    await carol.bubble("ready").waitFor();
    await bob.reached("ready", "Delivered");
  });

  test("a group to which nobody comes: it is said who is not there, and the waiting is called off", async () => {
    const alice = await person("alice");
    const ask = async (people: string): Promise<void> => {
      await alice.start("New group");
      await alice.page.getByLabel("People", { exact: true }).fill(people);
      await alice.page.getByRole("button", { name: "Create", exact: true }).click();
    };
    for (const [name, words] of [
      ["nobody-at-all", "The server knows nobody of that name: nobody-at-all"],
      ["alice", "Nobody else is named."],
    ] as const) {
      await ask(name);
      await alice.page.locator(".field .fault", { hasText: words }).waitFor();
      await alice.page.getByRole("button", { name: "Cancel", exact: true }).click();
    }
    await ask("carol"); // She has an account, and no device of hers is there.
    await alice.page.getByText("The group has not begun (carol).").waitFor();
    await person("bob");
    await ask("bob");
    const coming = alice.page.locator(".invitation", { hasText: "Waiting for bob …" });
    await coming.getByRole("button", { name: "Cancel" }).click();
    await coming.waitFor({ state: "detached" });
  });

  test("two who talk ask a third one in", async () => {
    const [alice, bob, carol] = [await person("alice"), await person("bob"), await person("carol")];
    await alice.write("bob");
    await alice.say("shall we ask carol?");
    await bob.openRow("alice");
    await bob.say("yes");
    await alice.menu("Add people");
    await alice.page.getByLabel("People", { exact: true }).fill("carol");
    await alice.page.getByRole("button", { name: "Invite", exact: true }).click();
    await carol.page.getByRole("button", { name: "Accept" }).click();
    await carol.field.waitFor();
    await alice.page.getByText("3 members").waitFor();
    await alice.say("all three of us");
    await carol.bubble("all three of us").waitFor();
  });

  test("a picture is offered, taken with a click, seen by both, and still there after a reload", async () => {
    const [alice, bob] = [await person("alice"), await person("bob")];
    await alice.write("bob");
    await alice.say("look");
    await bob.openRow("alice");
    const file = { name: "dot.png", mimeType: "image/png", buffer: PNG };
    await alice.page.locator("input[type=file]").setInputFiles(file);
    await bob.bubble("dot.png").getByRole("button", { name: "Accept" }).click();
    await bob.page.getByRole("img", { name: "Picture dot.png" }).waitFor();
    await alice.bubble("dot.png").getByText("Delivered").waitFor();
    await alice.page.getByRole("img", { name: "Picture dot.png" }).waitFor();
    await bob.page.reload();
    await bob.online();
    await bob.page.getByRole("img", { name: "Picture dot.png" }).waitFor();
    const download = bob.page.waitForEvent("download");
    await bob.page.getByRole("button", { name: "Save: dot.png" }).click();
    assert.equal((await download).suggestedFilename(), "dot.png");
  });

  test("a picture that was seen does not stand below the line of what is new", async () => {
    const [alice, bob] = [await person("alice"), await person("bob")];
    await alice.write("bob");
    await alice.say("first words");
    await bob.openRow("alice");
    await bob.write("carol"); // another conversation is in front
    await alice.say("not seen yet");
    const file = { name: "seen.png", mimeType: "image/png", buffer: PNG };
    await alice.page.locator("input[type=file]").setInputFiles(file);
    await bob.page.getByRole("option", { name: /alice.*1 unread/ }).waitFor();
    await bob.openRow("alice");
    await bob.bubble("seen.png").getByRole("button", { name: "Accept" }).click();
    await bob.page.getByRole("img", { name: "Picture seen.png" }).waitFor();
    const line = bob.page.locator(".feed-row", { has: bob.page.locator(".unread-line") });
    await line.getByText("not seen yet").waitFor();
    assert.equal(await line.count(), 1);
    await bob.openRow("carol");
    await alice.say("and one more");
    await bob.page.getByRole("option", { name: /alice.*1 unread/ }).waitFor();
    await bob.openRow("alice");
    await line.getByText("and one more").waitFor();
    await bob.openRow("carol");
    await bob.openRow("alice");
    await bob.bubble("and one more").waitFor();
    assert.equal(await bob.page.locator(".unread-line").count(), 0);
  });

  test("a file is declined, and another one is called off by its sender", async () => {
    const [alice, bob] = [await person("alice"), await person("bob")];
    await alice.write("bob");
    await alice.say("two files");
    await bob.openRow("alice");
    const files = ["no.bin", "never.bin"].map((name) => ({
      name,
      mimeType: "application/octet-stream",
      buffer: Buffer.alloc(100_000),
    }));
    for (const file of files) await alice.page.locator("input[type=file]").setInputFiles(file);
    await bob.bubble("no.bin").getByRole("button", { name: "Decline" }).click();
    await bob.bubble("no.bin").getByText("Declined").waitFor();
    await alice.bubble("never.bin").getByRole("button", { name: "Cancel: never.bin" }).click();
    await bob.bubble("never.bin").getByText("No longer offered").waitFor();
  });

  test("a file is pasted, another one dropped", async () => {
    const [alice, bob] = [await person("alice"), await person("bob")];
    await alice.write("bob");
    await alice.say("by hand");
    await bob.openRow("alice");
    await alice.page.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File(["pasted"], "pasted.txt", { type: "text/plain" }));
      const pasted = new ClipboardEvent("paste", { clipboardData, bubbles: true });
      document.querySelector(".composer-field").dispatchEvent(pasted);
    }`);
    await bob.bubble("pasted.txt").waitFor();
    await alice.page.evaluate(`{
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["dropped"], "dropped.txt", { type: "text/plain" }));
      const how = { dataTransfer, bubbles: true, cancelable: true };
      const place = document.querySelector(".talk-main");
      for (const type of ["dragover", "drop"]) place.dispatchEvent(new DragEvent(type, how));
    }`);
    await bob.bubble("dropped.txt").waitFor();
  });

  test("a group that is kept stays at the server, until its owner gives it up", async () => {
    const [alice, bob] = [await person("alice"), await person("bob")];
    await alice.start("New group");
    await alice.page.getByLabel("People", { exact: true }).fill("bob");
    await alice.page.getByLabel("Subject", { exact: true }).fill("Book club");
    await alice.page.getByText("Keep the group").click();
    await alice.page.getByRole("button", { name: "Create", exact: true }).click();
    await bob.page.getByRole("button", { name: "Accept" }).click();
    await bob.field.waitFor();
    await alice.page.getByRole("heading", { name: "Book club" }).waitFor();
    await bob.say("what do we read?");
    await alice.bubble("what do we read?").waitFor();
    await alice.settings();
    const kept = alice.page.getByRole("region", { name: "Groups that you keep" });
    await kept.getByText("Book club").waitFor();
    await kept.getByRole("button", { name: "Remove" }).click();
    await kept.waitFor({ state: "detached" });
    await bob.page.getByText("The group has ended.").waitFor();
  });

  test("two tabs of one user show the same, and the second goes on when the first is closed", async () => {
    const context = await browser.newContext();
    contexts.push(context);
    const first = await AppPage.open(context, server.httpUrl);
    pages.push(first);
    await first.signIn("alice", "alice-secret", { stay: true });
    const second = await AppPage.open(context, server.httpUrl);
    pages.push(second);
    await second.online();
    const bob = await person("bob");
    await second.write("bob");
    await second.say("from the second tab");
    await bob.openRow("alice");
    await bob.bubble("from the second tab").waitFor();
    await first.openRow("bob");
    await first.bubble("from the second tab").waitFor();
    await first.say("from the first tab");
    await second.bubble("from the first tab").waitFor();
    await bob.say("to both");
    await second.bubble("to both").waitFor();
    await first.page.close();
    await second.say("alone now");
    await bob.bubble("alone now").waitFor();
    assert.equal(await bob.page.locator(".bubble", { hasText: "alone now" }).count(), 1);

    const third = await AppPage.open(context, server.httpUrl);
    pages.push(third);
    await third.online();
    await third.page.getByRole("button", { name: /^Account/ }).click();
    await third.page.getByRole("menuitem", { name: "Sign out" }).click();
    for (const page of [second, third])
      await page.page.getByLabel("Password", { exact: true }).waitFor();
  });
});
