/** Conversations over sessions, as their users see them: messages, states, receipts, composing. OMA IM 7.1.3 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComposingChange } from "../conversation/composing.ts";
import { reading, statesOf, textOf } from "../people.test.ts";
import type { SentMessage } from "../sending/sent-message.ts";
import type { StoredRecord } from "../store/client-store.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { inSession, invitesIn, sentInSessions } from "./sessions.test.ts";

test("a message in a session goes through all states: MSRP answers, REPORT, IMDN (IM-7.1.3.2-P1, IM-7.1.3.2-04, IM-7.1.3.3-P1, IM-7.1.3.3-03)", async (t) => {
  const { world, alice, bob, chat } = await inSession(t);
  const shown = reading(bob);
  const sent = chat.send("hello");
  const states = statesOf(sent);
  await world.until(sent.delivered);
  assert.equal(shown[0]?.id, sent.id);
  await world.until(shown[0]?.displayed() ?? Promise.reject(new Error("nothing came")));
  await world.until(sent.displayed);
  assert.deepEqual(states, ["queued", "sent", "accepted", "delivered", "displayed"]);
  assert.equal(shown[0]?.conversation, alice.address);
  assert.equal(world.log.text("MESSAGE sip").includes(" MESSAGE "), false);
});

test("many at once arrive in their order, each once", async (t) => {
  const { world, bob, chat } = await inSession(t);
  const shown = reading(bob);
  const numbers = Array.from({ length: 150 }, (_, number) => String(number));
  const sent: SentMessage[] = [];
  for (const number of numbers) {
    sent.push(chat.send(number));
    await world.run(4);
  }
  await world.until(Promise.all(sent.map(({ delivered }) => delivered)));
  assert.deepEqual(shown.map(textOf), numbers);
});

test("both ways of one conversation stand in one place, whatever has carried them", async (t) => {
  const { world, alice, bob, chat } = await inSession(t);
  await world.until(chat.send("in the session").delivered);
  await world.until(bob.conversation(alice.address).send("and back").delivered);
  chat.end();
  await world.until(() => chat.session === "none");
  await world.until(alice.send(bob.address, "by pager").delivered);
  const lines: string[] = [];
  for await (const page of bob.conversation(alice.address).history()) {
    for (const entry of page) {
      lines.push(entry.direction === "received" ? textOf(entry.message) : "mine");
    }
  }
  assert.deepEqual(lines, ["by pager", "mine", "in the session"]);
  assert.match(world.log.text("by pager"), /MESSAGE/);
});

test("content of any type, with its disposition and its file's name (IM-7.1.3.1-02, IM-7.1.3.2-01, IM-7.1.3.2-02)", async (t) => {
  const { world, bob, chat } = await inSession(t);
  const shown = reading(bob);
  const content = Uint8Array.from({ length: 5_000 }, (_, at) => at % 256);
  const picture = { contentType: "image/png", content, fileName: "../ä picture.png" };
  await world.until(chat.send(picture).delivered);
  await world.until(chat.send({ contentType: "text/html", content, attachment: true }).delivered);
  await world.until(chat.send("plain").delivered);
  const facts = shown.map(({ contentType, attachment, fileName }) => [
    contentType,
    attachment,
    fileName,
  ]);
  assert.deepEqual(facts, [
    ["image/png", true, "file"], // a name that leads elsewhere is none
    ["text/html", true, undefined],
    ["text/plain;charset=UTF-8", false, undefined],
  ]);
  assert.deepEqual(shown[0]?.content, content);
  assert.match(sentInSessions(world).join("\n"), /Content-Disposition: attachment/);
});

test("content outside the session is pointed to (IM-7.1.3.2-03)", async (t) => {
  const { world, bob, chat } = await inSession(t);
  const shown = reading(bob);
  const contentType = 'message/external-body;access-type="URL";URL="https://example.com/x";size=7';
  const content = new TextEncoder().encode("Content-Type: image/png\r\n\r\n");
  await world.until(chat.send({ contentType, content }).delivered);
  assert.equal(shown[0]?.kind === "reference" && shown[0].url, "https://example.com/x");
});

test("composing is told in the session (IMSpec-SMM-C-013, IM-7.1.3.4-01, IM-7.1.3.5-01)", async (t) => {
  const { world, alice, bob, chat } = await inSession(t);
  const changes: ComposingChange[] = [];
  bob.on("composing", (change) => changes.push(change));
  chat.composing();
  await world.until(() => changes.length === 1);
  await world.until(chat.send("done").delivered);
  const seen = { from: alice.address, conversation: alice.address };
  assert.deepEqual(changes, [
    { ...seen, active: true },
    { ...seen, active: false },
  ]);
  assert.equal(world.log.text("MESSAGE sip").includes(" MESSAGE "), false);
});

test("who takes no envelopes gets bare content, and is told of delivery all the same (RFC 4975 §8.6)", async (t) => {
  const { world, alice, bob, chat } = await inSession(t);
  const bobs = bob.conversation(alice.address);
  await world.until(bobs.modify({ acceptTypes: ["text/plain"] }));
  const shown = reading(bob);
  const sent = chat.send("bare");
  await world.until(sent.delivered);
  assert.deepEqual(shown.map(textOf), ["bare"]);
  assert.match(sentInSessions(world).at(-1) ?? "", /Content-Type: text\/plain/);
  const html = { contentType: "text/html", content: new TextEncoder().encode("<p>") };
  await world.until(chat.send(html).delivered); // what the session does not take goes by pager mode
  assert.equal(shown[1]?.contentType, "text/html");
  assert.match(world.log.text("MESSAGE sip:bob"), /MESSAGE/);
});

test("what is too large for the other side goes another way, and what it refuses too", async (t) => {
  const { world, alice, bob, chat } = await inSession(t);
  const shown = reading(bob);
  await world.until(bob.conversation(alice.address).modify({ maxBytes: 5_000 }));
  await world.until(chat.send("x".repeat(6_000)).delivered);
  await world.until(chat.send("short").delivered);
  assert.deepEqual(shown.map(textOf), ["x".repeat(6_000), "short"]);
  assert.match(world.log.text("MESSAGE sip:bob"), /MESSAGE/);
});

test("a message can be taken back while it waits in a session that is cut", async (t) => {
  const { world, bob, chat } = await inSession(t);
  const shown = reading(bob);
  world.link("alice").silence();
  const giveUp = new AbortController();
  const first = chat.send("taken back", { signal: giveUp.signal });
  await world.run(1_000);
  giveUp.abort();
  world.link("alice").restore();
  await world.until(chat.send("still here").delivered);
  await world.run(60_000);
  // It had left, so nobody can tell; but nobody is shown it twice, and its author learns what became of it.
  const times = shown.filter((message) => textOf(message) === "taken back").length;
  assert.ok(times <= 1);
  assert.equal(first.state === "failed", times === 0, first.state);
});

test("a store that refuses costs no message: it is not answered with 200, and comes again", async (t) => {
  class FullStore extends MemoryStore {
    refusals = 1;
    override add<R extends StoredRecord>(record: R): Promise<R | undefined> {
      this.refusals -= record.direction === "received" ? 1 : 0;
      return this.refusals === 0 ? Promise.reject(new Error("full")) : super.add(record);
    }
  }
  const { world, bob, chat } = await inSession(t, { bob: { store: new FullStore() } });
  const shown = reading(bob);
  const sent = chat.send("after all");
  const states = statesOf(sent);
  await world.until(sent.delivered);
  assert.deepEqual(shown.map(textOf), ["after all"]);
  assert.deepEqual(states, ["queued", "sent", "delivered"]); // MSRP 408, and then by MESSAGE
});

test("a session of somebody whose program has died brings nothing; what was written in it waits for him", async (t) => {
  const { world, alice, chat } = await inSession(t);
  world.kill("bob");
  const sent = chat.send("are you there?");
  await world.until(sent.reached("deferred"));
  const bob = await world.client("bob");
  const shown = reading(bob);
  await world.until(sent.delivered);
  assert.deepEqual(shown.map(textOf), ["are you there?"]);
  assert.equal(invitesIn(world), 1);
  assert.equal(alice.conversation(bob.address).session, "none");
});

test("more messages than the server takes at once come in their order, whichever way each goes", async (t) => {
  const { world, bob, chat } = await inSession(t);
  const shown = reading(bob);
  const numbers = Array.from({ length: 150 }, (_, number) => String(number));
  const sent: SentMessage[] = [];
  for (const number of numbers) {
    sent.push(chat.send(number));
    await world.run(4);
  }
  await world.until(Promise.all(sent.map(({ delivered }) => delivered)));
  assert.deepEqual(shown.map(textOf), numbers);
});

test("each side is called as it calls itself now, also the one that was called, until it has no name (RFC 3862 §4.1)", async (t) => {
  const { world, alice, bob, chat } = await inSession(t);
  const [atAlice, atBob] = [reading(alice), reading(bob)];
  for (const name of ["Bob & <co>", undefined]) {
    bob.displayName = name;
    await world.until(bob.conversation(alice.address).send("hello").delivered);
    assert.equal(atAlice.at(-1)?.fromName, name);
  }
  alice.displayName = "Alice";
  await world.until(chat.send("hello").delivered);
  assert.equal(atBob.at(-1)?.fromName, "Alice");
});
