/** A server with a hundred thousand messages in its store is ready again within two seconds. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { test } from "node:test";
import { openStores } from "@parlance/node";
import type { DeferredMessage } from "@parlance/server";
import { Inbox } from "../../../../tools/test/inbox.ts";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { connectPeer } from "../../../../tools/test/peers.ts";
import { RawUser } from "../../../../tools/test/raw-user.ts";
import { ServerProcess } from "../../../../tools/test/server-process.ts";

const MESSAGES = 100_000;
const RECIPIENTS = 1_000;
const READY_MS = 2_000;
const TRIES = 5;
const DOMAIN = "im.example.com";
const BOB = { name: "bob", password: "battery staple" };
const QUOTA = { messages: MESSAGES, bytes: 2 ** 40 };
/** How many are on their way into the store at a time: commits are shared. */
const AT_ONCE = 5_000;

test("with 100,000 stored messages a killed server is ready in two seconds, and hands them out", async (t) => {
  const data = ownFolder("restart");
  t.after(() => rmSync(data, { recursive: true, force: true }));
  await fill(data);
  const options = { data, keepData: true, domain: DOMAIN, users: [BOB], set: { "trace.bytes": 0 } };
  const times: number[] = [];
  // The best of a few: the machine may be at other tests. Each is the restart after a kill.
  for (let tries = 0; tries < TRIES && !(Math.min(...times) < READY_MS); tries += 1) {
    const server = await ServerProcess.start(options);
    times.push(server.startedInMs);
    await server.kill();
  }
  const best = Math.min(...times);
  t.diagnostic(`ready after ${Math.round(best)} ms`);
  assert.ok(best < READY_MS, `${best} ms`);

  const server = await ServerProcess.start(options);
  t.after(() => server.kill());
  const bob = new RawUser(await connectPeer(server, "TCP"), { ...BOB, domain: DOMAIN });
  const inbox = new Inbox(bob);
  await bob.register();
  await inbox.until((seen) => seen.length >= MESSAGES / RECIPIENTS);
  bob.peer.close();
});

/** Bob's messages and those of many others, straight into the store. */
async function fill(folder: string): Promise<void> {
  const stores = await openStores("sqlite:parlance.db", { folder });
  const now = Date.now();
  for (let from = 0; from < MESSAGES; from += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, (_, index) => storedMessage(from + index, now));
    await Promise.all(some.map((message) => stores.deferred.add(message, QUOTA)));
  }
  await stores.close();
}

function storedMessage(index: number, now: number): DeferredMessage {
  const user = index % RECIPIENTS;
  const bytes = Buffer.from(requestText(index));
  return {
    id: String(index).padStart(20, "0"),
    recipient: user === 0 ? BOB.name : `user-${user}`,
    originator: `sip:alice@${DOMAIN}`,
    originatorShown: `sip:alice@${DOMAIN}`,
    privacy: undefined,
    group: undefined,
    subject: undefined,
    kind: "message",
    mode: "pager",
    receivedAt: now,
    expiresAt: now + 86_400_000,
    sizeBytes: bytes.length,
    attempts: 0,
    nextAttemptAt: now,
    poisoned: false,
    content: undefined,
    bytes,
  };
}

function requestText(index: number): string {
  return [
    `MESSAGE sip:bob@${DOMAIN} SIP/2.0`,
    "Max-Forwards: 69",
    `From: <sip:alice@${DOMAIN}>;tag=${index}`,
    `To: <sip:bob@${DOMAIN}>`,
    `Call-ID: stored-${index}`,
    "CSeq: 1 MESSAGE",
    "Content-Type: text/plain",
    "Content-Length: 5",
    "",
    "hello",
  ].join("\r\n");
}
