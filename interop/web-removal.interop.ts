/** What the user deletes in the messenger is gone from his other tabs and devices, and from nobody else. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { AppPage } from "./web/app-page.ts";
import { house, LOOKS } from "./web/house.ts";
import { soundOn } from "./web/sound.ts";

suite("removal in the messenger", () => {
  const home = house(["alice", "bob"], { "history.default": true });

  for (const look of LOOKS) {
    test(`a message, and then the whole conversation (${look.named})`, async () => {
      const { talk, cancel } = look.texts;
      const bob = await home.person("bob");
      const alice = await home.person("alice", look);
      const elsewhere = await home.person("alice", look);
      await bob.write("alice");
      for (const text of ["first things", "second thoughts", "third time"]) await bob.say(text);
      await alice.openRow("bob");
      await alice.say("what a day");
      await elsewhere.openRow("bob");
      const tab = await home.tabOf(alice);
      await tab.openRow("bob");
      const all = [alice, tab, elsewhere];
      for (const one of all) await one.bubble("what a day").waitFor();

      await remove(alice, "second thoughts", talk.removeOne);
      await alice.page.getByRole("dialog", { name: talk.removeOneTitle }).waitFor();
      await soundOn(alice.page);
      await alice.page.getByRole("button", { name: cancel }).click();
      await alice.bubble("second thoughts").waitFor();
      await remove(alice, "second thoughts", talk.removeOne);
      await confirm(alice);
      for (const one of all) await one.bubble("second thoughts").waitFor({ state: "detached" });
      await remove(elsewhere, "what a day", talk.removeOne);
      await confirm(elsewhere);
      for (const one of all) await one.bubble("what a day").waitFor({ state: "detached" });

      await elsewhere.menu(talk.removeAll);
      const sure = elsewhere.page.getByRole("dialog", { name: talk.removeAllTitle("bob") });
      await sure.getByText(talk.removeHint).waitFor();
      await soundOn(elsewhere.page);
      await sure.getByRole("button", { name: talk.removeAll }).click();
      for (const one of all) await one.row("bob").waitFor({ state: "detached" });
      await bob.bubble("second thoughts").waitFor(); // what is his stays his
      await bob.say("still there?");
      if ("viewport" in look.how) await alice.page.evaluate("location.hash = ''");
      await alice.row("bob").getByText("still there?").waitFor();
      await bob.menu(bob.texts.talk.removeAll);
      await bob.page
        .getByRole("dialog")
        .getByRole("button", { name: "Delete conversation" })
        .click();
      await bob.row("alice").waitFor({ state: "detached" });
      await alice.page.reload();
      await alice.row("bob").getByText("still there?").waitFor();
      await alice.openRow("bob");
      await alice.bubble("still there?").waitFor();
      assert.equal(await alice.page.locator(".bubble").count(), 1);
    });
  }
});

/** By keys, as far as the button of that message goes. */
async function remove(app: AppPage, text: string, label: string): Promise<void> {
  const button = app.bubble(text).getByRole("button", { name: label });
  await button.focus();
  await button.press("Enter");
}

async function confirm(app: AppPage): Promise<void> {
  await app.page.locator("[role=dialog] .danger:focus").waitFor();
  await app.page.keyboard.press("Enter");
}
