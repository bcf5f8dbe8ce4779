/** Pages of a headless Chromium that hold one client each. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { within } from "../../tools/test/deadline.ts";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const ANSWER_MS = 30_000;

export async function launchChromium(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`no ${CHROMIUM}: install Chromium, or name it in the variable CHROMIUM`);
  }
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** A page with `phone` of page.js in it. */
export class Phone {
  readonly #page: Page;
  readonly #url: string;

  private constructor(page: Page, url: string) {
    this.#page = page;
    this.#url = url;
  }

  static async open(context: BrowserContext, url: string): Promise<Phone> {
    const phone = new Phone(await context.newPage(), url);
    await phone.reload();
    return phone;
  }

  /** What was in the page's memory is gone. */
  async reload(): Promise<void> {
    const faults: string[] = [];
    this.#page.on("pageerror", (error) => faults.push(error.message));
    await this.#page.goto(this.#url);
    const ready = this.#page.waitForFunction("document.title === 'ready'");
    await within(ANSWER_MS, ready, () => `the page does not start: ${faults.join()}`);
  }

  /** Calls a function of the page. */
  ask(what: string, ...given: readonly unknown[]): Promise<unknown> {
    const call = `phone.${what}(...${JSON.stringify(given)})`;
    return within(ANSWER_MS, this.#page.evaluate(call), () => `no answer to ${call}`);
  }

  async close(): Promise<void> {
    await this.#page.close();
  }
}
