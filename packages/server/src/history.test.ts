/** What is kept of pager messages through the running server. OMA IM clause 13 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatImSettings, IM_SETTINGS_TYPE, parseCpim } from "@parlance/formats";
import type { SipResponse } from "@parlance/sip";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import type { ServerConfig } from "./config.ts";
import { type Build, DOMAIN, type Phone, World } from "./core/world.test.ts";
import { type HistoryEntry, queryWords } from "./store/index.ts";
import { asking, envelope } from "./testing/people.ts";

const NEWEST = { conversation: undefined, before: undefined, limit: 100 };
const hidden: Build = (edit) => void edit.setText("Privacy", "id");
const named: Build = (edit) => void edit.setText("Referred-By", "<sip:team@parlance.test>");
const at = (name: string): string => `sip:${name}@${DOMAIN}`;

async function online(world: World, name: string, keeps = true): Promise<Phone> {
  const phone = world.phone(name);
  await phone.register();
  if (keeps) assert.equal((await keep(phone, true)).status, 200);
  await world.settle();
  return phone;
}

function keep(phone: Phone, messages: boolean): Promise<SipResponse> {
  const document = formatImSettings({
    entities: [
      {
        id: "client-1",
        visible: undefined,
        offlineDelivery: undefined,
        barring: { sessions: undefined, messages: undefined, files: undefined },
        history: { sessions: undefined, messages },
      },
    ],
  });
  return phone.request("PUBLISH", phone.address, (edit) => {
    edit.setText("Event", "poc-settings").setText("Expires", "600000");
    edit.setText("Accept-Contact", "*;+g.oma.sip-im").body(document, IM_SETTINGS_TYPE);
  });
}

async function write(
  phone: Phone,
  to: string,
  content: string,
  build?: Build,
): Promise<SipResponse> {
  const body = envelope({ from: phone.address, to: at(to), headers: asking("m1"), content });
  return phone.message(at(to), "", (edit) => {
    edit.body(utf8Bytes(body), "message/cpim");
    build?.(edit);
  });
}

async function kept(world: World, owner: string): Promise<readonly HistoryEntry[]> {
  await world.settle();
  return world.stores.history.page(owner, NEWEST);
}

function seen({ direction, conversation, from, authId, mode, type }: HistoryEntry) {
  return { direction, conversation, from, authId, mode, type };
}

test("IM-5.2.4-08f: who has set so has what he sends and gets kept, each on his own", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  const bob = await online(world, "bob");
  await online(world, "carol", false);
  assert.equal((await write(alice, "bob", "See you at Noon")).status, 200);
  assert.equal((await bob.message(at("alice"), "yes")).status, 200);
  assert.equal((await write(bob, "carol", "hello")).status, 200);

  const same = { mode: "pager", type: "text/plain" };
  const sent = { direction: "sent", from: at("alice"), authId: at("alice"), ...same };
  const got = { direction: "received", from: at("bob"), authId: at("bob"), ...same };
  const entries = await kept(world, "alice");
  assert.deepEqual(entries.map(seen), [
    { ...got, conversation: at("bob") },
    { ...sent, conversation: at("bob") },
  ]);
  assert.equal(entries.at(-1)?.messageId, "m1");
  assert.equal((await kept(world, "bob")).length, 3);
  assert.deepEqual(await kept(world, "carol"), []);

  const { history } = world.stores;
  const found = await history.search("bob", queryWords("noon"), NEWEST);
  assert.deepEqual(
    found.entries.map(({ conversation }) => conversation),
    [at("alice")],
  );
  const [hit] = found.entries;
  const whole = parseCpim((await history.find("bob", hit?.id ?? ""))?.bytes ?? utf8Bytes(""));
  assert.equal(whole.ok && utf8Text(whole.value.content), "See you at Noon");
});

test("what waited is kept when it is brought, and not before; its author had it kept at once", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  const bob = await online(world, "bob");
  await bob.register(undefined, 0);
  assert.equal((await write(alice, "bob", "for later")).status, 202);
  assert.equal((await kept(world, "alice")).length, 1);
  assert.equal((await kept(world, "bob")).length, 0);
  await bob.register();
  await world.clock.pass(10_000);
  assert.deepEqual((await kept(world, "bob")).map(seen), [
    {
      direction: "received",
      conversation: at("alice"),
      from: at("alice"),
      authId: at("alice"),
      mode: "pager",
      type: "text/plain",
    },
  ]);
});

test("an author who hides himself is not told to the one who keeps it", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  await online(world, "bob");
  assert.equal((await alice.message(at("bob"), "guess who", hidden)).status, 200);
  const [entry] = await kept(world, "bob");
  assert.equal(entry?.from, "sip:anonymous@anonymous.invalid");
  assert.equal(entry?.authId, undefined);
  assert.equal(entry?.conversation, "sip:anonymous@anonymous.invalid");
  const { bytes } = (await world.stores.history.find("bob", entry?.id ?? "")) ?? {};
  assert.doesNotMatch(utf8Text(bytes ?? utf8Bytes("")), /alice/);
});

test("a group that a user names himself is not believed", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  await online(world, "bob");
  assert.equal((await write(alice, "bob", "psst", named)).status, 200);
  const [entry] = await kept(world, "bob");
  assert.equal(entry?.group, undefined);
  assert.equal(entry?.conversation, at("alice"));
});

test("receipts and composing are no history, and what failed is none", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  const bob = await online(world, "bob");
  const composing =
    "<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>idle</state></isComposing>";
  const type = "application/im-iscomposing+xml";
  await alice.message(at("bob"), "", (edit) => edit.body(utf8Bytes(composing), type));
  assert.equal((await alice.message(at("nobody"), "hello")).status, 404);
  assert.deepEqual(await kept(world, "alice"), []);
  assert.deepEqual(await kept(world, "bob"), []);
  assert.equal((await keep(bob, false)).status, 200);
  assert.equal((await write(alice, "bob", "still there?")).status, 200);
  assert.deepEqual(await kept(world, "bob"), []);
});

test("IM-5.2.4-08f: where the operator keeps it for all, who turns it off has nothing kept", async () => {
  const world = await World.open({ history: { default: true } });
  const alice = await online(world, "alice", false);
  const bob = await online(world, "bob", false);
  assert.equal((await write(alice, "bob", "kept for both")).status, 200);
  assert.equal((await kept(world, "bob")).length, 1);
  assert.equal((await keep(bob, false)).status, 200);
  assert.equal((await write(alice, "bob", "kept for one")).status, 200);
  assert.equal((await kept(world, "bob")).length, 1);
  assert.equal((await kept(world, "alice")).length, 2);
});

test("a user and a group may have another time, and the shorter one holds", async () => {
  const world = await World.open({
    history: { default: true, users: [{ name: "alice", seconds: 7_200 }] },
    groups: [{ name: "team", members: ["alice", "bob"], historySeconds: 3_600 }],
  });
  const alice = await online(world, "alice", false);
  const bob = await online(world, "bob", false);
  await write(alice, "bob", "between two");
  await write(bob, "team", "to the group");
  await world.clock.pass(1_000);
  const times = async (name: string) =>
    new Map(
      (await kept(world, name)).map(({ conversation, at: time, expiresAt }) => [
        conversation,
        Math.round((expiresAt - time) / 3_600_000),
      ]),
    );
  const ofAlice = await times("alice");
  assert.deepEqual([ofAlice.get(at("bob")), ofAlice.get(at("team"))], [2, 1]);
  const ofBob = await times("bob");
  assert.deepEqual([ofBob.get(at("alice")), ofBob.get(at("team"))], [365 * 24, 1]);
});

test("a shorter rule holds for what is kept already, once its server starts", async () => {
  const world = await World.open(withTeam());
  const alice = await online(world, "alice", false);
  await online(world, "bob", false);
  await write(alice, "team", "to the group");
  await write(alice, "bob", "to bob alone");
  await world.clock.pass(1_000);
  assert.equal((await kept(world, "bob")).length, 2);
  const image = world.crash();
  await world.start(withTeam(600), image);
  await world.clock.pass(700_000);
  assert.deepEqual(
    (await kept(world, "bob")).map(({ conversation }) => conversation),
    [at("alice")],
  );
});

test("whoever tells the author that he has seen a message has read up to there", async () => {
  const world = await World.open({ history: { default: true } });
  const alice = await online(world, "alice", false);
  const bob = await online(world, "bob", false);
  assert.equal((await write(alice, "bob", "seen?")).status, 200);
  const { history } = world.stores;
  const unread = async () => (await history.conversations("bob", undefined, 9))[0]?.unread;
  await world.settle();
  assert.equal(await unread(), 1);
  for (const [status, left] of [
    ["delivered", 1],
    ["displayed", 0],
  ] as const) {
    await bob.message(at("alice"), "", (edit) =>
      edit.body(utf8Bytes(receipt(status)), "message/imdn+xml"),
    );
    await world.settle();
    assert.equal(await unread(), left, status);
  }
});

test("the bound of a user is kept, and what is lost is counted", async () => {
  const world = await World.open({ limits: { historyMessagesPerUser: 1 } });
  const alice = await online(world, "alice");
  await online(world, "bob", false);
  assert.equal((await write(alice, "bob", "one")).status, 200);
  assert.equal((await write(alice, "bob", "two")).status, 200);
  assert.equal((await kept(world, "alice")).length, 1);
});

test("time takes it away, and so does the end of the account", async () => {
  const world = await World.open({ limits: { historySeconds: 120 } });
  const alice = await online(world, "alice");
  await online(world, "bob");
  assert.equal((await write(alice, "bob", "gone tomorrow")).status, 200);
  assert.equal(await world.server.admin.users.remove("bob"), true);
  assert.deepEqual(await kept(world, "bob"), []);
  await world.clock.pass(61_000);
  assert.deepEqual(await world.stores.history.usage("bob"), { messages: 0, bytes: 0 });
  assert.equal((await kept(world, "alice")).length, 1);
  await world.clock.pass(130_000);
  assert.deepEqual(await world.stores.history.usage("alice"), { messages: 0, bytes: 0 });
});

function receipt(status: "delivered" | "displayed"): string {
  const kind = status === "displayed" ? "display" : "delivery";
  return (
    '<?xml version="1.0"?><imdn xmlns="urn:ietf:params:xml:ns:imdn"><message-id>m1</message-id>' +
    `<datetime>2030-05-04T10:00:00Z</datetime><${kind}-notification><status><${status}/></status></${kind}-notification></imdn>`
  );
}

function withTeam(historySeconds?: number): Partial<ServerConfig> {
  return {
    history: { default: true },
    groups: [{ name: "team", members: ["alice", "bob"], historySeconds }],
  };
}
