/** The first page of a local service in Chromium: two people and their ladder, in one tab and in several, at three widths. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Locator } from "playwright-core";
import { de as ladderDe } from "../apps/web/src/ladder/texts/de.ts";
import { en as ladderEn } from "../apps/web/src/ladder/texts/en.ts";
import { de } from "../apps/web/src/messenger/texts/de.ts";
import { en } from "../apps/web/src/messenger/texts/en.ts";
import type { AppPage } from "./web/app-page.ts";
import { house } from "./web/house.ts";
import { soundOn } from "./web/sound.ts";

suite("the first page", () => {
  const at = house(["alice", "bob"], {
    "web.readyAccounts": ["alice", "bob"],
    "history.default": true,
  });

  test("opening it, and the first words on it, leave nothing in the console, and no request fails", async () => {
    const app = await at.visitor();
    await say(app, 0, "hello Bob");
    await said(app, 1, "hello Bob").waitFor();
    await say(app, 1, "hello Alice");
    await said(app, 0, "hello Alice").waitFor();
    for (const [which, text] of [
      [0, "hello Bob"],
      [1, "hello Alice"],
    ] as const) {
      const mark = said(app, which, text).getByRole("button", { name: "Delivery: Seen" });
      await mark.waitFor();
    }
    await app.page.locator(".ladder-line").first().waitFor();
    assert.deepEqual([...app.lines, ...app.failed], []);
  });

  test("both are called the same wherever they are named, before they have said a word and behind it", async () => {
    const app = await at.visitor();
    await lane(app, "Alice").waitFor();
    const look = async (): Promise<void> => {
      assert.deepEqual(await app.page.locator(".pane .talk-title h2").allTextContents(), [
        "Bob",
        "Alice",
      ]);
      assert.deepEqual(await app.page.locator(".lane-head:not(.server) bdi").allTextContents(), [
        "Alice",
        "Bob",
      ]);
      for (const title of await app.page.locator(".row-title").allTextContents()) {
        assert.match(title, /^(?:Alice|Bob)$/);
      }
    };
    await lane(app, "Bob").waitFor();
    await look();
    await say(app, 0, "who am I?");
    await said(app, 1, "who am I?").waitFor();
    await say(app, 1, "you are Alice");
    await said(app, 0, "you are Alice").waitFor();
    await look();
    await app.page.reload();
    await lane(app, "Bob").waitFor();
    await look();
  });

  test("the ladder goes on in each tab, has what went before one was opened, and outlives the tab with the clients", async () => {
    const first = await at.visitor();
    await say(first, 0, "in the first tab");
    await said(first, 1, "in the first tab").waitFor();
    const second = await at.tabOf(first);
    await said(second, 1, "in the first tab").waitFor();
    const filter = second.page.getByLabel(ladderEn.filter);
    await filter.fill("REGISTER");
    await step(second, "REGISTER").waitFor();
    await filter.fill("");
    await say(second, 1, "from the second tab");
    await said(first, 0, "from the second tab").waitFor();
    await sameSteps(first, second);
    const before = await stepsOf(second);
    await first.page.close();
    await say(second, 0, "alone now");
    await said(second, 1, "alone now").waitFor();
    await second.until(`${COUNT} > ${before + 5}`);
  });

  test("who does not stay signed in is signed in in a second tab, until he signs out or the last of them is closed", async () => {
    const first = await at.visitor();
    await first.page.getByRole("button", { name: "Sign in as somebody else" }).click();
    await first.signIn("bob", "bob-secret");
    const second = await at.tabOf(first);
    await second.online();
    await second.page.getByRole("button", { name: "Account: bob" }).waitFor();
    await first.page.close();
    await second.page.reload();
    await second.online();
    const third = await at.tabOf(second);
    await third.online();
    await third.page.getByRole("button", { name: /^Account/ }).click();
    await third.page.getByRole("menuitem", { name: "Sign out" }).click();
    for (const { page } of [second, third])
      await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
    const fourth = await at.tabOf(third);
    await fourth.page.getByRole("heading", { name: "Two people, one server" }).waitFor();
    assert.equal(
      await fourth.page.evaluate("JSON.stringify(localStorage).includes('secret')"),
      false,
    );
  });

  for (const [width, height] of [
    [360, 740],
    [768, 900],
    [1440, 900],
  ] as const) {
    for (const { texts, ladder, how } of [
      { texts: en, ladder: ladderEn, how: { colorScheme: "light" } },
      { texts: de, ladder: ladderDe, how: { colorScheme: "dark", locale: "de-DE" } },
    ] as const) {
      test(`no label of the ladder is cut, ${width} px wide (${how.colorScheme})`, async () => {
        const app = await at.visitor({ how: { ...how, viewport: { width, height } }, texts });
        await app.page.getByRole("heading", { name: texts.welcome.ladder }).waitFor();
        await say(app, 0, "hello");
        await said(app, 1, "hello").waitFor();
        await app.page.getByLabel(ladder.filter).fill("NOTIFY");
        await step(app, "NOTIFY").waitFor();
        assert.deepEqual(await app.page.evaluate(CUT), []);
        await app.page.getByLabel(ladder.filter).fill("");
        await step(app, "NOTIFY").or(step(app, "200")).first().waitFor();
        assert.deepEqual(await app.page.evaluate(CUT), []);
        await soundOn(app.page);
      });
    }
  }

  for (const { texts, ladder, how } of [
    { texts: en, ladder: ladderEn, how: { locale: "en-GB" } },
    { texts: de, ladder: ladderDe, how: { locale: "de-DE" } },
  ] as const) {
    test(`no label of the ladder is cut at any width, from its first step on, with a lane for each user and for each connection (${how.locale})`, async () => {
      const app = await at.visitor({ how, texts });
      await say(app, 0, "hello");
      await said(app, 1, "hello").waitFor();
      await app.page.getByLabel(ladder.filter).fill("REGISTER");
      await step(app, "401").waitFor();
      const look = async (): Promise<void> => {
        for (const width of WIDTHS) {
          await app.page.setViewportSize({ width, height: 900 });
          await app.page.evaluate(TO_THE_TOP);
          assert.deepEqual(await app.page.evaluate(CUT), [], `${width} px`);
        }
      };
      await look();
      await app.page.getByRole("button", { name: ladder.options }).click();
      await app.page.getByRole("menuitem", { name: ladder.byConnection }).click();
      await look();
    });
  }
});

/** Steps that the ladder says it has. */
const COUNT =
  "parseInt(document.querySelector('[data-testid=count]').textContent.replace(/\\D/g, ''), 10)";

