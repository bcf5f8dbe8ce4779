/** Whom a user has shut out: in one call, without touching what else his rules say, and seen on all of his devices. OMA IM 17.2 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import { ACCESS_RULES } from "../documents/usages.ts";
import { codeOf, reading, textOf, worldFor } from "../people.test.ts";
import { blockedIn, withBlocked, withoutBlocked } from "./blocked-addresses.ts";

const BOB = "sip:bob@parlance.test";
const CAROL = "sip:carol@parlance.test";
const RULES = { usage: ACCESS_RULES, name: "access-rules" };

const ruleset = (rules: string): Uint8Array =>
  utf8Bytes(
    `<?xml version="1.0"?>\n<!-- mine -->\n<ruleset xmlns="urn:ietf:params:xml:ns:common-policy" xmlns:o="urn:oma:xml:xdm:common-policy" xmlns:p="urn:oma:xml:poc:poc-rules" xmlns:e="urn:oma:xml:xdm:extensions">\n${rules}\n</ruleset>\n`,
  );
const FRIENDS =
  '<rule id="friends"><conditions><identity><one id="sip:bob@parlance.test"/></identity></conditions><actions><p:allow-invite>accept</p:allow-invite></actions></rule>';
const REFUSED =
  '<rule id="no"><conditions><identity>\n <one id="sip:bob@PARLANCE.test"/> <one id="sip:carol@parlance.test"/></identity></conditions><actions><p:allow-invite>reject</p:allow-invite></actions></rule>';

test("nothing of somebody who is blocked comes, from the call on until he is let in again", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob", { sessions: { mode: "never" } });
  const shown = reading(alice);
  assert.deepEqual(await world.until(alice.blocked.list()), []);
  await world.until(alice.blocked.add(BOB));
  assert.equal(await world.until(codeOf(bob.send(alice.address, "no").accepted)), "refused");
  assert.deepEqual(await world.until(alice.blocked.list()), [BOB]);
  assert.equal(await world.until(alice.blocked.has("sip:bob@parlance.test;transport=tcp")), true);
  assert.equal(await world.until(alice.blocked.has(CAROL)), false);
  assert.equal(await world.until(alice.blocked.remove(BOB)), true);
  assert.equal(await world.until(alice.blocked.remove(BOB)), false);
  await world.until(bob.send(alice.address, "yes").delivered);
  assert.deepEqual(shown.map(textOf), ["yes"]);
});

test("a rule that lets somebody in does not outweigh that he is blocked, and holds again afterwards", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob", { sessions: { mode: "never" } });
  const before = ruleset(FRIENDS);
  await world.until(alice.documents.write(RULES, before));
  await world.until(alice.blocked.add(BOB));
  await world.until(alice.blocked.add(CAROL));
  assert.equal(await world.until(codeOf(bob.send(alice.address, "no").accepted)), "refused");
  await world.until(alice.blocked.remove(BOB));
  await world.until(alice.blocked.remove(CAROL));
  await world.until(bob.send(alice.address, "yes").delivered);
  assert.deepEqual((await world.until(alice.documents.read(RULES)))?.content, before);
});

test("what another device blocks is told at once", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const second = await world.client("alice", { device: "second" });
  const told: (readonly string[])[] = [];
  alice.on("blocked", (addresses) => told.push(addresses));
  await world.run(1_000);
  await world.until(second.blocked.add(BOB));
  await world.run(1_000);
  assert.deepEqual(told, [[], [BOB]]);
  await world.until(alice.blocked.add(CAROL));
  assert.deepEqual(told.at(-1), [BOB, CAROL]); // its own change needs no word of the server
  world.link("alice").silence();
  await world.run(120_000);
  await world.until(second.blocked.remove(BOB));
  world.link("alice").restore();
  await world.run(600_000);
  assert.deepEqual(told.at(-1), [CAROL]);
  world.link("alice").silence();
  await world.run(120_000);
  await world.until(second.documents.remove(RULES));
  world.link("alice").restore();
  await world.run(600_000);
  assert.deepEqual(told.at(-1), []);
  await assert.rejects(world.until(alice.blocked.add("nobody")));
});

test("whoever is named in a rule that refuses and asks nothing else is blocked", () => {
  assert.deepEqual(blockedIn(undefined), []);
  assert.deepEqual(blockedIn(ruleset(FRIENDS)), []);
  assert.deepEqual(blockedIn(ruleset(FRIENDS + REFUSED)), [BOB, CAROL]);
  const atTimes = REFUSED.replace("<conditions>", "<conditions><o:anonymous-request/>");
  assert.deepEqual(blockedIn(ruleset(atTimes)), []);
});

test("rules are changed by their octets: what was written by others stays as they wrote it", () => {
  const before = ruleset(FRIENDS);
  const blocked = withBlocked(before, BOB);
  assert.ok(utf8Text(blocked).includes(FRIENDS));
  assert.deepEqual(withBlocked(blocked, BOB), blocked);
  const both = withBlocked(blocked, CAROL);
  assert.deepEqual(blockedIn(both), [BOB, CAROL]);
  assert.equal(utf8Text(both).match(/<rule /g)?.length, 2);
  assert.deepEqual(withoutBlocked(withoutBlocked(both, BOB), CAROL), before);
  const foreign = withoutBlocked(ruleset(FRIENDS + REFUSED), BOB);
  assert.deepEqual(blockedIn(foreign), [CAROL]);
  assert.deepEqual(withoutBlocked(foreign, CAROL), before);
  const prefixed = utf8Bytes('<a:ruleset xmlns:a="urn:ietf:params:xml:ns:common-policy"/>');
  assert.deepEqual(blockedIn(withBlocked(prefixed, BOB)), [BOB]);
  const taken = FRIENDS.replace("friends", "blocked");
  assert.deepEqual(blockedIn(withBlocked(ruleset(taken), CAROL)), [CAROL]);
});
