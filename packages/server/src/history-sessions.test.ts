/** Sessions, conferences and large messages in the history, and what comes back of them. OMA IM clause 13, clauses 15.1 to 15.5 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatImSettings, IM_SETTINGS_TYPE, parseCpim, parseLeaves } from "@parlance/formats";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import { type Phone, World } from "./core/world.test.ts";
import { connect, two } from "./session-world.test.ts";
import { ConferenceWorld, LOBBY, type Somebody } from "./testing/conference-world.test.ts";
import type { SessionPhone } from "./testing/session-phone.ts";

const ALICE = "sip:alice@parlance.test";
const BOB = "sip:bob@parlance.test";
const HISTORY = "sip:history@parlance.test";
const NEWEST = { conversation: undefined, before: undefined, limit: 100 };

interface Kept {
  readonly sessions?: boolean;
  readonly messages?: boolean;
}

async function keeps(phone: Phone, { sessions, messages }: Kept = { sessions: true }) {
  const document = formatImSettings({
    entities: [
      {
        id: "client-1",
        visible: undefined,
        offlineDelivery: undefined,
        barring: { sessions: undefined, messages: undefined, files: undefined },
        history: { sessions, messages },
      },
    ],
  });
  const answer = await phone.request("PUBLISH", phone.address, (edit) => {
    edit.setText("Event", "poc-settings").setText("Expires", "600000");
    edit.setText("Accept-Contact", "*;+g.oma.sip-im").body(document, IM_SETTINGS_TYPE);
  });
  assert.equal(answer.status, 200);
}

/** Another phone of that user, which says what he wants kept. */
async function setting(world: World, name: string, kept?: Kept): Promise<void> {
  const phone = world.phone(name);
  await phone.register();
  await keeps(phone, kept);
  await phone.register(undefined, 0);
}

function envelope(from: string, to: string, text: string): Uint8Array {
  return utf8Bytes(
    `From: <${from}>\r\nTo: <${to}>\r\nNS: imdn <urn:ietf:params:imdn>\r\n` +
      `imdn.Message-ID: ${text.slice(0, 20).replaceAll(" ", "-")}\r\n\r\n` +
      `Content-Type: text/plain\r\n\r\n${text}`,
  );
}

async function inSession(world: World, alice: SessionPhone, bob: SessionPhone, headers = {}) {
  alice.invite(BOB, headers);
  await world.settle();
  for (const phone of [alice, bob]) connect(world, phone);
  await world.settle();
}

async function texts(world: World, owner: string): Promise<readonly string[]> {
  await world.settle();
  const { history } = world.stores;
  const entries = (await history.page(owner, NEWEST)).toReversed();
  const found = await Promise.all(entries.map(({ id }) => history.find(owner, id)));
  return found.map((one, place) => {
    const read = parseCpim(one?.bytes ?? new Uint8Array());
    return `${entries[place]?.direction} ${read.ok ? utf8Text(read.value.content) : "?"}`;
  });
}

test("IM-5.2.4-08e: what both say in a session is kept for the one who has set so, in one record", async () => {
  const { world, alice, bob } = await two();
  await setting(world, "bob");
  await inSession(world, alice, bob, { Subject: "Lunch" });
  const said = alice.device.say(alice.peerPath, envelope(ALICE, BOB, "at noon?"), {
    type: "message/cpim",
  });
  bob.device.say(bob.peerPath, "fine");
  await world.settle();
  assert.equal(alice.device.responses.at(-1), `${said} 200`);
  assert.deepEqual(await texts(world, "bob"), ["received at noon?", "sent fine"]);
  assert.deepEqual(await texts(world, "alice"), []);
  const [running] = await world.stores.recordings.list("bob", undefined, 10);
  assert.equal(running?.endedAt, undefined);
  await world.clock.pass(60_000);
  alice.call?.end();
  await world.settle();
  const [over] = await world.stores.recordings.list("bob", undefined, 10);
  assert.deepEqual(
    [over?.name, over?.subject, over?.conversation, over?.messages],
    ["Lunch", "Lunch", ALICE, 2],
  );
  assert.equal((over?.endedAt ?? 0) - (over?.startedAt ?? 0), 60_000);
  assert.deepEqual(over?.parties, [{ uri: ALICE, name: undefined }]);
  const [entry] = await world.stores.history.page("bob", NEWEST);
  assert.deepEqual(
    [entry?.mode, entry?.conversation, entry?.from, entry?.authId],
    ["session", ALICE, BOB, BOB],
  );
});

