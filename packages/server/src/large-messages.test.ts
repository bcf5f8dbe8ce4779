/** Large messages for users who are away: taken in full, kept, brought. OMA IM 9, 12.6, 14.6 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatImSettings, IM_SETTINGS_TYPE } from "@parlance/formats";
import type { MsrpDialer } from "@parlance/msrp";
import { concatBytes, utf8Bytes, utf8Text } from "@parlance/wire";
import type { ServerConfig } from "./config.ts";
import { type Phone, World } from "./core/world.test.ts";
import { sameOctets } from "./testing/octets.ts";
import { SessionPhone } from "./testing/session-phone.ts";

const LARGE = "*;+g.oma.sip-im.large-message";
const IM = "*;+g.oma.sip-im";
const TAG = ";+g.oma.sip-im.large-message";

interface Mail {
  readonly world: World;
  readonly alice: SessionPhone;
  /** Of Alice, for reports. */
  readonly below: Phone;
}

async function mail(config: Partial<ServerConfig> = {}): Promise<Mail> {
  const dialer: MsrpDialer = { dial: () => () => {} };
  const world = await World.open(config, undefined, dialer);
  listens(world);
  const below = world.phone("alice");
  await below.register();
  return { world, alice: new SessionPhone(below, "alice", world), below };
}

function listens({ server }: World): void {
  const place = { secure: false, host: "192.0.2.1", port: 2855 } as const;
  server.media?.listens({ ...place, transport: "tcp" });
}

function envelope(text: string, from = "sip:alice@parlance.test"): Uint8Array {
  return utf8Bytes(
    `From: <${from}>\r\nTo: <sip:bob@parlance.test>\r\nNS: imdn <urn:ietf:params:imdn>\r\n` +
      `imdn.Message-ID: big1\r\nimdn.Disposition-Notification: processing, negative-delivery\r\n\r\n` +
      `Content-Type: text/plain\r\n\r\n${text}`,
  );
}

/** Alice's offer of one message of that size. */
function offers(alice: SessionPhone, sizeBytes: number): SessionPhone {
  const file = `a=file-selector:type:message/cpim size:${sizeBytes}`;
  return alice.wish({ types: "message/cpim", lines: ["a=sendonly", file], features: TAG });
}

async function begins({ world, alice }: Mail, sizeBytes: number): Promise<void> {
  offers(alice, sizeBytes).invite("sip:bob@parlance.test", { "Accept-Contact": `${IM}, ${LARGE}` });
  await world.settle();
}

/** Sends it in chunks of 16 KiB; the transaction id of the last one. */
async function sends({ world, alice }: Mail, message: Uint8Array): Promise<string> {
  const { device } = alice;
  device.connect((connection) => world.server.media?.taken(connection)).greet(alice.peerPath);
  let last = "";
  for (let at = 0; at < message.length; at += 16_384) {
    const end = Math.min(at + 16_384, message.length);
    last = device.say(alice.peerPath, message.subarray(at, end), {
      messageId: "large",
      type: "message/cpim",
      range: `${at + 1}-${end}/${message.length}`,
      flag: end === message.length ? "$" : "+",
    });
    await world.settle();
  }
  return last;
}

async function bobReturns(
  { world }: Mail,
  wish: (bob: SessionPhone) => void = () => {},
): Promise<SessionPhone> {
  const below = world.phone("bob");
  const bob = new SessionPhone(below, "bob", world).wish({ features: TAG, lines: ["a=recvonly"] });
  wish(bob);
  await below.register((edit) => edit.setText("Contact", `${below.contactValue}${TAG}`));
  await world.settle();
  return bob;
}

test("a large message for a user who is away is taken in full, kept, and brought when he returns", async () => {
  const made = await mail();
  const { world, alice } = made;
  const message = envelope("x".repeat(100_000));
  await begins(made, message.length);
  assert.equal(alice.said("setup"), "passive");
  const last = await sends(made, message);
  assert.equal(alice.device.responses.at(-1), `${last} 200`);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 1);
  alice.call?.end();
  await world.settle();

  const bob = await bobReturns(made);
  const invite = bob.incoming?.request ?? assert.fail("no INVITE for Bob");
  assert.match(invite.texts("Accept-Contact").join(), /large-message/);
  assert.equal(invite.text("From")?.startsWith("<sip:alice@parlance.test>"), true);
  assert.match(utf8Text(invite.body), /a=sendonly/);
  bob.device.connect((connection) => world.server.media?.taken(connection)).greet(bob.peerPath);
  for (let turn = 0; turn < 20; turn += 1) await world.settle();
  const got = concatBytes(...bob.device.requests.map(({ body }) => body ?? new Uint8Array(0)));
  sameOctets(got, message);
  assert.equal(bob.ends[0]?.by, "peer");
  assert.equal((await world.stores.deferred.usage("bob")).messages, 0);
  assert.deepEqual(world.largeMessages?.image(), []);
});

