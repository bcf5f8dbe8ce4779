/** Files from one user to another, both sides. OMA IM 10.1, 10.2, RFC 5547 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { parseSdp, readOffer } from "@parlance/formats";
import { SeededRandom, type World, type WorldClientOptions } from "@parlance/testkit";
import { concatBytes } from "@parlance/wire";
import type { ImClient } from "../../client.ts";
import type { Conversation } from "../../conversation/conversation.ts";
import { codeOf, reading, worldFor } from "../../people.test.ts";
import { requests, responses, wire } from "../sessions.test.ts";
import type { IncomingFile } from "./incoming-file.ts";
import type { SentFile } from "./sent-file.ts";

interface Two {
  readonly world: World;
  readonly alice: ImClient;
  readonly bob: ImClient;
  readonly chat: Conversation;
  readonly offered: IncomingFile[];
}

async function two(
  t: TestContext,
  options: { readonly alice?: WorldClientOptions; readonly bob?: WorldClientOptions } = {},
): Promise<Two> {
  const world = await worldFor(t);
  const alice = await world.client("alice", options.alice);
  const bob = await world.client("bob", options.bob);
  const offered: IncomingFile[] = [];
  bob.on("file", (file) => offered.push(file));
  return { world, alice, bob, chat: alice.conversation(bob.address), offered };
}

function octets(count: number): Uint8Array {
  return new SeededRandom(count).bytes(count);
}

async function next({ world, offered }: Two, number = 1): Promise<IncomingFile> {
  await world.until(() => offered.length >= number);
  const file = offered[number - 1];
  assert.ok(file !== undefined);
  return file;
}

/** All of it, or the code of what went wrong. */
async function allOf(file: IncomingFile): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  const taken = codeOf(file.save((piece) => void pieces.push(piece)));
  return (await taken) ?? concatBytes(...pieces);
}

function statesOf(file: SentFile | IncomingFile): string[] {
  const states: string[] = [file.state];
  file.on("state", (state: string) => states.push(state));
  return states;
}

/** A stream that can be read once. */
function stream(content: Uint8Array, pieceBytes = 10_000): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= content.length) return controller.close();
      controller.enqueue(content.slice(at, at + pieceBytes));
      at += pieceBytes;
    },
  });
}

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);

test("a file is offered with all that is known of it, taken, and arrives as it was, with progress on both sides", async (t) => {
  const those = await two(t, { alice: { displayName: "Alice" } });
  const { world, alice, chat } = those;
  const content = octets(300_000);
  const blob = new File([content], "große reise.png", { type: "image/png" });
  const sent = chat.sendFile(blob, { thumbnail: PNG, subject: "Holidays" });
  const [sending, shares] = [statesOf(sent), [] as number[]];
  void (async () => {
    for await (const { doneBytes } of sent.progress) shares.push(doneBytes);
  })();
  const file = await next(those);
  assert.deepEqual(
    [file.from, file.fromName, file.conversation, file.name, file.type, file.sizeBytes],
    [alice.address, "Alice", alice.address, "große reise.png", "image/png", 300_000],
  );
  assert.deepEqual(file.thumbnail, { type: "image/png", content: PNG });
  assert.deepEqual([file.subject, file.verifiable], ["Holidays", true]);
  const receiving = statesOf(file);
  const taken = allOf(file);
  await world.until(sent.delivered);
  assert.deepEqual(await world.until(taken), content);
  assert.deepEqual(sending, ["preparing", "offered", "sending", "sent", "delivered"]);
  assert.deepEqual(receiving, ["offered", "receiving", "complete"]);
  assert.deepEqual(sent.progress.now, { doneBytes: 300_000, totalBytes: 300_000 });
  assert.deepEqual(file.progress.now, { doneBytes: 300_000, totalBytes: 300_000 });
  assert.equal(shares.at(-1), 300_000);
  assert.ok(shares.length > 3);
  await world.run(1_000);
  assert.equal(world.server.stats.sessions, 0);
});

