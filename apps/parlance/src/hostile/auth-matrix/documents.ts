/** Rows of the matrix about what a user keeps: whom he has blocked, and what only he may see. */
import assert from "node:assert/strict";
import { WebUser } from "../../../../../tools/test/web-user.ts";
import type { Scenario, Scenarios, Scene } from "./scenario.ts";

const RULES = "application/auth-policy+xml";
const NAMESPACES =
  'xmlns="urn:ietf:params:xml:ns:common-policy" xmlns:p="urn:oma:xml:poc:poc-rules"';

function keeper({ victim }: Scene, name: string): WebUser {
  return new WebUser(victim.server.httpUrl, name, victim.passwordOf(name), "xcap");
}

/** While it lasts bob wants nothing of carol, who may write to everybody else. */
async function whileCarolIsBlocked(scene: Scene, run: () => Promise<void>): Promise<void> {
  const bob = keeper(scene, "bob");
  const address = scene.addressOf("bob");
  const path = `/xcap/org.openmobilealliance.access-rules/users/${address}/access-rules`;
  const body = `<ruleset ${NAMESPACES}><rule id="blocked"><conditions><identity><one id="${scene.addressOf("carol")}"/></identity></conditions><actions><p:allow-invite>reject</p:allow-invite></actions></rule></ruleset>`;
  const kept = await bob.ask(path, { method: "PUT", headers: { "content-type": RULES }, body });
  assert.equal(kept.status, 201, await kept.text());
  try {
    await run();
  } finally {
    assert.equal((await bob.ask(path, { method: "DELETE" })).status, 200);
  }
}

const pageMode: Scenario = (scene) =>
  whileCarolIsBlocked(scene, async () => {
    const carol = await scene.victim.user("carol", "TCP");
    const answer = await carol.message(scene.bob.address, "from somebody who is blocked");
    assert.equal(answer.status, 403);
    assert.deepEqual(answer.headers("Warning"), []); // the rule is nobody's business
    await scene.assertNotDelivered("from somebody who is blocked");
  });

const receipt: Scenario = (scene) =>
  whileCarolIsBlocked(scene, async () => {
    const carol = await scene.victim.user("carol", "TCP");
    const asks = [
      `From: <${carol.address}>`,
      `To: <${scene.bob.address}>`,
      "NS: imdn <urn:ietf:params:imdn>",
      "imdn.Message-ID: blocked-1",
      "DateTime: 2030-05-04T10:00:00Z",
      "imdn.Disposition-Notification: positive-delivery, negative-delivery, processing, display",
      "",
      "Content-Type: text/plain",
      "",
      "tell me",
    ].join("\r\n");
    const type = ["Content-Type: message/cpim"];
    assert.equal((await carol.message(scene.bob.address, asks, type)).status, 403);
    const heard: string[] = [];
    carol.peer.respond = (request) => {
      heard.push(request.text);
      return "";
    };
    await scene.assertNotDelivered("tell me");
    assert.deepEqual(heard, []);
  });

const toList: Scenario = (scene) =>
  whileCarolIsBlocked(scene, async () => {
    const carol = await scene.victim.user("carol", "TCP");
    const text = "to a list with somebody who has blocked its author";
    const list = `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list><entry uri="${scene.bob.address}"/><entry uri="${scene.addressOf("alice")}"/></list></resource-lists>`;
    const body = [
      "--b",
      "Content-Type: text/plain",
      "",
      text,
      "--b",
      "Content-Type: application/resource-lists+xml",
      "Content-Disposition: recipient-list",
      "",
      list,
      "--b--",
      "",
    ].join("\r\n");
    const headers = ["Content-Type: multipart/mixed;boundary=b", "Require: recipient-list-message"];
    const answer = await carol.message(scene.addressOf("conf-factory"), body, headers);
    assert.equal(answer.status, 202); // as for a list that everybody gets
    await scene.assertNotDelivered(text);
  });

const waitingOfOthers: Scenario = async (scene) => {
  const alice = await scene.victim.user("alice", "TCP");
  const text = "waits for carol and for nobody else";
  assert.equal((await alice.message(scene.addressOf("carol"), text)).status, 202);
  const carol = scene.addressOf("carol");
  const path = `/xcap/org.openmobilealliance.deferred-list/users/${carol}/deferred-list`;
  const mallory = keeper(scene, "alice");
  const entry = `${path}/~~/history-list/history%5b1%5d`;
  for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
    for (const target of [path, entry]) {
      assert.equal((await mallory.ask(target, { method })).status, 403, `${method} ${target}`);
    }
  }
  const own = await keeper(scene, "carol").ask(path);
  assert.equal(own.status, 200);
  assert.match(await own.text(), /<history history-reference="sip:def-/);
  assert.equal((await keeper(scene, "carol").ask(path, { method: "DELETE" })).status, 200);
  await scene.assertNotStored("carol", text);
};

export const documents: Scenarios = new Map([
  ["block-page-mode", pageMode],
  ["block-imdn", receipt],
  ["list-blocked", toList],
  ["deferred-other", waitingOfOthers],
]);
