/** Files for users who are away: taken in full, kept, offered one by one when they return. RFC 5547 §8, OMA IM 10, 13.3 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { parseCpim } from "@parlance/formats";
import type { MsrpDialer } from "@parlance/msrp";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import type { ServerConfig } from "./config.ts";
import { type Phone, World } from "./core/world.test.ts";
import type { Device } from "./testing/msrp-pipe.ts";
import { sameOctets } from "./testing/octets.ts";
import { SessionPhone } from "./testing/session-phone.ts";

interface Named {
  readonly name: string;
  readonly content: Uint8Array;
  /** Said of it instead of what is true. */
  readonly sizeBytes?: number;
  readonly hash?: string;
}

const MAP: Named = { name: "map", content: octets(40_000, 7) };
const SONG: Named = { name: "song", content: octets(50_000, 11) };

function octets(size: number, step: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => (at * step) % 251);
}

interface Mail {
  readonly world: World;
  readonly alice: SessionPhone;
  readonly below: Phone;
}

/** As an operator has it who wants files to be kept. */
const KEPT = { deferredFileBytes: 1_000_000 };

async function mail(limits: ServerConfig["limits"] = {}): Promise<Mail> {
  const dialer: MsrpDialer = { dial: () => () => {} };
  const world = await World.open({ limits: { ...KEPT, ...limits } }, undefined, dialer);
  listens(world);
  const below = world.phone("alice");
  await below.register();
  return { world, alice: new SessionPhone(below, "alice", world), below };
}

function listens({ server }: World): void {
  const place = { secure: false, host: "192.0.2.1", port: 2855 } as const;
  server.media?.listens({ ...place, transport: "tcp" });
}

function sha1(bytes: Uint8Array): string {
  const hex = createHash("sha1").update(bytes).digest("hex").toUpperCase();
  return hex.match(/../g)?.join(":") ?? "";
}

function lineOf(phone: SessionPhone, file: Named, more: readonly string[] = []): readonly string[] {
  const { name, content, sizeBytes = content.length, hash = sha1(content) } = file;
  return [
    "m=message 7654 TCP/MSRP *",
    "a=accept-types:message/cpim image/png",
    "a=accept-wrapped-types:*",
    `a=path:${phone.pathOf(name)}`,
    "a=setup:actpass",
    "a=sendonly",
    `a=file-selector:name:"${name}" type:image/png size:${sizeBytes} hash:sha-1:${hash}`,
    `a=file-transfer-id:id-${name}`,
    "a=file-disposition:attachment",
    ...more,
  ];
}

function described(lines: readonly string[]) {
  const head = ["v=0", "o=- 1 1 IN IP4 192.0.2.77", "s=-", "c=IN IP4 192.0.2.77", "t=0 0"];
  return { type: "application/sdp", bytes: utf8Bytes([...head, ...lines, ""].join("\r\n")) };
}

async function offers(
  { world, alice }: Mail,
  files: readonly Named[],
  more: readonly string[] = [],
) {
  alice.describes = () => described(files.flatMap((file) => lineOf(alice, file, more)));
  alice.invite("sip:bob@parlance.test", { Expires: "60" });
  await world.settle();
}

/** Paths of the lines that were accepted, in their order; undefined for those that were not. */
function pathsIn(answer: Uint8Array | undefined): readonly (string | undefined)[] {
  const [, ...sections] = utf8Text(answer ?? new Uint8Array(0)).split(/^m=/m);
  return sections.map((section) => /^a=path:(.*)\r$/m.exec(section)?.[1]);
}

interface Sent {
  readonly device: Device;
  readonly last: string;
}