test("the offer is that of RFC 5547 §6, and the octets carry their name and say that they are an attachment (IM-7.1.3.2-01, IM-7.1.3.2-02)", async (t) => {
  const seen = wire();
  const those = await two(t, { alice: { trace: seen.trace } });
  const { world, chat } = those;
  const sent = chat.sendFile(octets(5_000), { name: "map.bin", type: "application/x-map" });
  void allOf(await next(those));
  await world.until(sent.delivered);
  const [invite] = requests(seen.out, "INVITE");
  const sdp = parseSdp(invite?.body ?? new Uint8Array(0));
  const [media] = sdp.ok ? readOffer(sdp.value).media : [];
  assert.ok(media?.kind === "message");
  const { file, direction, acceptTypes, acceptWrappedTypes } = media.media;
  assert.deepEqual(
    [direction, acceptTypes, acceptWrappedTypes],
    ["sendonly", ["message/cpim", "application/x-map"], ["*"]],
  );
  assert.deepEqual(
    [file?.selector.name, file?.selector.type?.essence, file?.selector.sizeBytes],
    ["map.bin", "application/x-map", 5_000],
  );
  assert.deepEqual(
    file?.selector.hashes.map(({ algorithm, value }) => [algorithm, value.length]),
    [
      ["sha-1", 40],
      ["sha-256", 64],
    ],
  );
  assert.equal(file?.transferId, sent.id);
  assert.equal(file?.disposition, "attachment");
  const frames = world.log.octets("server").filter((text) => text.includes("map.bin"));
  assert.match(frames.join("\n"), /^Content-Disposition: attachment;filename="?map\.bin"?\r$/m);
  assert.match(frames.join("\n"), /Content-Type: message\/cpim\r/);
  await world.run(100);
  assert.deepEqual(
    responses(seen.in, "BYE").map(({ status }) => status),
    [200],
  );
});

test("a stream of known or unknown size is sent without hashes, as it is read", async (t) => {
  const those = await two(t);
  const { world, chat } = those;
  for (const [number, sizeBytes] of [200_000, undefined].entries()) {
    const content = octets(200_000);
    const options = { name: "live.bin", ...(sizeBytes === undefined ? {} : { sizeBytes }) };
    const sent = chat.sendFile(stream(content), options);
    const file = await next(those, number + 1);
    assert.deepEqual([file.sizeBytes, file.verifiable], [sizeBytes, false]);
    const taken = allOf(file);
    await world.until(sent.delivered);
    assert.deepEqual(await world.until(taken), content);
  }
});

test("an empty file is a file", async (t) => {
  const those = await two(t);
  const sent = those.chat.sendFile(new Uint8Array(0), { name: "empty" });
  const taken = allOf(await next(those));
  await those.world.until(sent.delivered);
  assert.deepEqual(await those.world.until(taken), new Uint8Array(0));
});

test("who declines, is busy or does not decide: the sender is told which", async (t) => {
  const those = await two(t);
  const { world, chat } = those;
  const one = chat.sendFile(octets(10));
  (await next(those, 1)).decline();
  assert.equal(await world.until(codeOf(one.accepted)), "declined");
  const other = chat.sendFile(octets(10));
  (await next(those, 2)).decline("busy");
  assert.equal(await world.until(codeOf(other.delivered)), "busy");
  const third = chat.sendFile(octets(10), { via: "session" });
  const file = await next(those, 3);
  assert.equal(await world.until(codeOf(third.accepted)), "not reachable");
  assert.equal(file.state, "withdrawn");
  assert.equal(third.state, "failed");
  assert.throws(() => file.accept(), { code: "expired" });
});

test("where nobody listens for files, and for somebody who is away: not supported, not reachable", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const to = (address: string) =>
    alice.conversation(address).sendFile(octets(10), { via: "session" });
  assert.equal(await world.until(codeOf(to(bob.address).accepted)), "not supported");
  assert.equal(await world.until(codeOf(to(world.address("carol")).accepted)), "not reachable");
});

