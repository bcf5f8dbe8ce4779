/** The messenger in Chromium against the running server: what becomes of files where they are not wanted. */
import { suite, test } from "node:test";
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
  }
});

async function give({ page }: AppPage, name: string): Promise<void> {
  const buffer = Buffer.from(`this is ${name}`);
  await page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/plain", buffer });
}