test("what is refused is not kept, nor what is said of writing", async () => {
  const { world, alice, bob } = await two();
  await setting(world, "alice");
  await inSession(world, alice, bob);
  bob.device.answer = 415;
  alice.device.say(alice.peerPath, "not for you");
  bob.device.answer = 200;
  alice.device.say(alice.peerPath, "<isComposing/>", { type: "application/im-iscomposing+xml" });
  alice.device.say(alice.peerPath, "for you");
  assert.deepEqual(await texts(world, "alice"), ["sent for you"]);
});

test("a long message is kept with its content outside of the store, and comes back whole", async () => {
  const { world, alice, bob } = await two();
  await setting(world, "alice");
  await inSession(world, alice, bob);
  const text = "long ".repeat(30_000);
  const message = envelope(ALICE, BOB, text);
  for (let at = 0; at < message.length; at += 16_000) {
    const end = Math.min(at + 16_000, message.length);
    alice.device.say(alice.peerPath, message.subarray(at, end), {
      messageId: "long",
      type: "message/cpim",
      range: `${at + 1}-${end}/${message.length}`,
      flag: end === message.length ? "$" : "+",
    });
  }
  await world.settle();
  const [entry] = await world.stores.history.page("alice", NEWEST);
  assert.equal(entry?.sizeBytes, text.length);
  assert.ok(entry.content !== undefined);
  assert.deepEqual(
    world.largeMessages?.image().map(({ id }) => id),
    [entry.content],
  );
  const found = await world.stores.history.search("alice", ["long"], NEWEST);
  assert.equal(found.entries.length, 1);
  await world.start({}, world.crash());
  assert.equal(world.largeMessages?.image().length, 1); // it is nobody's orphan
  await world.stores.history.remove("alice", [entry.id]);
  await world.clock.pass(70_000);
  assert.deepEqual(world.largeMessages?.image(), []);
});

/** REFER in the dialog of a session. */
async function referInside(phone: SessionPhone, target: string): Promise<number | undefined> {
  const outcome = await phone.call?.request("REFER", {
    edit: (edit) => {
      edit.setText("Refer-To", `<${target}>`).setText("Refer-Sub", "false");
      edit.setText("Supported", "norefersub");
    },
  });
  return outcome?.kind === "answered" ? outcome.response.status : undefined;
}

test("clause 15.1: one of the two has a session kept from when he asks until he asks no more", async () => {
  const { world, alice, bob } = await two();
  await inSession(world, alice, bob);
  alice.device.say(alice.peerPath, "before");
  assert.equal(await referInside(bob, `${HISTORY}?Subject=Lunch%20plans`), 202);
  alice.device.say(alice.peerPath, "during");
  await world.settle();
  assert.equal(await referInside(bob, `${HISTORY};method=BYE`), 202);
  alice.device.say(alice.peerPath, "after");
  assert.deepEqual(await texts(world, "bob"), ["received during"]);
  assert.deepEqual(await texts(world, "alice"), []);
  const [kept] = await world.stores.recordings.list("bob", undefined, 10);
  assert.equal(kept?.name, "Lunch plans");
  assert.notEqual(kept?.endedAt, undefined);
});

function notices({ device }: SessionPhone): readonly string[] {
  return device.texts.filter((text) => / record/.test(text));
}

