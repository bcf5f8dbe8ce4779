/** Rows of the matrix about the pages on which guests of a room choose their names. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { newId } from "../../../../../tools/test/wire-frame.ts";
import { enter, type Guest, heardBy } from "./rooms.ts";
import type { Scenario, Scenarios, Scene } from "./scenario.ts";

const GUESSES = 10_000;
const AT_ONCE = 50;
/** Before one who guesses has to wait. */
const MISSES = 20;
const LOOK_MS = 500;

interface Page {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** `from`: another of our own addresses, so that others are not made to wait. */
async function ask(
  url: string,
  how: { readonly form?: Readonly<Record<string, string>>; readonly from?: string } = {},
): Promise<Page> {
  const { form, from = "127.0.0.1" } = how;
  const headers = form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
  const method = form === undefined ? "GET" : "POST";
  const asked = httpRequest(url, { method, headers, localAddress: from, agent: false });
  asked.end(form && new URLSearchParams(form).toString());
  const [answer] = (await once(asked, "response")) as [IncomingMessage]; // of node:http
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer); // no encoding was set
  const text = Buffer.concat(pieces).toString();
  return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}

/** In the attic, with the address of a page of his own. */
async function invited(scene: Scene): Promise<{ readonly guest: Guest; readonly url: string }> {
  const guest = await enter(scene, "carol", "attic");
  const { body } = await heardBy(scene, guest, "/alias?t=");
  const [path = ""] = /\/alias\?t=[\w-]+/.exec(body?.toString() ?? "") ?? [];
  return { guest, url: `${scene.victim.server.httpUrl}${path}` };
}

function tokenOf(url: string): string {
  return new URL(url).searchParams.get("t") ?? "";
}

const guessed: Scenario = async (scene) => {
  const { guest, url } = await invited(scene);
  const statuses = new Map<number, number>();
  for (let count = 0; count < GUESSES; count += AT_ONCE) {
    const pages = Array.from({ length: AT_ONCE }, () =>
      ask(url.replace(/t=.*/, `t=${newId()}${newId()}`), { from: "127.0.0.9" }),
    );
    for (const { status } of await Promise.all(pages)) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  }
  assert.deepEqual(new Set(statuses.keys()), new Set([404, 429]));
  assert.ok((statuses.get(404) ?? 0) < MISSES + AT_ONCE, `${statuses.get(404)} were looked up`);
  // Who has the right one from there has to wait as well; from elsewhere it is as good as ever.
  assert.equal((await ask(url, { from: "127.0.0.9" })).status, 429);
  assert.equal((await ask(url)).status, 200);
  await guest.call.end();
};

const usedTwice: Scenario = async (scene) => {
  const { guest, url } = await invited(scene);
  const form = (alias: string) => ({ t: tokenOf(url), alias });
  assert.equal((await ask(url, { form: form("Caroline") })).status, 200);
  const again = await ask(url, { form: form("Somebody else") });
  assert.equal(again.status, 404);
  assert.doesNotMatch(again.text, /Caroline|attic/);
  assert.equal((await ask(url)).status, 404);
  await guest.call.end();
};

const expired: Scenario = async (scene) => {
  const { guest, url } = await invited(scene);
  assert.equal((await ask(url)).status, 200);
  const lastS = 10; // as the server is told
  await wait(lastS * 1_000 + LOOK_MS);
  assert.equal((await ask(url)).status, 404);
  const { status } = await ask(url, { form: { t: tokenOf(url), alias: "Too late" } });
  assert.equal(status, 404);
  await guest.call.end();
};

const keptToItself: Scenario = async (scene) => {
  const { guest, url } = await invited(scene);
  const { headers, text } = await ask(url);
  assert.equal(headers["referrer-policy"], "no-referrer");
  assert.equal(headers["cache-control"], "no-store");
  assert.match(String(headers["content-security-policy"]), /default-src 'none'/);
  const loaded = [...text.matchAll(/\b(?:src|href|action)="([^"]*)"/g)].map(([, at = ""]) => at);
  assert.ok(loaded.length > 0);
  for (const at of loaded) assert.match(at, /^\/alias/);
  await guest.call.end();
};

export const aliasPages: Scenarios = new Map([
  ["alias-guess", guessed],
  ["alias-reuse", usedTwice],
  ["alias-expired", expired],
  ["alias-referrer", keptToItself],
]);
