/** The lists of what is kept and of what waits, over HTTP at the running server. OMA IM clause 12 and 13, clause 14.4, 14.7, 15.5 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  findImdns,
  formatImSettings,
  type HistoryEntry,
  IM_SETTINGS_TYPE,
  parseHistoryList,
} from "@parlance/formats";
import { Authorization, DigestClient, WwwAuthenticate } from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import { hashing, SeededRandom } from "./core/machine-ports.test.ts";
import { type Build, DOMAIN, type Phone, World } from "./core/world.test.ts";
import { asking, envelope } from "./testing/people.ts";
import type { WebAnswer } from "./web/index.ts";

const at = (name: string): string => `sip:${name}@${DOMAIN}`;
const random = new SeededRandom(11);
const hidden: Build = (edit) => void edit.setText("Privacy", "id");
const HISTORY = "org.openmobilealliance.conv-history/users/sip:alice@DOMAIN/conv-history";
const WAITING = "org.openmobilealliance.deferred-list/users/sip:bob@DOMAIN/deferred-list";

interface Asked {
  readonly user: string;
  readonly method?: string;
  readonly path: string;
}

async function ask(world: World, { user, method = "GET", path }: Asked): Promise<WebAnswer> {
  const target = `/xcap/${path.replace("DOMAIN", DOMAIN)}`;
  const request = (authorization: string | undefined) =>
    world.server.web.handle({
      method,
      target,
      path: target.split("/").filter((segment) => segment !== ""),
      query: new Map(),
      headers: new Map(authorization === undefined ? [] : [["authorization", [authorization]]]),
      source: { host: "192.0.2.99", secure: true },
      body: (async function* () {})(),
    });
  const refused = await request(undefined);
  const client = new DigestClient(
    { username: user, password: `${user}-secret`, realm: undefined, peer: "server" },
    { hashing, random },
  );
  const challenges = refused.headers.filter(([name]) => name === "www-authenticate");
  const values = challenges
    .filter(([, value]) => value.startsWith("Digest"))
    .flatMap(([, value]) => WwwAuthenticate.read(value));
  assert.equal(client.challenged(values, "server", undefined), "retry");
  const value = client.authorize({ method, uri: target, body: new Uint8Array(0) }, "server");
  return request(value && Authorization.write([value])[0]);
}

async function entries(world: World, asked: Asked): Promise<readonly HistoryEntry[]> {
  const answer = await ask(world, asked);
  if (answer.status === 404) return [];
  assert.equal(answer.status, 200);
  assert.ok(answer.body instanceof Uint8Array);
  const read = parseHistoryList(answer.body);
  assert.ok(read.ok);
  return read.value.entries;
}

function entryPath(document: string, reference: string): string {
  return `${document}/~~/history-list/history%5b@history-reference=%22${reference}%22%5d`;
}

function write(phone: Phone, to: string, content: string, build?: Build) {
  const headers = asking("m1", "negative-delivery");
  const body = utf8Bytes(envelope({ from: phone.address, to: at(to), headers, content }));
  return phone.message(at(to), "", (edit) => {
    edit.setText("Subject", content).body(body, "message/cpim");
    build?.(edit);
  });
}

/** "recipient status" of each report, but for those that it is kept. */
function failuresTold(phone: Phone): readonly string[] {
  return phone.received
    .flatMap((request) => {
      const headers = [["Content-Type", request.text("Content-Type") ?? ""]] as const;
      const found = findImdns({ headers, content: request.body });
      return found.ok ? found.value : [];
    })
    .map(({ imdn }) => `${imdn.recipientUri} ${imdn.notification.status}`)
    .filter((told) => !told.endsWith("stored"));
}

function keepMessages(phone: Phone) {
  const barring = { sessions: undefined, messages: undefined, files: undefined };
  const history = { sessions: undefined, messages: true };
  const said = { id: "client-1", visible: undefined, offlineDelivery: undefined, barring, history };
  return phone.request("PUBLISH", phone.address, (edit) => {
    edit.setText("Event", "poc-settings").setText("Expires", "600000");
    edit.setText("Accept-Contact", "*;+g.oma.sip-im");
    edit.body(formatImSettings({ entities: [said] }), IM_SETTINGS_TYPE);
  });
}

test("what is kept is listed for its owner, the newest first, and deleted one by one or whole", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const bob = world.phone("bob");
  await alice.register();
  await bob.register();
  await keepMessages(alice);
  const mine = { user: "alice", path: HISTORY };
  assert.deepEqual(await entries(world, mine), []);
  for (const content of ["one", "two", "three"]) await write(alice, "bob", content);
  await world.settle();
  const listed = await entries(world, mine);
  assert.deepEqual(
    listed.map(({ subject }) => subject),
    ["three", "two", "one"],
  );
  const record = listed[0]?.record;
  assert.ok(record?.kind === "pager");
  assert.deepEqual([record.from, record.to, record.authId], [at("alice"), at("bob"), at("alice")]);
  const reference = listed[1]?.reference ?? "";
  assert.match(reference, /^sip:his-[0-9a-z]{29}@history\./);

  const path = entryPath(HISTORY, reference);
  assert.equal((await ask(world, { user: "bob", path: HISTORY })).status, 403);
  assert.equal((await ask(world, { user: "alice", method: "DELETE", path })).status, 200);
  assert.equal((await ask(world, { user: "alice", method: "DELETE", path })).status, 404);
  const left = await entries(world, mine);
  assert.deepEqual(
    left.map(({ subject }) => subject),
    ["three", "one"],
  );
  assert.equal((await ask(world, { ...mine, method: "PUT" })).status, 405);
  assert.equal((await ask(world, { ...mine, method: "DELETE" })).status, 200);
  assert.deepEqual(await entries(world, mine), []);
  await world.clock.pass(61_000);
  assert.deepEqual(await world.stores.history.usage("alice"), { messages: 0, bytes: 0 });
});

test("what waits is listed for its recipient, who may delete it: then its author hears that it failed", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  await alice.register();
  for (const content of ["one", "two"]) {
    assert.equal((await write(alice, "bob", content)).status, 202);
  }
  assert.equal((await alice.message(at("bob"), "guess", hidden)).status, 202);
  const his = { user: "bob", path: WAITING };
  const listed = await entries(world, his);
  assert.deepEqual(
    listed.map(({ subject }) => subject),
    ["one", "two", undefined],
  );
  const authors = listed.map(({ record }) => record?.kind === "pager" && record.authId);
  assert.deepEqual(authors, [at("alice"), at("alice"), undefined]);

  const path = entryPath(WAITING, listed[0]?.reference ?? "");
  assert.equal((await ask(world, { user: "bob", method: "DELETE", path })).status, 200);
  await world.settle();
  assert.deepEqual(failuresTold(alice), [`${at("bob")} failed`]);
  assert.equal((await ask(world, { ...his, method: "DELETE" })).status, 200);
  assert.deepEqual(await entries(world, his), []);
  assert.deepEqual(await world.stores.deferred.usage("bob"), { messages: 0, bytes: 0 });

  const bob = world.phone("bob");
  await bob.register();
  await world.clock.pass(60_000);
  assert.deepEqual(bob.received, []);
});
