import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCpim, parseImdnHeaders, parseMediaType, parseMultipart } from "@parlance/formats";
import { type SipRequest, sipUri } from "@parlance/sip";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import type { Verdict } from "../ports/index.ts";
import { memoryStores } from "../store/index.ts";
import { settled } from "../testing/clock.ts";
import { alice, FACTORY, ROUTE, targetOf, team, world } from "../testing/controlling-world.ts";
import {
  asking,
  envelope,
  messageOf,
  originatorFor,
  passageOf,
  userCalled,
} from "../testing/people.ts";
import type { DeadEnd } from "../testing/way.ts";

interface Entry {
  readonly uri: string;
  readonly attributes?: string;
}

function listBody(entries: readonly Entry[], message = "hello", type = "text/plain"): string {
  const lines = entries.map(({ uri, attributes = "" }) => `<entry uri="${uri}" ${attributes}/>`);
  return [
    "--b2",
    `Content-Type: ${type}`,
    "",
    message,
    "--b2",
    "Content-Type: application/resource-lists+xml",
    "Content-Disposition: recipient-list",
    "",
    '<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"' +
      ` xmlns:cp="urn:ietf:params:xml:ns:copycontrol"><list>${lines.join("")}</list></resource-lists>`,
    "--b2--",
    "",
  ].join("\r\n");
}

function toMany(body: string, headers: Record<string, string> = {}): SipRequest {
  return messageOf({
    to: `${FACTORY};sessiontype=adhoc`,
    type: 'multipart/mixed;boundary="b2"',
    body,
    headers: { Require: "recipient-list-message", ...headers },
  });
}

const uris = (...names: readonly string[]): readonly Entry[] =>
  names.map((name) => ({ uri: `sip:${name}@example.com` }));

const targets = ({ submitted }: DeadEnd): readonly string[] =>
  submitted.map(({ request }) => request.uriText);

function refused(verdict: Verdict): readonly [number, string | undefined] | undefined {
  return verdict.do === "refuse" ? [verdict.refusal.status, verdict.refusal.warning] : undefined;
}

const ACCEPTED = { do: "answer", status: 202 };

test("IM-8.1.1-06b, IM-8.1.1-06c: the factory is owned whatever the session type says", () => {
  const { controlling } = world();
  assert.equal(controlling.owns(sipUri("conf-factory", "example.com")), true);
  assert.equal(controlling.owns(sipUri("team", "EXAMPLE.com")), true);
  assert.equal(controlling.owns(sipUri("bob", "example.com")), false);
});

test("RFC 5365 §7.2: each recipient gets a request of his own in the name of the sender", async () => {
  const { send, way } = world();
  const headers = { Privacy: "id", Subject: "S", Expires: "60", "Target-Dialog": "c;local-tag=a" };
  assert.deepEqual(await send(toMany(listBody(uris("bob", "carol")), headers)), ACCEPTED);
  assert.deepEqual(targets(way), ["sip:bob@example.com", "sip:carol@example.com"]);
  const [bob, carol] = way.submitted.map(({ request }) => request);
  assert.ok(bob !== undefined && carol !== undefined);
  assert.equal(bob.text("To"), "<sip:bob@example.com>");
  assert.equal(bob.from.uri.kind === "sip" && bob.from.uri.user, "alice");
  assert.notEqual(bob.from.params.get("tag"), "1");
  assert.equal(new Set(["call-1", bob.callId, carol.callId]).size, 3);
  assert.equal(bob.text("Accept-Contact"), "*;+g.oma.sip-im");
  assert.equal(bob.text("User-Agent"), "IM-serv/OMA1.0");
  assert.deepEqual(
    ["Privacy", "Subject", "Expires"].map((name) => bob.text(name)),
    ["id", "S", "60"],
  );
  for (const name of ["Require", "Target-Dialog", "Via"]) assert.equal(bob.has(name), false, name);
  assert.equal(bob.text("Content-Type"), "text/plain"); // RFC 5365 §7.3: no wrapping for one part
  assert.equal(utf8Text(bob.body), "hello");
  assert.deepEqual(way.submitted[0]?.principal, { kind: "server", onBehalfOf: alice.address });
  assert.equal(way.submitted[0]?.originator.address, alice.address);
});