test("clause 15.1: who is recorded on request is told in the session, in the service's name, and when it ends", async () => {
  const { world, alice, bob } = await two();
  await setting(world, "bob"); // by his settings alone nobody is told of it
  await inSession(world, alice, bob);
  assert.deepEqual(notices(alice), []);
  for (const name of ["Lunch", "Again"]) {
    assert.equal(await referInside(bob, `${HISTORY}?Subject=${name}`), 202);
  }
  await world.settle();
  assert.equal(notices(alice).length, 1);
  const read = parseCpim(alice.device.requests.at(-1)?.body ?? new Uint8Array());
  assert.ok(read.ok);
  assert.equal(read.value.from?.uri, HISTORY);
  assert.deepEqual(
    read.value.to.map(({ uri }) => uri),
    [ALICE],
  );
  assert.equal(utf8Text(read.value.content), "bob records this session.");
  for (let times = 0; times < 2; times += 1) await referInside(bob, `${HISTORY};method=BYE`);
  await world.settle();
  assert.match(notices(alice).at(-1) ?? "", /bob does not record any more\.$/);
  assert.equal(notices(alice).length, 2);
  assert.deepEqual(notices(bob), []);
  const kept = await world.stores.recordings.list("bob", undefined, 10);
  assert.deepEqual(
    kept.map(({ name, endedAt }) => [name, endedAt !== undefined]),
    [
      ["Lunch", true],
      [ALICE, true], // by the settings, until he asked
    ],
  );
});

test("clause 15.1: a device that takes no envelope is told in plain text", async () => {
  const { world, alice, bob } = await two();
  alice.wish({ types: "text/plain" });
  await inSession(world, alice, bob);
  assert.equal(await referInside(bob, HISTORY), 202);
  await world.settle();
  const last = alice.device.requests.at(-1);
  assert.match(last?.contentType ?? "", /^text\/plain/);
  assert.equal(utf8Text(last?.body ?? new Uint8Array()), "bob records this session.");
});

test("a file is kept as a whole, and the rest of one that had stopped is not taken for it", async () => {
  for (const [range, kept] of [
    ["1-*", ["sent 12345"]],
    ["4-*", []],
  ] as const) {
    const { world, alice, bob } = await two();
    await setting(world, "alice");
    const file = 'a=file-selector:name:"a.txt" type:text/plain size:5';
    const lines = ["a=sendonly", file, "a=file-transfer-id:one", `a=file-range:${range}`];
    alice.wish({ types: "text/plain", lines });
    await inSession(world, alice, bob);
    alice.device.say(alice.peerPath, range === "1-*" ? "12345" : "45");
    assert.deepEqual(await texts(world, "alice"), kept);
  }
});

test("clause 15.1: nobody is recorded while he sends a file, where nothing can be said", async () => {
  const { world, alice, bob } = await two();
  const file = 'a=file-selector:name:"a.txt" type:text/plain size:5';
  alice.wish({ types: "text/plain", lines: ["a=sendonly", file] });
  await inSession(world, alice, bob);
  assert.equal(await referInside(bob, HISTORY), 403);
});

