import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { corpusPath } from "../../../../tools/test/corpora.ts";
import { readRange } from "./byte-range.ts";
import { FileWorld } from "./file-world.test.ts";
import { announcementOf } from "./index.ts";

const TEXT = "The quick brown fox jumps over the lazy dog";

test("a download is an attachment that no browser opens, guesses or lets run", async () => {
  const world = new FileWorld();
  const { url } = await world.upload("<script>alert(1)</script>", {
    headers: {
      "content-type": "text/html",
      "content-disposition": 'attachment; filename="x.html"',
    },
  });
  const { headers } = await world.ask("GET", url);
  assert.equal(headers.get("content-type"), "application/octet-stream");
  assert.equal(headers.get("content-disposition"), "attachment;filename=x.html");
  assert.match(headers.get("content-security-policy") ?? "", /default-src 'none';.*; sandbox$/);
  assert.equal(headers.get("cache-control"), "private, max-age=3600");
  assert.equal(headers.get("content-length"), "25");
});

test("only types that a browser shows and never runs are told", async () => {
  const world = new FileWorld();
  const types: [string, string][] = [
    ["image/png", "image/png"],
    ["IMAGE/JPEG; q=1", "image/jpeg"],
    ["video/mp4", "video/mp4"],
    ["text/plain; charset=utf-7", "text/plain; charset=utf-8"],
    ["text/html", "application/octet-stream"],
    ["image/svg+xml", "application/octet-stream"],
    ["application/xhtml+xml", "application/octet-stream"],
    ["application/pdf", "application/octet-stream"],
    ["text/javascript", "application/octet-stream"],
    ["multipart/x-mixed-replace", "application/octet-stream"],
    ["nonsense", "application/octet-stream"],
  ];
  for (const [given, served] of types) {
    const { url } = await world.upload("x", { headers: { "content-type": given } });
    assert.equal((await world.ask("GET", url)).headers.get("content-type"), served, given);
  }
});

test("a download goes on where it was cut (RFC 9110 §14)", async () => {
  const world = new FileWorld();
  const { url } = await world.upload(TEXT);
  const whole = await world.ask("GET", url);
  const tag = whole.headers.get("etag") ?? "";
  const rest = await world.ask("GET", url, { headers: { range: "bytes=10-", "if-range": tag } });
  assert.equal(rest.status, 206);
  assert.equal(rest.text, TEXT.slice(10));
  assert.equal(rest.headers.get("content-range"), `bytes 10-42/43`);
  assert.equal(rest.headers.get("content-length"), "33");
  const other = await world.ask("GET", url, { headers: { range: "bytes=10-", "if-range": '"x"' } });
  assert.equal(other.status, 200);
  const beyond = await world.ask("GET", url, { headers: { range: "bytes=43-" } });
  assert.equal(beyond.status, 416);
  assert.equal(beyond.headers.get("content-range"), "bytes */43");
});

test("ranges are read to the octet, and what is odd is ignored", () => {
  const cases: [string | undefined, ReturnType<typeof readRange>][] = [
    [undefined, undefined],
    ["bytes=0-0", { from: 0, to: 1 }],
    ["bytes=5-", { from: 5, to: 10 }],
    ["bytes=5-100", { from: 5, to: 10 }],
    ["bytes=-3", { from: 7, to: 10 }],
    ["bytes=-30", { from: 0, to: 10 }],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=10-", "unsatisfiable"],
    ["bytes=6-5", undefined],
    ["bytes=-", undefined],
    ["bytes=0-1,3-4", undefined],
    ["bytes=0-99999999999", undefined],
    ["octets=0-1", undefined],
    ["bytes = 0-1", undefined],
  ];
  for (const [text, expected] of cases) assert.deepEqual(readRange(text, 10), expected, text);
  assert.equal(readRange("bytes=0-", 0), "unsatisfiable");
});

test("HEAD tells of a file without its octets, and a known one is not sent again", async () => {
  const world = new FileWorld();
  const { url } = await world.upload(TEXT);
  const head = await world.ask("HEAD", url, { headers: { range: "bytes=1-2" } });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get("content-length"), "43");
  assert.equal(head.bytes.length, 0);
  const tag = head.headers.get("etag") ?? "";
  for (const known of [tag, `"a", W/${tag}`, "*"]) {
    const { status } = await world.ask("GET", url, { headers: { "if-none-match": known } });
    assert.equal(status, 304, known);
  }
  assert.equal((await world.ask("GET", url, { headers: { "if-none-match": '"a"' } })).status, 200);
});

test("wrong, unfinished, deleted and expired links look alike", async () => {
  const world = new FileWorld({ fileSeconds: 100 });
  const begun = await world.begin();
  const deleted = await world.upload("x");
  await world.ask("DELETE", deleted.upload, { user: "alice" });
  const expired = await world.upload("x");
  await world.clock.pass(100_000);
  const wrong = `${expired.url.slice(0, -1)}_`;
  const odd = ["/files/x", "/files/..", `/files/${"a".repeat(5_000)}`, `${expired.url}/x`];
  const answers = await Promise.all(
    [begun.url, deleted.url, expired.url, wrong, ...odd].map((url) => world.ask("GET", url)),
  );
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.equal(answers[0]?.status, 404);
});