test("the sender may call it off: before anybody has decided, and in the middle", async (t) => {
  const those = await two(t);
  const { world, chat } = those;
  const early = new AbortController();
  const one = chat.sendFile(octets(10), { signal: early.signal });
  const first = await next(those, 1);
  early.abort();
  assert.equal(await world.until(codeOf(one.delivered)), "aborted");
  await world.until(() => first.state === "withdrawn");

  const late = new AbortController();
  const other = chat.sendFile(octets(5_000_000), { signal: late.signal });
  const second = await next(those, 2);
  const taken = allOf(second);
  await world.until(() => second.progress.now.doneBytes > 500_000);
  late.abort();
  assert.equal(await world.until(codeOf(other.delivered)), "aborted");
  assert.equal(await world.until(taken), "aborted");
  assert.equal(second.state, "failed");
  await world.run(1_000);
  assert.equal(world.server.stats.sessions, 0);
});

test("the receiver may give it up in the middle, by a signal or by leaving the loop", async (t) => {
  const those = await two(t);
  const { world, chat } = those;
  for (const [number, how] of ["signal", "loop"].entries()) {
    const sent = chat.sendFile(octets(5_000_000), { via: "session" });
    const file = await next(those, number + 1);
    const giveUp = new AbortController();
    const taking = (async () => {
      for await (const _ of file.accept({ signal: giveUp.signal })) {
        if (how === "loop") break;
        giveUp.abort();
      }
    })();
    const code = await world.until(codeOf(taking));
    assert.equal(code, how === "signal" ? "aborted" : undefined);
    assert.equal(file.state, "failed");
    assert.notEqual(await world.until(codeOf(sent.delivered), 300_000), undefined);
  }
});

test("who takes slowly slows the sender: no more is held than a bounded number of octets", async (t) => {
  const those = await two(t);
  const { world, chat } = those;
  const content = octets(12_000_000);
  const sent = chat.sendFile(content);
  const file = await next(those);
  const pieces: Uint8Array[] = [];
  let most = 0;
  const taking = file.save(async (piece) => {
    pieces.push(piece);
    const taken = pieces.reduce((sum, { length }) => sum + length, 0);
    most = Math.max(most, file.progress.now.doneBytes - taken);
    await new Promise<void>((resolve) => void world.clock.schedule(20, resolve));
  });
  await world.until(Promise.all([taking, sent.delivered]), 600_000);
  assert.deepEqual(concatBytes(...pieces), content);
  assert.ok(most < 2_500_000, String(most));
});

for (const who of ["alice", "bob"] as const) {
  test(`cuts of ${who}'s connections cost nothing but time: the file arrives whole, each octet once`, async (t) => {
    for (const kind of ["msrp", undefined] as const) {
      const those = await two(t);
      const { world, chat } = those;
      const content = octets(3_000_000);
      const sent = chat.sendFile(kind === undefined ? stream(content) : content);
      const file = await next(those);
      const taken = allOf(file);
      for (const share of [0.1, 0.4, 0.8]) {
        await world.until(() => file.progress.now.doneBytes > share * content.length);
        world.link(who).cut(kind);
      }
      await world.until(sent.delivered, 300_000);
      assert.deepEqual(await world.until(taken), content);
      assert.equal(those.offered.length, 1);
      await world.end();
    }
  });

  test(`${who} is gone for a minute: another session goes on where the one before was cut (RFC 5547 §6, file-range)`, async (t) => {
    const seen = wire();
    const those = await two(t, { alice: { trace: seen.trace } });
    const { world, chat } = those;
    const content = octets(3_000_000);
    const sent = chat.sendFile(content);
    const file = await next(those);
    const taken = allOf(file);
    await world.until(() => file.progress.now.doneBytes > 1_000_000);
    world.link(who).silence();
    await world.run(60_000);
    world.link(who).restore();
    await world.until(sent.delivered, 600_000);
    assert.deepEqual(await world.until(taken), content);
    assert.equal(those.offered.length, 1);
    const ranges = requests(seen.out, "INVITE").map(
      (invite) => /a=file-range:(\d+)-/.exec(new TextDecoder().decode(invite.body))?.[1],
    );
    assert.ok(
      ranges.some((range) => Number(range) > 100_000),
      ranges.join(),
    );
  });
}

