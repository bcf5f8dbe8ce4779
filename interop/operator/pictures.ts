/**
 * Makes the pictures of the documentation: node --conditions=parlance-source interop/operator/pictures.ts [PAGE,PAGE …]
 */
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { ServerProcess } from "../../tools/test/server-process.ts";
import { launchChromium } from "../browser/pages.ts";
import { type Look, openOperator } from "./pages.ts";
import { addressOf, clientOf, DOMAIN, SET, talk, USERS } from "./traffic.ts";

const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const LOOKS: readonly Look[] = [
  { width: 1_440, height: 900, theme: "light" },
  { width: 1_440, height: 900, theme: "dark" },
  { width: 360, height: 740, theme: "light" },
];
const names = process.argv[2]?.split(",") ?? ["trace", "sessions", "metrics", "users"];

const server = await ServerProcess.start({ domain: DOMAIN, users: USERS, set: SET });
const browser = await launchChromium();
const [alice, bob] = await Promise.all([clientOf(server, "alice"), clientOf(server, "bob")]);
try {
  await talk(alice, bob);
  const chat = alice.conversation(addressOf("bob"));
  await chat.open();
  await chat.send("This one goes by MSRP.").displayed;
  for (const name of names) for (const look of LOOKS) await picture(browser, name, look);
} finally {
  await Promise.all([alice.close(), bob.close()]);
  await browser.close();
  await server.kill();
}

async function picture(within: Browser, name: string, look: Look): Promise<void> {
  const { page, context, faults } = await openOperator(within, server, name, look);
  if (name === "trace") {
    await page.getByRole("option").first().waitFor();
    const step = page.getByRole("option", { name: /^alice → Parlance, SEND/ }).last();
    if (look.width > 600) await step.click();
  }
  // Lines need some points: one comes every two seconds.
  await page.waitForTimeout(name === "metrics" ? 30_000 : 1_500);
  await page.screenshot({ path: `${FOLDER}operator-${name}-${look.width}-${look.theme}.png` });
  if (faults.length > 0) process.stderr.write(`${name}: ${faults.join("\n")}\n`);
  await context.close();
}