test("clause 15.1: after a crash who recorded a room does so again when he is back, and all hear of it", async () => {
  const made = await ConferenceWorld.open();
  const { world } = made;
  const [alice, bob] = await inLobby(made, "alice", "bob");
  assert.ok(alice && bob);
  await bob.refer(`<${HISTORY}?Subject=Minutes>`, { "Refer-Sub": "false" });
  say(alice, LOBBY, "before");
  await made.pass(1_000);
  await made.restart();
  const [first] = await world.stores.recordings.list("bob", undefined, 10);
  assert.notEqual(first?.endedAt, undefined); // what was recorded is over, and says so
  const [again, back] = await inLobby(made, "alice", "bob");
  assert.ok(again && back);
  await made.settle();
  assert.match(notices(again.phone).at(-1) ?? "", /bob records this session\.$/);
  say(again, LOBBY, "after");
  assert.deepEqual(await texts(world, "bob"), ["received before", "received after"]);
  assert.equal(await back.refer(`<${HISTORY};method=BYE>`), "202");
  await made.pass(1_000);
  await made.restart();
  const [, once] = await inLobby(made, "alice", "bob");
  await made.settle();
  const kept = await world.stores.recordings.list("bob", undefined, 10);
  assert.deepEqual(
    kept.map(({ name, endedAt }) => [name, endedAt !== undefined]),
    [
      ["Minutes", true],
      ["Minutes", true],
    ],
  );
  assert.deepEqual(once && notices(once.phone), []);
});

test("clause 15.1: all in a room are told that one records it, and so is whoever comes, or comes back, while he does", async () => {
  const made = await ConferenceWorld.open();
  const [alice, bob] = await inLobby(made, "alice", "bob");
  assert.ok(alice && bob);
  await bob.refer(`<${HISTORY}>`, { "Refer-Sub": "false" });
  await made.settle();
  const [carol] = await inLobby(made, "carol");
  assert.ok(carol);
  await made.settle();
  for (const { phone } of [alice, bob, carol]) {
    assert.deepEqual(notices(phone).length, 1);
    assert.match(notices(phone)[0] ?? "", /bob records this session\.$/);
  }
  carol.phone.call?.end();
  await made.pass(1_000);
  carol.phone.invite(LOBBY);
  await made.pass(1_000);
  connect(made.world, carol.phone);
  await made.settle();
  assert.equal(notices(carol.phone).length, 2);
  await bob.refer(`<${HISTORY};method=BYE>`);
  await made.settle();
  for (const { phone } of [alice, carol]) {
    assert.match(notices(phone).at(-1) ?? "", /bob does not record any more\.$/);
  }
  const [dave] = await inLobby(made, "dave");
  await made.settle();
  assert.deepEqual(dave && notices(dave.phone), []);
});

async function inLobby(world: ConferenceWorld, ...names: readonly string[]) {
  const all: Somebody[] = [];
  for (const name of names) all.push(await world.inLobby(name));
  return all;
}

function say(from: Somebody, to: string, text: string): void {
  from.phone.device.say(from.phone.peerPath, envelope(from.below.address, to, text), {
    type: "message/cpim",
  });
}

test("IM-5.2.4-08e: a room is kept for the member who has set so, private messages for him alone included", async () => {
  const made = await ConferenceWorld.open();
  const { world } = made;
  await setting(world, "bob");
  const [alice, bob, carol] = await inLobby(made, "alice", "bob", "carol");
  assert.ok(alice && bob && carol);
  say(alice, LOBBY, "hello all");
  say(bob, LOBBY, "hello yourself");
  say(alice, "sip:carol@parlance.test", "not for bob");
  say(carol, BOB, "for bob");
  assert.deepEqual(await texts(world, "bob"), [
    "received hello all",
    "sent hello yourself",
    "received for bob",
  ]);
  assert.deepEqual(await texts(world, "alice"), []);
  bob.phone.call?.end();
  await world.settle();
  const [kept] = await world.stores.recordings.list("bob", undefined, 10);
  assert.deepEqual(
    [kept?.name, kept?.conversation, kept?.group, kept?.groupName, kept?.messages],
    ["Anything", LOBBY, LOBBY, "Lobby", 3],
  );
  assert.deepEqual(kept?.parties.map(({ uri }) => uri).toSorted(), [
    ALICE,
    "sip:carol@parlance.test",
  ]);
});