test("a server that crashes in the middle: another session goes on, and the file is whole", async (t) => {
  const those = await two(t);
  const { world, chat } = those;
  const content = octets(3_000_000);
  const sent = chat.sendFile(content);
  const file = await next(those);
  const taken = allOf(file);
  await world.until(() => file.progress.now.doneBytes > 1_000_000);
  world.crashServer();
  await world.run(5_000);
  await world.restartServer();
  await world.until(sent.delivered, 600_000);
  assert.deepEqual(await world.until(taken), content);
});

test("a sender who does not come back, and a receiver who does not: both learn it", async (t) => {
  for (const who of ["alice", "bob"]) {
    const those = await two(t);
    const { world, chat } = those;
    const sent = chat.sendFile(octets(3_000_000), { via: "session" });
    const file = await next(those);
    const states = statesOf(file);
    const taken = allOf(file);
    await world.until(() => file.progress.now.doneBytes > 1_000_000);
    world.kill(who);
    if (who === "alice") {
      assert.equal(await world.until(taken, 600_000), "timeout");
      assert.deepEqual(states, ["offered", "receiving", "interrupted", "failed"]);
    } else assert.notEqual(await world.until(codeOf(sent.delivered), 600_000), undefined);
    await world.end();
  }
});

test("a file that is not what was announced does not count as taken, on either side (RFC 5547 §8.3.1)", async (t) => {
  const those = await two(t);
  const { world, chat } = those;
  /** Reads differently each time. */
  let reads = 0;
  const fickle = {
    size: 1_000,
    type: "text/plain",
    slice(start: number, end: number) {
      reads += 1;
      const read = new Uint8Array(end - start).fill(reads);
      return { ...fickle, size: read.length, arrayBuffer: () => Promise.resolve(read.buffer) };
    },
    arrayBuffer: () => Promise.resolve(new ArrayBuffer(0)),
  };
  const sent = chat.sendFile(fickle, { via: "session" });
  const file = await next(those);
  assert.equal(await world.until(allOf(file)), "refused");
  assert.equal(await world.until(codeOf(sent.delivered)), "refused");
  assert.match(file.failure?.warning ?? "", /other content/);
});

test("nobody there, but a file server: it goes there, and the other side is told where it is", async (t) => {
  const those = await two(t, { alice: { transport: "ws" } });
  const { world, alice } = those;
  const carol = alice.conversation(world.address("carol"));
  const content = octets(100_000);
  const sent = carol.sendFile(content, { name: "later.bin", type: "application/x-later" });
  await world.until(sent.accepted, 300_000);
  await world.until(() => sent.state === "deferred");
  assert.equal(sent.via, "http");
  const back = await world.client("carol", { transport: "ws" });
  const shown = reading(back);
  await world.until(() => shown.length === 1);
  const [message] = shown;
  assert.ok(message?.kind === "reference");
  await message.displayed();
  await world.run(5_000);
  assert.equal(sent.state, "deferred"); // she has seen that there is one, and has not fetched it
  const { bytes, name } = await world.until(back.files.download(message));
  assert.deepEqual([bytes, name], [content, "later.bin"]);
  await world.until(sent.delivered);
  assert.equal(sent.state, "delivered");
});

test("a file that is shared is given to whoever asks for it by its name or its hash (RFC 5547 §8.3.2)", async (t) => {
  const those = await two(t);
  const { world, alice, bob } = those;
  const content = octets(50_000);
  const asked: unknown[] = [];
  alice.shareFiles(async ({ from, name, hashes }) => {
    asked.push([from, name, [...hashes.keys()]]);
    if (name === "secret") return undefined;
    return { content, name: "plan.txt", type: "text/plain" };
  });
  const chat = bob.conversation(alice.address);
  const file = chat.fetchFile({ name: "plan.txt" });
  assert.deepEqual(await world.until(allOf(file)), content);
  assert.deepEqual(asked, [[bob.address, "plan.txt", []]]);
  const secret = chat.fetchFile({ name: "secret" });
  assert.equal(await world.until(allOf(secret)), "no such user or group");
  const other = chat.fetchFile({ sha1: "00".repeat(20) });
  assert.equal(await world.until(allOf(other)), "no such user or group");
  alice.shareFiles(undefined);
  assert.equal(await world.until(allOf(chat.fetchFile({ name: "plan.txt" }))), "not supported");
  assert.throws(() => chat.fetchFile({}), TypeError);
});
