/** Pager mode through the whole server: what the functions do together. OMA IM clause 8 and 12 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { findImdns, type Imdn, parseCpim } from "@parlance/formats";
import type { SipRequest, SipResponse } from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import { type Build, bodyText, DOMAIN, type Phone, World } from "./core/world.test.ts";
import { asking, envelope } from "./testing/people.ts";

const at = (name: string): string => `sip:${name}@${DOMAIN}`;

async function online(world: World, name: string): Promise<Phone> {
  const phone = world.phone(name);
  await phone.register();
  await world.settle();
  return phone;
}

interface Enveloped {
  readonly id: string;
  readonly requests?: readonly string[];
  readonly content?: string;
}

function cpim(
  phone: Phone,
  to: string,
  { id, requests = [], content = "hello" }: Enveloped,
): string {
  const headers = asking(id, ...requests);
  return envelope({ from: phone.address, to, headers, content });
}

function sendCpim(phone: Phone, to: string, message: Enveloped): Promise<SipResponse> {
  return phone.message(to, "", (edit) =>
    edit.body(utf8Bytes(cpim(phone, to, message)), "message/cpim"),
  );
}

function sendList(
  phone: Phone,
  names: readonly string[],
  message: Enveloped,
): Promise<SipResponse> {
  const factory = at("conf-factory");
  const entries = names.map((name) => `<entry uri="${at(name)}"/>`).join("");
  const body = [
    "--b",
    "Content-Type: message/cpim",
    "",
    cpim(phone, factory, message),
    "--b",
    "Content-Type: application/resource-lists+xml",
    "Content-Disposition: recipient-list",
    "",
    `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>${entries}</list></resource-lists>`,
    "--b--",
  ].join("\r\n");
  return phone.message(factory, "", (edit) =>
    edit
      .setText("Require", "recipient-list-message")
      .body(utf8Bytes(body), "multipart/mixed;boundary=b"),
  );
}

/** As a client does it: to the recorded route, else to the sender. */
function reportDelivered(phone: Phone, received: SipRequest, id: string): Promise<SipResponse> {
  const read = parseCpim(received.body);
  assert.ok(read.ok);
  const route = read.value.extensions.find(({ name }) => name === "IMDN-Record-Route")?.value;
  const author = read.value.from?.uri ?? "";
  const body = envelope({
    from: phone.address,
    to: author,
    headers: ["NS: imdn <urn:ietf:params:imdn>", `imdn.Message-ID: report-${phone.address}`],
    type: "message/imdn+xml",
    content:
      `<imdn xmlns="urn:ietf:params:xml:ns:imdn"><message-id>${id}</message-id>` +
      `<datetime>2030-05-04T10:00:00Z</datetime><recipient-uri>${phone.address}</recipient-uri>` +
      "<delivery-notification><status><delivered/></status></delivery-notification></imdn>",
  });
  const target = route?.replace(/[<>]/g, "") ?? author;
  return phone.message(target, "", (edit) => edit.body(utf8Bytes(body), "message/cpim"));
}

function imdnsIn(request: SipRequest): readonly Imdn[] {
  const type = request.text("Content-Type") ?? "";
  const found = findImdns({ headers: [["Content-Type", type]], content: request.body });
  assert.ok(found.ok);
  return found.value.map(({ imdn }) => imdn);
}

/** "recipient status", sorted. */
function toldTo(phone: Phone): readonly string[] {
  return phone.received
    .flatMap(imdnsIn)
    .map(({ recipientUri, notification }) => `${recipientUri} ${notification.status}`)
    .toSorted();
}

test("IM-8.1.1-06a, IM-8.1.1-10: a list comes to all, also to who is away, and its receipts together", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  const bob = await online(world, "bob");
  const wanted = { id: "m1", requests: ["positive-delivery", "negative-delivery", "processing"] };
  const response = await sendList(alice, ["bob", "carol", "nobody"], wanted);
  assert.equal(response.status, 202);
  await world.clock.pass(100);
  const [copy] = bob.received;
  assert.ok(copy !== undefined);
  assert.equal((await reportDelivered(bob, copy, "m1")).status, 200);
  await world.clock.pass(15_000);
  assert.deepEqual(toldTo(alice), [
    `${at("bob")} delivered`,
    `${at("carol")} stored`,
    `${at("nobody")} failed`,
  ]);
  assert.equal(alice.received.length, 1);
  const carol = await online(world, "carol");
  const [late] = carol.received;
  assert.ok(late !== undefined);
  assert.equal((await reportDelivered(carol, late, "m1")).status, 200);
  await world.clock.pass(15_000);
  assert.deepEqual(toldTo(alice).slice(-2), [`${at("carol")} stored`, `${at("nobody")} failed`]);
  assert.equal(toldTo(alice).includes(`${at("carol")} delivered`), true);
});

