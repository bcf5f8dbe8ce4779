/** What axe-core has against a page as it stands. The policy lets no script in: Playwright puts it in from outside. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const AXE = readFileSync(
  createRequire(new URL("../../apps/web/package.json", import.meta.url)).resolve(
    "axe-core/axe.min.js",
  ),
  "utf8",
);

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** One line for each place at fault. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] })",
  )) as { readonly violations: readonly Violation[] }; // of axe
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ html, failureSummary }) => `${id}: ${help}\n${html.slice(0, 200)}\n${failureSummary}`,
    ),
  );
}
