/** Files between clients of a world whose server keeps them for those who are away, while links and the server fail. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ImClient, IncomingFile } from "@parlance/client";
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
  await world.until(() => sent.state === "sent");
  await world.run(100_000);
  assert.equal(sent.state, "sent");
  assert.equal((await world.stores.deferred.usage("bob")).messages, 1);
  const bob = await world.client("bob");
  const offered = offersTo(bob);
  await world.until(() => offered.length === 1);
  assert.deepEqual([offered[0]?.name, offered[0]?.from], ["plan.bin", alice.address]);
  assert.deepEqual(await taken(world, offered[0]), content);
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
    await world.until(() => sent.state === "sent", 600_000);
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
    await world.run(10_000);
    assert.equal((await world.stores.deferred.usage("bob")).messages, 0);
  }
});