test("IM-8.1.1-N3: a receipt for an author who is away waits for him over a crash", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  const bob = await online(world, "bob");
  const sent = await sendCpim(alice, bob.address, { id: "m1", requests: ["positive-delivery"] });
  assert.equal(sent.status, 200);
  await alice.hangUp();
  const [message] = bob.received;
  assert.ok(message !== undefined);
  assert.equal((await reportDelivered(bob, message, "m1")).status, 202);
  await world.start({}, world.crash());
  const again = await online(world, "alice");
  await world.clock.pass(100);
  assert.deepEqual(toldTo(again), [`${at("bob")} delivered`]);
});

test("what a list was accepted for is sent after a crash, and nobody gets it under two Call-IDs", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  const bob = await online(world, "bob");
  bob.serve = () => {}; // says nothing
  assert.equal((await sendList(alice, ["bob", "carol"], { id: "m1" })).status, 202);
  await world.clock.pass(100);
  await world.start({}, world.crash());
  const returned = await online(world, "bob");
  const carol = await online(world, "carol");
  await world.clock.pass(1_000);
  const callIds = new Set([...bob.received, ...returned.received].map(({ callId }) => callId));
  assert.equal(callIds.size, 1);
  assert.equal(new Set(carol.received.map(({ callId }) => callId)).size, 1);
});

test("messages to one user keep their order through absence, a crash and new ones meanwhile", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  for (const text of ["1", "2", "3"]) {
    assert.equal((await alice.message(at("bob"), text)).status, 202);
  }
  await world.start({}, world.crash());
  await world.clock.pass(1_000);
  const back = await online(world, "alice");
  const bob = world.phone("bob");
  const slow = Promise.withResolvers<void>();
  bob.serve = (transaction) => void slow.promise.then(() => transaction.reply(200));
  await bob.register();
  await world.settle();
  assert.equal((await back.message(at("bob"), "4")).status, 202);
  slow.resolve();
  await world.clock.pass(1_000);
  assert.equal((await back.message(at("bob"), "5")).status, 200);
  assert.deepEqual(bob.received.map(bodyText), ["1", "2", "3", "4", "5"]);
});

test("a compressed envelope is read where it must be, and stored and relayed as it came", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  const body = deflateSync(
    cpim(alice, at("bob"), { id: "m1", requests: ["processing"], content: "x".repeat(200) }),
  );
  const response = await alice.message(at("bob"), "", (edit) =>
    edit.setText("Content-Encoding", "deflate").body(body, "message/cpim"),
  );
  assert.equal(response.status, 202);
  await world.clock.pass(100);
  assert.deepEqual(toldTo(alice), [`${at("bob")} stored`]);
  const bob = await online(world, "bob");
  assert.equal(bob.received[0]?.text("Content-Encoding"), "deflate");
  assert.deepEqual([...(bob.received[0]?.body ?? [])], [...body]);
});

const behindNat: Build = (edit) => edit.setText("Contact", "<sip:bob@10.0.0.1:5060>;+g.oma.sip-im");

test("RFC 3428 §8: what is too long for the datagrams of a present phone waits for a stream, and stands in nobody's way", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  const long = "x".repeat(1_301);
  for (const text of [long, "short"]) {
    assert.equal((await alice.message(at("bob"), text)).status, 202);
  }
  for (const build of [undefined, behindNat]) {
    const desk = world.phone("bob", { transport: "UDP" });
    await desk.register(build);
    await world.clock.pass(1_000);
    assert.deepEqual(desk.received.map(bodyText), build === undefined ? ["short"] : []);
    const later = await alice.message(at("bob"), "y".repeat(1_301));
    assert.equal(later.status, 413);
    assert.equal((await alice.message(at("bob"), "later")).status, 200);
    await desk.register(build, 0);
  }
  const bob = await online(world, "bob");
  await world.clock.pass(1_000);
  assert.deepEqual(bob.received.map(bodyText), [long]);
});

test("RFC 3261 §18.1.1: headers alone make no message too long for a phone without streams", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  const text = "x".repeat(1_250);
  assert.equal((await alice.message(at("bob"), text)).status, 202);
  const bob = world.phone("bob", { transport: "UDP" });
  await bob.register();
  await world.clock.pass(1_000);
  assert.equal((await alice.message(at("bob"), text)).status, 200);
  assert.deepEqual(bob.received.map(bodyText), [text, text]);
});

function takesText(request: SipRequest): number {
  return request.text("Content-Type")?.startsWith("text/plain") === true ? 200 : 415;
}

test("RFC 3428 §11: a phone that knows no envelope gets the text, at once and out of the store", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  assert.equal((await sendCpim(alice, at("bob"), { id: "m1", content: "one" })).status, 202);
  const bob = world.phone("bob");
  bob.answer = takesText;
  await bob.register();
  await world.clock.pass(100);
  const live = await sendCpim(alice, at("bob"), { id: "m2", content: "two" });
  assert.equal(live.status, 200);
  const taken = bob.received.filter((request) => takesText(request) === 200);
  assert.deepEqual(taken.map(bodyText), ["one", "two"]);
});

