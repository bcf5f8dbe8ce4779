import assert from "node:assert/strict";
import { test } from "node:test";
import { settled } from "../testing/clock.ts";
import { FileWorld, SlowBody } from "./file-world.test.ts";

test("the quota holds to the octet, reserves what is on its way, and comes back", async () => {
  const world = new FileWorld({ fileBytesPerUser: 10 });
  const begun = await world.begin({ "upload-length": "6" });
  assert.equal((await post(world, "hello")).status, 507);
  const { upload } = await world.upload("1234");
  assert.equal((await post(world, "")).status, 201);
  assert.equal((await post(world, "x")).status, 507);
  await world.ask("DELETE", begun.upload, { user: "alice" });
  assert.equal((await post(world, "123456")).status, 201);
  await world.ask("DELETE", upload, { user: "alice" });
  assert.equal((await post(world, "1234")).status, 201);
  assert.equal((await world.ask("POST", "/files", { user: "bob", body: "x" })).status, 201);
  assert.ok(world.hits.limits.every((limit) => limit === "fileBytesPerUser"));
});

test("a body of unknown length may grow to what is left, and then counts what it is", async () => {
  const world = new FileWorld({ fileBytesPerUser: 10, fileBytes: 8 });
  const first = new SlowBody();
  const uploading = world.ask("POST", "/files", { user: "alice", body: first });
  await settled();
  assert.deepEqual(await world.stores.files.usage("alice"), { files: 1, bytes: 8 });
  first.give("12345");
  first.end();
  assert.equal((await uploading).status, 201);
  assert.deepEqual(await world.stores.files.usage("alice"), { files: 1, bytes: 5 });
  assert.equal((await post(world, "123456", false)).status, 413);
});

test("uploads asked for at once cannot pass the quota", async () => {
  const world = new FileWorld({ fileBytesPerUser: 50, uploadsPerUser: 100 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(world, "0123456789")));
  const stored = answers.filter(({ status }) => status === 201);
  assert.equal(stored.length, 5);
  assert.equal(
    answers.length - stored.length,
    answers.filter((each) => each.status === 507).length,
  );
  assert.deepEqual(await world.stores.files.usage("alice"), { files: 5, bytes: 50 });
  assert.equal(world.content.image().length, 5);
});

test("the number of files is bounded too", async () => {
  const world = new FileWorld({ filesPerUser: 2 });
  await world.upload("a");
  await world.begin();
  assert.equal((await post(world, "c")).status, 507);
});

test("an owner sees his own files, page by page, and what he may keep", async () => {
  const world = new FileWorld({ filesPerUser: 10, fileBytesPerUser: 1_000 });
  for (const text of ["one", "two", "three"]) await world.upload(text);
  await world.upload("secret", { user: "bob" });
  const first = (await world.ask("GET", "/files?limit=2", { user: "alice" })).json;
  const second = (
    await world.ask("GET", `/files?limit=2&after=${String(first["next"])}`, { user: "alice" })
  ).json;
  const sizes = [first["files"], second["files"]].flat() as { size: number; url?: string }[];
  assert.deepEqual(
    sizes.map(({ size }) => size).toSorted((a, b) => a - b),
    [3, 3, 5],
  );
  assert.ok(sizes.every(({ url }) => url === undefined));
  assert.equal(second["next"], undefined);
  assert.deepEqual(first["usage"], { files: 3, bytes: 11, mostFiles: 10, mostBytes: 1_000 });
  assert.equal((await world.ask("GET", "/files?limit=0", { user: "alice" })).status, 400);
  assert.equal((await world.ask("GET", "/files")).status, 401);
});

test("deleting is final: row, octets and thumbnail are gone, and the upload that goes on is stopped", async () => {
  const world = new FileWorld();
  const { upload } = await world.upload("x");
  assert.equal((await world.ask("DELETE", upload, { user: "alice" })).status, 204);
  assert.equal((await world.ask("DELETE", upload, { user: "alice" })).status, 404);
  const begun = await world.begin();
  const body = new SlowBody();
  const writing = world.patch(begun.upload, 0, body);
  body.give("hello");
  await settled();
  assert.equal((await world.ask("DELETE", begun.upload, { user: "alice" })).status, 204);
  assert.equal((await writing).status, 409);
  assert.deepEqual(world.content.image(), []);
  assert.deepEqual(world.stores.image().files, []);
});