test("RFC 5363 §4.1: nobody gets it twice, and the sender not at all", async () => {
  const { send, way } = world();
  const entries = [
    ...uris("bob", "alice", "bob"),
    { uri: "sip:bob@EXAMPLE.com:5060" },
    { uri: "sip:carol@example.com;method=INVITE?Subject=x" },
  ];
  await send(toMany(listBody(entries)));
  assert.deepEqual(targets(way), ["sip:bob@example.com", "sip:carol@example.com"]);
});

test("RFC 5363 §4.1: several lists of one message are one list", async () => {
  const { send, way } = world();
  const [text, one] = listBody(uris("bob")).split(/(?=--b2\r\nContent-Type: application)/);
  const other = listBody(uris("bob", "carol")).split(/(?=--b2\r\nContent-Type: application)/)[1];
  const body = `${text}${one?.replace("--b2--\r\n", "")}${other}`;
  assert.deepEqual(await send(toMany(body)), ACCEPTED);
  assert.deepEqual(targets(way), ["sip:bob@example.com", "sip:carol@example.com"]);
  assert.equal(utf8Text(way.submitted[0]?.request.body ?? utf8Bytes("")), "hello");
});

test("RFC 5364: copies tell of each other as copyControl and anonymize want it", async () => {
  const { send, way } = world();
  const entries = [
    { uri: "sip:bob@example.com", attributes: 'cp:copyControl="to"' },
    { uri: "sip:carol@example.com", attributes: 'cp:copyControl="cc" cp:anonymize="true"' },
    { uri: "sip:dave@example.com", attributes: 'cp:copyControl="bcc"' },
  ];
  await send(toMany(listBody(entries)));
  const copy = way.submitted[2]?.request;
  assert.ok(copy !== undefined);
  const type = parseMediaType(copy.text("Content-Type") ?? "");
  assert.ok(type.ok);
  const parts = parseMultipart(type.value, copy.body);
  assert.ok(parts.ok);
  const [text, history] = parts.value;
  assert.equal(utf8Text(text?.content ?? utf8Bytes("")), "hello");
  assert.deepEqual(history?.headers, [
    ["Content-Type", "application/resource-lists+xml"],
    ["Content-Disposition", "recipient-list-history; handling=optional"],
  ]);
  const xml = utf8Text(history?.content ?? utf8Bytes(""));
  assert.ok(xml.includes("sip:bob@example.com"));
  assert.ok(xml.includes("sip:anonymous@anonymous.invalid"));
  assert.equal(/carol|dave/.test(xml), false);
});

test("the list is refused as the table says, and nothing is sent", async () => {
  const { send, way } = world();
  const many = uris(...Array.from({ length: 101 }, (_, index) => `user${index}`));
  const list = listBody(uris("bob"));
  const cases: readonly (readonly [SipRequest, readonly [number, string | undefined]])[] = [
    [messageOf({ to: FACTORY }), [400, "recipient list missing"]],
    [toMany(list.replace("recipient-list\r\n", "render\r\n")), [400, "recipient list missing"]],
    [toMany(listBody([])), [400, "recipient list missing"]],
    [toMany(list.replace("</list>", "")), [400, "recipient list not valid"]],
    [
      toMany(list.replace("<entry ", '<external anchor="x"/><entry ')),
      [400, "recipient list not valid"],
    ],
    [toMany(listBody([{ uri: "mailto:bob@example.com" }])), [400, "recipient list not valid"]],
    [toMany(list.replace("--b2--", "")), [400, "recipient list not valid"]],
    [toMany(listBody(many)), [403, "too many recipients"]],
    [toMany(list, { Require: "recipient-list-message, foo" }), [420, undefined]],
    [toMany(list, { "Accept-Contact": "" }), [403, "IM feature tag missing"]],
    [messageOf({ to: FACTORY, method: "INVITE" }), [405, undefined]],
    [
      toMany(listBody(uris("bob"), envelope({ from: "sip:eve@example.com" }), "message/cpim")),
      [403, "sender is not the originator"],
    ],
    [toMany(listBody(uris("bob"), "no envelope", "message/cpim")), [400, "message body not valid"]],
  ];
  for (const [request, answer] of cases) assert.deepEqual(refused(await send(request)), answer);
  assert.equal(way.submitted.length, 0);
});

