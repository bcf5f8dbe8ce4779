/** The messenger in Chromium against the running server: what a group is called, what was said in it to whom and by whom, on each device and after a reload. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { connect } from "@parlance/client/node";
import type { Locator } from "playwright-core";
import { de } from "../apps/web/src/messenger/texts/de.ts";
import type { AppPage } from "./web/app-page.ts";
import { house } from "./web/house.ts";
import { soundOn } from "./web/sound.ts";

suite("the messenger's names", () => {
  const at = house(["alice", "bob", "carol", "dave"], {
    history: { default: true },
    rooms: [
      { name: "lobby", displayName: "Lobby" },
      { name: "hall", displayName: "Hall" },
    ],
    groups: [{ name: "lunch", displayName: "Lunch at noon", members: ["alice", "bob"] }],
  });

  test("a group goes by its name on a device that is not in it, where it has just come from it, and after a reload", async () => {
    const [alice, bob] = [await at.person("alice"), await at.person("bob")];
    await alice.write("lunch");
    await alice.say("who comes?");
    await bob.row("Lunch at noon").getByText("who comes?").waitFor();
    await bob.row("Lunch at noon").click();
    await bob.page.getByRole("heading", { name: "Lunch at noon" }).waitFor();
    for (const app of [alice, bob]) {
      await reload(app);
      await app.row("Lunch at noon").getByText("who comes?").waitFor();
    }
    for (const name of ["alice", "bob"]) {
      const elsewhere = await at.person(name);
      await elsewhere.row("Lunch at noon").getByText("who comes?").waitFor();
      assert.equal(await elsewhere.page.getByRole("option", { name: /^lunch\b/ }).count(), 0);
    }
  });

  test("a group that was made for once and is over keeps its subject, says so, takes nothing more, and begins again with the same people", async () => {
    const [alice, bob, carol] = [
      await at.person("alice"),
      await at.person("bob"),
      await at.person("carol", { texts: de, how: { locale: "de-DE" } }),
    ];
    await makeGroup(alice, "Supper", bob, carol);
    await alice.say("at eight?");
    await bob.bubble("at eight?").waitFor();
    await carol.bubble("at eight?").waitFor();
    for (const app of [alice, bob, carol]) {
      await app.menu(app.texts.talk.leave);
      await app.page.getByRole("button", { name: app.texts.talk.leave }).click();
      await over(app).getByText(app.texts.talk.removed).waitFor();
    }
    const elsewhere = await at.person("carol");
    for (const [app, words] of [
      [await reload(carol), de.talk.removed],
      [await reload(alice), alice.texts.talk.removed],
      [elsewhere, elsewhere.texts.talk.overEnded],
    ] as const) {
      await app.row("Supper").click();
      await app.page.getByRole("heading", { name: "Supper" }).waitFor();
      await over(app).getByText(words).waitFor();
      await app.bubble("at eight?").waitFor();
      assert.equal(await app.field.count(), 0);
      assert.equal(await app.page.getByRole("option", { name: /im-/ }).count(), 0);
    }
    await soundOn(carol.page);
    await over(alice).getByRole("button", { name: alice.texts.talk.startAgain }).click();
    await bob.page.getByRole("button", { name: "Accept" }).click();
    await carol.page.getByRole("button", { name: de.invitation.accept }).click();
    await alice.say("a second time");
    await carol.bubble("a second time").waitFor();
    await bob.bubble("a second time").waitFor();
  });

  test("whoever is sent away sees so, and has nothing to write in, also after a reload", async () => {
    const [alice, bob, carol] = [
      await at.person("alice"),
      await at.person("bob"),
      await at.person("carol"),
    ];
    await makeGroup(alice, "Plans", bob, carol);
    await alice.say("hello");
    await bob.bubble("hello").waitFor();
    await alice.page.getByRole("button", { name: "Members" }).click();
    await alice.page.getByRole("button", { name: "What to do about bob" }).click();
    await alice.page.getByRole("menuitem", { name: "Remove from the group" }).click();
    for (const again of [false, true]) {
      if (again) {
        await reload(bob);
        await bob.row("Plans").click();
      }
      await over(bob).getByText(bob.texts.talk.overExpelled).waitFor();
      await bob.page.getByRole("heading", { name: "Plans" }).waitFor();
      await bob.bubble("hello").waitFor();
      assert.equal(await bob.field.count(), 0);
      assert.equal(await bob.page.getByText(/^\d+ members/).count(), 0);
      assert.equal(await bob.page.getByRole("button", { name: "Members" }).isDisabled(), true);
    }
  });

  test("what was said stays under the name under which it was said, when its author takes another one, and after a reload", async () => {
    const [alice, bob] = [await at.person("alice"), await at.person("bob")];
    await join(alice, "Hall");
    await join(bob, "Hall");
    const nickname = async (name: string): Promise<void> => {
      await bob.page.getByRole("button", { name: bob.texts.members.nicknameSet }).click();
      await bob.page.getByRole("dialog").getByRole("textbox").fill(name);
      await bob.page.getByRole("dialog").getByRole("button", { name: bob.texts.save }).click();
      await bob.page.getByRole("dialog").waitFor({ state: "detached" });
    };
    await bob.page.getByRole("button", { name: "Members" }).click();
    await bob.say("as myself");
    await nickname("Night Owl");
    await bob.say("by night");
    await nickname("Lark");
    await bob.say("by day");
    await alice.bubble("by day").locator(".said-name").getByText("Lark").waitFor();
    for (const again of [false, true]) {
      if (again) {
        await reload(alice);
        await alice.openRow("Hall");
      }
      await alice.bubble("by night").locator(".said-name").getByText("Night Owl").waitFor();
      await alice.bubble("as myself").locator(".said-name").getByText("bob").waitFor();
    }
  });

  test("people keep the name that they have told last, whatever comes without one, also after a reload", async (t) => {
    const bob = await at.person("bob");
    const dave = await connect({
      user: "sip:dave@im.example.com",
      password: "dave-secret",
      server: `tcp://127.0.0.1:${at.server.address("tcp").port}`,
      displayName: "Dave D.",
      sessions: { mode: "never" },
    });
    t.after(() => dave.close());
    dave.send("sip:bob@im.example.com", "with a name");
    await bob.row("Dave D.").getByText("with a name").waitFor();
    dave.displayName = undefined;
    dave.send("sip:bob@im.example.com", "without one");
    await bob.row("Dave D.").getByText("without one").waitFor();
    await reload(bob);
    await bob.row("Dave D.").getByText("without one").waitFor();
    const elsewhere = await at.person("bob");
    await elsewhere.row("Dave D.").getByText("without one").waitFor();
  });

  test("what is said to one in a room is private to him on every device, and after a reload", async () => {
    const [alice, bob] = [await at.person("alice"), await at.person("bob")];
    await join(alice, "Lobby");
    await join(bob, "Lobby");
    await alice.page.getByRole("button", { name: "Members" }).click();
    await alice.page.getByRole("button", { name: "What to do about bob" }).click();
    await alice.page.getByRole("menuitem", { name: alice.texts.members.whisper }).click();
    await alice.say("a secret");
    await bob.bubble("a secret").getByText(bob.texts.talk.privatelyFrom).waitFor();

    for (const [name, words] of [
      ["alice", alice.texts.talk.privately("bob")],
      ["bob", alice.texts.talk.privatelyFrom],
    ] as const) {
      const elsewhere = await at.person(name);
      await elsewhere.row("Lobby").click();
      await elsewhere.bubble("a secret").getByText(words).waitFor();
    }
    await reload(alice);
    await alice.row("Lobby").click();
    await alice.bubble("a secret").getByText(alice.texts.talk.privately("bob")).waitFor();
    assert.equal(await alice.page.locator(".bubble").count(), 1);
  });
});

async function reload(app: AppPage): Promise<AppPage> {
  await app.page.reload();
  await app.online();
  return app;
}

function over({ page }: AppPage): Locator {
  return page.locator(".over-line");
}

async function makeGroup(app: AppPage, subject: string, ...others: readonly AppPage[]) {
  await app.start("New group");
  await app.page.getByLabel("People", { exact: true }).fill("bob, carol");
  await app.page.getByLabel("Subject", { exact: true }).fill(subject);
  await app.page.getByRole("button", { name: "Create", exact: true }).click();
  for (const { page, texts, field } of others) {
    await page.getByRole("button", { name: texts.invitation.accept }).click();
    await field.waitFor();
  }
  await app.page.getByText("3 members").waitFor();
}

async function join(app: AppPage, room: string): Promise<void> {
  await app.start("Join a chat room");
  await app.page.getByRole("button", { name: `Join ${room}` }).click();
  await app.page.getByRole("heading", { name: room }).waitFor();
}