test("IM-5.2.4-08f: one that waits is kept in the history of both who want that, each at his time", async () => {
  const made = await mail();
  const { world, alice, below } = made;
  const document = formatImSettings({
    entities: [
      {
        id: "client-1",
        visible: undefined,
        offlineDelivery: undefined,
        barring: { sessions: undefined, messages: undefined, files: undefined },
        history: { sessions: undefined, messages: true },
      },
    ],
  });
  const other = world.phone("bob");
  await other.register();
  for (const phone of [below, other]) {
    await phone.request("PUBLISH", phone.address, (edit) => {
      edit.setText("Event", "poc-settings").setText("Expires", "600000");
      edit.setText("Accept-Contact", IM).body(document, IM_SETTINGS_TYPE);
    });
  }
  await other.register(undefined, 0);
  const message = envelope("x".repeat(100_000));
  await begins(made, message.length);
  await sends(made, message);
  alice.call?.end();
  await world.settle();
  const kept = async (name: string) => {
    const newest = { conversation: undefined, before: undefined, limit: 10 };
    const entries = await world.stores.history.page(name, newest);
    return entries.map(({ direction, mode, conversation, sizeBytes }) =>
      [direction, mode, conversation, sizeBytes].join(" "),
    );
  };
  assert.deepEqual(await kept("alice"), ["sent large sip:bob@parlance.test 100000"]);
  assert.deepEqual(await kept("bob"), []);
  const bob = await bobReturns(made);
  bob.device.connect((connection) => world.server.media?.taken(connection)).greet(bob.peerPath);
  for (let turn = 0; turn < 20; turn += 1) await world.settle();
  assert.deepEqual(await kept("bob"), ["received large sip:alice@parlance.test 100000"]);
  assert.equal(world.largeMessages?.image().length, 2); // one each; that which waited is gone
});

test("the author hears that it is kept, if he asked", async () => {
  const made = await mail();
  const { world, below, alice } = made;
  const said: string[] = [];
  const before = below.serve;
  below.serve = (transaction) => {
    if (transaction.request.method === "MESSAGE") said.push(utf8Text(transaction.request.body));
    before?.(transaction);
  };
  await begins(made, 300);
  await sends(made, envelope("hello"));
  await world.settle();
  assert.match(said.join(), /<stored\/>/);
  assert.equal(alice.failures.length, 0);
});

test("what was acknowledged survives a crash, what was not leaves nothing behind", async () => {
  const made = await mail();
  const { world, alice } = made;
  await begins(made, 300);
  await sends(made, envelope("kept"));
  alice.call?.end();
  await world.settle();
  await begins(made, 40_000);
  const half = envelope("y".repeat(40_000)).subarray(0, 16_384);
  alice.device.connect((connection) => world.server.media?.taken(connection)).greet(alice.peerPath);
  alice.device.say(alice.peerPath, half, {
    messageId: "second",
    type: "message/cpim",
    range: "1-16384/40000",
    flag: "+",
  });
  await world.settle();
  const image = world.crash();
  await world.start({}, image);
  listens(world);
  assert.equal(world.largeMessages?.image().length, 1);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 1);
});

test("a lie about the author, another type, and a second message are refused", async () => {
  const made = await mail();
  const { alice, world } = made;
  await begins(made, 300);
  const lie = await sends(made, envelope("hello", "sip:carol@parlance.test"));
  assert.equal(alice.device.responses.at(-1), `${lie} 403`);
  const plain = alice.device.say(alice.peerPath, "hello", { type: "text/plain" });
  await world.settle();
  assert.equal(alice.device.responses.at(-1), `${plain} 415`);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 0);
});

test("one that is too large is refused before it is sent, and one too many when it has come", async () => {
  const made = await mail({ limits: { largeMessageBytes: 1_000, deferredBytesPerUser: 900 } });
  const { alice } = made;
  await begins(made, 2_000);
  const [failure] = alice.failures;
  assert.ok(failure?.kind === "refused");
  assert.match(failure.response.text("Warning") ?? "", /size exceeded/);
  await begins(made, 900);
  const last = await sends(made, envelope("x".repeat(600)));
  assert.equal(alice.device.responses.at(-1), `${last} 413`);
});

test("a conversation does not wait for anybody: 480", async () => {
  const { world, alice } = await mail();
  alice.invite("sip:bob@parlance.test");
  await world.settle();
  const [failure] = alice.failures;
  assert.equal(failure?.kind === "refused" && failure.response.status, 480);
});

test("a device that answers nonsense gets the message no second time, and the server goes on", async () => {
  const made = await mail();
  const { world, alice } = made;
  await begins(made, 300);
  await sends(made, envelope("hello"));
  alice.call?.end();
  await world.settle();
  const bob = await bobReturns(made, (phone) => {
    phone.automatic = false;
  });
  bob.incoming?.accept({ body: { type: "application/sdp", bytes: utf8Bytes("no description") } });
  await world.settle();
  assert.equal(bob.ends.length, 1);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 0);
});

test("devices that do not answer count as away: the message is kept in their place", async () => {
  const made = await mail();
  const { world, alice } = made;
  const below = world.phone("bob", { transport: "UDP" });
  await below.register((edit) => edit.setText("Contact", `${below.contactValue}${TAG}`));
  below.die();
  await begins(made, 300);
  await world.clock.pass(33_000);
  assert.equal(alice.failures.length, 0);
  const last = await sends(made, envelope("hello"));
  assert.equal(alice.device.responses.at(-1), `${last} 200`);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 1);
});
