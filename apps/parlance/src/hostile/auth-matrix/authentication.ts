/** Rows of the matrix about who somebody is, and in whose name he may speak. */
import assert from "node:assert/strict";
import { connectPeer, type Transport, tcpPeer, udpPeer } from "../../../../../tools/test/peers.ts";
import { RawUser } from "../../../../../tools/test/raw-user.ts";
import type { WireMessage } from "../../../../../tools/test/wire-message.ts";
import { type Scenario, type Scenarios, Scene } from "./scenario.ts";

const TRANSPORTS: readonly Transport[] = ["UDP", "TCP", "WS"];
const GUESSES = 20;
const ASKED_EACH = 200;
/** Another source on this very machine, where the system has it. */
const ELSEWHERE = "127.0.0.2";

const registersWell: Scenario = async ({ victim }) => {
  for (const transport of TRANSPORTS) {
    const alice = await victim.user("alice", transport);
    const { host, port } = alice.peer.local;
    const answer = await alice.register();
    assert.equal(answer.status, 200);
    const contacts = answer.headers("Contact").join();
    assert.match(contacts, new RegExp(`sip:alice@${host}:${port}[^,]*>;expires=\\d+`));
    await alice.register(["Expires: 0"]);
  }
};

const replayed: Scenario = async ({ victim, domain }) => {
  for (const transport of TRANSPORTS) {
    const alice = await victim.user("alice", transport);
    await alice.challenge();
    const request = { method: "REGISTER", uri: `sip:${domain}`, to: alice.address };
    const good = alice.write(request);
    alice.peer.send(good.text);
    assert.equal((await alice.peer.take(({ callId }) => callId === good.callId)).status, 200);
    const again = good.text
      .replace(/branch=z9hG4bK/, "branch=z9hG4bKreplayed")
      .replace(/^CSeq: (\d+)/m, (_, count) => `CSeq: ${Number(count) + 1}`);
    alice.peer.send(again);
    const answer = await alice.peer.take(({ callId }) => callId === good.callId);
    assert.equal(answer.status, 401);
    assert.match(answer.header("WWW-Authenticate") ?? "", /stale=true/);
  }
};

const messageWithoutCredentials: Scenario = async (scene) => {
  for (const transport of TRANSPORTS) {
    for (const to of ["bob", "carol"]) {
      const answer = await askOnce(scene, transport, {
        method: "MESSAGE",
        uri: scene.addressOf(to),
        headers: ["Content-Type: text/plain"],
        body: "nobody said so",
      });
      assert.equal(answer.status, 407);
    }
  }
  await scene.assertNotDelivered("nobody said so");
  await scene.assertNotStored("carol", "nobody said so");
};

const boundConnection: Scenario = async (scene) => {
  for (const transport of TRANSPORTS) {
    const alice = await scene.victim.user("alice", transport);
    await alice.register();
    const bare = new RawUser(alice.peer, { name: "alice", password: "", domain: scene.domain });
    const request = {
      method: "MESSAGE",
      uri: scene.bob.address,
      headers: ["Content-Type: text/plain"],
    };
    const { text, callId } = bare.write({ ...request, body: "by my connection" });
    alice.peer.send(text);
    const answer = await alice.peer.take((one) => one.callId === callId);
    assert.equal(answer.status, transport === "UDP" ? 407 : 200, transport);
    await alice.register(["Expires: 0"]);
  }
};

/** Whatever is asked for, the one who asks has to say who he is. */
const everyMethod: Scenario = async (scene) => {
  for (const transport of TRANSPORTS) {
    for (const method of ["PUBLISH", "REFER", "INVITE", "OPTIONS", "INFO", "UPDATE", "PRACK"]) {
      const answer = await askOnce(scene, transport, { method, uri: scene.bob.address });
      assert.equal(answer.status, 407, `${method} over ${transport}`);
    }
    const register = { method: "REGISTER", uri: `sip:${scene.domain}` };
    assert.equal((await askOnce(scene, transport, register)).status, 401);
    const open = { method: "OPTIONS", uri: `sip:${scene.domain}` };
    assert.equal((await askOnce(scene, transport, open)).status, 200);
    const cancel = { method: "CANCEL", uri: scene.bob.address };
    assert.equal((await askOnce(scene, transport, cancel)).status, 481);
  }
};