/** In chunks of 16 KiB, as they are or in an envelope. */
async function sends(
  { world, alice }: Mail,
  file: Named,
  path: string,
  of: { readonly wrapped?: boolean; readonly asks?: string; readonly upTo?: number } = {},
): Promise<Sent> {
  const device = alice.deviceFor(file.name);
  device.connect((connection) => world.server.media?.taken(connection)).greet(path);
  const type = of.wrapped === true ? "message/cpim" : "image/png";
  const whole = of.wrapped === true ? enveloped(file.content, of.asks) : file.content;
  let last = "";
  for (let at = 0; at < Math.min(whole.length, of.upTo ?? Infinity); at += 16_384) {
    const end = Math.min(at + 16_384, whole.length);
    last = device.say(path, whole.subarray(at, end), {
      messageId: `m-${file.name}`,
      successReport: "yes",
      type,
      range: `${at + 1}-${end}/${whole.length}`,
      flag: end === whole.length ? "$" : "+",
    });
    await world.settle();
  }
  for (let turn = 0; turn < 10; turn += 1) await world.settle();
  return { device, last };
}

function enveloped(content: Uint8Array, asks?: string): Uint8Array {
  const wishes = [
    "NS: imdn <urn:ietf:params:imdn>",
    "imdn.Message-ID: file-1",
    `imdn.Disposition-Notification: ${asks}`,
  ];
  const head = utf8Bytes(
    [
      "From: <sip:alice@parlance.test>",
      "To: <sip:bob@parlance.test>",
      ...(asks === undefined ? [] : wishes),
      "",
      "Content-Type: image/png",
      "",
      "",
    ].join("\r\n"),
  );
  const whole = new Uint8Array(head.length + content.length);
  whole.set(head);
  whole.set(content, head.length);
  return whole;
}

async function kept(made: Mail, file: Named): Promise<void> {
  await offers(made, [file]);
  const [path] = pathsIn(made.alice.answer?.body);
  const { device, last } = await sends(made, file, path ?? assert.fail());
  assert.equal(device.responses.at(-1), `${last} 200`);
  made.alice.call?.end();
  await made.world.settle();
}

async function bobReturns(
  { world }: Mail,
  types = "message/cpim image/png",
): Promise<SessionPhone> {
  const below = world.phone("bob");
  const bob = new SessionPhone(below, "bob", world).wish({ types, lines: ["a=recvonly"] });
  await below.register();
  await world.settle();
  return bob;
}

/** Bob's device takes what comes in the session that he is invited to. */
async function takes({ world }: Mail, bob: SessionPhone): Promise<void> {
  bob.device.connect((connection) => world.server.media?.taken(connection)).greet(bob.peerPath);
  for (let turn = 0; turn < 40; turn += 1) await world.settle();
}

/** What reports have told of her file, in their order. */
function toldTo({ received }: Phone): readonly string[] {
  return received.flatMap(({ method, body }) => {
    const status = /<(stored|delivered|failed) ?\/>/.exec(utf8Text(body))?.[1];
    return method === "MESSAGE" && status !== undefined ? [status] : [];
  });
}

function lastMessage({ requests }: Device): { readonly type: string; readonly bytes: Uint8Array } {
  const id = requests.findLast(({ body }) => body !== undefined)?.messageId;
  const chunks = requests.filter((one) => one.messageId === id);
  const bytes = new Uint8Array(chunks.flatMap(({ body }) => [...(body ?? [])]));
  return { type: chunks[0]?.contentType ?? "", bytes };
}

async function waiting({ world }: Mail): Promise<number> {
  return (await world.stores.deferred.usage("bob")).messages;
}