/** Names and labels of the ladder that do not fit where they stand. */
const CUT = `[...document.querySelectorAll('.ladder-label, .ladder-label *, .lane-name')]
  .filter((one) => one.clientWidth > 0 && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
  .map((one) => one.textContent)`;

const WIDTHS = [320, 400, 520, 600, 680, 768, 820, 900, 1024, 1200, 1600];

/** The first steps, drawn for the width that there is now. */
const TO_THE_TOP = `(async () => {
  document.querySelector('.ladder-box').scrollTop = 0;
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
})()`;

function pane({ page }: AppPage, which: 0 | 1): Locator {
  return page.locator(".pane").nth(which);
}

async function say(app: AppPage, which: 0 | 1, text: string): Promise<void> {
  const field = pane(app, which).locator("textarea");
  await field.fill(text);
  await field.press("Enter");
}

function said(app: AppPage, which: 0 | 1, text: string): Locator {
  return pane(app, which).locator(".bubble", { hasText: text }).last();
}

function lane({ page }: AppPage, name: string): Locator {
  return page.locator(".lane-head bdi", { hasText: name });
}

function step({ page }: AppPage, label: string): Locator {
  return page.locator(".ladder-line", { hasText: label }).first();
}

function stepsOf({ page }: AppPage): Promise<number> {
  return page.evaluate(COUNT);
}

async function sameSteps(one: AppPage, other: AppPage): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if ((await stepsOf(one)) === (await stepsOf(other))) return;
    await other.page.evaluate("new Promise(requestAnimationFrame)");
  }
  assert.equal(await stepsOf(one), await stepsOf(other));
}
