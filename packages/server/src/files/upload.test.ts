import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { settled } from "../testing/clock.ts";
import { BodyEnded } from "../web/index.ts";
import { BASE, FileWorld, PARTIAL, SlowBody, told } from "./file-world.test.ts";

const NAME = "attachment; filename*=UTF-8''%C3%9Cber%20uns.txt";
const BYTES = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256);

test("one POST with all octets is answered 201 with the links, the hashes and the expiry", async () => {
  const world = new FileWorld();
  const { status, json, headers } = await world.ask("POST", "/files", {
    user: "alice",
    headers: { "content-type": "text/plain", "content-disposition": NAME },
    body: "hello",
  });
  assert.equal(status, 201);
  const { url, upload, id, createdAt: _, ...rest } = json;
  assert.match(String(url), /^https:\/\/im\.example\.com\/files\/[A-Za-z0-9_-]{27}$/);
  assert.equal(upload, `${BASE}/files/uploads/${String(id)}`);
  assert.deepEqual(rest, {
    complete: true,
    offset: 5,
    size: 5,
    name: "Über uns.txt",
    type: "text/plain",
    sha256: sha256("hello"),
    sha1: createHash("sha1").update("hello").digest("hex"),
    expiresAt: "2030-06-03T10:00:00.000Z",
  });
  assert.equal(headers.get("location"), upload);
  assert.equal(headers.get("upload-complete"), "?1");
  assert.equal(headers.get("upload-offset"), "5");
});

test("an upload in parts tells its offset, and is complete with the last of them", async () => {
  const world = new FileWorld();
  const { upload, url } = await world.begin({ "upload-length": "300000" });
  const head = await world.ask("HEAD", upload, { user: "alice" });
  assert.deepEqual(
    [head.status, head.headers.get("upload-offset"), head.headers.get("upload-complete")],
    [204, "0", "?0"],
  );
  const first = await world.patch(upload, 0, BYTES.slice(0, 123_456));
  assert.equal(first.status, 204);
  assert.equal(first.headers.get("upload-offset"), "123456");
  assert.equal((await world.ask("GET", url)).status, 404);
  const last = await world.patch(upload, 123_456, BYTES.slice(123_456), true);
  assert.equal(last.status, 201);
  assert.equal(last.headers.get("upload-complete"), "?1");
  assert.deepEqual((await world.ask("GET", url)).bytes, BYTES);
  const { json } = await world.ask("GET", upload, { user: "alice" });
  assert.equal(json["complete"], true);
  assert.equal(json["url"], undefined);
});

test("an offset that is not the one reached is told the right one", async () => {
  const world = new FileWorld();
  const { upload } = await world.begin();
  await world.patch(upload, 0, "hello");
  for (const offset of [0, 4, 6, 4_000_000_000]) {
    const { status, headers } = await world.patch(upload, offset, "x");
    assert.equal(status, 409);
    assert.equal(headers.get("upload-offset"), "5");
  }
  assert.equal((await world.patch(upload, 5, " world", true)).status, 201);
  assert.equal((await world.patch(upload, 11, "!", true)).status, 409);
});

test("an upload that was cut goes on at the octets that came", async () => {
  const world = new FileWorld();
  const { upload, url } = await world.begin();
  const body = new SlowBody();
  const cut = world.patch(upload, 0, body);
  body.give("hello");
  await settled();
  body.give(new BodyEnded("gone"));
  await cut;
  const { headers } = await world.ask("HEAD", upload, { user: "alice" });
  assert.equal(headers.get("upload-offset"), "5");
  await world.patch(upload, 5, " world", true);
  assert.equal((await world.ask("GET", url)).text, "hello world");
});

test("a first request that was cut leaves nothing: its client has not heard how the upload is called", async () => {
  const world = new FileWorld();
  const body = new SlowBody();
  const posting = world.ask("POST", "/files", { user: "alice", body });
  body.give("hello");
  await settled();
  body.give(new BodyEnded("gone"));
  await posting;
  assert.deepEqual(await world.stores.files.usage("alice"), { files: 0, bytes: 0 });
  assert.deepEqual(world.content.image(), []);
});

test("a peer who is too slow is told so, and where to go on", async () => {
  const world = new FileWorld();
  const { upload } = await world.begin();
  const body = new SlowBody();
  body.give("hel");
  body.give(new BodyEnded("slow"));
  const { status, headers } = await world.patch(upload, 0, body);
  assert.equal(status, 408);
  assert.equal(headers.get("upload-offset"), "3");
});

