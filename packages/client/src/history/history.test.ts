/** The history that the server keeps, and what devices of a user share of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { World } from "@parlance/testkit";
import type { ImClient } from "../client.ts";
import type { HistoryEntry } from "../conversation/history.ts";
import type { StreamLike } from "../files/fetch.ts";
import { codeOf, reading, textOf, worldFor } from "../people.test.ts";
import { MemoryStore } from "../store/memory-store.ts";

const KEEPS = { server: { history: { default: true } } };
/** By pager mode alone. */
const PAGER = { sessions: { mode: "never" } } as const;
const SHARES = { ...PAGER, shareHistory: true };

function lineOf(entry: HistoryEntry): string {
  switch (entry.direction) {
    case "received":
      return `${entry.message.own ? ">" : "<"}${textOf(entry.message)}`;
    case "sent":
      return `>${new TextDecoder().decode(entry.message.record.content)}`;
    default:
      return "file";
  }
}

/** Pages of a conversation, until there are none. */
async function pagesIn(
  world: World,
  client: ImClient,
  address: string,
  limit = 50,
): Promise<readonly (readonly string[])[]> {
  const pages: string[][] = [];
  const all = client.conversation(address).history({ limit });
  for (;;) {
    const next = await world.until(all.next());
    if (next.done === true) return pages;
    pages.push(next.value.map(lineOf));
  }
}

/** The first page. */
async function newestIn(world: World, client: ImClient, address: string) {
  const { value } = await world.until(client.conversation(address).history().next());
  return value ?? [];
}

async function say(world: World, from: ImClient, to: string, ...texts: readonly string[]) {
  for (const text of texts) await world.until(from.send(to, text).accepted);
}

/** So many texts, `say 1` the first. */
function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `say ${at + 1}`);
}

async function textIn(world: World, stream: StreamLike): Promise<string> {
  const reader = stream.getReader();
  let text = "";
  for (;;) {
    const { value } = await world.until(reader.read());
    if (value === undefined) return text;
    text += new TextDecoder().decode(value);
  }
}

test("a new device has the newest of what was said, and its history goes on where the server's does", async (t) => {
  const world = await worldFor(t, KEEPS);
  const alice = await world.client("alice", PAGER);
  const first = await world.client("bob", PAGER);
  await say(world, alice, first.address, ...numbered(250));
  await say(world, first, alice.address, "enough");
  await world.run(1_000);

  const device = { ...SHARES, device: "tablet", store: new MemoryStore() };
  const tablet = await world.client("bob", device);
  const shown = reading(tablet);
  await world.until(() => tablet.conversation(alice.address).unread === 250);
  assert.deepEqual(shown, []); // what was there before is no news
  const expected = [
    ">enough",
    ...numbered(250)
      .map((text) => `<${text}`)
      .toReversed(),
  ];
  const pages = await pagesIn(world, tablet, alice.address, 40);
  assert.deepEqual(pages.flat(), expected);
  assert.ok(pages.every((page) => page.length <= 40));

  const middle = tablet.conversation(alice.address).history({ limit: 50 });
  let last: HistoryEntry | undefined;
  for (let page = 0; page < 5; page += 1) {
    const next = await world.until(middle.next());
    last = next.done === true ? last : next.value.at(-1);
  }
  const { order = 0 } = last ?? {};
  assert.ok(order < 0);
  const from = tablet.conversation(alice.address).history({ before: order });
  const rest = await world.until(from.next());
  const seen = last === undefined ? "" : lineOf(last);
  assert.deepEqual(rest.value?.map(lineOf), expected.slice(expected.indexOf(seen) + 1));
  await world.until(tablet.close());

  const again = await world.client("bob", device);
  await say(world, alice, first.address, "one more");
  await world.run(2_000);
  const whole = (await pagesIn(world, again, alice.address)).flat();
  assert.deepEqual(whole, ["<one more", ...expected]);
});

