/** Rows of the matrix about sessions of others. */
import assert from "node:assert/strict";
import { connectPeer } from "../../../../../tools/test/peers.ts";
import { RawUser, responseTo } from "../../../../../tools/test/raw-user.ts";
import type { WireMessage } from "../../../../../tools/test/wire-message.ts";
import type { Scenario, Scenarios, Scene } from "./scenario.ts";

interface Session {
  readonly alice: RawUser;
  readonly bob: RawUser;
  readonly invite: WireMessage;
  readonly ok: WireMessage;
  /** What bob was sent after the INVITE. */
  readonly requests: readonly WireMessage[];
}

/** Alice calls bob, who takes it: the server passes it on. */
async function call(scene: Scene): Promise<Session> {
  const { victim } = scene;
  const bob = await victim.user("bob", "TCP");
  const requests: WireMessage[] = [];
  const invited = Promise.withResolvers<WireMessage>();
  bob.peer.respond = (request) => {
    if (request.method === "INVITE") invited.resolve(request);
    else requests.push(request);
    if (request.method === "ACK") return "";
    if (request.method !== "INVITE") return responseTo(request, 200, "OK");
    const { host, port } = bob.peer.local;
    const routes = request.headers("Record-Route").map((route) => `Record-Route: ${route}\r\n`);
    const contact = `Contact: <sip:bob@${host}:${port};transport=tcp>\r\n`;
    return responseTo(request, 200, "OK").replace(
      "Content-Length",
      `${routes.join("")}${contact}Content-Length`,
    );
  };
  await bob.register();
  const alice = await victim.user("alice", "TCP");
  const { host, port } = alice.peer.local;
  const ok = await alice.ask({
    method: "INVITE",
    uri: bob.address,
    headers: [`Contact: <sip:alice@${host}:${port};transport=tcp>`],
  });
  assert.equal(ok.status, 200);
  return { alice, bob, invite: await invited.promise, ok, requests };
}

/** A BYE with everything that can be overheard, by who asks; over TCP, as himself. */
function bye({ ok }: Session, of: RawUser): Parameters<RawUser["write"]>[0] {
  const [, target = ""] = /<([^>]+)>/.exec(ok.header("Contact") ?? "") ?? [];
  const [, to = ""] = /<([^>]+)>/.exec(ok.header("To") ?? "") ?? [];
  const [, tag = ""] = /;tag=([^;]+)/.exec(ok.header("To") ?? "") ?? [];
  return {
    method: "BYE",
    uri: target,
    from: of.address,
    to,
    toTag: tag,
    callId: ok.callId,
    headers: ok.headers("Record-Route").map((route) => `Route: ${route}`),
  };
}

const byeOfAThird: Scenario = async (scene) => {
  const session = await call(scene);
  const carol = await scene.victim.user("carol", "TCP");
  await carol.register();
  for (const as of ["carol", "alice"]) {
    const request = { ...bye(session, carol), from: scene.addressOf(as) };
    const answer = await carol.ask(request);
    assert.ok(answer.status === 403 || answer.status === 481, `${answer.status} as ${as}`);
  }
  const nobody = new RawUser(await connectPeer(scene.victim.server, "TCP"), {
    name: "nobody",
    password: "",
    domain: scene.domain,
  });
  const { text, callId } = nobody.write(bye(session, nobody));
  nobody.peer.send(text);
  const refused = await nobody.peer.take((one) => one.callId === callId);
  assert.ok([403, 407, 481].includes(refused.status ?? 0), `${refused.status}`);
  nobody.peer.close();
  assert.ok(session.requests.every(({ method }) => method !== "BYE"));
  await carol.register(["Expires: 0"]);
  await session.bob.register(["Expires: 0"]);
};

const cancelOfAThird: Scenario = async (scene) => {
  const { victim } = scene;
  const bob = await victim.user("bob", "TCP");
  const ringing = Promise.withResolvers<WireMessage>();
  const cancelled: WireMessage[] = [];
  bob.peer.respond = (request) => {
    if (request.method === "CANCEL") cancelled.push(request);
    if (request.method !== "INVITE") return responseTo(request, 200, "OK");
    ringing.resolve(request);
    return responseTo(request, 180, "Ringing");
  };
  await bob.register();
  const alice = await victim.user("alice", "TCP");
  await alice.challenge();
  const { text, callId } = alice.write({
    method: "INVITE",
    uri: bob.address,
    headers: ["Contact: <sip:alice@127.0.0.1>"],
  });
  alice.peer.send(text);
  const invite = await ringing.promise;
  const thief = await connectPeer(victim.server, "TCP");
  const cancel = text
    .replace(/^INVITE/, "CANCEL")
    .replace(/^(CSeq: \d+) INVITE/m, "$1 CANCEL")
    .replace(/^Proxy-Authorization.*\r\n/m, "");
  thief.send(cancel);
  assert.equal((await thief.take((one) => one.callId === callId)).status, 481);
  thief.close();
  await victim.assertWell();
  assert.deepEqual(cancelled, []);
  bob.peer.send(responseTo(invite, 486, "Busy Here"));
  const end = await alice.peer.take((one) => one.callId === callId && (one.status ?? 0) >= 200);
  assert.ok(end.status === 486 || end.status === 480); // his other phone says 480
  await bob.register(["Expires: 0"]);
};

const forgedNotify: Scenario = async (scene) => {
  for (const transport of ["UDP", "TCP", "WS"] as const) {
    const alice = await scene.victim.user("alice", transport);
    const answer = await alice.ask({
      method: "NOTIFY",
      uri: scene.bob.address,
      toTag: "guessed",
      headers: ["Event: conference", "Subscription-State: active;expires=60"],
    });
    assert.equal(answer.status, 481);
  }
  await scene.assertNotDelivered("Subscription-State");
};

export const dialogs: Scenarios = new Map([
  ["dialog-bye-third", byeOfAThird],
  ["dialog-cancel-third", cancelOfAThird],
  ["notify-forged", forgedNotify],
]);