test("nested lists are flattened", async () => {
  const { send, way } = world();
  const nested = listBody(uris("bob")).replace(
    "</list>",
    '<list><entry uri="sip:carol@example.com"/></list></list>',
  );
  await send(toMany(nested));
  assert.deepEqual(targets(way), ["sip:bob@example.com", "sip:carol@example.com"]);
});

const cpimIn = (request: SipRequest | undefined) => {
  const cpim = parseCpim(request?.body ?? utf8Bytes(""));
  assert.ok(cpim.ok);
  const headers = parseImdnHeaders(cpim.value);
  assert.ok(headers.ok);
  return { cpim: cpim.value, headers: headers.value };
};

test("IM-8.1.1-10: the envelope of a copy names its recipient and the way back for reports", async () => {
  const { send, way, opened } = world();
  const message = envelope({ to: FACTORY, headers: asking("m1", "positive-delivery") });
  await send(toMany(listBody(uris("bob", "carol"), message, "message/cpim")));
  const { cpim, headers } = cpimIn(way.submitted[1]?.request);
  assert.deepEqual(
    cpim.to.map(({ uri }) => uri),
    ["sip:carol@example.com"],
  );
  assert.equal(cpim.from?.uri, alice.address);
  assert.equal(headers.messageId, "m1");
  assert.equal(headers.originalTo?.uri, FACTORY);
  assert.deepEqual(
    headers.recordRoutes.map(({ uri }) => uri),
    [ROUTE],
  );
  assert.deepEqual(opened, [
    {
      messageId: "m1",
      author: alice.address,
      shownAuthor: alice.address,
      recipients: ["sip:bob@example.com", "sip:carol@example.com"],
    },
  ]);
});

test("reports about one copy, or when they are not gathered, go straight to the author", async () => {
  for (const [direct, names] of [
    [false, ["bob"]],
    [true, ["bob", "carol"]],
  ] as const) {
    const { send, way, opened } = world({ direct });
    const message = envelope({ headers: asking("m1", "display") });
    await send(toMany(listBody(uris(...names), message, "message/cpim")));
    assert.equal(cpimIn(way.submitted[0]?.request).headers.recordRoutes.length, 0);
    assert.equal(opened.length, 0);
  }
});

test("IM-8.1.1-04: an anonymous author is shown as an entity of this message, to which reports lead", async () => {
  const { send, way, opened } = world();
  const from = "sip:anonymous@anonymous.invalid";
  const message = envelope({ from, headers: asking("m1", "positive-delivery") });
  const request = toMany(listBody(uris("bob", "carol"), message, "message/cpim"));
  await send(request, originatorFor(alice, true));
  const copy = way.submitted[0]?.request;
  const shown = cpimIn(copy).cpim.from?.uri ?? "";
  assert.match(shown, /^sip:anonymous-[0-9a-f]{8}@anonymous\.invalid$/);
  assert.ok(copy?.text("From")?.startsWith(`"Anonymous" <${shown}>`));
  assert.deepEqual(
    opened.map(
      (one) => typeof one === "object" && one !== null && "shownAuthor" in one && one.shownAuthor,
    ),
    [shown],
  );
});