test("a device learns what another one got and wrote meanwhile, once and in its order", async (t) => {
  const world = await worldFor(t, KEEPS);
  const alice = await world.client("alice", PAGER);
  const store = new MemoryStore();
  const phone = await world.client("bob", { ...SHARES, device: "phone", store });
  const tablet = await world.client("bob", { ...SHARES, device: "tablet" });
  const [onPhone, onTablet] = [reading(phone), reading(tablet)];
  await world.run(2_000); // what there is when a device comes for the first time is no news
  await say(world, alice, phone.address, "to both");
  await say(world, phone, alice.address, "from the phone");
  await world.run(2_000);
  assert.deepEqual(onPhone.map(textOf), ["to both"]);
  assert.deepEqual(
    onTablet.map((message) => [textOf(message), message.own]),
    [
      ["to both", false],
      ["from the phone", true],
    ],
  );
  world.kill("phone");
  await world.run(1_000);
  await say(world, alice, tablet.address, "while it was away");
  await say(world, tablet, alice.address, "from the tablet");
  await world.run(1_000);

  const back = await world.client("bob", { ...SHARES, device: "phone", store });
  const later = reading(back);
  await world.run(2_000);
  assert.deepEqual(later.map(textOf), ["while it was away", "from the tablet"]);
  assert.deepEqual((await pagesIn(world, back, alice.address)).flat(), [
    ">from the tablet",
    "<while it was away",
    ">from the phone",
    "<to both",
  ]);
});

test("what is read on one device is read on all, at once or when they are back", async (t) => {
  const world = await worldFor(t, KEEPS);
  const alice = await world.client("alice", PAGER);
  const carol = await world.client("carol", PAGER);
  const store = new MemoryStore();
  const phone = await world.client("bob", { ...SHARES, device: "phone", store });
  const tablet = await world.client("bob", { ...SHARES, device: "tablet" });
  const told: string[] = [];
  tablet.on("unread", ({ conversation, unread }) => told.push(`${conversation} ${unread}`));
  await say(world, alice, phone.address, ...numbered(3));
  await say(world, carol, phone.address, "hello");
  await world.run(2_000);
  const unread = (client: ImClient) =>
    [alice, carol].map(({ address }) => client.conversation(address).unread);
  assert.deepEqual(
    [unread(phone), unread(tablet)],
    [
      [3, 1],
      [3, 1],
    ],
  );

  await world.until(phone.conversation(alice.address).read());
  assert.deepEqual(unread(phone), [0, 1]);
  await world.run(2_000);
  assert.deepEqual(unread(tablet), [0, 1]);
  assert.equal(told.at(-1), `${alice.address} 0`);

  world.kill("phone");
  await say(world, alice, tablet.address, "four", "five");
  await world.run(1_000);
  const [message] = await pagesOfMessages(world, tablet, alice.address);
  await world.until(message?.displayed() ?? Promise.resolve());
  await world.until(tablet.conversation(carol.address).read());
  await world.run(2_000);
  assert.deepEqual(unread(tablet), [0, 0]);
  const back = await world.client("bob", { ...SHARES, device: "phone", store });
  await world.run(3_000);
  assert.deepEqual(unread(back), [0, 0]);
  const kept = await world.until(back.history.conversations());
  assert.deepEqual(
    kept.conversations.map(({ address, kind, unread: count }) => [address, kind, count]),
    [
      [alice.address, "user", 0],
      [carol.address, "user", 0],
    ],
  );
});

async function pagesOfMessages(world: World, client: ImClient, address: string) {
  const entries = await newestIn(world, client, address);
  return entries.flatMap((entry) => (entry.direction === "received" ? [entry.message] : []));
}

test("what the operator keeps the settings tell, and who turns it off has no more of it kept", async (t) => {
  const world = await worldFor(t, KEEPS);
  const alice = await world.client("alice", PAGER);
  const bob = await world.client("bob", SHARES);
  const { keepMessages, keepSessions } = await world.until(bob.settings.get());
  assert.deepEqual([keepMessages, keepSessions], [true, true]);
  await say(world, alice, bob.address, "kept");
  const after = await world.until(bob.settings.set({ keepMessages: false }));
  assert.deepEqual([after.keepMessages, after.keepSessions], [false, true]);
  await say(world, alice, bob.address, "not kept");
  await world.run(2_000);
  const { messages } = await world.until(bob.history.messages());
  assert.deepEqual(
    messages.map(({ text }) => text),
    ["kept"],
  );
});

