import assert from "node:assert/strict";
import { test } from "node:test";
import { findImdns, parseCpim, parseImdnHeaders, type ReceivedImdn } from "@parlance/formats";
import { parseUri, type SipRequest, sipUri } from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import type { Originator, User } from "../ports/index.ts";
import { type Disk, type MemoryStores, memoryStores } from "../store/index.ts";
import { HandClock, settled } from "../testing/clock.ts";
import {
  asking,
  envelope,
  messageOf,
  originatorFor,
  passageOf,
  userCalled,
} from "../testing/people.ts";
import { countingRandom, silentLog } from "../testing/ports.ts";
import { DeadEnd } from "../testing/way.ts";
import { ReportCollector, ServerReports } from "./index.ts";

const alice = userCalled("alice");
const bob = userCalled("bob");
const carol = userCalled("carol");
const IMDN = "sip:imdn@example.com";
const userAgent = "IM-serv/OMA1.0 Test/1.0";

function subject(headers: readonly string[], more: Parameters<typeof envelope>[0] = {}) {
  const cpim = parseCpim(utf8Bytes(envelope({ headers, ...more })));
  assert.ok(cpim.ok);
  return { cpim: cpim.value, author: alice.address, recipient: bob.address };
}

function reporting() {
  const way = new DeadEnd();
  const clock = new HandClock();
  const reports = new ServerReports(
    { way, clock, random: countingRandom(), log: silentLog },
    { userAgent },
  );
  return { way, reports };
}

/** The notifications in a request that the server sent. */
function reportsIn(request: SipRequest | undefined): readonly ReceivedImdn[] {
  const type = request?.text("Content-Type") ?? "";
  const body = {
    headers: [["Content-Type", type] as const],
    content: request?.body ?? utf8Bytes(""),
  };
  const found = findImdns(body);
  assert.ok(found.ok);
  return found.value;
}

test("IM-8.1.1-10: failed is reported to the author in the name of the recipient", async () => {
  const { way, reports } = reporting();
  await reports.failed(subject(asking("m1", "negative-delivery")));
  const [sent] = way.submitted;
  assert.equal(sent?.request.uriText, "sip:alice@example.com");
  assert.equal(sent?.originator.address, "sip:bob@example.com");
  assert.deepEqual(sent?.principal, { kind: "server", onBehalfOf: "sip:bob@example.com" });
  assert.equal(sent?.request.text("User-Agent"), userAgent);
  assert.equal(sent?.request.text("Accept-Contact"), "*;+g.oma.sip-im");
  const [report] = reportsIn(sent?.request);
  assert.equal(report?.imdn.messageId, "m1");
  assert.deepEqual(report?.imdn.notification, { kind: "delivery", status: "failed" });
  assert.equal(report?.imdn.recipientUri, "sip:bob@example.com");
  assert.equal(report?.envelope?.from?.uri, "sip:bob@example.com");
});

test("RFC 5438 §8.1: stored is reported to who asked for processing", async () => {
  const { way, reports } = reporting();
  await reports.stored(subject(asking("m1", "processing")));
  const [report] = reportsIn(way.submitted[0]?.request);
  assert.deepEqual(report?.imdn.notification, { kind: "processing", status: "stored" });
});

test("nothing is reported that was not asked for, that nobody can get, or about a report", async () => {
  const { way, reports } = reporting();
  await reports.failed(subject(asking("m1", "positive-delivery", "display")));
  await reports.failed(subject([]));
  await reports.stored(subject(asking("m1", "negative-delivery")));
  await reports.failed(subject(asking("m1", "negative-delivery"), { type: "message/imdn+xml" }));
  const anonymous = { from: "sip:anonymous@anonymous.invalid" };
  await reports.failed(subject(asking("m1", "negative-delivery"), anonymous));
  await reports.failed({ ...subject(asking("m1", "negative-delivery")), author: "nonsense" });
  assert.equal(way.submitted.length, 0);
});

