/** MESSAGE to a session that runs, and to a chat room, through the running server. Clause 11.6 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ConferenceWorld,
  contactOf,
  LOBBY,
  type Somebody,
} from "./testing/conference-world.test.ts";

async function two() {
  const world = await ConferenceWorld.open({ conferences: { announce: [] } });
  const alice = await world.inLobby("alice");
  const bob = await world.inLobby("bob");
  return { world, alice, bob };
}

function heard(one: Somebody): string | undefined {
  const text = one.phone.device.texts.at(-1) ?? "";
  const [, from] = /^From: (.*)\r$/m.exec(text) ?? [];
  return `${from}: ${text.split("\r\n\r\n").at(-1)}`;
}

test("what a participant sends by MESSAGE is heard by the others as if it had come by MSRP (11.6)", async () => {
  const { world, alice, bob } = await two();
  const session = contactOf(alice.phone);
  for (const [to, text] of [
    [session, "one"],
    [LOBBY, "two"],
  ] as const) {
    const response = await alice.below.message(to, text);
    await world.settle();
    assert.equal(response.status, 202);
    assert.equal(heard(bob), `alice <sip:alice@parlance.test>: ${text}`);
  }
  const outcome = await alice.phone.call?.request("MESSAGE", {
    body: { type: "text/plain", bytes: new TextEncoder().encode("three") },
  });
  await world.settle();
  assert.equal(outcome?.kind === "answered" && outcome.response.status, 202);
  assert.equal(heard(bob), "alice <sip:alice@parlance.test>: three");
});

function envelope(from: string, to: string): string {
  return `From: <${from}>\r\nTo: <${to}>\r\n\r\nContent-Type: text/plain\r\n\r\nhello`;
}

test("an envelope goes in as it is, and may not lie (11.6, security rule 14)", async () => {
  const { world, alice, bob } = await two();
  const send = async (from: string, to: string) => {
    const outcome = await alice.phone.call?.request("MESSAGE", {
      body: { type: "message/cpim", bytes: new TextEncoder().encode(envelope(from, to)) },
    });
    await world.settle();
    return outcome?.kind === "answered" ? outcome.response.status : 0;
  };
  assert.equal(await send("sip:alice@parlance.test", "sip:bob@parlance.test"), 202); // to him alone
  assert.equal(heard(bob), "alice <sip:alice@parlance.test>: hello");
  const before = bob.phone.device.texts.length;
  assert.equal(await send("sip:bob@parlance.test", LOBBY), 403);
  assert.equal(await send("sip:alice@parlance.test", "sip:nobody@parlance.test"), 404);
  assert.equal(bob.phone.device.texts.length, before);
});

test("who is not in is refused, and a session that is over is not there (11.6)", async () => {
  const { world, alice, bob } = await two();
  const session = contactOf(alice.phone);
  const carol = await world.somebody("carol");
  const status = async (to: string) => {
    const response = await carol.below.message(to, "hello");
    return `${response.status} ${/"(.*)"/.exec(response.text("Warning") ?? "")?.[1]}`;
  };
  assert.equal(await status(session), "403 not authorised to join the session");
  assert.equal(await status(LOBBY), "403 not authorised to join the session");
  for (const { phone } of [alice, bob]) phone.call?.end();
  await world.settle();
  assert.equal(await status(session), "404 conference URI does not exist");
  assert.equal(await status(LOBBY), "403 not authorised to join the session");
});
