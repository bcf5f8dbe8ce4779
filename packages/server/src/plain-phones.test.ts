/** Phones that know SIP but no IM service, let in by `compat.plainSip`. RFC 3428 §11 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SipRequest, SipResponse } from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import { bodyText, DOMAIN, type Phone, type PhoneOptions, World } from "./core/world.test.ts";
import { envelope } from "./testing/people.ts";

const at = (name: string): string => `sip:${name}@${DOMAIN}`;

function openToAll(): Promise<World> {
  return World.open({ compat: { plainSip: true } });
}

async function online(world: World, name: string, options: PhoneOptions = {}): Promise<Phone> {
  const phone = world.phone(name, options);
  await phone.register();
  await world.settle();
  return phone;
}

/** A message whose recipients are told of one another. RFC 5364 §4 */
async function sendNaming(world: World, phone: Phone, names: readonly string[]): Promise<void> {
  const entries = names.map((name) => `<entry uri="${at(name)}" cp:copyControl="to"/>`).join("");
  const body = [
    "--b",
    "Content-Type: message/cpim",
    "",
    envelope({ from: phone.address, to: at("conf-factory"), content: "to all" }),
    "--b",
    "Content-Type: application/resource-lists+xml",
    "Content-Disposition: recipient-list",
    "",
    '<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"' +
      ` xmlns:cp="urn:ietf:params:xml:ns:copycontrol"><list>${entries}</list></resource-lists>`,
    "--b--",
  ].join("\r\n");
  const { status } = await phone.message(at("conf-factory"), "", (edit) =>
    edit
      .setText("Require", "recipient-list-message")
      .body(utf8Bytes(body), "multipart/mixed;boundary=b"),
  );
  assert.equal(status, 202);
  await world.clock.pass(1_000);
}

const types = ({ received }: Phone): readonly (string | undefined)[] =>
  received.map((request) => request.text("Content-Type")?.split(";")[0]);

test("RFC 5365 §7.3: who else got a message is told to IM clients only, also of the same user", async () => {
  const world = await openToAll();
  const [alice, bob] = [await online(world, "alice"), await online(world, "bob")];
  const [desk, carol] = [
    await online(world, "bob", { plain: true }),
    await online(world, "carol", { plain: true }),
  ];
  await sendNaming(world, alice, ["bob", "carol"]);
  assert.deepEqual(types(bob), ["multipart/mixed"]);
  for (const phone of [desk, carol]) {
    assert.deepEqual(types(phone), ["message/cpim"]);
    assert.match(bodyText(phone.received[0] ?? assert.fail()), /\r\n\r\nto all$/);
  }
});

test("RFC 5365 §7.3: out of the store a plain phone gets the message alone, once", async () => {
  const world = await openToAll();
  const alice = await online(world, "alice");
  await sendNaming(world, alice, ["bob", "carol"]);
  const desk = await online(world, "bob", { plain: true });
  await world.clock.pass(1_000);
  const carol = await online(world, "carol");
  await world.clock.pass(1_000);
  assert.deepEqual(types(desk), ["message/cpim"]);
  assert.deepEqual(types(carol), ["multipart/mixed"]);
});

test("RFC 3428 §8: the list that a plain phone is spared does not make a message too long for it", async () => {
  const world = await openToAll();
  const alice = await online(world, "alice");
  const many = Array.from({ length: 20 }, (_, number) => `colleague-number-${number}`);
  const desk = await online(world, "bob", { plain: true, transport: "UDP" });
  await sendNaming(world, alice, ["bob", "carol", ...many]);
  assert.deepEqual(types(desk), ["message/cpim"]);
  const late = await online(world, "carol", { plain: true, transport: "UDP" });
  await world.clock.pass(1_000);
  assert.deepEqual(types(late), ["message/cpim"]);
});

/** How phones refuse what they do not know: with what they would take, or without a word. */
interface Habits {
  readonly accept?: string;
  readonly status?: number;
  /** What is refused. */
  readonly refuses?: (request: SipRequest) => boolean;
}

const isNoText = (request: SipRequest): boolean =>
  request.text("Content-Type")?.startsWith("text/plain") !== true;

/** As sofia does it (telepathy-rakia): what it has just answered is not answered twice. RFC 3261 §8.2.2.2 */
function refusingMerged(): (request: SipRequest) => boolean {
  const seen = new Set<string>();
  return ({ callId, from, cseq }) => {
    const id = `${callId} ${from.params.get("tag")} ${cseq.number}`;
    const merged = seen.has(id);
    seen.add(id);
    return merged;
  };
}

function refuse(phone: Phone, { accept, status = 415, refuses = isNoText }: Habits = {}): void {
  const isMerged = refusingMerged();
  phone.serve = (transaction) => {
    if (isMerged(transaction.request)) return transaction.reply(482);
    if (!refuses(transaction.request)) return transaction.reply(200);
    transaction.reply(status, undefined, (edit) => {
      if (accept !== undefined) edit.setText("Accept", accept);
    });
  };
}

function sendEnveloped(
  phone: Phone,
  to: string,
  content: string,
  type = "text/plain;charset=UTF-8",
): Promise<SipResponse> {
  const body = envelope({ from: phone.address, to, content, type });
  return phone.message(to, "", (edit) => edit.body(utf8Bytes(body), "message/cpim"));
}

