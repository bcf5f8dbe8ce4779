/** Names chosen on a page, outside of the session, through the running server. Clause 8.6, security rule 35 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExternalBody } from "@parlance/formats";
import { utf8Bytes } from "@parlance/wire";
import { ConferenceWorld, LOBBY, type Somebody } from "./testing/conference-world.test.ts";

const CONFIG = {
  rooms: [{ name: "lobby", displayName: "The <Lobby>" }],
  conferences: { aliasPage: true, announce: [] },
};

const FORM = "application/x-www-form-urlencoded";

interface Page {
  readonly status: number;
  readonly html: string;
  readonly headers: ReadonlyMap<string, string>;
}

async function ask(
  { world }: ConferenceWorld,
  method: string,
  target: string,
  form?: Readonly<Record<string, string>>,
  source = "192.0.2.99",
  language?: string,
): Promise<Page> {
  const [path = "", query = ""] = target.split("?");
  const fields = Object.entries(form ?? {}).map(([name, value]) => {
    return `${name}=${encodeURIComponent(value).replaceAll("%20", "+")}`;
  });
  const answer = await world.server.web.handle({
    method,
    target,
    path: path.split("/").filter((segment) => segment !== ""),
    query: new Map(query === "" ? [] : [query.split("=") as [string, string]]),
    headers: new Map([
      ...(form === undefined ? [] : [["content-type", [FORM]] as const]),
      ...(language === undefined ? [] : [["accept-language", [language]] as const]),
    ]),
    source: { host: source, secure: true },
    body: (async function* () {
      yield utf8Bytes(fields.join("&"));
    })(),
  });
  assert.ok(answer.body === undefined || typeof answer.body === "string");
  return { status: answer.status, html: answer.body ?? "", headers: new Map(answer.headers) };
}

/** What the room has sent him: headers of the envelope, of what is in it, and that. */
function service(one: Somebody): readonly (readonly string[])[] {
  return one.phone.device.texts.map((text) => text.split("\r\n\r\n"));
}

/** In the lobby with a client that knows what lies elsewhere. */
async function inLobby(world: ConferenceWorld, user: string): Promise<Somebody> {
  const one = await world.somebody(user);
  one.phone.wish({ types: "message/cpim text/plain message/external-body" });
  one.phone.invite(LOBBY);
  await world.settle();
  one.connect();
  await world.settle();
  return one;
}

function linkOf(one: Somebody): string {
  for (const [, head = "", ...rest] of service(one)) {
    const [, type = ""] = /^Content-Type: (.*)$/ms.exec(head) ?? [];
    const body = utf8Bytes(rest.join("\r\n\r\n"));
    const read = parseExternalBody({ headers: [["Content-Type", type]], content: body });
    if (read.ok) return read.value.url.replace(/^https:\/\/[^/]+/, "");
  }
  return assert.fail("no link");
}

function tokenIn({ html }: Page): string {
  return /name="t" value="([^"]+)"/.exec(html)?.[1] ?? "";
}

test("whoever joins is told of a page by a service message to him alone (IM-7.2.3.5-P1, IM-7.2.3.5-01, IM-7.2.3.5-02)", async () => {
  const world = await ConferenceWorld.open(CONFIG);
  const alice = await inLobby(world, "alice");
  const bob = await inLobby(world, "bob");
  assert.equal(service(alice).length, 1);
  const [head = ""] = service(bob)[0] ?? [];
  assert.match(head, /^From: .*<sip:lobby@parlance\.test;isfocus>\r\n/m);
  assert.match(head, /^To: <sip:bob@parlance\.test>\r\n/m);
  assert.notEqual(linkOf(alice), linkOf(bob));
  assert.match(linkOf(bob), /^\/alias\?t=[\w-]{27,}$/);
});

test("a device that does not take what lies elsewhere is told the address in words (8.6)", async () => {
  const world = await ConferenceWorld.open(CONFIG);
  const alice = await world.inLobby("alice");
  const [[head = "", type, text] = []] = service(alice);
  assert.match(head, /^To: <sip:alice@parlance\.test>\r\n/m);
  assert.match(type ?? "", /^Content-Type: text\/plain/);
  assert.match(text ?? "", /^Choose what you are called here: https:\/\/parlance\.test\/alias\?t=/);
});

test("the page speaks German with whose browser prefers it, and English with all others", async () => {
  const world = await ConferenceWorld.open(CONFIG);
  await inLobby(world, "alice");
  const bob = await inLobby(world, "bob");
  const link = linkOf(bob);
  const read = (language: string, target = link) =>
    ask(world, "GET", target, undefined, "192.0.2.99", language);
  for (const language of ["de", "de-AT,en;q=0.5", "fr, en;q=0.3, de;q=0.8"]) {
    const { html, headers } = await read(language);
    assert.match(html, /<html lang="de">[^]*Dein Name in <bdi>The &lt;Lobby&gt;<\/bdi>/, language);
    assert.equal(headers.get("vary"), "accept-language");
  }
  for (const language of ["", "en", "fr", "den", "de;q=0", "de;q=x", "en-GB, de;q=0.9", ",;,=;q"])
    assert.match((await read(language)).html, /<html lang="en">[^]*Your name in/, language);
  const gone = await read("de", "/alias?t=none");
  assert.equal(gone.status, 404);
  assert.match(gone.html, /Dieser Link führt nirgendwohin/);
  const wish = { t: tokenIn(await read("de")), alias: "alice" };
  const refused = await ask(world, "POST", "/alias", wish, "192.0.2.99", "de");
  assert.equal(refused.status, 422);
  assert.match(refused.html, /heißt schon jemand/);
  const form = { t: tokenIn(refused), alias: "Eule" };
  const done = await ask(world, "POST", "/alias", form, "192.0.2.99", "de");
  assert.match(done.html, /Du heißt jetzt <bdi>Eule<\/bdi>/);
});

