/** A MESSAGE that waits, and is too long for the datagrams by which its user is reached when he is back. RFC 3428 §8, OMA IM 14.6 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCpim } from "@parlance/formats";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import { type Phone, World } from "./core/world.test.ts";
import { SessionPhone } from "./testing/session-phone.ts";

const LONG = "x".repeat(5_000);

/** Carol has written to Bob, who is away. */
async function written(body: string, type: string): Promise<World> {
  const world = await World.open({}, undefined, { dial: () => () => {} });
  const place = { secure: false, host: "192.0.2.1", port: 2855 } as const;
  world.server.media?.listens({ ...place, transport: "tcp" });
  const carol = world.phone("carol");
  await carol.register();
  const answer = await carol.message("sip:bob@parlance.test", "", (edit) => {
    edit.body(utf8Bytes(body), type);
  });
  assert.equal(answer.status, 202);
  return world;
}

function envelope(text: string): string {
  return (
    "From: <sip:carol@parlance.test>\r\nTo: <sip:bob@parlance.test>\r\n\r\n" +
    `Content-Type: text/plain\r\n\r\n${text}`
  );
}

interface Back {
  readonly below: Phone;
  readonly bob: SessionPhone;
}

async function bobReturns(world: World, refuses?: number): Promise<Back> {
  const below = world.phone("bob", { transport: "UDP" });
  const bob = new SessionPhone(below, "bob", world).wish({ lines: ["a=recvonly"] });
  bob.automatic = refuses === undefined;
  await below.register();
  await world.settle();
  if (refuses !== undefined) {
    bob.incoming?.refuse(refuses);
    await world.settle();
  }
  return { below, bob };
}

async function taken(world: World, { bob }: Back): Promise<Uint8Array> {
  bob.device.connect((connection) => world.server.media?.taken(connection)).greet(bob.peerPath);
  for (let turn = 0; turn < 20; turn += 1) await world.settle();
  const id = bob.device.requests.find(({ body }) => body !== undefined)?.messageId;
  return bob.device.octetsOf(id ?? assert.fail("nothing came"));
}

async function waiting(world: World): Promise<number> {
  return (await world.stores.deferred.usage("bob")).messages;
}

test("an IM client gets it as a large message, octet for octet", async () => {
  const world = await written(envelope(LONG), "message/cpim");
  const back = await bobReturns(world);
  const invite = back.bob.incoming?.request ?? assert.fail("no INVITE for Bob");
  assert.match(invite.texts("Accept-Contact").join(), /large-message/);
  assert.equal(invite.text("From")?.startsWith("<sip:carol@parlance.test>"), true);
  assert.equal(utf8Text(await taken(world, back)), envelope(LONG));
  assert.equal(await waiting(world), 0);
  assert.deepEqual(
    back.below.received.filter(({ method }) => method === "MESSAGE"),
    [],
  );
});

test("what came without an envelope gets one that says who wrote it", async () => {
  const world = await written(LONG, "text/plain;charset=UTF-8");
  const back = await bobReturns(world);
  const read = parseCpim(await taken(world, back));
  assert.ok(read.ok);
  assert.deepEqual(
    [read.value.from?.uri, read.value.to[0]?.uri, utf8Text(read.value.content)],
    ["sip:carol@parlance.test", "sip:bob@parlance.test", LONG],
  );
  assert.deepEqual(read.value.contentHeaders, [["Content-Type", "text/plain;charset=UTF-8"]]);
});

test("a device that holds no sessions leaves it waiting for one that does, or comes by a stream", async () => {
  const world = await written(envelope(LONG), "message/cpim");
  await bobReturns(world, 488);
  assert.equal(await waiting(world), 1);
  const stream = world.phone("bob");
  await stream.register();
  await world.settle();
  assert.deepEqual(
    stream.received.map(({ method }) => method),
    ["MESSAGE"],
  );
  assert.equal(await waiting(world), 0);
});

test("a plain phone is asked for no session", async () => {
  const world = await written(envelope(LONG), "message/cpim");
  const phone = world.phone("bob", { transport: "UDP", plain: true });
  await phone.register();
  await world.settle();
  assert.deepEqual(phone.received, []);
  assert.equal(await waiting(world), 1);
});

test("a copy of a message to a group, which no author could send otherwise, comes in a session at once", async () => {
  const config = { groups: [{ name: "team", members: ["bob", "carol"] }] };
  const world = await World.open(config, undefined, { dial: () => () => {} });
  const place = { secure: false, host: "192.0.2.1", port: 2855 } as const;
  world.server.media?.listens({ ...place, transport: "tcp" });
  const carol = world.phone("carol");
  await carol.register();
  const back = await bobReturns(world);
  const sent = envelope(LONG).replace("<sip:bob@", "<sip:team@");
  const answer = await carol.message("sip:team@parlance.test", "", (edit) => {
    edit.body(utf8Bytes(sent), "message/cpim");
  });
  assert.equal(answer.status, 202);
  await world.clock.pass(60_000);
  await world.settle();
  assert.equal(utf8Text(await taken(world, back)), sent);
  assert.equal(await waiting(world), 0);
});