test("clause 15.1: who records a room is seen to, and all are told", async () => {
  const made = await ConferenceWorld.open();
  const { world } = made;
  const [alice, bob] = await inLobby(made, "alice", "bob");
  assert.ok(alice && bob);
  await alice.watch();
  const heard = () => alice.phone.device.texts.map((text) => text.split("\r\n\r\n").at(-1));
  assert.equal(
    await bob.refer(`<${HISTORY}?Subject=Minutes>`, { "Refer-Sub": "false" }),
    "202 false",
  );
  await made.pass(2_000);
  assert.equal(heard().at(-1), "bob records this session.");
  const endpoints = alice.documents
    .at(-1)
    ?.users?.users.find(({ entity }) => entity === BOB)?.endpoints;
  assert.deepEqual(
    endpoints?.map(({ displayText }) => displayText),
    [undefined, "history"],
  );
  alice.phone.device.say(alice.phone.peerPath, envelope(ALICE, LOBBY, "item one"), {
    type: "message/cpim",
  });
  await world.settle();
  assert.equal(await bob.refer(`<${HISTORY};method=BYE>`), "202");
  await made.pass(2_000);
  assert.equal(heard().at(-1), "bob does not record any more.");
  const after = alice.documents
    .at(-1)
    ?.users?.users.find(({ entity }) => entity === BOB)?.endpoints;
  assert.equal(after?.length, 1);
  assert.deepEqual(await texts(world, "bob"), ["received item one"]);
  const [kept] = await world.stores.recordings.list("bob", undefined, 10);
  assert.equal(kept?.name, "Minutes");
  assert.equal(bob.results.at(-1), "SIP/2.0 200 OK terminated");
});

test("who hides in a room is kept by no name of his", async () => {
  const made = await ConferenceWorld.open({
    rooms: [{ name: "lobby", displayName: "Lobby", allowAnonymity: true }],
  });
  const { world } = made;
  await setting(world, "bob");
  const [bob] = await inLobby(made, "bob");
  assert.ok(bob);
  const carol = await made.somebody("carol");
  carol.phone.invite(LOBBY, { Privacy: "id" });
  await made.settle();
  carol.connect();
  await made.settle();
  const from = "sip:carol@parlance.test";
  carol.phone.device.say(carol.phone.peerPath, envelope(from, LOBBY, "guess"), {
    type: "message/cpim",
  });
  await world.settle();
  const [entry] = await world.stores.history.page("bob", NEWEST);
  assert.match(entry?.from ?? "", /@anonymous\.invalid$/);
  assert.equal(entry?.authId, undefined);
  const { bytes } = (await world.stores.history.find("bob", entry?.id ?? "")) ?? {};
  assert.doesNotMatch(utf8Text(bytes ?? new Uint8Array()), /carol/);
});

test("a large message is kept for both sides", async () => {
  const { world, alice, bob } = await two();
  await setting(world, "alice", { messages: true });
  await setting(world, "bob", { messages: true });
  const message = envelope(ALICE, BOB, "large ".repeat(400));
  const file = `a=file-selector:type:message/cpim size:${message.length}`;
  const LARGE = "*;+g.oma.sip-im, *;+g.oma.sip-im.large-message";
  alice.wish({ types: "message/cpim", lines: ["a=sendonly", file] });
  await inSession(world, alice, bob, { "Accept-Contact": LARGE });
  alice.device.say(alice.peerPath, message, { type: "message/cpim" });
  await world.settle();
  for (const name of ["alice", "bob"]) {
    const [entry] = await world.stores.history.page(name, NEWEST);
    assert.deepEqual(
      [entry?.mode, entry?.direction, entry?.conversation],
      name === "alice" ? ["large", "sent", BOB] : ["large", "received", ALICE],
    );
    assert.deepEqual(await world.stores.recordings.list(name, undefined, 10), []);
  }
});