test("a file for a user who is away is taken in full, kept, and offered as it was when he returns", async () => {
  const made = await mail();
  const { world, alice } = made;
  await offers(made, [MAP]);
  assert.match(utf8Text(alice.answer?.body ?? assert.fail()), /a=recvonly/);
  assert.equal(alice.said("file-transfer-id"), "id-map");
  const [path] = pathsIn(alice.answer?.body);
  const { device, last } = await sends(made, MAP, path ?? assert.fail());
  assert.equal(device.responses.at(-1), `${last} 200`);
  assert.equal(await waiting(made), 1);
  assert.deepEqual(device.requests, []); // no report: it is here, and not there
  alice.call?.end();
  await world.clock.pass(120_000); // the Expires of the INVITE is no life of the file

  const bob = await bobReturns(made);
  const invite = bob.incoming?.request ?? assert.fail("no INVITE for Bob");
  assert.equal(invite.text("From")?.startsWith("<sip:alice@parlance.test>"), true);
  assert.equal(
    bob.said("file-selector"),
    `name:"map" type:image/png size:40000 hash:sha-1:${sha1(MAP.content)}`,
  );
  assert.deepEqual(
    [bob.said("file-transfer-id"), bob.said("file-disposition")],
    ["id-map", "attachment"],
  );
  await takes(made, bob);
  const got = lastMessage(bob.device);
  assert.equal(got.type, "image/png");
  sameOctets(got.bytes, MAP.content);
  assert.equal(bob.ends[0]?.by, "peer");
  assert.equal(await waiting(made), 0);
  assert.deepEqual(world.largeMessages?.image(), []);
});

test("several files of one offer wait as several, and are offered one at a time", async () => {
  const made = await mail();
  const { alice, world } = made;
  await offers(made, [MAP, SONG]);
  const [first, second] = pathsIn(alice.answer?.body);
  await sends(made, SONG, second ?? assert.fail());
  await sends(made, MAP, first ?? assert.fail());
  assert.equal(await waiting(made), 2);
  alice.call?.end();
  await world.settle();
  const bob = await bobReturns(made);
  assert.equal(bob.said("file-transfer-id"), "id-song");
  await takes(made, bob);
  sameOctets(lastMessage(bob.device).bytes, SONG.content);
  assert.equal(bob.said("file-transfer-id"), "id-map");
  await takes(made, bob);
  sameOctets(lastMessage(bob.device).bytes, MAP.content);
  assert.equal(await waiting(made), 0);
});

test("a file in an envelope is kept without it, and brought in one to whoever takes nothing else", async () => {
  const made = await mail();
  await offers(made, [MAP]);
  const [path] = pathsIn(made.alice.answer?.body);
  const { device, last } = await sends(made, MAP, path ?? assert.fail(), { wrapped: true });
  assert.equal(device.responses.at(-1), `${last} 200`);
  made.alice.call?.end();
  const bob = await bobReturns(made, "message/cpim");
  await takes(made, bob);
  const got = lastMessage(bob.device);
  assert.equal(got.type, "message/cpim");
  const read = parseCpim(got.bytes);
  assert.ok(read.ok);
  assert.equal(read.value.from?.uri, "sip:alice@parlance.test");
  sameOctets(read.value.content, MAP.content);
});

test("its sender, who asks in the envelope, is told that it waits, and that it is there once the device has it (RFC 5438 §8)", async () => {
  const made = await mail();
  const { world, alice } = made;
  await offers(made, [MAP]);
  const [path] = pathsIn(alice.answer?.body);
  const asks = "positive-delivery, negative-delivery, processing";
  await sends(made, MAP, path ?? assert.fail(), { wrapped: true, asks });
  assert.deepEqual(toldTo(made.below), ["stored"]);
  alice.call?.end();
  const image = world.crash();
  await world.start({ limits: KEPT }, image);
  listens(world);
  const back = world.phone("alice");
  await back.register();
  const bob = await bobReturns(made, "message/cpim");
  assert.deepEqual(toldTo(back), []); // it is only offered
  await takes(made, bob);
  assert.deepEqual(toldTo(back), ["delivered"]);
  const brought = parseCpim(lastMessage(bob.device).bytes);
  assert.deepEqual(brought.ok && brought.value.extensions, []); // its device is not to tell it once more
});

