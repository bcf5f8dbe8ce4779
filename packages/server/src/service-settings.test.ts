/** Service settings through the running server: what is published, what it does, and when it ends. Clause 3.2, RFC 3903 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatImSettings, IM_SETTINGS_TYPE, parseImSettings } from "@parlance/formats";
import type { SipResponse } from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import { type Build, DOMAIN, type Phone, World } from "./core/world.test.ts";
import { inSession, two } from "./session-world.test.ts";
import {
  ConferenceWorld,
  FACTORY,
  listed,
  refusal,
  TEAM,
} from "./testing/conference-world.test.ts";
import { SessionPhone } from "./testing/session-phone.ts";

interface Saying {
  readonly id?: string;
  readonly sessions?: boolean;
  readonly messages?: boolean;
  readonly files?: boolean;
  readonly visible?: boolean;
  readonly offlineDelivery?: boolean;
  readonly history?: boolean;
}

function document(say: Saying): Uint8Array {
  const { id = "client-1", visible, offlineDelivery, sessions, messages, files, history } = say;
  const kept = { sessions: history, messages: history };
  return formatImSettings({
    entities: [
      { id, visible, offlineDelivery, barring: { sessions, messages, files }, history: kept },
    ],
  });
}

function publish(phone: Phone, say: Saying | undefined, build?: Build): Promise<SipResponse> {
  return phone.request("PUBLISH", phone.address, (edit) => {
    edit.setText("Event", "poc-settings").setText("Expires", "600000");
    edit.setText("Accept-Contact", "*;+g.oma.sip-im");
    if (say !== undefined) edit.body(document(say), IM_SETTINGS_TYPE);
    build?.(edit);
  });
}

const over =
  (etag: string | undefined, expires = "600"): Build =>
  (edit) =>
    edit.setText("SIP-If-Match", etag ?? "").setText("Expires", expires);

async function pair(instance?: string): Promise<{ world: World; alice: Phone; bob: Phone }> {
  const world = await World.open();
  const alice = world.phone("alice");
  const bob = world.phone("bob");
  await alice.register();
  await bob.register(instance === undefined ? undefined : asDevice(bob, instance));
  return { world, alice, bob };
}

function asDevice({ contactValue }: Phone, instance: string): Build {
  return (edit) => edit.setText("Contact", `${contactValue};+sip.instance="<${instance}>"`);
}

function subscribe(phone: Phone, to: string): Promise<SipResponse> {
  return phone.request("SUBSCRIBE", to, (edit) =>
    edit
      .setText("Event", "poc-settings")
      .setText("Contact", `<${phone.contact}>`)
      .setText("Expires", "600"),
  );
}

async function status(answer: Promise<SipResponse>): Promise<number> {
  return (await answer).status;
}

test("IM-5.2.4-02, IM-5.2.4-03, IM-5.2.4-06, IM-5.2.4-07: a PUBLISH is checked in the order of the clause", async () => {
  const { world, alice, bob } = await pair();
  const other = alice.request("PUBLISH", bob.address, (edit) =>
    edit.setText("Event", "poc-settings").body(document({}), IM_SETTINGS_TYPE),
  );
  assert.equal(await status(other), 403);
  const event = await publish(alice, {}, (edit) => edit.setText("Event", "presence"));
  assert.deepEqual(
    [event.status, event.text("Allow-Events")],
    [489, "reg, poc-settings, xcap-diff, sip-profile, ua-profile"],
  );
  assert.equal(await status(publish(alice, {}, over("nobody-gave-it"))), 412);
  const brief = await publish(alice, {}, (edit) => edit.setText("Expires", "59"));
  assert.deepEqual([brief.status, brief.text("Min-Expires")], [423, "60"]);
  assert.equal(await status(publish(alice, undefined)), 400);
  const type = await publish(alice, {}, (edit) => edit.body(utf8Bytes("x"), "text/plain"));
  assert.deepEqual([type.status, type.text("Accept")], [415, IM_SETTINGS_TYPE]);
  const bad = (body: string) =>
    status(publish(alice, {}, (edit) => edit.body(utf8Bytes(body), IM_SETTINGS_TYPE)));
  assert.equal(await bad("<poc-settings"), 400);
  assert.equal(await bad("<other/>"), 400);
  const NS = "urn:oma:params:xml:ns:poc:poc-settings";
  assert.equal(await bad(`<poc-settings xmlns="${NS}"><entity/></poc-settings>`), 400);
  const many = Array.from({ length: 11 }, (_, at) => `<entity id="${at}"/>`).join("");
  assert.equal(await bad(`<poc-settings xmlns="${NS}">${many}</poc-settings>`), 400);
  assert.equal(world.stores.image().serviceSettings.length, 0);
  const good = await publish(alice, {});
  assert.deepEqual([good.status, good.text("Expires")], [200, "600000"]);
  assert.match(good.text("SIP-ETag") ?? "", /^\S{16,}$/);
  assert.match(good.text("Server") ?? "", /^IM-serv\/OMA/);
});

test("a publication is refreshed, changed and removed by its tag, a new one each time (RFC 3903 §4)", async () => {
  const { alice, bob } = await pair();
  const first = await publish(bob, { messages: true });
  const second = await publish(bob, undefined, over(first.text("SIP-ETag")));
  assert.notEqual(second.text("SIP-ETag"), first.text("SIP-ETag"));
  assert.equal(await status(publish(bob, undefined, over(first.text("SIP-ETag")))), 412);
  assert.equal(await status(alice.message(bob.address, "barred")), 480);
  const third = await publish(bob, { messages: false }, over(second.text("SIP-ETag")));
  assert.equal(await status(alice.message(bob.address, "heard")), 200);
  const fourth = await publish(bob, { messages: true }, over(third.text("SIP-ETag")));
  const removal = await publish(bob, undefined, over(fourth.text("SIP-ETag"), "0"));
  assert.deepEqual([removal.status, removal.text("Expires")], [200, "0"]);
  assert.equal(await status(alice.message(bob.address, "heard again")), 200);
});

test("IM-5.2.4-08b: barred messages are refused and not kept, sessions go on being possible", async () => {
  const { world, alice, bob } = await pair();
  await publish(bob, { messages: true });
  const refused = await alice.message(bob.address, "hello");
  assert.equal(refused.status, 480);
  assert.match(refused.text("Warning") ?? "", /incoming barring active/);
  assert.deepEqual(world.stores.image().deferred, []);
  assert.equal(bob.received.length, 0);
  await bob.hangUp();
  assert.equal(await status(alice.message(bob.address, "while away")), 480);
});

test("IM-5.2.4-08a, IM-5.2.4-08g: barring sessions or files lets those go on that run, and begins with the next", async () => {
  for (const kind of ["sessions", "files"] as const) {
    const { alice, bob, world, settle, phone } = await inSession();
    const below = world.phone("bob");
    await publish(below, { [kind]: true });
    alice.device.say(alice.peerPath, "still here");
    assert.deepEqual(bob.device.texts, ["still here"]);
    const carol = await phone("carol");
    carol.invite(bob.call === undefined ? "" : `sip:bob@${DOMAIN}`);
    await settle();
    const statuses = carol.failures.map((one) => one.kind === "refused" && one.response.status);
    assert.deepEqual(statuses, kind === "sessions" ? [480] : []);
  }
});

test("IM-5.2.4-08a, IM-5.2.4-08g: what rings when its kind is barred ends for both, and what was answered goes on", async () => {
  const { world, alice, bob, settle, phone } = await inSession();
  const carol = await phone("carol");
  bob.automatic = false;
  carol.invite(`sip:bob@${DOMAIN}`);
  await settle();
  bob.incoming?.ring();
  await settle();
  await publish(world.phone("bob"), { files: true });
  assert.equal(bob.cancelled, 0); // nobody calls with files
  await publish(world.phone("bob"), { id: "client-2", sessions: true });
  await settle();
  assert.equal(bob.cancelled, 1);
  const [failure] = carol.failures;
  assert.ok(failure?.kind === "refused");
  assert.equal(failure.response.status, 480);
  assert.match(failure.response.text("Warning") ?? "", /incoming barring active/);
  assert.equal(world.server.stats.sessions, 1);
  alice.device.say(alice.peerPath, "still here");
  assert.deepEqual(bob.device.texts, ["still here"]);
});

test("IM-5.2.4-08a: who is asked into a group while he bars sessions is asked no more", async () => {
  const made = await ConferenceWorld.open();
  const alice = await made.somebody("alice");
  const bob = await made.somebody("bob");
  bob.phone.automatic = false;
  alice.phone.invite(TEAM);
  await made.settle();
  bob.phone.incoming?.ring();
  await made.settle();
  await publish(bob.below, { sessions: true });
  await made.settle();
  assert.equal(bob.phone.cancelled, 1);
  assert.equal(refusal(alice.phone), "480"); // what she would have got
  assert.equal(made.world.server.stats.conferences, 0);
});

test("IM-5.2.4-08a: a device that bars sessions rings no more for a group while another one does, and 480 is told of who has barred all", async () => {
  const made = await ConferenceWorld.open();
  const alice = await made.somebody("alice");
  const instances = ["urn:uuid:phone", "urn:uuid:laptop"] as const;
  const devices = await Promise.all(
    instances.map(async (instance) => {
      const below = made.world.phone("bob");
      await below.register(asDevice(below, instance));
      return made.with(below, "bob");
    }),
  );
  for (const { phone } of devices) phone.automatic = false;
  await made.somebody("carol");
  const invitees = listed("sip:bob@parlance.test", "sip:carol@parlance.test");
  alice.phone.invite(FACTORY, {}, invitees);
  await made.settle();
  await alice.watch();
  for (const { phone } of devices) phone.incoming?.ring();
  await made.settle();
  const cancelled = () => devices.map(({ phone }) => phone.cancelled);
  for (const [at, id] of instances.entries()) {
    assert.deepEqual(cancelled(), at === 0 ? [0, 0] : [1, 0]);
    const one = devices[at];
    if (one !== undefined) await publish(one.below, { id, sessions: true });
    await made.settle();
  }
  assert.deepEqual(cancelled(), [1, 1]);
  await made.pass(2_000);
  const reasons = alice.documents.flatMap(({ users }) =>
    (users?.users ?? []).flatMap(({ endpoints }) =>
      endpoints.flatMap(({ disconnectionInfo }) => disconnectionInfo?.reason ?? []),
    ),
  );
  assert.ok(
    reasons.some((reason) => /cause=480/.test(reason)),
    reasons.join(),
  );
});

test("IM-5.2.4-08a, IM-5.2.4-08g: a device that bars itself rings no more, and the other one answers", async () => {
  const { world, alice, settle } = await two();
  const instances = ["urn:uuid:phone", "urn:uuid:laptop"] as const;
  const devices = await Promise.all(
    instances.map(async (instance) => {
      const below = world.phone("carol");
      await below.register(asDevice(below, instance));
      const device = new SessionPhone(below, "carol", world);
      device.automatic = false;
      return device;
    }),
  );
  alice.invite(`sip:carol@${DOMAIN}`);
  await settle();
  for (const { incoming } of devices) incoming?.ring();
  await settle();
  const cancelled = () => devices.map((device) => device.cancelled);
  await publish(world.phone("carol"), { id: instances[0], files: true });
  await settle();
  assert.deepEqual(cancelled(), [0, 0]); // nobody calls with files
  await publish(world.phone("carol"), { id: instances[0], sessions: true });
  await settle();
  assert.deepEqual(cancelled(), [1, 0]);
  assert.equal(alice.failures.length, 0);
  devices[1]?.incoming?.refuse(486);
  await settle();
  const [failure] = alice.failures;
  assert.ok(failure?.kind === "refused");
  assert.equal(failure.response.status, 486); // the word of who was asked
});

test("IM-5.2.4-08a: a device bars itself alone, and stays known as a device while it is away", async () => {
  const { world, alice, bob } = await pair("urn:uuid:phone");
  const laptop = world.phone("bob");
  await laptop.register(asDevice(laptop, "urn:uuid:laptop"));
  await publish(bob, { id: "urn:uuid:phone", messages: true });
  assert.equal(await status(alice.message(bob.address, "one")), 200);
  assert.deepEqual([bob.received.length, laptop.received.length], [0, 1]);
  await laptop.hangUp();
  assert.equal(await status(alice.message(bob.address, "two")), 480);
  await bob.hangUp();
  assert.equal(await status(alice.message(bob.address, "three")), 202); // the laptop may come
  laptop.connect();
  await laptop.register(asDevice(laptop, "urn:uuid:laptop"));
  await world.clock.pass(5_000);
  assert.equal(laptop.received.length, 2);
});

test("IM-5.2.4-08c: an invisible user is away to others, writes himself, and gets it all when he is seen", async () => {
  const { world, alice, bob } = await pair();
  const hidden = await publish(bob, { visible: false });
  assert.equal(await status(alice.message(bob.address, "one")), 202);
  assert.equal(await status(bob.message(alice.address, "I see you")), 200);
  const other = world.phone("bob");
  assert.equal(await status(other.message(bob.address, "to myself")), 200);
  assert.equal(bob.received.length, 1);
  await publish(bob, { visible: true }, over(hidden.text("SIP-ETag")));
  await world.settle();
  assert.deepEqual(
    bob.received.map(({ body }) => new TextDecoder().decode(body)),
    ["to myself", "one"],
  );
});

test("IM-5.2.4-08c: sessions to an invisible user find nobody", async () => {
  const { alice, world, settle } = await two();
  await publish(world.phone("bob"), { visible: false });
  alice.invite(`sip:bob@${DOMAIN}`);
  await settle();
  assert.deepEqual(
    alice.failures.map((one) => one.kind === "refused" && one.response.status),
    [480],
  );
});

test("IM-5.2.4-08d: what waits is not pushed to who fetches it, and is as soon as he says otherwise", async () => {
  const { world, alice, bob } = await pair();
  const pull = await publish(bob, { offlineDelivery: false });
  await bob.hangUp();
  assert.equal(await status(alice.message(bob.address, "waits")), 202);
  bob.connect();
  await bob.register();
  await world.clock.pass(10_000);
  const [notice] = bob.received.splice(0);
  assert.match(notice?.text("Content-Type") ?? "", /deferred-list/); // clause 14.3
  assert.equal(await status(alice.message(bob.address, "overtakes")), 200);
  await publish(bob, { offlineDelivery: true }, over(pull.text("SIP-ETag")));
  await world.settle();
  assert.deepEqual(
    bob.received.map(({ body }) => new TextDecoder().decode(body)),
    ["overtakes", "waits"],
  );
});

test("after a registration the word of the device is awaited, but not for ever (T-settings)", async () => {
  const { world, alice, bob } = await pair();
  await publish(bob, {}, (edit) => edit.setText("Expires", "60"));
  await bob.hangUp();
  await world.clock.pass(61_000);
  await alice.message(bob.address, "one");
  bob.connect();
  await bob.register();
  await world.clock.pass(4_000);
  assert.equal(bob.received.length, 0);
  await publish(bob, { offlineDelivery: true }, (edit) => edit.setText("Expires", "60"));
  await world.settle();
  assert.equal(bob.received.length, 1);
  await bob.hangUp();
  await world.clock.pass(61_000);
  await alice.message(bob.address, "two");
  bob.connect();
  await bob.register();
  await world.clock.pass(5_000);
  assert.equal(bob.received.length, 2);
});

test("IM-5.2.4-08, IM-5.2.4-08e, IM-5.2.4-08f: when a publication expires barring and invisibility end, offline delivery and history stay (D-03)", async () => {
  const { world, alice, bob } = await pair();
  await publish(
    bob,
    { messages: true, visible: false, offlineDelivery: false, history: true },
    (edit) => edit.setText("Expires", "120"),
  );
  assert.equal(await status(alice.message(bob.address, "one")), 480);
  await world.clock.pass(120_000);
  assert.equal(await status(alice.message(bob.address, "two")), 200);
  const [kept] = world.stores.image().serviceSettings;
  assert.deepEqual(kept?.lasting, {
    offlineDelivery: false,
    storesSessions: true,
    storesMessages: true,
  });
});

test("settings survive a restart, and the tag of a publication with them", async () => {
  const { world, alice, bob } = await pair();
  const made = await publish(bob, { messages: true, offlineDelivery: false });
  await world.start({}, world.crash());
  for (const phone of [alice, bob]) phone.connect();
  await alice.register();
  await bob.register();
  assert.equal(await status(alice.message(bob.address, "barred still")), 480);
  assert.equal(await status(publish(bob, { messages: false }, over(made.text("SIP-ETag")))), 200);
  assert.equal(await status(alice.message(bob.address, "heard")), 200);
});

test("nothing is said of a setting that the disk has not taken", async () => {
  let broken = false;
  const commit = () => (broken ? Promise.reject(new Error("no space")) : Promise.resolve());
  const world = await World.open({}, { commit });
  const alice = world.phone("alice");
  const bob = world.phone("bob");
  await alice.register();
  await bob.register();
  broken = true;
  assert.equal(await status(publish(bob, { messages: true })), 500);
  assert.equal(await status(alice.message(bob.address, "heard")), 200);
});

test("two that publish at the same moment do not lose each other's word", async () => {
  const { world, bob } = await pair();
  const laptop = world.phone("bob");
  const [one, other] = await Promise.all([
    publish(bob, { id: "a", sessions: true }),
    publish(laptop, { id: "b", files: true }),
  ]);
  assert.deepEqual([one.status, other.status], [200, 200]);
  assert.equal(world.stores.image().serviceSettings[0]?.publications.length, 2);
});

test("a client that forgets its tags does not shut itself out; others meet the bound", async () => {
  const { bob } = await pair();
  for (let at = 0; at < 12; at += 1) {
    assert.equal(await status(publish(bob, { messages: true })), 200);
  }
  const { bob: another, world } = await pair();
  const one = (at: number) => status(publish(another, { id: `client-${at}` }));
  for (let at = 0; at < 10; at += 1) assert.equal(await one(at), 200);
  assert.equal(await one(10), 403);
  assert.equal(world.metrics.labelled.get("parlance_limit_hits_total publicationsPerUser"), 1);
});

test("a user watches his own settings, as they hold for all his devices; nobody else does (RFC 4354 §5)", async () => {
  const { world, alice, bob } = await pair();
  assert.equal(await status(subscribe(alice, bob.address)), 403);
  assert.equal(await status(subscribe(bob, bob.address)), 200);
  await publish(bob, { id: "a", messages: true, visible: false });
  await publish(bob, { id: "b", offlineDelivery: false, visible: true });
  await world.settle();
  const told = bob.received
    .filter(({ method }) => method === "NOTIFY")
    .map(({ body }) => {
      const read = parseImSettings(body);
      assert.ok(read.ok);
      return read.value.entities.map(
        ({ id, barring, visible, offlineDelivery }) =>
          `${id} ${barring.messages} ${visible} ${offlineDelivery}`,
      );
    });
  assert.deepEqual(told, [
    [`${bob.address} false true true`],
    ["a true false true"],
    ["a true true false", "b false true false"],
  ]);
  assert.equal(world.server.stats.subscriptions, 1);
  await world.server.admin.users.setPassword("bob", "another");
  await world.settle();
  assert.equal(world.server.stats.subscriptions, 0);
});

test("what an account has set goes with it", async () => {
  const { world, alice, bob } = await pair();
  await publish(bob, { messages: true, offlineDelivery: false });
  await world.server.admin.users.remove("bob");
  await world.server.admin.users.add({ name: "bob", password: "bob-secret" });
  assert.deepEqual(world.stores.image().serviceSettings, []);
  assert.equal(await status(alice.message(bob.address, "to another bob")), 202);
});
