/** Whom messages in a group are for, and what a room can do. IM-7.1.3.3, OMA IM 6.2, 6.3 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCpim } from "@parlance/formats";
import { utf8Bytes } from "@parlance/wire";
import { authorOf, reachOf } from "./reach.ts";
import { roomOffers } from "./room-offers.ts";

const NAMES = new Set(["sip:pool@example.com", "sip:im-1@192.0.2.1"]);

function offers(tokens: readonly string[] | undefined, agent: string): readonly boolean[] {
  const { nicknames, privateMessages } = roomOffers(tokens, agent);
  return [nicknames, privateMessages];
}

function read(from: string, ...to: readonly string[]): string {
  const lines = [
    `From: ${from}`,
    ...to.map((one) => `To: ${one}`),
    "",
    "Content-Type: text/plain",
    "",
    "x",
  ];
  const cpim = parseCpim(utf8Bytes(lines.join("\r\n")));
  assert.ok(cpim.ok);
  return `${reachOf(cpim.value, NAMES)} by ${authorOf(cpim.value)}`;
}

test("To tells whether a message is for all, From who has written it, and isfocus marks the group (IM-7.1.3.3-01, IM-7.1.3.3-02)", () => {
  const alice = "<sip:alice@example.com>";
  const by = "by sip:alice@example.com";
  assert.equal(read(alice, "<sip:pool@example.com;isfocus>"), `all ${by}`);
  assert.equal(read(alice, "<sip:elsewhere@example.com;isfocus>"), `all ${by}`);
  assert.equal(read(alice, "<sip:pool@example.com>"), `all ${by}`);
  assert.equal(read(alice, "<sip:im-1@192.0.2.1;transport=tcp>"), `all ${by}`);
  assert.equal(read(alice, "<sip:bob@example.com>"), `private ${by}`);
  assert.equal(read(alice, "<sip:bob@example.com>", "<sip:carol@example.net>"), `private ${by}`);
  const pool = "system by sip:pool@example.com";
  assert.equal(
    read('"Pool" <sip:pool@example.com;isfocus>', "<sip:pool@example.com;isfocus>"),
    pool,
  );
  assert.equal(read("<sip:pool@example.com>", "<sip:bob@example.com>"), pool);
  const hidden = "sip:anonymous-5f2c91aa@anonymous.invalid";
  assert.equal(read(`Owl <${hidden}>`, "<sip:pool@example.com;isfocus>"), `all by ${hidden}`);
});

test("private messages and nicknames are tried only where the other side knows them (IM-7.1.3.2.1-03a, IM-7.1.3.2.1-03a-i)", () => {
  const server = "IM-serv/OMA1.0 Acme/1.0";
  const other = "SylkServer-6.6";
  assert.deepEqual(offers(["nickname", "private-messages"], other), [true, true]);
  assert.deepEqual(offers(["nickname"], server), [true, false]);
  assert.deepEqual(offers([], server), [false, false]);
  assert.deepEqual(offers(undefined, server), [false, true]);
  assert.deepEqual(offers(undefined, other), [false, false]);
});