test("IM-8.1.1-07a: a message to a group reaches all members but its author, and names the group", async () => {
  const { send, way } = world();
  const request = messageOf({
    to: team.identity,
    type: "message/cpim",
    body: envelope({ to: team.identity }),
  });
  assert.deepEqual(await send(request), ACCEPTED);
  assert.deepEqual(targets(way), ["sip:bob@example.com", "sip:carol@example.com"]);
  const copy = way.submitted[0]?.request;
  assert.equal(copy?.text("Referred-By"), "<sip:team@example.com>");
  assert.equal(copy?.text("To"), "<sip:bob@example.com>");
  assert.ok(copy?.text("From")?.startsWith("<sip:alice@example.com>"));
  assert.deepEqual(
    cpimIn(copy).cpim.to.map(({ uri }) => uri),
    [team.identity],
  );
});

test("IM-8.1.1-N1: a group that does not allow anonymity refuses an anonymous message", async () => {
  const { send, way } = world();
  const verdict = await send(messageOf({ to: team.identity }), originatorFor(alice, true));
  assert.deepEqual(refused(verdict), [403, "anonymity not allowed"]);
  const eve = await send(messageOf({ to: team.identity }), originatorFor(userCalled("eve")));
  assert.deepEqual(refused(eve), [403, "not authorised to initiate the session"]);
  assert.equal(way.submitted.length, 0);
});

test("nobody is told 202 before the message is stored, and no copy leaves before that", async () => {
  const commit = Promise.withResolvers<void>();
  const { controlling, clock, way } = world({ disk: { commit: () => commit.promise } });
  let told = false;
  const request = toMany(listBody(uris("bob")));
  const verdict = Promise.resolve(
    controlling.serve(passageOf(request, originatorFor(alice), clock.now()), targetOf(request)),
  ).then((said) => {
    told = true;
    return said;
  });
  await clock.pass(1_000);
  assert.deepEqual([told, way.submitted.length], [false, 0]);
  commit.resolve();
  assert.deepEqual(await verdict, ACCEPTED);
  await clock.pass(1);
  assert.equal(way.submitted.length, 1);
});

test("a message that the disk did not take is refused and not sent", async () => {
  const { send, way } = world({ disk: { commit: () => Promise.reject(new Error("full")) } });
  assert.equal(refused(await send(toMany(listBody(uris("bob")))))?.[0], 500);
  assert.equal(way.submitted.length, 0);
});

test("what was accepted goes on after a crash, to those who have no copy, under the same Call-ID", async () => {
  const before = world();
  const names = Array.from({ length: 40 }, (_, index) => `user${index}`);
  before.way.onSubmit = ({ request }) =>
    request.uriText.startsWith("sip:user3") ? new Promise(() => {}) : 200;
  assert.deepEqual(await before.send(toMany(listBody(uris(...names)))), ACCEPTED);
  const after = world({ stores: memoryStores({ image: before.stores.image() }) });
  await after.controlling.start();
  await after.clock.pass(100);
  const again = targets(after.way);
  for (const name of ["user3", ...names.slice(30)]) {
    assert.ok(again.includes(`sip:${name}@example.com`), name);
  }
  assert.ok(again.length < names.length); // most were settled before
  for (const { request } of after.way.submitted) {
    const first = before.way.submitted.find((one) => one.request.uriText === request.uriText);
    assert.equal(request.callId, first?.request.callId);
    assert.deepEqual(request.body, first?.request.body);
  }
  assert.deepEqual(await after.stores.jobs.list(undefined, 10), []);
});

test("RFC 5438 §8.2: a copy that cannot be delivered is reported, the others are not held up", async () => {
  const { send, way, reports, metrics, stores, clock } = world();
  way.onSubmit = ({ request }) => (request.uriText === "sip:bob@example.com" ? 404 : 202);
  const message = envelope({ headers: asking("m1", "negative-delivery") });
  await send(toMany(listBody(uris("bob", "carol"), message, "message/cpim")));
  assert.deepEqual(targets(way), ["sip:bob@example.com", "sip:carol@example.com"]);
  const told = reports.told.map(([what, { author, recipient }]) => [what, author, recipient]);
  assert.deepEqual(told, [["failed", alice.address, "sip:bob@example.com"]]);
  assert.equal(metrics.counts.get("copies_total"), 2);
  await clock.pass(100);
  assert.deepEqual(await stores.jobs.list(undefined, 10), []);
});

