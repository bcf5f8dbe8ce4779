/** The messenger in Chromium against the running server: a name of one's own, chosen on the page that the server sends a link to. */
import { suite, test } from "node:test";
import type { AppPage } from "./web/app-page.ts";
import { house, LOOKS } from "./web/house.ts";
import { soundOn } from "./web/sound.ts";

suite("the page for names", () => {
  const at = house(["alice", "bob", "carol"], {
    rooms: [{ name: "lobby", displayName: "Lobby" }],
    "conferences.aliasPage": true,
  });

  for (const [count, look] of LOOKS.entries()) {
    const { texts, named } = look;
    const who = ["bob", "carol"][count] ?? ""; // whoever was in a moment ago is back, and is sent no second link
    test(`whoever comes into a room finds the link, chooses a name, and the others see it (${named})`, async () => {
      const [alice, comer] = [await at.person("alice"), await at.person(who, look)];
      for (const page of [alice, comer]) await join(page);
      const name = `Night Owl of ${who}`;
      await comer.page.getByRole("button", { name: texts.members.title }).click();
      const opened = comer.page.waitForEvent("popup");
      await comer.page.getByRole("link", { name: texts.members.alias }).click();
      const page = await opened;
      await page.getByRole("textbox").fill("  ");
      await page.getByRole("button").click();
      await page.getByRole("alert").waitFor();
      await soundOn(page);
      await page.getByRole("textbox").fill(name);
      await page.getByRole("button").click();
      await page.getByRole("heading", { name }).waitFor();
      await soundOn(page);
      await alice.page.getByRole("button", { name: "Members" }).click();
      await alice.page.getByRole("list").getByText(name).waitFor();
    });
  }
});

async function join(app: AppPage): Promise<void> {
  const { page, texts } = app;
  await app.start("Join a chat room");
  await page.getByLabel(texts.join.room, { exact: true }).fill("lobby");
  await page.getByRole("button", { name: texts.join.join, exact: true }).click();
  await app.field.waitFor();
}
