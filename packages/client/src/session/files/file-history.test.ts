/** What the history says of files: those that were sent, those that came, and those that did not. RFC 5547, RFC 4483 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { SeededRandom, type World } from "@parlance/testkit";
import { concatBytes } from "@parlance/wire";
import { ImError } from "../../base/errors.ts";
import type { ImClient } from "../../client.ts";
import { codeOf, reading, worldFor } from "../../people.test.ts";
import type { FileRecord } from "../../store/file-record.ts";
import { MemoryStore } from "../../store/memory-store.ts";
import type { IncomingFile } from "./incoming-file.ts";
import { SentFile } from "./sent-file.ts";

async function filesOf(client: ImClient, peer: string): Promise<FileRecord[]> {
  const found: FileRecord[] = [];
  for await (const page of client.conversation(peer).history()) {
    for (const entry of page) if ("file" in entry) found.push(entry.file);
  }
  return found;
}

interface Two {
  readonly world: World;
  readonly alice: ImClient;
  readonly bob: ImClient;
  readonly stores: { readonly alice: MemoryStore; readonly bob: MemoryStore };
  readonly offered: IncomingFile[];
}

async function two(t: TestContext): Promise<Two> {
  const world = await worldFor(t);
  const stores = { alice: new MemoryStore(), bob: new MemoryStore() };
  const alice = await world.client("alice", { store: stores.alice });
  const bob = await world.client("bob", { store: stores.bob, displayName: "Bob" });
  const offered: IncomingFile[] = [];
  bob.on("file", (file) => offered.push(file));
  return { world, alice, bob, stores, offered };
}

async function next({ world, offered }: Two, number = 1): Promise<IncomingFile> {
  await world.until(() => offered.length >= number);
  const file = offered[number - 1];
  assert.ok(file !== undefined);
  return file;
}

const CONTENT = new SeededRandom(7).bytes(400_000);

test("a file that has arrived stands in both histories, with name, size, type, hashes and where it was put", async (t) => {
  const those = await two(t);
  const { world, alice, bob } = those;
  const how = { name: "map.png", type: "image/png" };
  const sent = alice.conversation(bob.address).sendFile(CONTENT, how);
  const file = await next(those);
  await world.until(file.save(() => {}));
  await world.until(file.savedAs("/home/bob/map.png"));
  await world.until(sent.delivered);
  await world.run(100);
  const [[ours], [theirs]] = await Promise.all([
    filesOf(alice, bob.address),
    filesOf(bob, alice.address),
  ]);
  const facts = { name: "map.png", type: "image/png", sizeBytes: 400_000, via: "session" };
  for (const record of [ours, theirs]) {
    assert.ok(record !== undefined);
    const { name, type, sizeBytes, via, id } = record;
    assert.deepEqual({ name, type, sizeBytes, via }, facts);
    assert.deepEqual(
      record.hashes.map(({ algorithm, value }) => [algorithm, value.length]),
      [
        ["sha-1", 40],
        ["sha-256", 64],
      ],
    );
    assert.equal(id, sent.id);
  }
  assert.deepEqual([ours?.direction, ours?.state], ["sent file", "delivered"]);
  assert.ok(theirs?.direction === "received file");
  assert.deepEqual(
    [theirs.state, theirs.from, theirs.place],
    ["complete", alice.address, "/home/bob/map.png"],
  );
});

test("files that were declined, called off or not offered any more stand there as such", async (t) => {
  const those = await two(t);
  const { world, alice, bob } = those;
  const chat = alice.conversation(bob.address);
  const declined = chat.sendFile(CONTENT, { name: "1" });
  (await next(those, 1)).decline();
  await world.until(codeOf(declined.accepted));
  const stop = new AbortController();
  const called = chat.sendFile(CONTENT, { name: "2", signal: stop.signal });
  await next(those, 2);
  stop.abort();
  await world.until(codeOf(called.accepted));
  await world.run(1_000);
  const [ours, theirs] = [await filesOf(alice, bob.address), await filesOf(bob, alice.address)];
  assert.deepEqual(
    ours.map(({ name, state, failure }) => [name, state, failure?.code]),
    [
      ["2", "failed", "aborted"],
      ["1", "failed", "declined"],
    ],
  );
  assert.deepEqual(
    theirs.map(({ name, state }) => [name, state]),
    [
      ["2", "withdrawn"],
      ["1", "declined"],
    ],
  );
});

test("what was under way when a program died is over for the one after it, and is said to have failed", async (t) => {
  for (const who of ["alice", "bob"] as const) {
    const those = await two(t);
    const { world, alice, bob, stores } = those;
    alice.conversation(bob.address).sendFile(new Uint8Array(5_000_000), { via: "session" });
    const file = await next(those);
    void codeOf(file.save(() => {}));
    await world.until(() => file.progress.now.doneBytes > 500_000);
    world.kill(who);
    const again = await world.client(who, { store: stores[who] });
    const [record] = await filesOf(again, world.address(who === "alice" ? "bob" : "alice"));
    assert.deepEqual([record?.state, record?.failure?.code], ["failed", "closed"]);
    await world.end();
  }
});

test("what was being sent when a program died goes on with the one after it, where its octets are kept", async (t) => {
  for (const via of ["http", "session"] as const) {
    const those = await two(t);
    const { world, alice, bob, stores, offered } = those;
    const content = new SeededRandom(3).bytes(5_000_000);
    const shown = reading(bob);
    const options = { name: "big.bin", type: "application/x-big", via };
    const first = alice.conversation(bob.address).sendFile(content, options);
    const pieces: Uint8Array[] = [];
    const taken: Promise<unknown>[] = [];
    bob.on("file", (file) => taken.push(codeOf(file.save((piece) => void pieces.push(piece)))));
    await world.until(() => first.progress.now.doneBytes > 1_000_000);
    assert.equal(first.state, "sending");
    world.kill("alice");
    const again = await world.client("alice", { store: stores.alice, resumesFiles: true });
    const [record, ...more] = again.unfinishedFiles;
    assert.ok(record !== undefined && more.length === 0);
    assert.ok((record.resume?.doneBytes ?? 0) > 0);
    const file = again.resumeFile(record, content);
    assert.deepEqual([file.id, file.name, file.state], [first.id, "big.bin", "interrupted"]);
    assert.ok(file.progress.now.doneBytes > 0);
    assert.throws(() => again.resumeFile(record, content), TypeError);
    if (via === "http") {
      await world.until(() => shown.length === 1);
      const [message] = shown;
      assert.ok(message?.kind === "reference");
      await world.until(bob.fileOf(message).save((piece) => void pieces.push(piece)));
      assert.deepEqual(concatBytes(...pieces), content);
    }
    await world.until(file.delivered, 600_000);
    await world.run(1_000);
    const [ours, ...others] = await filesOf(again, bob.address);
    assert.deepEqual([ours?.state, others.length], ["delivered", 0]);
    if (via === "session") assert.deepEqual(concatBytes(...pieces), content);
    assert.ok(offered.length <= 2);
    await world.end();
  }
});

test("a file whose octets are not to be had any more is given up, and one whose end is lost at the server begins anew", async (t) => {
  const { world, alice, bob, stores } = await two(t);
  const content = new SeededRandom(4).bytes(3_000_000);
  const sending = ["one", "two"].map((name) =>
    alice.conversation(bob.address).sendFile(content, { name, via: "http" }),
  );
  await world.until(() => sending.every(({ progress }) => progress.now.doneBytes > 0));
  world.kill("alice");
  const again = await world.client("alice", { store: stores.alice, resumesFiles: true });
  const [one, other] = again.unfinishedFiles;
  assert.ok(one !== undefined && other !== undefined);
  await world.until(again.giveUpFile(one));
  const lost = { ...other, resume: { ...other.resume, upload: { id: "gone", url: "https://x/" } } };
  const file = again.resumeFile(lost as typeof other, content);
  await world.until(() => file.messageId !== undefined, 600_000);
  const states = (await filesOf(again, bob.address)).map(({ name, state }) => `${name} ${state}`);
  assert.ok(states.includes(`${one.name} failed`), states.join());
});

test("a client that is closed gives its files up at once, and says so in the history", async (t) => {
  const those = await two(t);
  const { world, alice, bob, stores } = those;
  const sent = alice.conversation(bob.address).sendFile(new Uint8Array(5_000_000));
  const file = await next(those);
  const taken = codeOf(file.save(() => {}));
  await world.until(() => file.progress.now.doneBytes > 500_000);
  await world.until(alice.close());
  assert.equal(await world.until(codeOf(sent.delivered)), "closed");
  assert.equal(await world.until(taken), "aborted");
  const again = await world.client("alice", { store: stores.alice });
  const [record] = await filesOf(again, bob.address);
  assert.deepEqual([record?.state, record?.failure?.code], ["failed", "closed"]);
});

test("who is closed while a file comes in tells its sender, and waits for nobody (RFC 5547 §8.4)", async (t) => {
  const those = await two(t);
  const { world, alice, bob } = those;
  const sent = alice.conversation(bob.address).sendFile(new Uint8Array(5_000_000));
  const file = await next(those);
  const taken = codeOf(file.save(() => {}));
  await world.until(() => file.progress.now.doneBytes > 500_000);
  await world.until(bob.close());
  assert.equal(await world.until(taken), "closed");
  assert.notEqual(await world.until(codeOf(sent.delivered), 600_000), undefined);
});

test("the sender does not hear that it arrived before the application has finished with it", async (t) => {
  const those = await two(t);
  const { world, alice, bob } = those;
  const sent = alice.conversation(bob.address).sendFile(CONTENT);
  const file = await next(those);
  const finished = Promise.withResolvers<void>();
  const taken = file.save(() => {}, { finish: () => finished.promise });
  await world.run(5_000);
  assert.equal(sent.state, "sending");
  finished.resolve();
  await world.until(Promise.all([taken, sent.delivered]));

  const other = alice.conversation(bob.address).sendFile(CONTENT);
  const second = await next(those, 2);
  const full = new Error("the disk is full");
  const taking = second.save(() => {}, { finish: () => Promise.reject(full) });
  await assert.rejects(world.until(taking), full);
  assert.equal(second.state, "failed");
  assert.notEqual(await world.until(codeOf(other.delivered), 600_000), undefined);
});

test("both sides are told of a cut, and that it goes on", async (t) => {
  const those = await two(t);
  const { world, alice, bob } = those;
  const sent = alice.conversation(bob.address).sendFile(new Uint8Array(3_000_000));
  const file = await next(those);
  const states = { alice: [] as string[], bob: [] as string[] };
  sent.on("state", (state) => states.alice.push(state));
  file.on("state", (state) => states.bob.push(state));
  const taken = file.save(() => {});
  for (const who of ["alice", "bob"] as const) {
    const before = file.progress.now.doneBytes;
    await world.until(() => file.progress.now.doneBytes > before + 500_000);
    world.link(who).cut("msrp");
    await world.until(() => states[who].includes("interrupted"));
  }
  await world.until(Promise.all([taken, sent.delivered]), 300_000);
  const { alice: ours, bob: theirs } = states;
  assert.deepEqual(ours.slice(0, 3), ["sending", "interrupted", "sending"]);
  assert.equal(ours.at(-1), "delivered");
  assert.deepEqual(theirs, ["receiving", "interrupted", "receiving", "complete"]);
});

test("a file that a message points to is taken like one that is offered, and leaves an entry (RFC 4483, IM-8.1.1-09)", async (t) => {
  const { world, alice, bob } = await two(t);
  const shown = reading(bob);
  const how = { name: "later.bin", type: "application/x-later", via: "http" } as const;
  const sent = alice.conversation(bob.address).sendFile(CONTENT, how);
  await world.until(() => shown.length === 1);
  const [message] = shown;
  assert.ok(message?.kind === "reference");
  assert.ok(bob.files.holds(message.url));
  assert.equal(bob.files.holds("https://elsewhere.example/files/1"), false);
  assert.equal(message.referenceName, "later.bin");
  const file = bob.fileOf(message);
  assert.deepEqual(
    [file.name, file.type, file.sizeBytes, file.via, file.verifiable, file.state],
    ["later.bin", "application/x-later", 400_000, "http", true, "offered"],
  );
  const pieces: Uint8Array[] = [];
  await world.until(file.save((piece) => void pieces.push(piece)));
  assert.deepEqual(concatBytes(...pieces), CONTENT);
  await world.until(() => file.state === "complete");
  await world.until(sent.delivered);
  await world.run(100);
  const [ours] = await filesOf(alice, bob.address);
  const [theirs] = await filesOf(bob, alice.address);
  for (const record of [ours, theirs]) {
    assert.deepEqual(
      [record?.name, record?.sizeBytes, record?.via, record?.messageId],
      ["later.bin", 400_000, "http", message.id],
    );
  }
  assert.deepEqual([ours?.state, theirs?.state], ["delivered", "complete"]);
});

test("a file that is gone when it is to be fetched fails, and may be asked for again", async (t) => {
  const { world, alice, bob } = await two(t);
  const shown = reading(bob);
  const stored = await world.until(alice.files.upload(CONTENT, { name: "gone.bin" }));
  await world.until(alice.send(bob.address, alice.files.announcement(stored)).delivered);
  await world.until(alice.files.remove(stored));
  const [message] = shown;
  assert.ok(message?.kind === "reference");
  for (let number = 0; number < 2; number += 1) {
    const file = bob.fileOf(message);
    assert.notEqual(await world.until(codeOf(file.save(() => {})), 600_000), undefined);
    assert.equal(file.state, "failed");
  }
  await world.run(100);
  const records = await filesOf(bob, alice.address);
  assert.deepEqual(
    records.map(({ state }) => state),
    ["failed"],
  );
});

test("who is closed in the moment in which his file is accepted says goodbye all the same", async (t) => {
  for (let waitMs = 0; waitMs < 120; waitMs += 20) {
    const those = await two(t);
    const { world, alice, bob } = those;
    alice.conversation(bob.address).sendFile(new Uint8Array(5_000_000), { via: "session" });
    const file = await next(those);
    const taken = codeOf(file.save(() => {}));
    await world.run(waitMs);
    await world.until(alice.close());
    assert.equal(await world.until(taken, 5_000), "aborted", String(waitMs));
    await world.run(1_000);
    assert.equal(world.server.stats.sessions, 0, String(waitMs));
    await world.end();
  }
});

test("a file that is here is never given to the application again: whose 200 was lost learns that it is here (RFC 5547 §8.1)", async (t) => {
  for (const restarts of [false, true]) {
    const those = await two(t);
    const { world, alice, bob, stores, offered } = those;
    const sent = alice.conversation(bob.address).sendFile(CONTENT, { name: "once.bin" });
    const file = await next(those);
    const finish = (): Promise<void> => {
      world.link("alice").silence();
      return Promise.resolve();
    };
    await world.until(file.save(() => {}, { finish }));
    await world.until(() => file.state === "complete");
    await world.run(60_000);
    assert.notEqual(sent.state, "delivered");
    if (restarts) {
      world.kill("bob");
      const again = await world.client("bob", { store: stores.bob });
      again.on("file", (other) => offered.push(other));
    }
    world.link("alice").restore();
    await world.until(sent.delivered, 600_000);
    assert.equal(offered.length, 1);
    await world.end();
  }
});

test("what has left stays sent when nobody will say any more whether it has come", async () => {
  const facts = { id: "1", name: "left.bin", type: "image/png", sizeBytes: 1 };
  const sent = new SentFile(facts, () => {});
  for (const state of ["offered", "sending", "interrupted", "sending", "sent"] as const) {
    sent.become(state);
    assert.equal(sent.state, state);
  }
  sent.become("interrupted"); // too late
  sent.unreported("closed");
  sent.fail(new ImError("aborted"));
  assert.deepEqual([sent.state, sent.failure], ["sent", undefined]);
  assert.equal(await codeOf(sent.delivered), "closed");
  assert.equal(await codeOf(sent.accepted), undefined);
});

test("a client that is closed waits a moment for the word that its file has arrived", async (t) => {
  const those = await two(t);
  const { world, alice, bob } = those;
  const sent = alice.conversation(bob.address).sendFile(CONTENT);
  const closed = Promise.withResolvers<void>();
  sent.on("state", (state) => {
    if (state === "sent") closed.resolve(alice.close());
  });
  void codeOf((await next(those)).save(() => {}));
  await world.until(closed.promise);
  assert.equal(sent.state, "delivered");
});