test("of two requests that write, the newer goes on and the older ends", async () => {
  const world = new FileWorld();
  const { upload, url } = await world.begin();
  const hanging = new SlowBody();
  const older = world.patch(upload, 0, hanging);
  hanging.give("hello");
  await settled();
  const { headers } = await world.ask("HEAD", upload, { user: "alice" });
  assert.equal(headers.get("upload-offset"), "5");
  assert.equal((await older).status, 409);
  hanging.give(" never seen");
  const [one, two] = await Promise.all([
    world.patch(upload, 5, " one", true),
    world.patch(upload, 5, " two", true),
  ]);
  assert.equal([one.status, two.status].filter((status) => status === 201).length, 1);
  const { text } = await world.ask("GET", url);
  assert.ok(text === "hello one" || text === "hello two", text);
});

test("after a crash an upload goes on at the last checkpoint, and a finished one is there", async () => {
  const world = new FileWorld();
  const done = await world.upload("kept");
  const { upload, url } = await world.begin();
  const large = new Uint8Array(6 * 1_048_576).map((_, index) => index % 251);
  const sent = Promise.withResolvers<void>();
  const pieces = (async function* cutLater() {
    for (let at = 0; at < large.length; at += 65_536) {
      yield large.slice(at, at + 65_536);
      if (at % 1_048_576 === 0) await world.clock.pass(500);
    }
    sent.resolve();
    await new Promise<void>(() => {}); // for ever: the process dies
  })();
  void world.patch(upload, 0, pieces);
  await sent.promise;
  await settled();
  const reborn = world.crash();
  assert.equal((await reborn.ask("GET", done.url)).text, "kept");
  const { headers } = await reborn.ask("HEAD", upload, { user: "alice" });
  const offset = Number(headers.get("upload-offset"));
  assert.ok(offset >= 4 * 1_048_576 && offset <= large.length, String(offset));
  assert.equal((await reborn.patch(upload, offset, large.slice(offset), true)).status, 201);
  assert.deepEqual((await reborn.ask("GET", url)).bytes, large);
});

test("nothing is acknowledged before it is durable", async () => {
  const waiting: (() => void)[] = [];
  const disk = { commit: () => new Promise<void>((resolve) => void waiting.push(resolve)) };
  const world = new FileWorld({}, disk);
  const state = { answered: false };
  const posted = world.upload("hello").then((uploaded) => {
    state.answered = true;
    return uploaded;
  });
  for (let commits = 0; !state.answered; commits += 1) {
    assert.ok(commits < 10);
    waiting.shift()?.();
    await settled();
    const finished = world.stores.image().files.filter(({ file }) => file.facts !== undefined);
    assert.equal(state.answered, finished.length === 1);
  }
  const { url } = await posted;
  assert.equal((await world.crash().ask("HEAD", url)).status, 200);
});

test("a hash that was promised and is not met: refused, and nothing is left", async () => {
  const world = new FileWorld();
  const wrong = { "repr-digest": `sha-256=:${base64("something else")}:` };
  const posted = await world.ask("POST", "/files", {
    user: "alice",
    headers: wrong,
    body: "hello",
  });
  assert.equal(posted.status, 422);
  const { upload } = await world.begin(wrong);
  assert.equal((await world.patch(upload, 0, "hello", true)).status, 422);
  assert.equal((await world.ask("HEAD", upload, { user: "alice" })).status, 404);
  const late = await world.begin();
  const { status } = await world.ask("PATCH", late.upload, {
    user: "alice",
    headers: { ...PARTIAL, ...wrong, "upload-offset": "0", "upload-complete": "?1" },
    body: "hello",
  });
  assert.equal(status, 422);
  assert.deepEqual(await world.stores.files.usage("alice"), { files: 0, bytes: 0 });
  assert.deepEqual(world.content.image(), []);
  const right = { "repr-digest": `md5=:AAAA:, sha-256=:${base64("hello")}:` };
  assert.ok(await world.upload("hello", { headers: right }));
});

test("a size that was promised is kept to", async () => {
  const world = new FileWorld();
  const { upload } = await world.begin({ "upload-length": "5" });
  assert.equal((await world.patch(upload, 0, "hello!")).status, 413);
  const short = await world.patch(upload, 0, "hell", true);
  assert.equal(short.status, 400);
  assert.equal(short.headers.get("upload-offset"), "4");
  assert.equal((await world.patch(upload, 4, "o", true)).status, 201);
});

test("a file above the bound is refused before it comes, or as soon as it is seen to be one", async () => {
  const world = new FileWorld({ fileBytes: 10 });
  const told413 = await world.ask("POST", "/files", {
    user: "alice",
    headers: { "upload-length": "11", "upload-complete": "?0" },
  });
  assert.equal(told413.status, 413);
  assert.equal(told413.headers.get("upload-limit"), "max-size=10, max-age=86400");
  const long = await world.ask("POST", "/files", {
    user: "alice",
    headers: { "content-length": "11" },
    body: "hello world",
  });
  assert.equal(long.status, 413);
  const { upload } = await world.begin();
  assert.equal((await world.patch(upload, 0, "hello world", true)).status, 413);
  assert.deepEqual(world.hits.limits, ["fileBytes", "fileBytes", "fileBytes"]);
});

