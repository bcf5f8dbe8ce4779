/** Files between clients of a world: over links that break and a server that crashes, all octets or an honest error. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type FileProgress, type ImClient, ImError, type StreamLike } from "@parlance/client";
import { startWorld, type World } from "../index.ts";

const MEGABYTE = 1_048_576;

test("alice uploads, announces, and bob fetches what she meant (IM-8.1.1-09)", async () => {
  await using world = await startWorld({ seed: 11 });
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const content = octets(3 * MEGABYTE);
  const seen: FileProgress[] = [];
  const stored = await world.until(
    alice.files.upload(content, {
      name: "Über uns.bin",
      type: "image/png",
      onProgress: (progress) => seen.push(progress),
    }),
  );
  assert.equal(stored.sizeBytes, content.length);
  assert.equal(stored.name, "Über uns.bin");
  assert.deepEqual(seen.at(-1), { doneBytes: content.length, totalBytes: content.length });
  assert.ok(seen.length > 3);
  const received = nextMessage(bob);
  await world.until(alice.send(bob.address, alice.files.announcement(stored)).accepted);
  const message = await world.until(received);
  assert.equal(message.kind, "reference");
  const file = await world.until(bob.files.download(message));
  assert.deepEqual(file, {
    bytes: content,
    sizeBytes: content.length,
    type: "image/png",
    name: "Über uns.bin",
    verified: true,
  });
  await world.until(alice.files.remove(stored));
  await assert.rejects(world.until(bob.files.download(message)), failsWith("expired"));
});

test("links that break, repeat and fall silent cost time and no octet, whatever the source", async () => {
  for (const seed of [1, 2, 3]) {
    await using world = await startWorld({ seed });
    const alice = await world.client("alice");
    const link = world.link("alice");
    const content = octets(3 * MEGABYTE + seed);
    Object.assign(link.weather, { loss: 0.02, delayMs: 20, jitterMs: 30 });
    const source = seed % 2 === 0 ? streamOf(content, 10_000) : content;
    const uploading = alice.files.upload(source);
    const troubles = [
      () => link.cut(),
      () => link.silence(),
      () => link.restore(),
      () => link.cut(),
    ];
    for (const trouble of troubles) {
      await world.run(700);
      trouble();
    }
    const stored = await world.until(uploading, 600_000);
    const loading = alice.files.download(alice.files.announcement(stored));
    await world.run(400);
    link.cut();
    await world.run(900);
    link.silence();
    await world.run(40_000);
    link.restore();
    const { bytes, verified } = await world.until(loading, 600_000);
    assert.deepEqual(bytes, content);
    assert.equal(verified, true);
  }
});

test("whenever the line falls silent, be it behind the head of an answer, the file is there in the end, and documents are read", async () => {
  await using world = await startWorld({ seed: 5 });
  const alice = await world.client("alice");
  const link = world.link("alice");
  Object.assign(link.weather, { delayMs: 10 });
  const content = octets(10);
  for (let at = 0; at < 200; at += 6) {
    const working = Promise.all([alice.files.upload(content), listed(alice)]);
    await world.run(at);
    link.silence();
    await world.run(10);
    link.restore();
    const [stored] = await world.until(working, 600_000);
    assert.equal(stored.sizeBytes, 10, `silent after ${at} ms`);
  }
});

async function listed(client: ImClient): Promise<void> {
  await client.contacts.lists().catch((error) => {
    if (!(error instanceof ImError && error.temporary)) throw error; // is not tried again by itself
  });
}

test("a server that crashes in the middle costs what was not durable, and goes on from there", async () => {
  await using world = await startWorld({ seed: 5 });
  const alice = await world.client("alice");
  const content = octets(8 * MEGABYTE);
  world.disk.delayMs = 30;
  for (const source of [content, streamOf(content, 50_000)]) {
    const uploading = alice.files.upload(source);
    for (let crash = 0; crash < 3; crash += 1) {
      await world.run(1_500);
      world.crashServer();
      await world.run(2_000);
      await world.restartServer();
    }
    const stored = await world.until(uploading, 600_000);
    const { bytes } = await world.until(alice.files.download(stored.url), 600_000);
    assert.deepEqual(bytes, content);
  }
  assert.equal(world.content.image().length, 2);
});

test("an upload that is given up leaves nothing on the server", async () => {
  await using world = await startWorld();
  const alice = await world.client("alice");
  const controller = new AbortController();
  let done = 0;
  const uploading = alice.files.upload(octets(20 * MEGABYTE), {
    signal: controller.signal,
    onProgress: ({ doneBytes }) => {
      done = doneBytes;
    },
  });
  await world.until(() => done > 0);
  controller.abort();
  await assert.rejects(world.until(uploading), failsWith("aborted"));
  await world.run(5_000);
  assert.deepEqual(await world.stores.files.usage("alice"), { files: 0, bytes: 0 });
  assert.deepEqual(world.content.image(), []);
});

test("what the server refuses is said at once, in words that an application can act on", async () => {
  const limits = { fileBytes: 1_000, fileBytesPerUser: 1_500 };
  await using world = await startWorld({ server: { limits } });
  const alice = await world.client("alice");
  const upload = (size: number) => world.until(alice.files.upload(octets(size)));
  await assert.rejects(upload(1_001), failsWith("too large"));
  await upload(1_000);
  await assert.rejects(upload(600), (error) => {
    assert.ok(error instanceof ImError);
    assert.deepEqual([error.code, error.status, error.warning], ["refused", 507, "over quota"]);
    return true;
  });
  await assert.rejects(
    world.until(alice.files.upload(streamOf(octets(501), 100))),
    failsWith("too large"),
  );
  const thumbnail = new TextEncoder().encode("<svg/>");
  await assert.rejects(
    world.until(alice.files.upload(octets(1), { thumbnail })),
    failsWith("refused"),
  );
});

test("who is away from the server for long hears it after a bounded number of tries", async () => {
  await using world = await startWorld();
  const alice = await world.client("alice");
  world.crashServer();
  const failed = assert.rejects(alice.files.upload(octets(10)), failsWith("offline"));
  const before = world.clock.now();
  await world.until(failed, 600_000);
  const waited = world.clock.now() - before;
  assert.ok(waited > 30_000 && waited < 300_000, `${waited} ms`);
});

test("what a user has kept goes with his account, and what he was sending ends", async () => {
  await using world = await startWorld();
  const alice = await world.client("alice");
  const stored = await world.until(alice.files.upload(octets(1_000)));
  let done = 0;
  const uploading = alice.files.upload(octets(20 * MEGABYTE), {
    onProgress: ({ doneBytes }) => {
      done = doneBytes;
    },
  });
  await world.until(() => done > 0);
  assert.equal(await world.until(world.server.admin.users.remove("alice")), true);
  await assert.rejects(world.until(uploading, 600_000), failsWith("not authenticated"));
  const bob = await world.client("bob");
  await assert.rejects(world.until(bob.files.download(stored.url)), failsWith("expired"));
  assert.deepEqual(world.content.image(), []);
  assert.deepEqual(world.stores.image().files, []);
});

test("a wrong password is told and not tried again", async () => {
  await using world = await startWorld();
  const alice = await world.client("alice");
  const changed = world.server.admin.users.setPassword("alice", "another one");
  await world.until(changed);
  await assert.rejects(world.until(alice.files.upload(octets(10))), failsWith("not authenticated"));
});

test("a token that has ended is replaced, in the middle of an upload as well", async () => {
  await using world = await startWorld({ server: { limits: { tokenSeconds: 31 } } });
  const alice = await world.client("alice");
  Object.assign(world.link("alice").weather, { delayMs: 400 });
  const content = octets(4 * MEGABYTE);
  const stored = await world.until(alice.files.upload(content), 600_000);
  assert.equal(stored.sizeBytes, content.length);
});

test("nothing is fetched that is expired, larger than wanted, or elsewhere than announced", async () => {
  await using world = await startWorld();
  const alice = await world.client("alice");
  const stored = await world.until(alice.files.upload(octets(5_000)));
  const download = (...args: Parameters<typeof alice.files.download>) =>
    world.until(alice.files.download(...args));
  const { contentType, content } = alice.files.announcement(stored);
  const changed = (from: string | RegExp, to: string) => ({
    contentType: contentType.replace(from, to),
    content,
  });
  await assert.rejects(download(changed(/2030/, "2020")), failsWith("expired"));
  await assert.rejects(
    download({ contentType, content }, { mostBytes: 4_999 }),
    failsWith("too large"),
  );
  await assert.rejects(download(stored.url, { mostBytes: 4_999 }), failsWith("too large"));
  await assert.rejects(download(changed("size=5000", "size=4999")), failsWith("refused"));
  await assert.rejects(download(changed("size=5000", "size=5001")), failsWith("refused"));
  await assert.rejects(download(changed(/hash=../, "hash=00")), failsWith("refused"));
  await assert.rejects(download(stored.url, { sha256: "0".repeat(64) }), failsWith("refused"));
  for (const url of [
    "http://parlance.test/files/x",
    "ftp://parlance.test/x",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://user@parlance.test/files/x",
    "data:text/plain,x",
  ]) {
    await assert.rejects(download(url), failsWith("refused"), url);
  }
  await assert.rejects(
    download({ contentType: "text/plain", content }),
    failsWith("not supported"),
  );
  const good = await download(stored.url, { sha256: stored.sha256 });
  assert.equal(good.verified, true);
});

test("octets may be written as they come, and what the application throws ends it", async () => {
  await using world = await startWorld();
  const alice = await world.client("alice");
  const content = octets(300_000);
  const stored = await world.until(alice.files.upload(content));
  let taken = 0;
  const write = (piece: Uint8Array): void => void (taken += piece.length);
  const { bytes, sizeBytes } = await world.until(alice.files.download(stored.url, { write }));
  assert.deepEqual([bytes, sizeBytes, taken], [undefined, 300_000, 300_000]);
  await assert.rejects(
    world.until(alice.files.download(stored.url, { write: noRoom })),
    failsWith("not kept"),
  );
});

test("a client without a file server downloads all the same, and says that it cannot upload", async () => {
  await using world = await startWorld();
  const alice = await world.client("alice");
  const stored = await world.until(alice.files.upload(octets(10)));
  const dave = await world.client("dave", { fileServer: "https://other.example" });
  await assert.rejects(world.until(dave.files.upload(octets(1)), 600_000), failsWith("offline"));
  assert.equal((await world.until(dave.files.download(stored.url))).sizeBytes, 10);
  await assert.rejects(world.client("carol", { fileServer: "ftp://x" }), TypeError);
});

function octets(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 10)) % 256);
}

function noRoom(): never {
  throw new Error("no room");
}

function streamOf(content: Uint8Array, piece: number): StreamLike {
  let at = 0;
  return {
    getReader: () => ({
      async read() {
        const value = content.slice(at, at + piece);
        at += value.length;
        return value.length === 0 ? { done: true } : { done: false, value };
      },
      cancel: () => Promise.resolve(),
    }),
  };
}

function failsWith(code: string): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof ImError, String(error));
    assert.equal(error.code, code);
    return true;
  };
}

function nextMessage(client: Awaited<ReturnType<World["client"]>>) {
  return new Promise<Parameters<Parameters<typeof client.on<"message">>[1]>[0]>((resolve) => {
    client.on("message", resolve);
  });
}
