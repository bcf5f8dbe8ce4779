/** The messenger in Chromium against the running server: what becomes of files where they are not wanted, and when they are taken. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Locator } from "playwright-core";
import type { AppPage } from "./web/app-page.ts";
import { house, LOOKS } from "./web/house.ts";
import { KEPT_FILES } from "./web/kept-files.ts";
import { soundOn } from "./web/sound.ts";

const DOT = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FAAhKDveksOjmAAAAAElFTkSuQmCC",
  "base64",
);

suite("the messenger's files", () => {
  const at = house(["alice", "bob", "carol"], {
    "history.default": true,
    "files.deferUpToBytes": 1_000_000,
    groups: [{ name: "team", displayName: "Team", members: ["alice", "bob", "carol"] }],
  });

  for (const look of LOOKS) {
    const { texts } = look;
    test(`whoever takes no files gets none, and it is said so to who sends one (${look.named})`, async () => {
      const [alice, bob] = [await at.person("alice", look), await at.person("bob")];
      await barFiles(bob);
      await alice.write("bob");
      await give(alice, "plan.txt");
      await alice.bubble("plan.txt").getByText(texts.file.barred).waitFor();
      await soundOn(alice.page);
      await bob.page.getByText("Others may send you files.").click();
      await bob.page
        .getByRole("switch", { name: /^Files/, checked: true })
        .waitFor({ state: "attached" });
    });

    test(`a file that goes from the browser while its card looks into it leaves no fault (${look.named})`, async () => {
      const [alice, bob] = [await at.visitor(look), await at.person("bob")];
      await alice.page.addInitScript(HOLD_LOOKS);
      await alice.page.reload();
      await alice.signIn("alice", "alice-secret");
      await barFiles(bob);
      await alice.write("bob");
      await give(alice, "plan of the house.txt");
      await alice.until("looks.length > 0");
      await alice.bubble("plan of the house.txt").getByText(texts.file.barred).waitFor();
      await alice.until(`${KEPT_FILES}.then((files) => files === 0, () => false)`);
      const came = await alice.page.evaluate("Promise.all(looks.map((look) => look()))");
      assert.ok(Array.isArray(came) && came.includes("NotFoundError"), String(came));
      await bob.page.getByText("Others may send you files.").click();
      await bob.page
        .getByRole("switch", { name: /^Files/, checked: true })
        .waitFor({ state: "attached" });
    });

    test(`of a file for a group its sender is told who does not want it, and for whom it waits (${look.named})`, async () => {
      const [alice, bob] = [await at.person("alice", look), await at.person("bob", look)];
      await alice.write("team");
      await give(alice, `for all ${look.named}.txt`);
      await bob.openRow("Team");
      const offered = bob.bubble(`for all ${look.named}.txt`);
      await offered.getByRole("button", { name: texts.file.decline }).click();
      await alice
        .bubble(`for all ${look.named}.txt`)
        .getByRole("button", { name: new RegExp(`^${texts.receipts.title}`) })
        .click();
      const each = alice.page.getByRole("dialog", { name: texts.receipts.title });
      const of = (who: string) => each.getByRole("listitem").filter({ hasText: who });
      await of("carol").getByText(texts.receipts.deferred).waitFor();
      await of("bob").getByText(texts.receipts.declined).waitFor();
      await soundOn(alice.page);
    });

    test(`a file from another device says so, and is to be had here as well (${look.named})`, async () => {
      const [alice, elsewhere] = [await at.person("alice"), await at.person("alice", look)];
      await alice.write("carol"); // who is away
      // Too large to be kept in a session: by a link.
      await alice.page.locator("input[type=file]").setInputFiles({
        name: `from afar ${look.named}.txt`,
        mimeType: "text/plain",
        buffer: Buffer.alloc(1_200_000, "x"),
      });
      await elsewhere.openRow("carol");
      const file = elsewhere.bubble(`from afar ${look.named}.txt`);
      await file.getByText(texts.file.elsewhere).waitFor();
      assert.equal(await file.getByText(texts.file.waiting).count(), 0);
      await soundOn(elsewhere.page);
      await file.getByRole("button", { name: texts.file.download }).click();
      await file.getByRole("button", { name: new RegExp(`^${texts.file.open}`) }).waitFor();
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

    test(`what went straight to one device is a file on the others as well, to look at and to save (${look.named})`, async () => {
      const [alice, bob] = [await at.person("alice"), await at.person("bob")];
      await alice.write("bob");
      for (const name of [`dot ${look.named}.png`, `note ${look.named}.txt`]) {
        await give(alice, name, name.endsWith("png") ? DOT : undefined);
        await bob.openRow("alice");
        await bob.bubble(name).getByRole("button", { name: "Accept" }).click();
        await alice.bubble(name).getByText("Delivered").waitFor();
      }
      for (const [who, other, words] of [
        ["bob", "alice", texts.file.complete],
        ["alice", "bob", texts.file.elsewhere],
      ] as const) {
        const device = await at.person(who, look);
        await device.openRow(other);
        for (const name of [`dot ${look.named}.png`, `note ${look.named}.txt`]) {
          const file = device.bubble(name);
          await file.getByText(words).waitFor();
          await file.getByRole("button", { name: `${texts.file.open}: ${name}` }).waitFor();
        }
        const picture = texts.file.preview(`dot ${look.named}.png`);
        await device.page.getByRole("img", { name: picture }).waitFor();
        await soundOn(device.page);
      }
    });
  }
});

/** What draws a picture looks at the first 16 octets: held until the test lets it look, and so long nothing is removed. */
const HOLD_LOOKS = `
  globalThis.looks = [];
  const held = Promise.withResolvers();
  const look = Blob.prototype.arrayBuffer;
  Blob.prototype.arrayBuffer = function () {
    if (this.size !== 16) return look.call(this);
    return new Promise((found, lost) => {
      const seen = () => look.call(this).then((octets) => found(octets), (fault) => (lost(fault), fault.name));
      globalThis.looks.push(seen);
      held.resolve();
    });
  };
  const { removeEntry } = FileSystemDirectoryHandle.prototype;
  FileSystemDirectoryHandle.prototype.removeEntry = async function (...which) {
    await held.promise;
    return removeEntry.apply(this, which);
  };`;

async function barFiles(bob: AppPage): Promise<void> {
  await bob.settings();
  await bob.page.getByText("Others may send you files.").click();
  await bob.page
    .getByRole("switch", { name: /^Files/, checked: false })
    .waitFor({ state: "attached" });
}

function badge({ page }: AppPage): Locator {
  return page.locator(".badge");
}

async function give({ page }: AppPage, name: string, picture?: Buffer): Promise<void> {
  const buffer = picture ?? Buffer.from(`this is ${name}`);
  const mimeType = picture === undefined ? "text/plain" : "image/png";
  await page.locator("input[type=file]").setInputFiles({ name, mimeType, buffer });
}