const subscriptions: Scenario = async (scene) => {
  for (const transport of TRANSPORTS) {
    for (const event of ["conference", "reg", "xcap-diff", "presence", "unheard-of"]) {
      const headers = [`Event: ${event}`, "Expires: 600", "Contact: <sip:x@127.0.0.1:9>"];
      const request = { method: "SUBSCRIBE", uri: scene.bob.address, headers };
      const { status } = await askOnce(scene, transport, request);
      assert.equal(status, 407, `${event} over ${transport}`);
    }
  }
};

const foreignSender: Scenario = async (scene) => {
  for (const transport of TRANSPORTS) {
    const request = {
      method: "MESSAGE",
      uri: scene.bob.address,
      from: "sip:x@foreign.example",
      headers: ["Content-Type: text/plain"],
      body: "from far away",
    };
    const { status } = await askOnce(scene, transport, request);
    assert.ok(status === 403 || status === 407, `${status}`);
    const alice = await scene.victim.user("alice", transport);
    assert.equal((await alice.ask(request)).status, 403);
  }
  await scene.assertNotDelivered("from far away");
};

const fromAnother: Scenario = async (scene) => {
  for (const transport of TRANSPORTS) {
    const alice = await scene.victim.user("alice", transport);
    const answer = await alice.ask({
      method: "MESSAGE",
      uri: scene.bob.address,
      from: scene.bob.address,
      headers: ["Content-Type: text/plain"],
      body: "in your own name",
    });
    assert.equal(answer.status, 403);
  }
  await scene.assertNotDelivered("in your own name");
};

const envelopeFromAnother: Scenario = async (scene) => {
  const envelope = `From: <${scene.bob.address}>\r\nTo: <${scene.bob.address}>\r\n\r\nContent-Type: text/plain\r\n\r\nenveloped lie`;
  for (const transport of TRANSPORTS) {
    const alice = await scene.victim.user("alice", transport);
    const headers = ["Content-Type: message/cpim"];
    assert.equal((await alice.message(scene.bob.address, envelope, headers)).status, 403);
  }
  await scene.assertNotDelivered("enveloped lie");
};

/** The assertion of a listed peer on the listener for such peers is the sender; anywhere else it is nothing. */
const trustedPeer: Scenario = async () => {
  const scene = await Scene.open(TRUSTED);
  try {
    const peer = await tcpPeer(scene.victim.server.address("tcp", 1));
    const answer = await askAsserting(
      scene,
      new RawUser(peer, nobody(scene)),
      "asserted by the core",
    );
    assert.equal(answer.status, 200);
    await scene.inbox.until((seen) => seen.some(({ body }) => body === "asserted by the core"));
    peer.close();
  } finally {
    await scene.stop();
  }
};

const trustedByAddressOnly: Scenario = async () => {
  const scene = await Scene.open(TRUSTED);
  try {
    for (const peer of [
      await udpPeer(scene.victim.server.address("udp")),
      await tcpPeer(scene.victim.server.address("tcp")),
    ]) {
      const answer = await askAsserting(scene, new RawUser(peer, nobody(scene)), "merely asserted");
      assert.equal(answer.status, 407);
      peer.close();
    }
    await scene.assertNotDelivered("merely asserted");
  } finally {
    await scene.stop();
  }
};

const TRUSTED = {
  "listen.trusted": ["tcp://127.0.0.1:0"],
  "core.trustedPeers": [{ name: "core", addresses: ["127.0.0.1"] }],
};

/** A wrong password for a user who exists, and the same for one who does not. */
const enumeration: Scenario = async () => {
  const scene = await Scene.open();
  try {
    for (const method of ["REGISTER", "MESSAGE"]) {
      const shapes = new Set<string>();
      for (const name of ["alice", "ghost"]) {
        const peer = await connectPeer(scene.victim.server, "TCP");
        const user = new RawUser(peer, { ...nobody(scene), name });
        for (let asked = 0; asked < ASKED_EACH; asked += 1) {
          const uri = method === "REGISTER" ? `sip:${scene.domain}` : scene.addressOf(name);
          const { text, callId } = user.write({ method, uri, to: user.address });
          peer.send(text);
          shapes.add(shapeOf(await peer.take((one) => one.callId === callId)));
        }
        peer.close();
      }
      assert.equal(shapes.size, 1, [...shapes].join("\n"));
    }
  } finally {
    await scene.stop();
  }
};

