/** Rows of the matrix about the MSRP of sessions between two: who may speak in them, and over which connection. */
import assert from "node:assert/strict";
import {
  type Identity,
  makeIdentity,
  writeCertificate,
} from "../../../../../tools/test/certificates.ts";
import { MediaPeer, mediaAddress } from "../../../../../tools/test/media-peer.ts";
import type { Transport } from "../../../../../tools/test/peers.ts";
import {
  RawSession,
  registerForSessions,
  type SessionOptions,
} from "../../../../../tools/test/raw-session.ts";
import type { RawUser } from "../../../../../tools/test/raw-user.ts";
import { newId, type WireFrame, writeFrame } from "../../../../../tools/test/wire-frame.ts";
import { type Scenario, type Scenarios, Scene } from "./scenario.ts";

const GUESSES = 1_000;
/** 128 bits in base64url. */
const LONG_ENOUGH = /\/[\w-]{22,};(?:tcp|ws)$/;

/** Alice has called bob, and bob is there; what he hears is kept. */
async function sessionOf(
  { victim }: Scene,
  options: SessionOptions & { readonly transport?: Transport } = {},
) {
  const alice = await victim.user("alice", options.transport ?? "TCP");
  const bob = await victim.user("bob", "TCP");
  await registerForSessions(bob);
  const session = await RawSession.open(alice, bob, options);
  await session.callee.join();
  const heard = session.callee.listen();
  return { session, heard, users: [alice, bob] as const };
}

async function over(session: RawSession, [, bob]: readonly RawUser[]): Promise<void> {
  await session.end();
  await bob?.register(["Expires: 0"]);
}

function texts(heard: readonly WireFrame[]): readonly string[] {
  return heard.flatMap(({ body }) => (body === undefined ? [] : [body.toString("latin1")]));
}

const guessedSessions: Scenario = async (scene) => {
  const { session, heard, users } = await sessionOf(scene);
  const { server, own } = session.caller;
  assert.match(server, LONG_ENOUGH);
  assert.match(session.callee.server, LONG_ENOUGH);
  const thief = await MediaPeer.connect(mediaAddress(server));
  const guesses = Array.from({ length: GUESSES }, newId);
  for (const id of guesses) {
    const to = server.replace(/\/[^/;]+;/, `/${id};`);
    const headers = ["Message-ID: guess", "Content-Type: text/plain"];
    thief.send(writeFrame({ method: "SEND", to, from: own, headers, body: "guessed", id }));
  }
  for (const id of guesses) assert.equal(await thief.answerTo(id), 481);
  await thief.ended; // he is not listened to any longer
  await session.caller.join();
  assert.equal(await session.caller.says("not guessed"), 200);
  assert.deepEqual(texts(heard), ["not guessed"]);
  await over(session, users);
};

const fromPathOfAnother: Scenario = async (scene) => {
  const { session, heard, users } = await sessionOf(scene);
  const { caller, callee } = session;
  const media = await caller.join();
  caller.listen();
  const headers = ["Message-ID: forged", "Content-Type: text/plain"];
  const forged = { method: "SEND", to: caller.server, headers, body: "forged" };
  for (const from of [callee.own, callee.server, `${caller.own} ${callee.own}`]) {
    const id = newId();
    media.send(writeFrame({ ...forged, from, id }));
    assert.equal(await media.answerTo(id), 481, from);
  }
  // Somebody who has seen all of it, and has a connection of his own.
  const thief = await MediaPeer.connect(mediaAddress(caller.server));
  for (const to of [caller.server, callee.server]) {
    const id = newId();
    thief.send(writeFrame({ ...forged, to, from: caller.own, id }));
    assert.equal(await thief.answerTo(id), to === caller.server ? 506 : 481);
  }
  thief.close();
  assert.equal(await caller.says("her own"), 200);
  assert.deepEqual(texts(heard), ["her own"]);
  await over(session, users);
};

/** Alice says which certificate is hers; nobody else gets in, also not without TLS. */
const otherCertificate: Scenario = async () => {
  const [alice, mallory, server] = await Promise.all([
    makeIdentity(),
    makeIdentity(),
    makeIdentity(),
  ]);
  const scene = await Scene.open({
    "listen.sip": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
    "listen.msrp": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
    "tls.certificates": [writeCertificate(server)],
  });
  try {
    await refuseOthersThan(alice, mallory, scene);
    scene.victim.assertCleanLog();
  } finally {
    await scene.stop();
  }
};

async function refuseOthersThan(
  { fingerprint, ...right }: Identity,
  mallory: Identity,
  scene: Scene,
): Promise<void> {
  const caller = { fingerprint };
  const { session, heard, users } = await sessionOf(scene, { transport: "TLS", caller });
  const side = session.caller;
  assert.equal(mediaAddress(side.server).transport, "tls");
  for (const wrong of [{}, { cert: mallory.cert, key: mallory.key }]) {
    const media = await side.connect(wrong);
    assert.equal(await side.greet(), 481);
    assert.equal(await side.says("not hers"), 481);
    media.close();
  }
  const { host, port } = scene.victim.server.address("tcp", 1);
  const plain = await side.connect({}, { transport: "tcp", host, port });
  assert.equal(await side.greet(), 481, "in the clear");
  plain.close();
  await side.join(right);
  assert.equal(await side.says("hers"), 200);
  assert.deepEqual(texts(heard), ["hers"]);
  await over(session, users);
}

export const media: Scenarios = new Map([
  ["msrp-session-guess", guessedSessions],
  ["msrp-from-path", fromPathOfAnother],
  ["msrp-tls-fingerprint", otherCertificate],
]);
