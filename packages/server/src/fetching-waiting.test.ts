/** A user fetches himself what waits for him. OMA IM clause 12 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatImSettings, IM_SETTINGS_TYPE, parseHistoryList } from "@parlance/formats";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import { type Build, DOMAIN, type Phone, World } from "./core/world.test.ts";
import { asking, envelope } from "./testing/people.ts";

const at = (name: string): string => `sip:${name}@${DOMAIN}`;
const DEFERRED = at("deferred");

interface Asking {
  readonly to?: string;
  readonly build?: Build;
}

/** REFER without a subscription, unless it is wanted. */
function refer(phone: Phone, target: string, { to = DEFERRED, build }: Asking = {}) {
  return phone.request("REFER", to, (edit) => {
    edit.setText("Accept-Contact", "*;+g.oma.sip-im").setText("Contact", phone.contactValue);
    edit.setText("Refer-To", `<${target}>`);
    edit.setText("Refer-Sub", "false").setText("Supported", "norefersub");
    build?.(edit);
  });
}

function write(phone: Phone, to: string, content: string) {
  const headers = asking("m1", "negative-delivery");
  const body = utf8Bytes(envelope({ from: phone.address, to: at(to), headers, content }));
  return phone.message(at(to), "", (edit) => {
    edit.setText("Subject", content).body(body, "message/cpim");
  });
}

/** He wants nothing brought unasked. */
async function fetcher(world: World, name = "bob"): Promise<Phone> {
  const phone = world.phone(name);
  await phone.register();
  const barring = { sessions: undefined, messages: undefined, files: undefined };
  const history = { sessions: undefined, messages: undefined };
  const said = { id: "client-1", visible: undefined, offlineDelivery: false, barring, history };
  const published = await phone.request("PUBLISH", phone.address, (edit) => {
    edit.setText("Event", "poc-settings").setText("Expires", "600000");
    edit.setText("Accept-Contact", "*;+g.oma.sip-im");
    edit.body(formatImSettings({ entities: [said] }), IM_SETTINGS_TYPE);
  });
  assert.equal(published.status, 200);
  return phone;
}

interface Missed {
  readonly bob: Phone;
  readonly references: readonly string[];
}

/** Bob is back, who has missed this. */
async function missed(world: World, ...written: readonly string[]): Promise<Missed> {
  const bob = await fetcher(world);
  await bob.register(undefined, 0);
  const alice = world.phone("alice");
  await alice.register();
  for (const content of written) assert.equal((await write(alice, "bob", content)).status, 202);
  await bob.register();
  await world.clock.pass(10_000);
  const listed = await world.stores.deferred.list("bob", undefined, 100);
  return { bob, references: listed.map(({ id }) => `sip:def-${id}@deferred.${DOMAIN}`) };
}

function contents(phone: Phone): readonly string[] {
  const messages = phone.received.filter(({ method }) => method === "MESSAGE");
  return messages.map(({ body }) => utf8Text(body).split("\r\n\r\n").at(-1) ?? "");
}

const subscribing: Build = (edit) => void edit.remove("Refer-Sub").remove("Supported");
const untagged: Build = (edit) => void edit.remove("Accept-Contact");

function list(...uris: readonly string[]): Build {
  return (edit) => {
    const entries = uris.map((uri) => `<entry uri="${uri}"/>`).join("");
    const xml = `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>${entries}</list></resource-lists>`;
    edit.setText("Refer-To", "<cid:list@bob>").setText("Require", "multiple-refer");
    edit.setText("Content-ID", "<list@bob>").setText("Content-Disposition", "recipient-list");
    edit.body(utf8Bytes(xml), "application/resource-lists+xml");
  };
}

test("clause 14.5: one who wants nothing pushed fetches one message, then all, and they are gone", async () => {
  const world = await World.open();
  const { bob, references } = await missed(world, "one", "two", "three");
  bob.received.length = 0;
  const answer = await refer(bob, references[1] ?? "");
  assert.equal(answer.status, 202);
  assert.equal(answer.text("Refer-Sub"), "false");
  await world.settle();
  assert.deepEqual(contents(bob), ["two"]);
  const [got] = bob.received;
  assert.equal(got?.text("Referred-By"), `<${DEFERRED}>`);
  assert.equal(got?.text("In-Reply-To"), answer.callId);
  assert.equal(got?.text("From")?.startsWith(`<${at("alice")}>`), true);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 2);

  assert.equal((await refer(bob, `sip:all@deferred.${DOMAIN}`)).status, 202);
  await world.settle();
  assert.deepEqual(contents(bob), ["two", "one", "three"]);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 0);
});

