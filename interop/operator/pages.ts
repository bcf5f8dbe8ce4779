/** The operator's pages in Chromium. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { de } from "../../apps/web/src/admin/texts/de.ts";
import { en } from "../../apps/web/src/admin/texts/en.ts";
import type { ServerProcess } from "../../tools/test/server-process.ts";

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly theme: "light" | "dark";
  readonly locale?: string;
}

export const WIDE: Look = { width: 1_440, height: 900, theme: "light" };

export interface OperatorPage {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What went wrong in it: exceptions, and what its policy refused. */
  readonly faults: string[];
}

export function tokenOf(server: ServerProcess): string {
  return readFileSync(join(server.data, "operator.token"), "utf8").trim();
}

/** Logged in, at the page of this name. */
export async function openOperator(
  browser: Browser,
  server: ServerProcess,
  name = "trace",
  { width, height, theme, locale = "en-GB" }: Look = WIDE,
): Promise<OperatorPage> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale,
    timezoneId: "UTC",
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    // A refused login is a 401, which Chromium writes down.
    if (message.type() === "error" && !/status of 401/.test(message.text())) {
      faults.push(message.text());
    }
  });
  await page.goto(`${server.adminUrl}/#${name}`);
  const texts = locale.startsWith("de") ? de : en;
  await page.getByLabel(texts.token, { exact: true }).fill(tokenOf(server));
  await page.getByRole("button", { name: texts.login }).click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  return { context, page, faults };
}
