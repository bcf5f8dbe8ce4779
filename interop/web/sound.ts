/** A page that anybody can use: no wider than its window, and nothing that axe-core has against it. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { violationsOn } from "./accessibility.ts";

export async function soundOn(page: Page): Promise<void> {
  assert.deepEqual(await violationsOn(page), []);
  assert.equal(await page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0);
}