test("what was read without a connection is told by the next run of the program", async (t) => {
  const world = await worldFor(t, KEEPS);
  const alice = await world.client("alice", PAGER);
  const store = new MemoryStore();
  const phone = await world.client("bob", { ...SHARES, device: "phone", store });
  const tablet = await world.client("bob", { ...SHARES, device: "tablet" });
  await say(world, alice, phone.address, ...numbered(3));
  await world.run(2_000);
  world.link("phone").silence();
  await world.until(phone.conversation(alice.address).read());
  await world.run(1_000);
  world.kill("phone");
  world.link("phone").restore();
  assert.equal(tablet.conversation(alice.address).unread, 3);
  await world.client("bob", { ...SHARES, device: "phone", store });
  await world.run(3_000);
  assert.equal(tablet.conversation(alice.address).unread, 0);
});

test("a file that went in a session is not shown twice, and another device has it as a message", async (t) => {
  const world = await worldFor(t, KEEPS);
  const alice = await world.client("alice");
  const phone = await world.client("bob", { shareHistory: true, device: "phone" });
  phone.on("file", (file) => {
    file.save(async () => {}).catch(() => {});
  });
  await world.run(2_000);
  const content = new TextEncoder().encode("not a picture");
  const options = { name: "picture.png", type: "image/png", via: "session" } as const;
  const sent = alice.conversation(phone.address).sendFile(content, options);
  await world.until(sent.delivered);
  await world.run(5_000);
  assert.deepEqual((await pagesIn(world, phone, alice.address)).flat(), ["file"]);
  const { messages } = await world.until(phone.history.messages());
  assert.deepEqual(
    messages.map(({ contentType, sizeBytes }) => [contentType, sizeBytes]),
    [["image/png", content.length]],
  );
  const tablet = await world.client("bob", { shareHistory: true, device: "tablet" });
  await world.run(3_000);
  const [message] = await pagesOfMessages(world, tablet, alice.address);
  assert.deepEqual(message?.content, content);
});

test("what is said in a room stands once in it, also on a device that is not in it", async (t) => {
  const rooms = [{ name: "lobby", allowAnonymity: true }];
  const world = await worldFor(t, { server: { history: { default: true }, rooms } });
  const lobby = world.address("lobby");
  const alice = await world.client("alice");
  const phone = await world.client("bob", { shareHistory: true, device: "phone" });
  const tablet = await world.client("bob", { shareHistory: true, device: "tablet" });
  const desk = await world.client("bob", { shareHistory: true, device: "desk" });
  await world.run(2_000);
  const owl = await world.until(alice.join(lobby, { nickname: "Owl", anonymous: true }));
  const room = await world.until(phone.join(lobby, { nickname: "Bobby" }));
  await world.until(tablet.join(lobby));
  await world.run(2_000);
  await world.until(owl.send("who is there?").accepted);
  await world.until(room.send("it is me").accepted);
  await world.until(
    owl.whisper(
      owl.members.filter(({ me }) => !me),
      "psst",
    ).accepted,
  );
  await world.run(5_000);
  for (const client of [phone, tablet, desk]) {
    const lines = (await pagesIn(world, client, lobby)).flat();
    assert.deepEqual(lines, ["<psst", ">it is me", "<who is there?"], client.address);
  }
  const kept = await world.until(desk.history.conversations());
  assert.deepEqual(
    kept.conversations.map(({ address, kind }) => [address, kind]),
    [[lobby, "room"]],
  );
  const hits = await world.until(desk.search("who"));
  assert.ok(hits.every(({ from }) => !from.includes("alice")));
});

test("what the server keeps of a group is no hearer that a receipt waits for, and a group made for once is kept as a group", async (t) => {
  const world = await worldFor(t, KEEPS);
  const alice = await world.client("alice", { shareHistory: true });
  const bob = await world.client("bob", { sessions: { groups: "accept" } });
  const room = await world.until(alice.createGroup([bob.address]));
  await world.run(1_000);
  const said = room.send("hello group");
  const before = world.clock.now();
  await world.until(said.delivered);
  assert.ok(world.clock.now() - before < 2_000);
  const { conversations } = await world.until(alice.history.conversations());
  assert.deepEqual(
    conversations.map(({ kind }) => kind),
    ["group"],
  );
});

