/** A server with its people, each in a browser of his own: what every suite of the messenger begins with. */
import assert from "node:assert/strict";
import { after, afterEach, before } from "node:test";
import type { Browser, BrowserContext, BrowserContextOptions } from "playwright-core";
import { de } from "../../apps/web/src/messenger/texts/de.ts";
import { en, type Texts } from "../../apps/web/src/messenger/texts/en.ts";
import { ServerProcess } from "../../tools/test/server-process.ts";
import { launchChromium } from "../browser/pages.ts";
import { AppPage, keepShots } from "./app-page.ts";
import { buildPages } from "./built-pages.ts";

/** How somebody looks at it. */
export interface Look {
  readonly named: string;
  readonly texts: Texts;
  readonly how: BrowserContextOptions;
}

export const TELEPHONE = { width: 360, height: 740 };

/** A desk in English and in the light, and a telephone in German and in the dark. */
export const LOOKS: readonly Look[] = [
  { named: "English, light", texts: en, how: { colorScheme: "light" } },
  {
    named: "German, dark, 360 px",
    texts: de,
    how: { colorScheme: "dark", locale: "de-DE", viewport: TELEPHONE },
  },
];

export interface House {
  readonly server: ServerProcess;
  /** Somebody in front of the first page. */
  visitor(look?: Partial<Look>): Promise<AppPage>;
  /** A second tab of the same browser. */
  tabOf(app: AppPage): Promise<AppPage>;
  /** Somebody who has signed in. */
  person(name: string, look?: Partial<Look>): Promise<AppPage>;
}

/** To be called in a suite: opens before its tests, closes behind them, and finds no faults in the pages of any. */
export function house(names: readonly string[], set: Readonly<Record<string, unknown>>): House {
  let browser: Browser;
  let server: ServerProcess;
  const contexts: BrowserContext[] = [];
  const pages: AppPage[] = [];
  const users = names.map((name) => ({ name, password: `${name}-secret` }));
  before(async () => {
    buildPages();
    browser = await launchChromium();
    server = await ServerProcess.start({ users, set });
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
  const open = async (context: BrowserContext, texts?: Texts): Promise<AppPage> => {
    const page = await AppPage.open(context, server.httpUrl, texts);
    pages.push(page);
    return page;
  };
  const visitor = async ({ how, texts }: Partial<Look> = {}): Promise<AppPage> => {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...how });
    contexts.push(context);
    return open(context, texts);
  };
  return {
    get server() {
      return server;
    },
    visitor,
    tabOf: (app) => open(app.page.context(), app.texts),
    async person(name, look) {
      const page = await visitor(look);
      await page.signIn(name, `${name}-secret`);
      return page;
    },
  };
}