test("RFC 3261 §21.4.13: a phone that has refused an envelope gets the text alone from then on", async () => {
  for (const habits of [{ accept: "text/plain" }, {}]) {
    const world = await openToAll();
    const alice = await online(world, "alice");
    const desk = await online(world, "bob", { plain: true });
    refuse(desk, habits);
    for (const text of ["one", "two", "three"]) {
      const { status, cseq } = await sendEnveloped(alice, desk.address, text);
      assert.deepEqual([status, cseq.number], [200, alice.lastCseq]);
    }
    await desk.register(); // renewed: it is the same phone
    assert.equal((await sendEnveloped(alice, desk.address, "four")).status, 200);
    assert.deepEqual(types(desk), ["message/cpim", ...Array(4).fill("text/plain")]);
    assert.deepEqual(desk.received.slice(1).map(bodyText), ["one", "two", "three", "four"]);
  }
});

test("a phone that goes away between envelope and text: what waits is the message as it was written", async () => {
  const world = await openToAll();
  const alice = await online(world, "alice");
  const desk = await online(world, "bob", { plain: true });
  desk.serve = (transaction) => transaction.reply(isNoText(transaction.request) ? 415 : 480);
  assert.equal((await sendEnveloped(alice, desk.address, "hello")).status, 202);
  await desk.register(undefined, 0);
  const bob = await online(world, "bob");
  await world.clock.pass(1_000);
  assert.deepEqual(types(bob), ["message/cpim"]);
});

test("out of the store only the first envelope is shown to a phone that knows none", async () => {
  const world = await openToAll();
  const alice = await online(world, "alice");
  for (const text of ["one", "two", "three"]) {
    assert.equal((await sendEnveloped(alice, at("bob"), text)).status, 202);
  }
  const desk = world.phone("bob", { plain: true });
  refuse(desk, { accept: "text/plain" });
  await desk.register();
  await world.clock.pass(1_000);
  assert.deepEqual(types(desk), ["message/cpim", ...Array(3).fill("text/plain")]);
  assert.deepEqual(desk.received.slice(1).map(bodyText), ["one", "two", "three"]);
});

test("a phone beside an IM client of the same user shows messages, too, once it is known", async () => {
  const world = await openToAll();
  const [alice, bob] = [await online(world, "alice"), await online(world, "bob")];
  const desk = await online(world, "bob", { plain: true });
  refuse(desk, { accept: "text/plain" });
  for (const text of ["one", "two"]) {
    assert.equal((await sendEnveloped(alice, bob.address, text)).status, 200);
  }
  await sendNaming(world, alice, ["bob", "carol"]);
  assert.deepEqual(types(bob), ["message/cpim", "message/cpim", "multipart/mixed"]);
  assert.deepEqual(types(desk), ["message/cpim", "text/plain", "text/plain"]);
  assert.deepEqual(desk.received.slice(1).map(bodyText), ["two", "to all"]);
});

const holds = (word: string) => (request: SipRequest) => bodyText(request).includes(word);

test("what speaks of one message, or of what is in it, is not held against envelopes", async () => {
  const html = "text/html";
  for (const habits of [
    { status: 488, refuses: holds("disliked") }, // linphone, when it dislikes one message
    { accept: "text/plain, message/cpim", refuses: holds(html) },
    { accept: "*/*", refuses: holds(html) },
    { refuses: holds(html) },
    { accept: ";;;", refuses: holds(html) },
  ]) {
    const world = await openToAll();
    const alice = await online(world, "alice");
    const desk = await online(world, "bob", { plain: true });
    refuse(desk, habits);
    await sendEnveloped(alice, desk.address, "disliked", habits.status ? undefined : html);
    desk.received.length = 0;
    assert.equal((await sendEnveloped(alice, desk.address, "liked")).status, 200);
    assert.deepEqual(types(desk), ["message/cpim"]);
    assert.deepEqual(world.logged, []);
  }
});

test("another program at the same contact is asked anew, and an IM client never spared", async () => {
  const world = await openToAll();
  const alice = await online(world, "alice");
  const desk = await online(world, "bob", { plain: true });
  refuse(desk);
  await sendEnveloped(alice, desk.address, "one");
  refuse(desk, { refuses: () => false });
  await desk.register((edit) => edit.setText("Call-ID", "another-life"));
  await sendEnveloped(alice, desk.address, "two");
  assert.deepEqual(types(desk), ["message/cpim", "text/plain", "message/cpim"]);
  const carol = await online(world, "carol");
  refuse(carol);
  for (const text of ["one", "two"]) await sendEnveloped(alice, carol.address, text);
  assert.deepEqual(types(carol), ["message/cpim", "text/plain", "message/cpim", "text/plain"]);
});

test("a receipt that a phone refuses is refused as such: no message fails by it, and none waits behind it", async () => {
  const world = await openToAll();
  const alice = await online(world, "alice");
  const receipt = (to: string) => sendEnveloped(alice, to, "<imdn/>", "message/imdn+xml");
  assert.equal((await receipt(at("bob"))).status, 202);
  assert.equal((await sendEnveloped(alice, at("bob"), "behind it")).status, 202);
  const desk = world.phone("bob", { plain: true });
  refuse(desk, { accept: "text/plain" });
  await desk.register();
  await world.clock.pass(1_000);
  assert.equal(bodyText(desk.received.at(-1) ?? assert.fail()), "behind it");
  assert.equal((await receipt(desk.address)).status, 415);
  assert.equal((await sendEnveloped(alice, desk.address, "after it")).status, 200);
  await world.clock.pass(60_000);
  assert.equal(alice.received.length, 0); // nobody tells her that something failed
});