test("a file that is declined has failed, and of one without wishes nobody tells", async () => {
  for (const asks of ["negative-delivery", undefined]) {
    const made = await mail();
    const { world, alice } = made;
    await offers(made, [MAP]);
    const [path] = pathsIn(alice.answer?.body);
    await sends(made, MAP, path ?? assert.fail(), {
      wrapped: true,
      ...(asks === undefined ? {} : { asks }),
    });
    alice.call?.end();
    const below = world.phone("bob");
    const bob = new SessionPhone(below, "bob", world).wish({ lines: ["a=recvonly"] });
    bob.automatic = false;
    await below.register();
    await world.settle();
    bob.incoming?.refuse(603);
    await world.settle();
    assert.equal(await waiting(made), 0);
    assert.deepEqual(toldTo(made.below), asks === undefined ? [] : ["failed"]);
  }
});

test("what is not what was announced is refused, and nothing of it stays", async () => {
  const made = await mail();
  const { world, alice } = made;
  const wrong: readonly (readonly [Partial<Named>, number])[] = [
    [{ hash: sha1(SONG.content) }, 400],
    [{ sizeBytes: 40_001 }, 400],
    [{ sizeBytes: 39_999 }, 413],
  ];
  for (const [lie, status] of wrong) {
    const file = { ...MAP, ...lie };
    await offers(made, [file]);
    const [path] = pathsIn(alice.answer?.body);
    const { device, last } = await sends(made, file, path ?? assert.fail());
    assert.equal(device.responses.at(-1), `${last} ${status}`);
    alice.call?.end();
    await world.settle();
  }
  assert.equal(await waiting(made), 0);
  assert.deepEqual(world.largeMessages?.image(), []);
});

test("too large a file, a part of one, one that is asked for, and all of them when it is off: nobody is there", async () => {
  const made = await mail({ deferredFileBytes: 45_000 });
  const { alice } = made;
  const status = (): number | undefined => {
    const failure = alice.failures.at(-1);
    return failure?.kind === "refused" ? failure.response.status : undefined;
  };
  await offers(made, [SONG]);
  assert.equal(status(), 480);
  await offers(made, [MAP, SONG]);
  assert.equal(status(), 480);
  // Its sender begins anew when he hears that.
  await offers(made, [MAP], ["a=file-range:100-40000"]);
  assert.equal(status(), 488);
  alice.describes = () =>
    described(lineOf(alice, MAP).map((line) => (line === "a=sendonly" ? "a=recvonly" : line)));
  alice.invite("sip:bob@parlance.test");
  await made.world.settle();
  assert.equal(status(), 480);
  assert.equal(alice.failures.length, 4);
  const off = await mail({ deferredFileBytes: 0 });
  await offers(off, [MAP]);
  assert.equal(off.alice.failures.length, 1);
});

test("who has too much waiting already is told when it has come, and it goes", async () => {
  const made = await mail({ deferredBytesPerUser: 60_000 });
  await kept(made, MAP);
  await offers(made, [SONG]);
  const [path] = pathsIn(made.alice.answer?.body);
  const { device, last } = await sends(made, SONG, path ?? assert.fail());
  assert.equal(device.responses.at(-1), `${last} 413`);
  assert.equal(await waiting(made), 1);
  assert.equal(made.world.largeMessages?.image().length, 1);
});

test("what was acknowledged survives a crash, what was not leaves nothing behind", async () => {
  const made = await mail();
  const { world, alice } = made;
  await kept(made, MAP);
  await offers(made, [SONG]);
  const [path] = pathsIn(alice.answer?.body);
  await sends(made, SONG, path ?? assert.fail(), { upTo: 32_768 });
  const image = world.crash();
  await world.start({ limits: KEPT }, image);
  listens(world);
  assert.equal(world.largeMessages?.image().length, 1);
  const bob = await bobReturns(made);
  assert.equal(bob.said("file-transfer-id"), "id-map");
  await takes(made, bob);
  sameOctets(lastMessage(bob.device).bytes, MAP.content);
  assert.equal(await waiting(made), 0);
});

