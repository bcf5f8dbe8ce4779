/** Pages that were built: served as they are, and nothing beside them. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { HttpListener } from "./http-listener.ts";
import { readStaticPages, serveStaticPages } from "./static-pages.ts";

const SCRIPT = "export const answer = 42;\n".repeat(100);

function folderOf(t: TestContext): string {
  const folder = ownFolder();
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html>");
  writeFileSync(join(folder, "admin.html"), "<!doctype html><title>operator</title>");
  writeFileSync(join(folder, ".stamp"), "secret");
  writeFileSync(join(folder, "assets/index-a1.js"), SCRIPT);
  writeFileSync(join(folder, "assets/index-a1.js.gz"), gzipSync(SCRIPT));
  writeFileSync(join(folder, "assets/index-a1.js.br"), brotliCompressSync(SCRIPT));
  symlinkSync("/etc/hostname", join(folder, "assets/link.js"));
  return folder;
}

async function served(t: TestContext): Promise<string> {
  const listener = new HttpListener({ url: "http://127.0.0.1:0" });
  serveStaticPages(listener.app, readStaticPages(folderOf(t), "index.html"));
  t.after(() => listener.close());
  return (await listener.listen()).url;
}

test("a page is asked for again each time, and sent again when it has changed", async (t) => {
  const url = await served(t);
  const first = await fetch(`${url}/`);
  assert.equal(await first.text(), "<!doctype html>");
  assert.equal(first.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(first.headers.get("cache-control"), "no-cache");
  assert.match(first.headers.get("content-security-policy") ?? "", /require-trusted-types-for/);
  const etag = first.headers.get("etag") ?? "";
  const again = await fetch(`${url}/`, { headers: { "if-none-match": etag } });
  assert.equal(again.status, 304);
});

test("an asset named after what is in it is kept for ever, and compressed for who takes that", async (t) => {
  const url = await served(t);
  for (const [coding, sent] of [
    ["gzip, deflate, br", "br"],
    ["GZIP", "gzip"],
    ["identity", null],
  ] as const) {
    const answer = await fetch(`${url}/assets/index-a1.js`, {
      headers: { "accept-encoding": coding },
    });
    assert.equal(await answer.text(), SCRIPT);
    assert.equal(answer.headers.get("content-encoding"), sent);
    assert.match(answer.headers.get("cache-control") ?? "", /immutable/);
    assert.equal(answer.headers.get("content-type"), "text/javascript; charset=utf-8");
  }
});

test("nothing else is there: no other document, no stamp, no link, no way out of the folder", async (t) => {
  const url = await served(t);
  const paths = [
    "/admin.html",
    "/index.html",
    "/.stamp",
    "/assets/link.js",
    "/assets/index-a1.js.gz",
    "/assets/index-a1.js.br",
  ];
  for (const path of [...paths, "/assets/", "/assets/../.stamp", "/assets/%2e%2e/.stamp"]) {
    const { status } = await fetch(url + path);
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
  }
});

test("a folder that is not there has no pages", () => {
  assert.deepEqual(readStaticPages("/nowhere/at/all", "index.html"), []);
});