test("a group made for once is one conversation for all in it: in the room, at the device and at the server, also for the next run", async (t) => {
  const world = await worldFor(t, KEEPS);
  const store = new MemoryStore();
  const options = { shareHistory: true, sessions: { groups: "accept" } } as const;
  const alice = await world.client("alice", options);
  const bob = await world.client("bob", { ...options, store });
  const room = await world.until(alice.createGroup([bob.address]));
  await world.until(() => bob.rooms[0]?.state === "in");
  await world.until(room.send("hello group").delivered);
  await world.until(bob.rooms[0]?.send("hello maker").delivered ?? assert.fail());
  await world.run(2_000);
  const listed = async (client: ImClient): Promise<readonly string[]> => [
    ...client.rooms.map(({ address }) => address),
    ...(await world.until(client.conversations(9))).map(({ address }) => address),
    ...(await world.until(client.history.conversations())).conversations.map(
      ({ address, kind }) => `${kind} ${address}`,
    ),
  ];
  const once = [room.address, room.address, `group ${room.address}`];
  assert.deepEqual(await listed(alice), once);
  assert.deepEqual(await listed(bob), once);
  await world.until(bob.close());
  const again = await world.client("bob", { ...options, store });
  await world.until(() => again.rooms[0]?.state === "in");
  await world.run(2_000);
  assert.deepEqual(await listed(again), once);
  const lines = (await pagesIn(world, again, room.address)).flat();
  assert.deepEqual(lines, [">hello maker", "<hello group"]);
});

test("messages are found, exported and removed where the server keeps them", async (t) => {
  const world = await worldFor(t, KEEPS);
  const alice = await world.client("alice", PAGER);
  const bob = await world.client("bob", PAGER);
  await say(world, alice, bob.address, "the Invoice of May", "請求書を送りました", "done");
  await say(world, alice, world.address("carol"), "an invoice for carol");
  await world.run(1_000);
  const hits = await world.until(alice.search("invoice", { in: alice.conversation(bob.address) }));
  assert.deepEqual(
    hits.map(({ excerpt, matches }) => [excerpt, matches]),
    [["the Invoice of May", [{ start: 4, length: 7 }]]],
  );
  assert.equal((await world.until(alice.search("INVOICE"))).length, 2);
  assert.equal((await world.until(bob.search("求書"))).length, 1);
  const archive = await world.until(alice.history.export("jsonl", { with: bob.address }));
  const lines = (await textIn(world, archive)).trim().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).text),
    ["the Invoice of May", "請求書を送りました", "done"],
  );
  const [hit] = hits;
  assert.ok(hit !== undefined);
  assert.equal(await world.until(alice.history.remove(hit)), true);
  assert.equal(await world.until(alice.history.remove(hit)), false);
  assert.equal(await world.until(alice.history.removeConversation(bob.address)), true);
  const page = await world.until(alice.history.messages());
  assert.deepEqual(
    page.messages.map(({ text, direction }) => [text, direction]),
    [["an invoice for carol", "out"]],
  );
  assert.equal(
    (await world.until(bob.history.messages({ with: alice.address }))).messages.length,
    3,
  );
});

test("what one device removes is gone from the server and from all others, now or when they are back", async (t) => {
  const world = await worldFor(t, KEEPS);
  const alice = await world.client("alice", PAGER);
  const store = new MemoryStore();
  const phone = await world.client("bob", { ...SHARES, device: "phone", store });
  const tablet = await world.client("bob", { ...SHARES, device: "tablet" });
  const told: (string | undefined)[] = [];
  tablet.on("removed", ({ ids }) => told.push(ids?.join()));
  await say(world, alice, phone.address, "one", "two", "three");
  await say(world, phone, alice.address, "four");
  await world.run(2_000);
  const onPhone = phone.conversation(alice.address);
  const [four, , two] = await newestIn(world, phone, alice.address);
  assert.ok(two?.direction === "received" && four?.direction === "sent");
  await world.until(onPhone.remove(two));
  assert.equal(onPhone.unread, 2);
  await world.run(2_000);
  assert.deepEqual(told, [two.message.id]);
  assert.equal(tablet.conversation(alice.address).unread, 2);
  const rest = [">four", "<three", "<one"];
  for (const client of [phone, tablet])
    assert.deepEqual((await pagesIn(world, client, alice.address)).flat(), rest);
  assert.equal((await pagesIn(world, alice, phone.address)).flat().length, 4); // hers are hers

  world.kill("phone");
  await world.run(1_000);
  const onTablet = tablet.conversation(alice.address);
  const shown = await newestIn(world, tablet, alice.address);
  const own = shown.find((entry) => lineOf(entry) === ">four") ?? assert.fail();
  await world.until(onTablet.remove(own));
  await world.until(onTablet.removeAll());
  assert.equal(onTablet.unread, 0);
  await world.run(300_000);
  await say(world, alice, tablet.address, "five");
  await world.run(1_000);
  const back = await world.client("bob", { ...SHARES, device: "phone", store });
  await world.run(3_000);
  for (const client of [back, tablet])
    assert.deepEqual((await pagesIn(world, client, alice.address)).flat(), ["<five"]);
  assert.equal(back.conversation(alice.address).unread, 1);
  const desk = await world.client("bob", { ...SHARES, device: "desk" });
  await world.run(3_000);
  assert.deepEqual((await pagesIn(world, desk, alice.address)).flat(), ["<five"]);
});