test("a server that crashes while it brings a file brings it again", async () => {
  const made = await mail();
  const { world } = made;
  await kept(made, MAP);
  const bob = await bobReturns(made);
  bob.device.answer = undefined;
  await takes(made, bob);
  assert.ok(bob.device.requests.length > 1);
  const image = world.crash();
  await world.start({ limits: KEPT }, image);
  listens(world);
  const back = await bobReturns(made);
  await takes(made, back);
  sameOctets(lastMessage(back.device).bytes, MAP.content);
  assert.equal(await waiting(made), 0);
});

test("whoever declines a file does not get it again; whoever does not answer, later", async () => {
  const made = await mail();
  await kept(made, MAP);
  const below = made.world.phone("bob");
  const bob = new SessionPhone(below, "bob", made.world).wish({ lines: ["a=recvonly"] });
  bob.automatic = false;
  await below.register();
  await made.world.settle();
  bob.incoming?.refuse(480);
  await made.world.settle();
  assert.equal(await waiting(made), 1);
  await made.world.clock.pass(61_000);
  bob.incoming?.refuse(603);
  await made.world.settle();
  assert.equal(await waiting(made), 0);
});

test("messages go before files, also those that come while a file is being offered", async () => {
  const made = await mail();
  const { world } = made;
  await kept(made, MAP);
  await kept(made, SONG);
  const writer = world.phone("carol");
  await writer.register();
  await writer.message("sip:bob@parlance.test", "first of all");
  const below = world.phone("bob");
  const bob = new SessionPhone(below, "bob", world).wish({
    types: "image/png",
    lines: ["a=recvonly"],
  });
  await below.register();
  await world.settle();
  assert.deepEqual(
    below.received.map(({ method }) => method),
    ["MESSAGE", "INVITE"],
  );
  await takes(made, bob);
  assert.equal(bob.said("file-transfer-id"), "id-song");
});

test("a device that comes by another connection goes on where it was", async () => {
  const made = await mail();
  const { world, alice } = made;
  await offers(made, [MAP]);
  const [path] = pathsIn(alice.answer?.body);
  const { device } = await sends(made, MAP, path ?? assert.fail(), { upTo: 16_384 });
  device.end.cut();
  const again: Named = { ...MAP };
  const moved = lineOf(alice, again).map((line) =>
    line.startsWith("a=path:") ? `a=path:${alice.pathOf("moved")}` : line,
  );
  const outcome = await alice.call?.offer(described(moved));
  assert.equal(outcome?.kind, "answered");
  const other = alice.deviceFor("moved");
  other.connect((connection) => world.server.media?.taken(connection)).greet(path ?? assert.fail());
  const rest = other.say(path ?? assert.fail(), MAP.content.subarray(16_384), {
    messageId: "m-map",
    type: "image/png",
    range: "16385-40000/40000",
  });
  for (let turn = 0; turn < 10; turn += 1) await world.settle();
  assert.equal(other.responses.at(-1), `${rest} 200`);
  assert.equal(await waiting(made), 1);
});

test("as many at one time as the bound, of one author, and another when one is over", async () => {
  const made = await mail({ receptionsPerUser: 1 });
  const { world, alice } = made;
  await offers(made, [MAP]);
  const first = alice.call;
  await offers(made, [SONG]);
  const [failure] = alice.failures;
  assert.equal(failure?.kind === "refused" && failure.response.status, 486);
  assert.equal(world.metrics.labelled.get("parlance_limit_hits_total receptionsPerUser"), 1);
  first?.end();
  await world.settle();
  await offers(made, [SONG]);
  assert.equal(alice.failures.length, 1);
  // One that is here does not count, however long its sender stays.
  await sends(made, SONG, pathsIn(alice.answer?.body)[0] ?? assert.fail());
  await offers(made, [MAP]);
  assert.equal(alice.failures.length, 1);
});