test("who may not, and what is malformed, changes nothing", async () => {
  const world = new FileWorld();
  const { upload } = await world.begin();
  const cases: [string, string, Parameters<FileWorld["ask"]>[2], number][] = [
    ["POST", "/files", { body: "x" }, 401],
    ["HEAD", upload, {}, 401],
    ["HEAD", upload, { user: "mallory" }, 404],
    ["PATCH", upload, { user: "mallory", headers: PARTIAL }, 404],
    ["DELETE", upload, { user: "mallory" }, 404],
    ["GET", upload, { user: "mallory" }, 404],
    ["PUT", `${upload}/thumbnail`, { user: "mallory" }, 404],
    ["PUT", upload, { user: "alice" }, 405],
    ["DELETE", "/files", { user: "alice" }, 405],
    ["GET", `${upload}/other`, { user: "alice" }, 404],
    ["GET", `${upload}/thumbnail/x`, { user: "alice" }, 404],
    ["PATCH", upload, { user: "alice" }, 415],
    ["PATCH", upload, { user: "alice", headers: PARTIAL }, 400],
    ["PATCH", upload, withOffset("-1"), 400],
    ["PATCH", upload, withOffset("0x0"), 400],
    ["PATCH", upload, withOffset("00000000000"), 400],
    ["PATCH", upload, withOffset("0", "yes"), 400],
    ["POST", "/files", { user: "alice", headers: { "upload-length": "1e3" } }, 400],
    ["POST", "/files", { user: "alice", headers: { "repr-digest": "sha-256=:xx:" } }, 400],
  ];
  for (const [method, url, ask, status] of cases) {
    assert.equal((await world.ask(method, url, ask)).status, status, `${method} ${url}`);
  }
  assert.equal((await world.stores.files.usage("alice")).files, 1);
  assert.equal((await world.stores.files.usage("mallory")).files, 0);
});

test("fields that may stand once and stand twice are refused", async () => {
  const world = new FileWorld();
  const answer = await world.files.handle({
    method: "POST",
    target: "/files",
    path: ["files"],
    query: new Map(),
    headers: new Map([
      ["x-user", ["alice"]],
      ["upload-length", ["1", "2"]],
    ]),
    source: { host: "192.0.2.1", secure: true },
    body: new SlowBody(),
  });
  assert.equal((await told(answer)).status, 400);
});

test("a store that is full or busy is told, and what came can come again", async () => {
  let broken = false;
  const disk = { commit: () => (broken ? Promise.reject(new Error("no")) : Promise.resolve()) };
  const world = new FileWorld({}, disk);
  const { upload, url } = await world.begin();
  broken = true;
  await assert.rejects(world.patch(upload, 0, "hello", true));
  broken = false;
  assert.equal((await world.patch(upload, 0, "hello", true)).status, 201);
  assert.equal((await world.ask("GET", url)).text, "hello");
});

test("requests that bring octets are bounded, for one user and for all", async () => {
  const world = new FileWorld({ uploadsPerUser: 2, uploads: 3 });
  const bodies = [new SlowBody(), new SlowBody(), new SlowBody()];
  const under = bodies.map((body, at) =>
    world.ask("POST", "/files", { user: at < 2 ? "alice" : "bob", body }),
  );
  await settled();
  const refused = await world.ask("POST", "/files", { user: "alice", body: "x" });
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "5");
  assert.equal((await world.ask("POST", "/files", { user: "carol", body: "x" })).status, 429);
  for (const body of bodies) body.end();
  for (const { status } of await Promise.all(under)) assert.equal(status, 201);
  assert.deepEqual(world.hits.limits, ["uploadsPerUser", "uploads"]);
  assert.equal((await world.ask("POST", "/files", { user: "alice", body: "x" })).status, 201);
});

test("uploads of an account that may no more end at once", async () => {
  const world = new FileWorld();
  const body = new SlowBody();
  const { upload } = await world.begin();
  const writing = world.patch(upload, 0, body);
  await settled();
  world.files.stopUploadsOf("alice");
  assert.equal((await writing).status, 409);
});

test("logs and metrics name no file and no URL", async () => {
  const world = new FileWorld();
  const { url, upload } = await world.upload("hello", { headers: { "content-disposition": NAME } });
  await world.ask("GET", url);
  await world.ask("DELETE", upload, { user: "alice" });
  assert.match(world.traces, /file stored/);
  assert.doesNotMatch(world.traces, /uns|https|hello/);
  assert.ok(!world.traces.includes(url.slice(-27)));
});

function withOffset(offset: string, complete = "?0") {
  const headers = { ...PARTIAL, "upload-offset": offset, "upload-complete": complete };
  return { user: "alice", headers };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function base64(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