test("silence is tried twice more, a refusal is not", async () => {
  const { send, way, clock } = world();
  way.onSubmit = ({ request }) => (request.uriText === "sip:bob@example.com" ? 408 : 403);
  await send(toMany(listBody(uris("bob", "carol"))));
  await clock.pass(60_000);
  assert.equal(targets(way).filter((uri) => uri === "sip:bob@example.com").length, 3);
  assert.equal(targets(way).filter((uri) => uri === "sip:carol@example.com").length, 1);
});

test("while a copy can neither be delivered nor kept the job is kept, the other copies are done", async () => {
  const { send, way, stores, clock } = world();
  let broken = true;
  way.onSubmit = ({ request }) => (broken && request.uriText === "sip:bob@example.com" ? 500 : 202);
  await send(toMany(listBody(uris("bob", "carol"))));
  await clock.pass(60_000);
  const [job] = await stores.jobs.list(undefined, 10);
  assert.deepEqual(job?.recipients, ["sip:bob@example.com"]);
  broken = false;
  await clock.pass(60_000);
  assert.deepEqual(await stores.jobs.list(undefined, 10), []);
  assert.equal(targets(way).filter((uri) => uri === "sip:carol@example.com").length, 1);
});

test("RFC 3428 §8: the copies of one author reach a recipient one after the other", async () => {
  const { send, way, clock } = world();
  const answers: ((status: number) => void)[] = [];
  way.onSubmit = () => new Promise((resolve) => answers.push(resolve));
  await send(toMany(listBody(uris("bob"))));
  await send(toMany(listBody(uris("bob"))));
  await clock.pass(10);
  assert.equal(way.submitted.length, 1);
  answers.shift()?.(202);
  await clock.pass(10);
  assert.equal(way.submitted.length, 2);
});

test("not more copies are under way than allowed, and all are sent in the end", async () => {
  const { send, way, clock } = world();
  let underWay = 0;
  let most = 0;
  way.onSubmit = async () => {
    most = Math.max(most, ++underWay);
    await settled();
    underWay -= 1;
    return 200;
  };
  const names = Array.from({ length: 100 }, (_, index) => `user${index}`);
  for (let count = 0; count < 4; count += 1) await send(toMany(listBody(uris(...names))));
  for (let count = 0; count < 40; count += 1) await clock.pass(1);
  assert.equal(way.submitted.length, 400);
  assert.ok(most <= 256, String(most));
});

test("as many copies as the bound are under way at a time, the others after them", async () => {
  const { send, way, hits } = world({ jobs: { copies: 2, messages: 1 } });
  const { promise, resolve } = Promise.withResolvers<number>();
  way.onSubmit = () => promise;
  await send(toMany(listBody(uris("bob", "carol", "dave"))));
  await settled();
  assert.equal(way.submitted.length, 2);
  assert.deepEqual(hits.limits, ["copies"]);
  resolve(200);
  await settled();
  assert.equal(way.submitted.length, 3);
});

test("as many messages to many as the bound are accepted, then 503 until one is done", async () => {
  const { send, way, hits, clock } = world({ jobs: { copies: 9, messages: 1 } });
  const { promise, resolve } = Promise.withResolvers<number>();
  way.onSubmit = () => promise;
  const one = () => send(toMany(listBody(uris("bob", "carol"))));
  assert.deepEqual(await one(), { do: "answer", status: 202 });
  assert.equal(refused(await one())?.[0], 503);
  assert.deepEqual(hits.limits, ["copyJobs"]);
  resolve(200);
  await clock.pass(1_000);
  assert.deepEqual(await one(), { do: "answer", status: 202 });
});
