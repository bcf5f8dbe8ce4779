/** The messenger as somebody clicks it. Whatever the browser reports against it is kept: there must be nothing. */
import { join } from "node:path";
import type { BrowserContext, Locator, Page } from "playwright-core";
import { en, type Texts } from "../../apps/web/src/messenger/texts/en.ts";

const WAIT_MS = 20_000;

/** A server that is down, a key that is void, what is gone already: no faults of the page. */
const EXPECTED = /net::ERR|WebSocket connection|status of (?:401|404)/;

/** What the menu of new conversations leads to. */
const BEGINNINGS = {
  "New message": "startPerson",
  "New group": "startGroup",
  "Join a chat room": "startRoom",
} as const;

export class AppPage {
  readonly page: Page;
  /** What it says, in the language of its browser. */
  readonly texts: Texts;
  /** Errors of scripts and of the console, and violations of the policy. */
  readonly faults: string[] = [];
  /** Red lines of the console, also of what is to be expected. */
  readonly lines: string[] = [];
  /** Requests that came to nothing, and answers above 399. */
  readonly failed: string[] = [];

  private constructor(page: Page, texts: Texts) {
    this.page = page;
    this.texts = texts;
    page.setDefaultTimeout(WAIT_MS);
    page.on("pageerror", (error) => this.faults.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => {
      this.faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("response", (response) => {
      if (response.status() >= 400) this.failed.push(`${response.status()} ${response.url()}`);
    });
    page.on("requestfailed", (request) =>
      this.failed.push(`${request.failure()?.errorText} ${request.url()}`),
    );
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      this.lines.push(message.text());
      if (EXPECTED.test(message.text())) return;
      this.faults.push(`console: ${message.text()}`);
    });
  }

  static async open(context: BrowserContext, url: string, texts = en): Promise<AppPage> {
    const app = new AppPage(await context.newPage(), texts);
    await app.page.goto(url);
    return app;
  }

  async signIn(
    name: string,
    password: string,
    options: { readonly stay?: boolean } = {},
  ): Promise<void> {
    const { page, texts } = this;
    await page.getByLabel(texts.signIn.address, { exact: true }).fill(name);
    await page.getByLabel(texts.signIn.password, { exact: true }).fill(password);
    if (options.stay === true) await page.getByText(texts.signIn.stay).click();
    await page.getByRole("button", { name: texts.signIn.go, exact: true }).click();
    await this.online();
  }

  /** The messenger is there, and has a connection. */
  async online(): Promise<void> {
    await this.page.locator(".connection.fine").waitFor({ state: "attached" });
  }

  /** The browser has kept the page: it begins without a server. */
  async kept(): Promise<void> {
    await this.page.evaluate("navigator.serviceWorker.ready.then(() => {})");
  }

  /** Opens the conversation with somebody by the menu. */
  async write(to: string): Promise<void> {
    await this.start("New message");
    const words = this.texts.join;
    await this.page.getByLabel(words.to, { exact: true }).fill(to);
    await this.page.getByRole("button", { name: words.open, exact: true }).click();
    await this.field.waitFor();
  }

  async start(what: keyof typeof BEGINNINGS): Promise<void> {
    const { list } = this.texts;
    await this.page.getByRole("button", { name: list.start, exact: true }).click();
    await this.page.getByRole("menuitem", { name: list[BEGINNINGS[what]] }).click();
  }

  /** Opens what the menu of the account leads to; on a telephone from the list. */
  async account(choice: "Contacts" | "Devices" | "Settings"): Promise<void> {
    const back = this.page.getByRole("button", { name: "Back" });
    if (await back.isVisible()) await back.click();
    await this.page.getByRole("button", { name: /^Account/ }).click();
    await this.page.getByRole("menuitem", { name: choice }).click();
  }

  async settings(): Promise<void> {
    await this.account("Settings");
    // What the server has of them is there.
    await this.page.getByRole("textbox", { name: "Your name" }).waitFor();
    await this.page
      .locator(".card input[role=switch]:enabled")
      .nth(6)
      .waitFor({ state: "attached" });
  }

  async openRow(title: string): Promise<void> {
    await this.row(title).click();
    await this.field.waitFor();
  }

  row(title: string): Locator {
    return this.page.getByRole("option", { name: title }).first();
  }

  /** Where one writes. */
  get field(): Locator {
    return this.page.locator("textarea.composer-field");
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press("Enter");
  }

  /** The bubble that says so; the newest of several. */
  bubble(text: string): Locator {
    return this.page.locator(".bubble", { hasText: text }).last();
  }

  notice(text: string): Locator {
    return this.page.locator(".notice", { hasText: text }).last();
  }

  /** Resolves when the message has come so far. */
  async reached(text: string, state: string): Promise<void> {
    await this.bubble(text)
      .getByRole("button", { name: `Delivery: ${state}` })
      .waitFor();
  }

  /** Resolves when the expression is true in the page, whose policy lets nothing look by itself. */
  async until(expression: string): Promise<void> {
    for (const latest = performance.now() + WAIT_MS; performance.now() < latest; ) {
      if ((await this.page.evaluate(expression)) === true) return;
      await this.page.evaluate("new Promise(requestAnimationFrame)");
    }
    throw new Error(`not true in time: ${expression}`);
  }

  async menu(choice: string): Promise<void> {
    await this.page.locator(".talk-head").getByRole("button", { name: this.texts.more }).click();
    await this.page.getByRole("menuitem", { name: choice }).click();
  }
}

/** Where somebody who mends a test wants to see what the pages look like: the folder that SHOTS names. */
export async function keepShots(pages: readonly AppPage[]): Promise<void> {
  const folder = process.env["SHOTS"];
  if (folder === undefined) return;
  for (const [at, { page }] of pages.entries()) {
    if (!page.isClosed()) await page.screenshot({ path: join(folder, `${at}.png`) });
  }
}
