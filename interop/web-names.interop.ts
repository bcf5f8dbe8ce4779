/** The messenger in Chromium against the running server: what a group is called, what was said in it to whom and by whom, on each device and after a reload. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type AppPage } from "./web/app-page.ts";
import { house } from "./web/house.ts";

suite("the messenger's names", () => {
  const at = house(["alice", "bob", "carol"], {
    history: { default: true },
    rooms: [{ name: "lobby", displayName: "Lobby", moderators: ["alice"] }],
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
      await app.page.reload();
      await app.online();
      await app.row("Lunch at noon").getByText("who comes?").waitFor();
    }
    for (const name of ["alice", "bob"]) {
      const elsewhere = await at.person(name);
      await elsewhere.row("Lunch at noon").getByText("who comes?").waitFor();
      assert.equal(await elsewhere.page.getByRole("option", { name: /^lunch\b/ }).count(), 0);
    }
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
    await alice.page.reload();
    await alice.online();
    await alice.row("Lobby").click();
    await alice.bubble("a secret").getByText(alice.texts.talk.privately("bob")).waitFor();
    assert.equal(await alice.page.locator(".bubble").count(), 1);
  });
});

async function join(app: AppPage, room: string): Promise<void> {
  await app.start("Join a chat room");
  await app.page.getByRole("button", { name: `Join ${room}` }).click();
  await app.page.getByRole("heading", { name: room }).waitFor();
}