test("RFC 5438 §7.2.1: reports follow the route that the message recorded", async () => {
  const { way, reports } = reporting();
  const routes = [`imdn.IMDN-Record-Route: <${IMDN}>`];
  await reports.failed(subject([...asking("m1", "negative-delivery"), ...routes]));
  const [sent] = way.submitted;
  assert.equal(sent?.request.uriText, IMDN);
  const cpim = parseCpim(sent?.request.body ?? utf8Bytes(""));
  assert.ok(cpim.ok);
  const headers = parseImdnHeaders(cpim.value);
  assert.ok(headers.ok);
  assert.deepEqual(
    headers.value.routes.map(({ uri }) => uri),
    [IMDN],
  );
});

interface Wishes {
  readonly takesLong?: boolean;
  readonly stores?: MemoryStores;
  readonly disk?: Disk;
}

function collecting({ stores: given, disk, takesLong = true }: Wishes = {}) {
  const way = new DeadEnd();
  const clock = new HandClock();
  const stores = given ?? memoryStores(disk === undefined ? {} : { disk });
  const collector = new ReportCollector(
    {
      store: stores.imdn,
      way,
      takesLong: () => takesLong,
      clock,
      random: countingRandom(),
      log: silentLog,
    },
    { address: IMDN, userAgent, aggregateMs: 10_000, lifeMs: 86_400_000 },
  );
  collector.start();
  const open = (recipients: readonly User[] = [bob, carol]) =>
    collector.open({
      messageId: "m1",
      author: alice.address,
      shownAuthor: alice.address,
      recipients: recipients.map(({ address }) => address),
    });
  const report = async (from: Originator, status = "delivered", kind = "delivery") => {
    const request = messageOf({
      from: from.address,
      to: IMDN,
      type: "message/cpim",
      body: notification(from.address, kind, status),
    });
    return collector.serve(passageOf(request, from, clock.now()));
  };
  return { way, clock, stores, collector, open, report };
}

function notification(from: string, kind: string, status: string, messageId = "m1"): string {
  return envelope({
    from,
    to: alice.address,
    headers: ["NS: imdn <urn:ietf:params:imdn>", "imdn.Message-ID: r1"],
    type: "message/imdn+xml",
    content:
      `<imdn xmlns="urn:ietf:params:xml:ns:imdn"><message-id>${messageId}</message-id>` +
      `<datetime>2030-05-04T10:00:00Z</datetime><recipient-uri>${from}</recipient-uri>` +
      `<${kind}-notification><status><${status}/></status></${kind}-notification></imdn>`,
  });
}

const OK = { do: "answer", status: 200 };

test("the collector owns its address and takes nothing but notifications", async () => {
  const { collector } = collecting();
  assert.equal(collector.owns(sipUri("imdn", "EXAMPLE.com")), true);
  assert.equal(collector.owns(sipUri("bob", "example.com")), false);
  const said = async (request: SipRequest) => {
    const verdict = await collector.serve(passageOf(request, originatorFor(bob)));
    return verdict.do === "refuse" && verdict.refusal.status;
  };
  assert.equal(await said(messageOf({ to: IMDN })), 400);
  assert.equal(await said(messageOf({ to: IMDN, method: "INVITE" })), 405);
});

test("IM-8.1.1-N3: when all have reported, the author gets one message with a part for each", async () => {
  const { way, open, report } = collecting();
  await open();
  assert.deepEqual(await report(originatorFor(bob)), OK);
  assert.deepEqual(await report(originatorFor(carol), "failed"), OK);
  await settled();
  assert.equal(way.submitted.length, 1);
  const [sent] = way.submitted;
  assert.equal(sent?.request.uriText, "sip:alice@example.com");
  assert.equal(sent?.request.from.uri.kind === "sip" && sent.request.from.uri.user, "imdn");
  assert.match(sent?.request.text("Content-Type") ?? "", /^multipart\/mixed;boundary=/);
  assert.deepEqual(
    reportsIn(sent?.request).map(({ imdn, envelope: cpim }) => [
      cpim?.from?.uri,
      cpim?.to[0]?.uri,
      imdn.messageId,
      imdn.notification.status,
    ]),
    [
      ["sip:bob@example.com", "sip:alice@example.com", "m1", "delivered"],
      ["sip:carol@example.com", "sip:alice@example.com", "m1", "failed"],
    ],
  );
});