/** Everything but what is different in each answer anyway. */
function shapeOf(answer: WireMessage): string {
  return answer.text
    .replaceAll(/^(?:Via|From|To|Call-ID|CSeq): .*$/gm, "")
    .replaceAll(/nonce="[^"]*"/g, (nonce) => `nonce of ${nonce.length}`);
}

const bruteForce: Scenario = async () => {
  const scene = await Scene.open();
  try {
    const alice = await scene.victim.user("alice", "TCP");
    assert.equal((await alice.register()).status, 200);
    const attacker = await tcpPeer(scene.victim.server.address("tcp"), ELSEWHERE);
    const statuses = await guess(scene, attacker, () => "alice");
    assert.ok(statuses.slice(-5).every((status) => status === 403 || status === 503));
    const password = scene.victim.passwordOf("alice");
    const lucky = new RawUser(attacker, { name: "alice", password, domain: scene.domain });
    assert.equal((await lucky.register()).status, 403); // the right one does not help any more
    const again = await scene.victim.user("alice", "TCP");
    assert.equal((await again.register()).status, 200);
    attacker.close();
  } finally {
    await scene.stop();
  }
};

const bruteForceSpread: Scenario = async () => {
  const scene = await Scene.open();
  try {
    const attacker = await tcpPeer(scene.victim.server.address("tcp"), ELSEWHERE);
    const names = [...Array(2 * GUESSES).keys()].map((number) => `user-${number}`);
    const statuses = await guess(scene, attacker, (at) => names[at] ?? "", 2 * GUESSES);
    assert.ok(statuses.slice(-5).every((status) => status === 403 || status === 503));
    attacker.close();
  } finally {
    await scene.stop();
  }
};

async function guess(
  scene: Scene,
  attacker: Awaited<ReturnType<typeof tcpPeer>>,
  nameAt: (at: number) => string,
  times = GUESSES,
): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let at = 0; at < times; at += 1) {
    const guesser = new RawUser(attacker, {
      ...nobody(scene),
      name: nameAt(at),
      password: `${at}`,
    });
    const request = { method: "REGISTER", uri: `sip:${scene.domain}`, to: guesser.address };
    statuses.push((await guesser.ask(request)).status ?? 0);
  }
  return statuses;
}

function nobody({ domain }: Scene) {
  return { name: "nobody", password: "", domain };
}

/** In the name of alice, who has not logged in. */
function askAsserting(scene: Scene, peer: RawUser, body: string): Promise<WireMessage> {
  return once(peer, {
    method: "MESSAGE",
    uri: scene.bob.address,
    from: scene.addressOf("alice"),
    headers: [
      `P-Asserted-Identity: <${scene.addressOf("alice")}>`,
      "Accept-Contact: *;+g.oma.sip-im",
      "Content-Type: text/plain",
    ],
    body,
  });
}

async function askOnce(
  scene: Scene,
  transport: Transport,
  request: Parameters<RawUser["write"]>[0],
): Promise<WireMessage> {
  const peer = await connectPeer(scene.victim.server, transport);
  const user = new RawUser(peer, { ...nobody(scene), name: "alice" });
  const answer = await once(user, request);
  peer.close();
  return answer;
}

/** Without an answer to a challenge. */
async function once(user: RawUser, request: Parameters<RawUser["write"]>[0]): Promise<WireMessage> {
  const { text, callId } = user.write(request);
  user.peer.send(text);
  return user.peer.take((one) => one.callId === callId && (one.status ?? 0) >= 200);
}

export const authentication: Scenarios = new Map([
  ["reg-good", registersWell],
  ["reg-replay-new-branch", replayed],
  ["msg-no-cred", messageWithoutCredentials],
  ["msg-registered-source", boundConnection],
  ["subscribe-no-cred", subscriptions],
  ["publish-refer-invite-options", everyMethod],
  ["external-sender", foreignSender],
  ["from-mismatch", fromAnother],
  ["pai-trusted-peer", trustedPeer],
  ["pai-trusted-ip-only", trustedByAddressOnly],
  ["cpim-from-mismatch", envelopeFromAnother],
  ["enumeration-status", enumeration],
  ["bruteforce", bruteForce],
  ["bruteforce-spread", bruteForceSpread],
]);