test("several are named in a list, and one that is not his spoils it, as one that is not at all", async () => {
  const world = await World.open();
  const { bob, references } = await missed(world, "one", "two");
  const [one = "", two = ""] = references;
  bob.received.length = 0;
  const nobodys = one.replace(/def-[0-9a-z]{4}/, "def-zzzz");
  const spoilt = await refer(bob, one, { build: list(one, nobodys) });
  assert.equal(spoilt.status, 404);
  const carol = await fetcher(world, "carol");
  assert.equal((await refer(carol, one)).status, 404);
  assert.equal((await refer(bob, one, { build: list(two, one) })).status, 202);
  await world.settle();
  assert.deepEqual(contents(bob), ["two", "one"]);
});

test("what the device does not take stays, and the subscription of the REFER tells how it went", async () => {
  const world = await World.open();
  const { bob, references } = await missed(world, "one");
  const [one = ""] = references;
  bob.received.length = 0;
  bob.answer = ({ method }) => (method === "MESSAGE" ? 480 : 200);
  assert.equal((await refer(bob, one, { build: subscribing })).status, 202);
  await world.settle();
  const told = bob.received.filter(({ method }) => method === "NOTIFY").at(-1);
  assert.match(utf8Text(told?.body ?? new Uint8Array()), /^SIP\/2.0 480/);
  assert.match(told?.text("Subscription-State") ?? "", /terminated/);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 1);

  bob.answer = () => 200;
  assert.equal((await refer(bob, one, { build: subscribing })).status, 202);
  await world.settle();
  const last = bob.received.filter(({ method }) => method === "NOTIFY").at(-1);
  assert.match(utf8Text(last?.body ?? new Uint8Array()), /^SIP\/2.0 200/);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 0);
});

test("it comes to the device that asks, and to no other", async () => {
  const world = await World.open();
  const { bob, references } = await missed(world, "one");
  const [one = ""] = references;
  const other = await fetcher(world);
  for (const phone of [bob, other]) phone.received.length = 0;
  assert.equal((await refer(other, one)).status, 202);
  await world.settle();
  assert.deepEqual(contents(bob), []);
  assert.deepEqual(contents(other), ["one"]);
});

test("only REFER by an IM client is heard there", async () => {
  const world = await World.open();
  const { bob, references } = await missed(world, "one");
  const [one = ""] = references;
  assert.equal((await bob.message(DEFERRED, "give me")).status, 405);
  assert.equal((await refer(bob, one, { build: untagged })).status, 403);
  const byeing = await refer(bob, `${one};method=BYE`);
  assert.equal(byeing.status, 403);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 1);
});

test("clause 14.3: who fetches himself is told of what waits, once for each registration", async () => {
  const world = await World.open();
  const { bob } = await missed(world, "one", "two");
  const lists = () =>
    bob.received.filter(
      (request) => request.text("Content-Type") === "application/vnd.oma.im.deferred-list+xml",
    );
  assert.equal(lists().length, 1);
  const [told] = lists();
  assert.equal(told?.text("From")?.startsWith(`<${DEFERRED}>`), true);
  const read = parseHistoryList(told?.body ?? new Uint8Array());
  assert.deepEqual(read.ok && read.value.entries.map(({ subject }) => subject), ["one", "two"]);
  await bob.register();
  await world.clock.pass(10_000);
  assert.equal(lists().length, 1);
});

test("clause 14.4: the list itself comes in a NOTIFY to those who subscribe as others do", async () => {
  const world = await World.open();
  const { bob, references } = await missed(world, "one");
  const [one = ""] = references;
  for (const event of ["sip-profile", "ua-profile"]) {
    bob.received.length = 0;
    const answer = await bob.request("SUBSCRIBE", bob.address, (edit) => {
      edit.setText("Event", event).setText("Expires", "3600");
      edit.setText("Contact", bob.contactValue).setText("Accept-Contact", "*;+g.oma.sip-im");
      edit.setText("Accept", "application/vnd.oma.im.deferred-list+xml");
    });
    assert.equal(answer.status, 200);
    await world.settle();
    const [first] = bob.received;
    assert.equal(first?.method, "NOTIFY");
    const read = parseHistoryList(first?.body ?? new Uint8Array());
    assert.deepEqual(read.ok && read.value.entries.map(({ reference }) => reference), [one]);
  }
  bob.received.length = 0;
  assert.equal((await refer(bob, one)).status, 202);
  await world.settle();
  const after = bob.received.filter(({ method }) => method === "NOTIFY");
  assert.equal(after.length, 2);
  const read = parseHistoryList(after[0]?.body ?? new Uint8Array());
  assert.deepEqual(read.ok && read.value.entries, []);
});