test("an author who is away, or has nothing but datagrams, gets each report by itself", async () => {
  const { way, open, report } = collecting({ takesLong: false });
  await open();
  await report(originatorFor(bob));
  await report(originatorFor(carol), "failed");
  await settled();
  assert.deepEqual(
    way.submitted.map(({ request }) => [
      request.text("Content-Type"),
      reportsIn(request).map(({ imdn }) => imdn.recipientUri),
    ]),
    [
      ["message/cpim", ["sip:bob@example.com"]],
      ["message/cpim", ["sip:carol@example.com"]],
    ],
  );
});

test("RFC 5438 §8.3: what has come after the time is passed on, the rest with the next batch", async () => {
  const { way, clock, open, report } = collecting();
  await open();
  await report(originatorFor(bob));
  await clock.pass(9_000);
  assert.equal(way.submitted.length, 0);
  await clock.pass(2_000);
  assert.deepEqual(
    reportsIn(way.submitted[0]?.request).map(({ imdn }) => imdn.recipientUri),
    ["sip:bob@example.com"],
  );
  await clock.pass(600_000);
  await report(originatorFor(bob), "displayed", "display");
  await report(originatorFor(carol));
  await clock.pass(11_000);
  assert.equal(way.submitted.length, 2);
  assert.equal(reportsIn(way.submitted[1]?.request).length, 2);
});

test("a report that is alone is no multipart and comes in the name of its recipient", async () => {
  const { way, clock, open, report } = collecting();
  await open();
  await report(originatorFor(bob));
  await clock.pass(11_000);
  const [sent] = way.submitted;
  assert.equal(sent?.request.text("Content-Type"), "message/cpim");
  assert.equal(sent?.originator.address, "sip:bob@example.com");
});

test("only recipients are heard, each once a kind, by any of their identities", async () => {
  const { way, clock, open, report } = collecting();
  await open();
  const eve = originatorFor(userCalled("eve"));
  const alias = { ...bob, identities: ["sip:robert@example.com", bob.address] };
  const robert = { ...originatorFor(alias), address: "sip:robert@example.com" };
  assert.deepEqual(await report(eve), OK);
  assert.deepEqual(await report(robert), OK);
  assert.deepEqual(await report(originatorFor(bob), "failed"), OK);
  await clock.pass(11_000);
  const reported = way.submitted.flatMap(({ request }) => reportsIn(request));
  assert.deepEqual(
    reported.map(({ imdn }) => imdn.notification.status),
    ["delivered"],
  );
});

const statusesIn = ({ submitted }: DeadEnd): readonly string[][] =>
  submitted.map(({ request }) => reportsIn(request).map(({ imdn }) => imdn.notification.status));

test("one of a user's devices fails and another has it: the author hears that it arrived", async () => {
  const { way, clock, open, report } = collecting();
  await open();
  await report(originatorFor(bob), "failed");
  await report(originatorFor(bob));
  await settled();
  assert.equal(way.submitted.length, 0); // Carol has not reported
  await report(originatorFor(carol));
  await settled();
  assert.deepEqual(statusesIn(way), [["delivered", "delivered"]]);
  await clock.pass(600_000);
  assert.equal(way.submitted.length, 1);
});

test("success after a failure that was passed on, or is being passed on, is passed on as well", async () => {
  for (const during of [false, true]) {
    const { way, clock, open, report } = collecting();
    await open();
    const answered = Promise.withResolvers<number>();
    way.onSubmit = () => (during ? answered.promise : 200);
    await report(originatorFor(bob), "failed");
    await clock.pass(11_000);
    await report(originatorFor(bob));
    answered.resolve(200);
    await clock.pass(12_000);
    assert.deepEqual(statusesIn(way), [["failed"], ["delivered"]]);
    await clock.pass(600_000);
    assert.equal(way.submitted.length, 2);
  }
});

