/** The messenger as somebody clicks it. Whatever the browser reports against it is kept: there must be nothing. */
import { join } from "node:path";
import type { BrowserContext, Locator, Page } from "playwright-core";

const WAIT_MS = 20_000;

/** A server that is down, a key that is void, what is gone already: no faults of the page. */
const EXPECTED = /net::ERR|WebSocket connection|status of (?:401|404)/;

export class AppPage {
  readonly page: Page;
  /** Errors of scripts and of the console, and violations of the policy. */
  readonly faults: string[] = [];
  /** Red lines of the console, also of what is to be expected. */
  readonly lines: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(WAIT_MS);
    page.on("pageerror", (error) => this.faults.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => {
      this.faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      this.lines.push(message.text());
      if (EXPECTED.test(message.text())) return;
      this.faults.push(`console: ${message.text()}`);
    });
  }

  static async open(context: BrowserContext, url: string): Promise<AppPage> {
    const app = new AppPage(await context.newPage());
    await app.page.goto(url);
    return app;
  }

  async signIn(
    name: string,
    password: string,
    options: { readonly stay?: boolean } = {},
  ): Promise<void> {
    const { page } = this;
    await page.getByLabel("Address", { exact: true }).fill(name);
    await page.getByLabel("Password", { exact: true }).fill(password);
    if (options.stay === true) await page.getByText("Stay signed in").click();
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
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
    await this.page.getByLabel("To", { exact: true }).fill(to);
    await this.page.getByRole("button", { name: "Open", exact: true }).click();
    await this.field.waitFor();
  }

  async start(what: "New message" | "New group" | "Join a chat room"): Promise<void> {
    await this.page.getByRole("button", { name: "New", exact: true }).click();
    await this.page.getByRole("menuitem", { name: what }).click();
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
    await this.page.locator(".talk-head").getByRole("button", { name: "More" }).click();
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