test("a file whose octets somebody has taken away is not there, and the operator hears of it", async () => {
  const world = new FileWorld();
  const { url, id } = await world.upload("x");
  const file = await world.stores.files.find(id);
  await world.content.delete(file?.content ?? "");
  assert.equal((await world.ask("GET", url)).status, 404);
  assert.match(world.traces, /content of a file is gone/);
  assert.equal(world.metrics.gauges.get("files_downloads_under_way")?.(), 0);
});

test("the link is kept nowhere", async () => {
  const world = new FileWorld();
  const { url } = await world.upload("x");
  const kept = JSON.stringify(world.stores.image().files);
  assert.ok(!kept.includes(url.slice(url.lastIndexOf("/") + 1)));
});

test("downloads are bounded, for one address and for all, and end when the reader goes", async () => {
  const world = new FileWorld({ downloadsPerSource: 2, downloads: 3 });
  const { url } = await world.upload(TEXT);
  const under = await Promise.all(
    ["192.0.2.1", "192.0.2.1", "192.0.2.2"].map((host) => world.answer("GET", url, { host })),
  );
  assert.equal((await world.ask("GET", url, { host: "192.0.2.1" })).status, 503);
  assert.equal((await world.ask("GET", url, { host: "192.0.2.3" })).status, 503);
  assert.equal((await world.ask("HEAD", url, { host: "192.0.2.1" })).status, 200);
  for (const { body } of under) {
    assert.ok(typeof body === "object" && Symbol.asyncIterator in body);
    const pieces = body[Symbol.asyncIterator]();
    await pieces.return?.(); // before the first, or in the middle
    await pieces.return?.();
  }
  assert.equal((await world.ask("GET", url, { host: "192.0.2.1" })).text, TEXT);
  assert.deepEqual(world.hits.limits, ["downloadsPerSource", "downloads"]);
  assert.equal(world.metrics.gauges.get("files_downloads_under_way")?.(), 0);
});

test("a thumbnail is an image by its octets, small, and shown by the link", async () => {
  const world = new FileWorld();
  const { url, upload } = await world.upload("x");
  const png = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(100)]);
  const put = (body: Uint8Array | string) =>
    world.ask("PUT", `${upload}/thumbnail`, { user: "alice", body });
  assert.equal((await world.ask("GET", `${url}/thumbnail`)).status, 404);
  assert.equal((await put("<svg/>")).status, 415);
  assert.equal((await put("")).status, 415);
  assert.equal((await put(Buffer.concat([png, Buffer.alloc(65_536)]))).status, 413);
  assert.equal((await put(png)).status, 204);
  const shown = await world.ask("GET", `${url}/thumbnail`);
  assert.equal(shown.status, 200);
  assert.equal(shown.headers.get("content-type"), "image/png");
  assert.match(shown.headers.get("content-disposition") ?? "", /^attachment/);
  assert.deepEqual(shown.bytes, new Uint8Array(png));
  assert.deepEqual((await world.ask("GET", upload, { user: "alice" })).json["thumbnail"], {
    type: "image/png",
    size: 108,
  });
  assert.equal((await world.ask("POST", `${url}/thumbnail`)).status, 405);
});

test("a stored file is announced with everything that its recipient needs (RFC 4483)", async () => {
  const world = new FileWorld();
  const { url, id } = await world.upload(TEXT, {
    headers: {
      "content-type": "text/plain",
      "content-disposition": "attachment; filename=fox.txt",
    },
  });
  const file = await world.stores.files.find(id);
  assert.ok(file);
  const { headers, content } = announcementOf(file, url);
  assert.deepEqual(headers, [
    [
      "Content-Type",
      `message/external-body;access-type=URL;URL="${url}";expiration="Mon, 03 Jun 2030 10:00:00 GMT";size=43;hash=2fd4e1c67a2d28fced849ee1bb76e7391b93eb12`,
    ],
  ]);
  assert.equal(
    new TextDecoder().decode(content),
    "Content-Type: text/plain\r\nContent-Disposition: attachment;filename=fox.txt\r\n\r\n",
  );
});

test("every hostile name of the corpus comes back as a safe one in a header of ASCII", async (t) => {
  const path = corpusPath("web-hostile-strings/expected.json");
  if (path === undefined) return t.diagnostic("corpus web-hostile-strings is not on this machine");
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as {
    cases: { name: string; class: string; text: string }[]; // as its README says
  };
  const world = new FileWorld();
  for (const { name, text } of cases) {
    const value = `attachment; filename*=UTF-8''${encodeURIComponent(text.toWellFormed())}`;
    const { url } = await world.upload("x", { headers: { "content-disposition": value } });
    const header = (await world.ask("GET", url)).headers.get("content-disposition") ?? "";
    assert.match(header, /^attachment;filename=[ -~]+$/, name);
    assert.doesNotMatch(decodeURIComponent(header), /[/\\\p{Cc}\u202a-\u202e<>]/u, name);
    assert.ok(header.length < 1_200, name);
  }
});