test("clause 15.5: a message comes back as it was, a session as all that was said in it", async () => {
  const { world, alice, bob } = await two();
  await setting(world, "bob");
  await inSession(world, alice, bob, { Subject: "Lunch" });
  alice.device.say(alice.peerPath, envelope(ALICE, BOB, "at noon?"), { type: "message/cpim" });
  bob.device.say(bob.peerPath, "fine");
  await world.settle();
  alice.call?.end();
  await world.settle();
  const asker = world.phone("bob");
  await asker.register();
  const fetched = async (id: string | undefined) => {
    asker.received.length = 0;
    const answer = await asker.request("REFER", HISTORY, (edit) => {
      edit.setText("Accept-Contact", "*;+g.oma.sip-im").setText("Contact", asker.contactValue);
      edit.setText("Refer-To", `<sip:his-${id}@history.parlance.test>`);
      edit.setText("Refer-Sub", "false").setText("Supported", "norefersub");
    });
    await world.settle();
    const [got] = asker.received;
    if (got !== undefined) assert.equal(got.text("In-Reply-To"), answer.callId);
    return { status: answer.status, got };
  };
  const [session] = await world.stores.recordings.list("bob", undefined, 1);
  const { status, got } = await fetched(session?.id);
  assert.equal(status, 202);
  assert.equal(got?.text("From")?.startsWith(`<${HISTORY}>`), true);
  const outer = parseCpim(got?.body ?? new Uint8Array());
  assert.ok(outer.ok);
  assert.equal(outer.value.subjects[0]?.text, "Lunch");
  const leaves = parseLeaves({
    headers: outer.value.contentHeaders,
    content: outer.value.content,
  });
  assert.ok(leaves.ok);
  const inner = leaves.value.map(({ content }) => parseCpim(content));
  assert.deepEqual(
    inner.map((one) => one.ok && [one.value.from?.uri, utf8Text(one.value.content)]),
    [
      [ALICE, "at noon?"],
      [BOB, "fine"],
    ],
  );
  const [, first] = await world.stores.history.page("bob", NEWEST);
  const one = await fetched(first?.id);
  assert.equal(one.status, 202);
  assert.equal(
    utf8Text(one.got?.body ?? new Uint8Array()),
    utf8Text(envelope(ALICE, BOB, "at noon?")),
  );
  assert.equal((await fetched("nothing")).status, 404);
  assert.equal((await world.stores.history.usage("bob")).messages, 2);
});

test("a session that is deleted while it runs is not kept any more, and all of it goes", async () => {
  const { world, alice, bob } = await two();
  await setting(world, "bob");
  await inSession(world, alice, bob);
  alice.device.say(alice.peerPath, "one");
  await world.settle();
  const [session] = await world.stores.recordings.list("bob", undefined, 1);
  assert.equal(await world.stores.recordings.remove("bob", session?.id ?? ""), true);
  alice.device.say(alice.peerPath, "two");
  alice.device.say(alice.peerPath, "three");
  await world.settle();
  await world.clock.pass(200_000);
  assert.deepEqual(await texts(world, "bob"), []);
  assert.deepEqual(await world.stores.history.usage("bob"), { messages: 0, bytes: 0 });
  assert.equal(await world.stores.recordings.due(Number.MAX_SAFE_INTEGER, 1), undefined);
});

test("clause 15.5: who has no room left is told once a day", async () => {
  const world = await World.open({ limits: { historyMessagesPerUser: 1 } });
  const alice = world.phone("alice");
  const bob = world.phone("bob");
  await alice.register();
  await bob.register();
  await keeps(bob, { messages: true });
  const told = (): number =>
    bob.received.filter((request) => request.text("From")?.startsWith(`<${HISTORY}>`)).length;
  await alice.message(BOB, "one");
  await world.settle();
  assert.equal(told(), 0);
  for (const text of ["two", "three"]) await alice.message(BOB, text);
  await world.settle();
  assert.equal(told(), 1);
  const [notice] = bob.received.filter((request) => request.text("From")?.includes("history@"));
  assert.match(utf8Text(notice?.body ?? new Uint8Array()), /no room left/);
});