test("the page gives the name, once, and the others see it (IM-7.2.3.5-04, IM-7.2.3.5-N1, IM-7.2.3.5-05, IM-7.2.3.5-06)", async () => {
  const world = await ConferenceWorld.open(CONFIG);
  const alice = await inLobby(world, "alice");
  const bob = await inLobby(world, "bob");
  await alice.watch();
  const link = linkOf(bob);
  for (const method of ["GET", "HEAD", "GET"]) {
    assert.equal((await ask(world, method, link)).status, 200); // reading uses nothing up
  }
  const page = await ask(world, "GET", link);
  assert.equal(page.headers.get("cache-control"), "no-store");
  assert.equal(page.headers.get("x-robots-tag"), "noindex");
  assert.match(page.html, /Your name in <bdi>The &lt;Lobby&gt;<\/bdi>/);
  assert.equal(/<script>|<style|style=| on[a-z]+=|https?:/.test(page.html), false);
  const token = tokenIn(page);
  const done = await ask(world, "POST", "/alias", { t: token, alias: "Night Owl" });
  assert.equal(done.status, 200);
  assert.match(done.html, /You are called <bdi>Night Owl<\/bdi> now/);
  await world.pass(1_000);
  assert.equal(alice.documents.at(-1)?.users?.users[0]?.displayText, "Night Owl");
  const [head = "", , text] = service(bob).at(-1) ?? [];
  assert.match(head, /^To: Night Owl <sip:bob@parlance\.test>\r\n/m);
  assert.equal(text, "You are called Night Owl now.");
  const again = await ask(world, "POST", "/alias", { t: token, alias: "Somebody" });
  assert.equal(again.status, 404);
  assert.equal((await ask(world, "GET", link)).html, again.html); // used and wrong look alike
});

test("a name that cannot be had is asked for again, with another token", async () => {
  const world = await ConferenceWorld.open(CONFIG);
  await inLobby(world, "alice");
  const bob = await inLobby(world, "bob");
  const first = tokenIn(await ask(world, "GET", linkOf(bob)));
  const taken = await ask(world, "POST", "/alias", { t: first, alias: "ALICE" });
  assert.equal(taken.status, 422);
  assert.match(taken.html, /role="alert">Somebody is called like that already/);
  assert.match(taken.html, /aria-invalid="true"/);
  assert.notEqual(tokenIn(taken), first);
  assert.equal((await ask(world, "POST", "/alias", { t: first, alias: "Owl" })).status, 404);
  const bad = await ask(world, "POST", "/alias", { t: tokenIn(taken), alias: "\u202eevil" });
  assert.match(bad.html, /cannot be a name/);
  assert.equal((await ask(world, "POST", "/alias", { t: tokenIn(bad), alias: "Owl" })).status, 200);
});

test("a link ends with its time, and with the stay of whom it is for", async () => {
  const world = await ConferenceWorld.open(CONFIG);
  const alice = await inLobby(world, "alice");
  const bob = await inLobby(world, "bob");
  const [first, second] = [linkOf(alice), linkOf(bob)];
  bob.phone.call?.end();
  await world.settle();
  assert.equal((await ask(world, "GET", second)).status, 404);
  await world.pass(599_000);
  assert.equal((await ask(world, "GET", first)).status, 200);
  await world.pass(2_000);
  assert.equal((await ask(world, "GET", first)).status, 404);
});

test("who tries many links has to wait, and others have not", async () => {
  const world = await ConferenceWorld.open(CONFIG);
  const alice = await inLobby(world, "alice");
  for (let at = 0; at < 20; at += 1) {
    assert.equal((await ask(world, "GET", `/alias?t=wrong${at}`)).status, 404);
  }
  const wait = await ask(world, "GET", linkOf(alice));
  assert.equal(wait.status, 429);
  assert.equal(wait.headers.get("retry-after"), "60");
  assert.equal((await ask(world, "GET", linkOf(alice), undefined, "192.0.2.98")).status, 200);
  await world.pass(61_000);
  assert.equal((await ask(world, "GET", linkOf(alice))).status, 200);
});

test("a form that is none, or too long, uses nothing up; other methods are refused", async () => {
  const world = await ConferenceWorld.open(CONFIG);
  const alice = await inLobby(world, "alice");
  const token = tokenIn(await ask(world, "GET", linkOf(alice)));
  const long = await ask(world, "POST", "/alias", { t: token, alias: "x".repeat(9_000) });
  assert.equal(long.status, 404);
  assert.equal((await ask(world, "POST", "/alias")).status, 404);
  assert.equal((await ask(world, "PUT", "/alias")).status, 405);
  assert.equal((await ask(world, "GET", "/alias/page.css")).status, 200);
  assert.match((await ask(world, "GET", "/alias/page.js")).html, /replaceState/);
  assert.equal((await ask(world, "GET", "/alias/other")).status, 404);
  assert.equal((await ask(world, "GET", linkOf(alice))).status, 200);
});

test("where the operator wants no page, nobody is told of one (IM-7.2.3.5-P1)", async () => {
  const world = await ConferenceWorld.open({ ...CONFIG, conferences: { announce: [] } });
  const alice = await inLobby(world, "alice");
  assert.deepEqual(service(alice), []);
  assert.equal((await ask(world, "GET", "/alias")).status, 404);
  assert.equal(alice.phone.failures.length, 0);
});