test("files expire, abandoned uploads are given up, and what goes on stays", async () => {
  const world = new FileWorld({ fileSeconds: 1_000, uploadIdleSeconds: 2_000 });
  world.files.start();
  const file = await world.upload("x");
  const begun = await world.begin();
  const going = await world.begin();
  await world.patch(going.upload, 0, "1");
  await world.clock.pass(1_100_000);
  assert.equal((await world.ask("HEAD", file.upload, { user: "alice" })).status, 404);
  assert.equal((await world.ask("HEAD", begun.upload, { user: "alice" })).status, 404);
  await world.patch(going.upload, 1, "2");
  await world.clock.pass(1_900_000);
  assert.equal((await world.patch(going.upload, 2, "3")).status, 204);
  await world.clock.pass(2_100_000);
  assert.equal((await world.ask("HEAD", going.upload, { user: "alice" })).status, 404);
  assert.deepEqual(world.content.image(), []);
  assert.deepEqual(
    [...world.metrics.labelled].filter(([name]) => name.startsWith("files_removed")),
    [
      ["files_removed_total abandoned", 2],
      ["files_removed_total expired", 1],
    ],
  );
  world.files.stop();
});

test("an upload that is slow is not given up while octets come", async () => {
  const world = new FileWorld();
  world.files.start();
  const body = new SlowBody();
  const posting = world.ask("POST", "/files", { user: "alice", body });
  for (let minute = 0; minute < 60; minute += 1) {
    body.give("a little");
    await world.clock.pass(60_000);
  }
  body.end();
  assert.equal((await posting).status, 201);
  world.files.stop();
});

test("a mass expiry is worked off in bounded steps", async () => {
  const world = new FileWorld({ fileSeconds: 30, expiredFilesPerTick: 3, uploadsPerUser: 100 });
  for (let count = 0; count < 8; count += 1) await world.upload("x");
  world.files.start();
  await world.clock.pass(60_000);
  assert.equal(world.stores.image().files.length, 5);
  await world.clock.pass(1_000);
  assert.equal(world.stores.image().files.length, 2);
  await world.clock.pass(1_000);
  assert.equal(world.stores.image().files.length, 0);
  world.files.stop();
});

test("a sweep that fails is logged, but not when its store is closed because the server ends", async () => {
  for (const [stops, told] of [
    [false, 1],
    [true, 0],
  ] as const) {
    let durable = Promise.resolve();
    const world = new FileWorld({ fileSeconds: 30 }, { commit: () => durable });
    await world.upload("x");
    world.files.start();
    const closed = Promise.withResolvers<void>();
    durable = closed.promise;
    await world.clock.pass(60_000);
    if (stops) world.files.stop();
    closed.reject(new Error("the store is closed"));
    await settled();
    const failed = world.logged.filter((line) => line.startsWith("sweeping files failed"));
    assert.equal(failed.length, told);
    world.files.stop();
  }
});

test("octets that a crash has left without a row are deleted at the next start, and no others", async () => {
  const world = new FileWorld();
  const { url } = await world.upload("kept");
  const orphan = await world.content.create();
  await orphan.append(new Uint8Array(10));
  await orphan.seal();
  const reborn = world.crash();
  await reborn.clock.pass(3_600_000);
  reborn.files.start();
  await reborn.clock.pass(0);
  assert.equal(reborn.content.image().length, 1);
  assert.equal((await reborn.ask("GET", url)).text, "kept");
  reborn.files.stop();
});

test("everything of an account that is removed is removed", async () => {
  const world = new FileWorld({ uploadsPerUser: 100 });
  for (let count = 0; count < 150; count += 1) await world.upload("x");
  const bob = await world.upload("y", { user: "bob" });
  assert.equal(await world.files.removeAllOf("alice"), 150);
  assert.equal(world.content.image().length, 1);
  assert.equal((await world.ask("GET", bob.url)).text, "y");
});

function post(world: FileWorld, body: string, sized = true) {
  const headers: Record<string, string> = sized ? { "content-length": String(body.length) } : {};
  return world.ask("POST", "/files", { user: "alice", headers, body });
}