test("a report about a message that nobody waits for is answered 200 and goes nowhere", async () => {
  const { way, clock, report } = collecting();
  assert.deepEqual(await report(originatorFor(bob)), OK);
  await clock.pass(60_000);
  assert.equal(way.submitted.length, 0);
});

test("an anonymous recipient is named by an entity of his own", async () => {
  const { way, clock, open, report } = collecting();
  await open();
  await report(originatorFor(bob, true));
  await clock.pass(11_000);
  const [sent] = way.submitted;
  const [only] = reportsIn(sent?.request);
  assert.match(only?.imdn.recipientUri ?? "", /^sip:anonymous-[0-9a-f]{8}@anonymous\.invalid$/);
  assert.equal(only?.envelope?.from?.uri, only?.imdn.recipientUri);
  assert.equal(
    [...(sent?.request.lines() ?? [])].some(({ value }) => value.includes("bob")),
    false,
  );
});

test("an author whose client knows no multipart gets the reports singly", async () => {
  const { way, open, report } = collecting();
  way.onSubmit = ({ request }) => (request.text("Content-Type") === "message/cpim" ? 200 : 415);
  await open();
  await report(originatorFor(bob));
  await report(originatorFor(carol));
  await settled();
  assert.deepEqual(
    way.submitted.map(({ request }) => reportsIn(request).length),
    [2, 1, 1],
  );
});

test("many reports go in several messages that a reader takes", async () => {
  const { way, open, report } = collecting();
  const users = Array.from({ length: 70 }, (_, index) => userCalled(`user${index}`));
  await open(users);
  for (const user of users) await report(originatorFor(user));
  await settled();
  assert.deepEqual(
    way.submitted.map(({ request }) => reportsIn(request).length),
    [30, 30, 10],
  );
});

test("what could not be passed on is tried again, and nothing of it is lost", async () => {
  const { way, clock, open, report } = collecting();
  way.onSubmit = () => 503;
  await open();
  await report(originatorFor(bob));
  await clock.pass(11_000);
  way.onSubmit = () => 200;
  await clock.pass(61_000);
  assert.equal(way.submitted.length, 2);
  await clock.pass(600_000);
  assert.equal(way.submitted.length, 2);
});

test("a message that was sent again because its answer was lost is reported on as before", async () => {
  const { way, clock, open, report } = collecting();
  await open();
  await report(originatorFor(bob));
  await clock.pass(11_000);
  await open();
  await report(originatorFor(carol));
  await clock.pass(11_000);
  assert.deepEqual(
    way.submitted.map(({ request }) => reportsIn(request)[0]?.imdn.recipientUri),
    [bob.address, carol.address],
  );
});

test("a report that comes while an aggregate leaves is passed on with the next", async () => {
  const { way, clock, open, report } = collecting();
  await open();
  await report(originatorFor(bob));
  const answered = Promise.withResolvers<number>();
  way.onSubmit = () => answered.promise;
  await clock.pass(11_000);
  await report(originatorFor(carol));
  answered.resolve(200);
  await clock.pass(12_000);
  assert.equal(way.submitted.length, 2);
});

test("a restart loses no report that was answered", async () => {
  const before = collecting();
  await before.open();
  await before.report(originatorFor(bob));
  before.collector.stop();
  const after = collecting({ stores: memoryStores({ image: before.stores.image() }) });
  await after.clock.pass(11_000);
  assert.equal(reportsIn(after.way.submitted[0]?.request).length, 1);
  await after.report(originatorFor(carol));
  await settled();
  assert.equal(after.way.submitted.length, 2);
});

test("a report that the disk did not take is refused", async () => {
  let broken = false;
  const disk = { commit: () => (broken ? Promise.reject(new Error("full")) : undefined) };
  const { open, report } = collecting({ disk });
  await open();
  broken = true;
  const verdict = await report(originatorFor(bob));
  assert.equal(verdict.do === "refuse" && verdict.refusal.status, 500);
  assert.equal(parseUri(IMDN).kind, "sip");
});
