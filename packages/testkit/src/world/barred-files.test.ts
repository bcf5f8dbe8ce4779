/** Whoever takes no files gets none: in a session of its own, by a link in a message, and by one in a session that runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ImClient, SendFileOptions } from "@parlance/client";
import { startWorld, type World } from "../index.ts";

const CONTENT = new Uint8Array(2_000).fill(7);

interface Two {
  readonly alice: ImClient;
  readonly bob: ImClient;
  /** What bob gets: texts, and the kinds of all else. */
  readonly heard: string[];
}

async function two(world: World, sessions: "auto" | "never"): Promise<Two> {
  const alice = await world.client("alice", { sessions: { mode: sessions } });
  const bob = await world.client("bob");
  const heard: string[] = [];
  bob.on("message", (message) => {
    heard.push(message.kind === "text" ? message.text : message.kind);
  });
  bob.on("file", () => heard.push("file"));
  return { alice, bob, heard };
}

/** Why it failed, in the words of the SDK; undefined when he is told of it. */
async function refusedTo(
  { alice, bob, heard }: Two,
  world: World,
  via: SendFileOptions["via"] & string,
): Promise<string | undefined> {
  const sent = alice.conversation(bob.address).sendFile(CONTENT, { name: "plan.bin", via });
  const before = heard.length;
  await world.until(() => sent.state === "failed" || heard.length > before);
  return sent.failure?.message;
}

const NO = "refused (480): the other does not take files";

test("barred files come in no way, and their sender hears which of it is: refused, the other does not take files (IM-5.2.4-08g)", async () => {
  await using world = await startWorld({ seed: 5 });
  const those = await two(world, "never");
  const { alice, bob, heard } = those;
  await world.until(bob.settings.set({ barFiles: true }));
  for (const via of ["session", "auto", "http"] as const) {
    assert.equal(await refusedTo(those, world, via), NO, via);
  }
  await world.until(alice.send(bob.address, "a text").delivered);
  assert.deepEqual(heard, ["a text"]);
  await world.until(bob.settings.set({ barFiles: false }));
  assert.equal(await refusedTo(those, world, "http"), undefined);
  assert.deepEqual(heard, ["a text", "reference"]);
});

test("a session that runs brings texts on, and no links from the moment that its user bars files (IM-5.2.4-08g)", async () => {
  await using world = await startWorld({ seed: 6 });
  const those = await two(world, "auto");
  const { alice, bob, heard } = those;
  const chat = alice.conversation(bob.address);
  await world.until(chat.open());
  assert.equal(await refusedTo(those, world, "http"), undefined);
  await world.until(bob.settings.set({ barFiles: true }));
  assert.equal(await refusedTo(those, world, "http"), NO);
  await world.until(chat.send("a text").delivered);
  assert.equal(chat.session, "open");
  assert.deepEqual(heard, ["reference", "a text"]);
});

test("who bars messages takes files in sessions, and of a link its sender hears that it was a message", async () => {
  await using world = await startWorld({ seed: 8 });
  const those = await two(world, "never");
  await world.until(those.bob.settings.set({ barMessages: true }));
  assert.equal(
    await refusedTo(those, world, "http"),
    "not reachable (480): the other does not take messages, and a link to a file comes in one",
  );
  assert.equal(await refusedTo(those, world, "session"), undefined);
  assert.deepEqual(those.heard, ["file"]);
});

test("a link that waits is not brought to somebody who has barred files since, and its sender hears so (IM-5.2.4-08g)", async () => {
  await using world = await startWorld({ seed: 7 });
  const { alice, bob, heard } = await two(world, "never");
  await world.until(bob.settings.set({ pushDeferred: false }));
  await world.until(bob.close());
  const sent = alice.conversation(bob.address).sendFile(CONTENT, { via: "http" });
  await world.until(() => sent.state === "deferred");
  const back = await world.client("bob");
  back.on("message", ({ kind }) => heard.push(kind));
  await world.until(back.settings.set({ barFiles: true }));
  await world.until(back.settings.set({ pushDeferred: true }));
  await world.until(() => sent.state === "failed");
  await world.run(1_000);
  assert.deepEqual(heard, []);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 0);
});
