/** Files between clients of a world whose server keeps them for those who are away, while links and the server fail. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ImClient,
  type IncomingFile,
  MemoryStore,
  type SentFile,
  type SentFileRecord,
} from "@parlance/client";
import { SeededRandom, startWorld, type World } from "../index.ts";

function keepingWorld(seed: number): Promise<World> {
  return startWorld({ seed, server: { limits: { deferredFileBytes: 8_000_000 } } });
}

function octets(count: number): Uint8Array {
  return new SeededRandom(count).bytes(count);
}

function offersTo(client: ImClient): IncomingFile[] {
  const offered: IncomingFile[] = [];
  client.on("file", (file) => offered.push(file));
  return offered;
}

async function taken(world: World, file: IncomingFile | undefined): Promise<Uint8Array> {
  assert.ok(file !== undefined);
  const pieces: Uint8Array[] = [];
  await world.until(
    file.save((piece) => void pieces.push(piece.slice())),
    600_000,
  );
  return new Uint8Array(Buffer.concat(pieces));
}

test("a file for somebody who is away has arrived with the server, and not with him, until he is back", async () => {
  await using world = await keepingWorld(3);
  const alice = await world.client("alice");
  const content = octets(300_000);
  const sent = alice
    .conversation(world.address("bob"))
    .sendFile(content, { name: "plan.bin", via: "session" });
  const states = statesOf(sent);
  await world.until(() => sent.state === "deferred");
  await world.run(100_000);
  assert.equal(sent.state, "deferred");
  assert.equal(world.server.stats.sessions, 0);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 1);
  const bob = await world.client("bob");
  const offered = offersTo(bob);
  await world.until(() => offered.length === 1);
  assert.deepEqual([offered[0]?.name, offered[0]?.from], ["plan.bin", alice.address]);
  assert.deepEqual(await taken(world, offered[0]), content);
  await world.until(sent.delivered);
  assert.deepEqual(states.slice(-2), ["deferred", "delivered"]);
  await world.run(1_000);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 0);
  assert.deepEqual(world.content.image(), []);
});

test("a server that crashes while it takes a file, and while it brings it, loses nothing it has acknowledged", async () => {
  for (const seed of [1, 2, 3]) {
    await using world = await keepingWorld(seed);
    const alice = await world.client("alice");
    const content = octets(2_000_000 + seed);
    Object.assign(world.link("alice").weather, { delayMs: 20 });
    world.disk.delayMs = 20;
    const sent = alice.conversation(world.address("bob")).sendFile(content, { via: "session" });
    await world.run(300 * seed);
    world.crashServer();
    await world.run(1_000);
    await world.restartServer();
    await world.until(() => sent.state === "deferred", 600_000);
    assert.equal((await world.stores.deferred.usage("bob")).messages, 1);
    const bob = await world.client("bob");
    const offered = offersTo(bob);
    await world.until(() => offered.length === 1);
    Object.assign(world.link("bob").weather, { delayMs: 30 });
    const taking = taken(world, offered[0]);
    world.clock.schedule(200, () => world.crashServer());
    world.clock.schedule(1_500, () => void world.restartServer());
    // What was half there goes on under the same id: the client has asked for it before.
    assert.deepEqual(await taking, content);
    await world.until(sent.delivered, 600_000);
    await world.run(10_000);
    assert.equal((await world.stores.deferred.usage("bob")).messages, 0);
  }
});

test("who declines a file that has waited, and who never comes back for it: its sender hears which", async () => {
  await using world = await startWorld({
    seed: 5,
    server: { limits: { deferredFileBytes: 8_000_000, deferredSeconds: 3_600 } },
  });
  const alice = await world.client("alice");
  const send = (to: string): SentFile =>
    alice.conversation(world.address(to)).sendFile(octets(10_000), { via: "session" });
  const [declined, expired] = [send("bob"), send("carol")];
  await world.until(() => declined.state === "deferred" && expired.state === "deferred");
  const bob = await world.client("bob");
  bob.on("file", (file) => file.decline());
  await world.until(() => declined.state === "failed");
  assert.equal(declined.failure?.code, "declined");
  assert.equal(expired.state, "deferred");
  await world.until(() => expired.state === "failed", 7_200_000);
  await assert.rejects(expired.delivered, { code: "not reachable" });
});

test("a sender who is away when it is told, and one whose program has ended, hear of their files when they are back", async () => {
  for (const restarts of ["while it waits", "while it is sent"] as const) {
    await using world = await keepingWorld(7);
    const store = new MemoryStore();
    const before = await world.client("alice", { store });
    const sent = before
      .conversation(world.address("bob"))
      .sendFile(octets(300_000), { via: "session" });
    if (restarts === "while it waits") await world.until(() => sent.state === "deferred");
    else {
      await world.until(() => sent.progress.now.doneBytes > 0);
      world.link("alice").weather.delayMs = 100;
      await becomes(world, 1, async () => (await world.stores.deferred.usage("bob")).messages);
    }
    world.kill("alice");
    const bob = await world.client("bob");
    const offered = offersTo(bob);
    await world.until(() => offered.length === 1);
    await taken(world, offered[0]);
    await world.run(60_000);
    const alice = await world.client("alice", { store });
    await becomes(world, "delivered", async () => (await recordOf(alice, bob.address))?.state);
    assert.equal((await recordOf(alice, bob.address))?.failure, undefined);
  }
});

test("a client that is closed leaves what the server keeps as it is", async () => {
  await using world = await keepingWorld(9);
  const store = new MemoryStore();
  const alice = await world.client("alice", { store });
  const sent = alice.conversation(world.address("bob")).sendFile(octets(1_000), { via: "session" });
  await world.until(() => sent.state === "deferred");
  await world.until(alice.close());
  await assert.rejects(sent.delivered, { code: "closed" });
  assert.deepEqual([sent.state, sent.failure], ["deferred", undefined]);
  const again = await world.client("alice", { store });
  assert.equal((await recordOf(again, world.address("bob")))?.state, "deferred");
});

test("a file that lies on the file server, and was left deferred, is delivered in the history of the next program, too", async () => {
  await using world = await keepingWorld(11);
  const store = new MemoryStore();
  const before = await world.client("alice", { store });
  const sent = before.conversation(world.address("bob")).sendFile(octets(1_000), { via: "http" });
  await world.until(() => sent.state === "deferred");
  world.kill("alice");
  const alice = await world.client("alice", { store });
  const bob = await world.client("bob");
  bob.on("message", (message) => {
    if (message.kind === "reference") void bob.files.download(message);
  });
  await becomes(world, "delivered", async () => (await recordOf(alice, bob.address))?.state);
});

function statesOf(file: SentFile): string[] {
  const states: string[] = [];
  file.on("state", (state) => states.push(state));
  return states;
}

async function becomes<T>(world: World, wanted: T, look: () => Promise<T>): Promise<void> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    if ((await look()) === wanted) return;
    await world.run(100);
  }
  assert.equal(await look(), wanted);
}

async function recordOf(client: ImClient, peer: string): Promise<SentFileRecord | undefined> {
  for await (const page of client.conversation(peer).history()) {
    for (const entry of page) if (entry.direction === "sent file") return entry.file;
  }
  return undefined;
}