test("IM-8.1.1-04: an anonymous list names its author nowhere, and its receipts find him", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  const bob = await online(world, "bob");
  const carol = await online(world, "carol");
  const message = envelope({
    from: "sip:anonymous@anonymous.invalid",
    to: at("team"),
    headers: asking("m1", "positive-delivery"),
  });
  const entries = ["bob", "carol"].map((name) => `<entry uri="${at(name)}"/>`).join("");
  const body = [
    "--b",
    "Content-Type: message/cpim",
    "",
    message,
    "--b",
    "Content-Type: application/resource-lists+xml",
    "Content-Disposition: recipient-list",
    "",
    `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>${entries}</list></resource-lists>`,
    "--b--",
  ].join("\r\n");
  const response = await alice.message(at("conf-factory"), "", (edit) =>
    edit
      .setText("Privacy", "id")
      .setText("Require", "recipient-list-message")
      .body(utf8Bytes(body), "multipart/mixed;boundary=b"),
  );
  assert.equal(response.status, 202);
  await world.clock.pass(100);
  for (const phone of [bob, carol]) {
    const [copy] = phone.received;
    assert.ok(copy !== undefined);
    assert.equal(copy.body.length > 0 && bodyText(copy).includes("alice"), false);
    assert.equal(
      [...copy.lines()].some(({ value }) => value.includes("alice")),
      false,
    );
    assert.equal((await reportDelivered(phone, copy, "m1")).status, 200);
  }
  await world.clock.pass(1_000);
  assert.deepEqual(toldTo(alice), [`${at("bob")} delivered`, `${at("carol")} delivered`]);
});

test("nothing of our own code failed", async () => {
  const world = await World.open();
  const alice = await online(world, "alice");
  await sendCpim(alice, at("bob"), { id: "m1", requests: ["processing"] });
  await world.clock.pass(60_000);
  assert.deepEqual(world.logged, []);
});

function sendPart(
  phone: Phone,
  names: readonly string[],
  part: string,
  header: readonly [string, string],
): Promise<SipResponse> {
  const entries = names.map((name) => `<entry uri="${at(name)}"/>`).join("");
  const body = [
    "--b",
    part,
    "--b",
    "Content-Type: application/resource-lists+xml",
    "Content-Disposition: recipient-list",
    "",
    `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>${entries}</list></resource-lists>`,
    "--b--",
  ].join("\r\n");
  return phone.message(at("conf-factory"), "", (edit) =>
    edit
      .setText("Require", "recipient-list-message")
      .setText(...header)
      .body(utf8Bytes(body), "multipart/mixed;boundary=b"),
  );
}

test("a type that MIME readers forgive is lifted as SIP wants it", async () => {
  const world = await World.open();
  const [alice, bob] = [await online(world, "alice"), await online(world, "bob")];
  const part = "Content-Type: text/plain;\r\n\r\nhello";
  assert.equal((await sendPart(alice, ["bob"], part, ["Subject", "x"])).status, 202);
  await world.clock.pass(1_000);
  const [copy] = bob.received;
  assert.ok(copy !== undefined);
  assert.equal(copy.text("Content-Type"), "text/plain");
  assert.equal(bodyText(copy), "hello");
  assert.deepEqual(world.logged, []);
});

test("a copy that cannot be sent for what its author wrote fails, and stands in nobody's way", async () => {
  const world = await World.open();
  const [alice, bob] = [await online(world, "alice"), await online(world, "bob")];
  const part = "Content-Type: text/plain\r\n\r\nnever";
  assert.equal((await sendPart(alice, ["bob"], part, ["Reject-Contact", ";;;"])).status, 202);
  assert.equal((await sendList(alice, ["bob"], { id: "m2", content: "after it" })).status, 202);
  await world.clock.pass(1_000);
  const [copy, ...more] = bob.received;
  assert.ok(copy !== undefined && more.length === 0);
  assert.match(bodyText(copy), /after it/);
  assert.deepEqual(world.logged, []);
});

test("receipts have an allowance of their own: a reader of many messages can still write", async () => {
  const limits = { messagesPerSecond: 1, messageBurst: 2, receiptsPerSecond: 1, receiptBurst: 3 };
  const world = await World.open({ limits });
  const [alice, bob] = [await online(world, "alice"), await online(world, "bob")];
  const receipt = envelope({ from: bob.address, to: alice.address, type: "message/imdn+xml" });
  const sent = async (body: string) =>
    (await bob.message(alice.address, "", (edit) => edit.body(utf8Bytes(body), "message/cpim")))
      .status;
  const text = envelope({ from: bob.address, to: alice.address });
  const statuses: number[] = [];
  for (const body of [receipt, receipt, receipt, receipt, text, text, text]) {
    statuses.push(await sent(body));
  }
  assert.deepEqual(statuses, [200, 200, 200, 503, 200, 200, 503]);
});