test("a file is removed with the message that points to it, also of a device that shares nothing", async (t) => {
  const world = await worldFor(t, KEEPS);
  const alice = await world.client("alice", PAGER);
  const bob = await world.client("bob", SHARES);
  const chat = alice.conversation(bob.address);
  await say(world, alice, bob.address, "before");
  await world.until(chat.sendFile(new Uint8Array(9), { name: "a.bin", via: "http" }).delivered);
  await world.run(1_000);
  const shown = await newestIn(world, alice, bob.address);
  const file = shown.find(({ direction }) => direction === "sent file") ?? assert.fail();
  await world.until(chat.remove(file));
  assert.deepEqual((await pagesIn(world, alice, bob.address)).flat(), [">before"]);
  const { messages } = await world.until(alice.history.messages());
  assert.equal(messages.length, 1);
});

test("without a server that is known, or one that can be reached, it is said so", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice", { fileServer: `https://elsewhere.example` });
  assert.equal(await world.until(codeOf(alice.search("x"))), "offline");
  assert.equal(await world.until(codeOf(alice.history.messages({ before: "x" }))), "offline");
});

test("what is not read is known after a restart, also where nothing is shared", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice", PAGER);
  const store = new MemoryStore();
  const bob = await world.client("bob", { ...PAGER, store });
  await say(world, alice, bob.address, ...numbered(4));
  await world.run(500);
  const [newest, ...others] = await pagesOfMessages(world, bob, alice.address);
  await world.until(others.at(-2)?.displayed() ?? Promise.resolve());
  assert.equal(bob.conversation(alice.address).unread, 2);
  await world.until(bob.close());
  const again = await world.client("bob", { ...PAGER, store });
  assert.equal(again.conversation(alice.address).unread, 2);
  await world.until(again.conversation(alice.address).read());
  assert.equal(again.conversation(alice.address).unread, 0);
  assert.equal(newest?.kind === "text" && newest.text, "say 4");
});

test("a device in a quick conversation leaves the server alone: the user may ask all that he might before", async (t) => {
  const limits = { historyRequestsPerSecond: 20, historyRequestBurst: 200 };
  const world = await worldFor(t, { server: { history: { default: true }, limits } });
  const alice = await world.client("alice", PAGER);
  const bob = await world.client("bob", SHARES);
  for (const text of numbered(80)) {
    await say(world, alice, bob.address, text);
    await world.until(bob.conversation(alice.address).read());
    await world.run(100);
  }
  let asked = 0;
  while ((await world.until(codeOf(bob.history.messages({ limit: 1 })))) === undefined) asked += 1;
  assert.ok(asked >= 190, `${asked} of 200 were left`);
  await world.run(2_000);
  assert.equal(bob.conversation(alice.address).unread, 0);
});

test("what somebody has called himself is kept with what he said, and what he has not is not", async (t) => {
  const world = await worldFor(t, KEEPS);
  const alice = await world.client("alice", { ...PAGER, displayName: "Alice A." });
  const bob = await world.client("bob", PAGER);
  await say(world, alice, bob.address, "with a name");
  await world.until(alice.send(bob.address, "without an envelope", { receipts: [] }).accepted);
  alice.displayName = undefined;
  await say(world, alice, bob.address, "without one");
  alice.displayName = "Alice A.";
  await world.until(alice.send(bob.address, "hidden", { anonymous: true }).accepted);
  await world.run(1_000);
  const { messages } = await world.until(bob.history.messages());
  assert.deepEqual(
    messages.map(({ text, fromName }) => [text, fromName]),
    [
      ["with a name", "Alice A."],
      ["without an envelope", "Alice A."],
      ["without one", undefined],
      ["hidden", undefined],
    ],
  );
});
