/** The messenger in Chromium against the running server: what becomes of files where they are not wanted, and when they are taken. */
import { suite, test } from "node:test";
import type { Locator } from "playwright-core";
import type { AppPage } from "./web/app-page.ts";
import { house, LOOKS } from "./web/house.ts";
import { soundOn } from "./web/sound.ts";

suite("the messenger's files", () => {
  const at = house(["alice", "bob"], { "history.default": true });

  for (const look of LOOKS) {
    const { texts } = look;
    test(`whoever takes no files gets none, and it is said so to who sends one (${look.named})`, async () => {
      const [alice, bob] = [await at.person("alice", look), await at.person("bob")];
      await bob.settings();
      await bob.page.getByText("Others may send you files.").click();
      await bob.page
        .getByRole("switch", { name: /^Files/, checked: false })
        .waitFor({ state: "attached" });
      await alice.write("bob");
      await give(alice, "plan.txt");
      await alice.bubble("plan.txt").getByText(texts.file.barred).waitFor();
      await soundOn(alice.page);
      await bob.page.getByText("Others may send you files.").click();
      await bob.page
        .getByRole("switch", { name: /^Files/, checked: true })
        .waitFor({ state: "attached" });
    });

    test(`a file that is taken is read, and so is one that comes into the open conversation (${look.named})`, async () => {
      const [alice, bob] = [await at.person("alice"), await at.person("bob", look)];
      await alice.write("bob");
      await give(alice, "first.txt");
      await bob.openRow("alice");
      await bob.bubble("first.txt").getByRole("button", { name: texts.file.accept }).click();
      await alice.bubble("first.txt").getByText("Delivered").waitFor();
      await bob.bubble("first.txt").getByText(texts.file.complete).waitFor();
      await alice.say("have you got it?"); // what the server counts of the file it has counted by now
      await bob.bubble("have you got it?").waitFor();
      await alice.reached("have you got it?", "Seen");
      await badge(bob).waitFor({ state: "detached" });

      await give(alice, "second.txt");
      await bob.bubble("second.txt").getByRole("button", { name: texts.file.accept }).click();
      await alice.bubble("second.txt").getByText("Delivered").waitFor();
      // Another device of his has it as unread until this one says that it is read.
      const other = await at.person("bob");
      await other.row("alice").waitFor();
      await badge(other).waitFor({ state: "detached" });
      await badge(bob).waitFor({ state: "detached" });
    });
  }
});

function badge({ page }: AppPage): Locator {
  return page.locator(".badge");
}

async function give({ page }: AppPage, name: string): Promise<void> {
  const buffer = Buffer.from(`this is ${name}`);
  await page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/plain", buffer });
}
