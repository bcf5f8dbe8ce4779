/** Notifications: documents, headers, what is sent to whom, what must not be. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import { type Cpim, editCpim, formatCpim, parseCpim, readCpim } from "../cpim/index.ts";
import { formatMultipart } from "../multipart/index.ts";
import {
  aggregateImdns,
  asksFor,
  findImdns,
  followRoute,
  formatImdn,
  type Imdn,
  isImdn,
  makeImdn,
  type Notification,
  parseImdn,
  parseImdnHeaders,
  readdress,
  readImdnHeaders,
  recordRoute,
  wrapImdn,
} from "./index.ts";

const NOW = Date.UTC(2030, 4, 4, 10);
const DELIVERED: Notification = { kind: "delivery", status: "delivered" };
const FAILED: Notification = { kind: "delivery", status: "failed" };
const DISPLAYED: Notification = { kind: "display", status: "displayed" };
const STORED: Notification = { kind: "processing", status: "stored" };
const BOB = { name: undefined, uri: "sip:bob@example.com" };

const EVERY_NOTIFICATION: readonly Notification[] = [
  ...(["delivered", "failed", "declined", "forbidden", "error"] as const).map((status) => ({
    kind: "delivery" as const,
    status,
  })),
  ...(["processed", "stored", "forbidden", "error"] as const).map((status) => ({
    kind: "processing" as const,
    status,
  })),
  ...(["displayed", "forbidden", "error"] as const).map((status) => ({
    kind: "display" as const,
    status,
  })),
];

function message(...headers: readonly string[]): Cpim {
  return readCpim(
    utf8Bytes(
      [
        "From: Alice <sip:alice@example.com>",
        "To: <sip:bob@example.com>",
        "NS: imdn <urn:ietf:params:imdn>",
        ...headers,
        "",
        "Content-Type: text/plain",
        "",
        "Hello",
      ].join("\r\n"),
    ),
  );
}

function report(about: Cpim, notification: Notification): ReturnType<typeof makeImdn> {
  return makeImdn(about, { notification, from: BOB, messageId: "fresh", now: NOW });
}

function contained(wrapped: Cpim | undefined): Imdn {
  assert.ok(wrapped !== undefined);
  const found = findImdns({ headers: wrapped.contentHeaders, content: wrapped.content });
  assert.ok(found.ok && found.value[0] !== undefined);
  return found.value[0].imdn;
}

function asked(requests: string): string[] {
  const about = message("imdn.Message-ID: 1", `imdn.Disposition-Notification: ${requests}`);
  return EVERY_NOTIFICATION.filter((one) => report(about, one) !== undefined).map(
    ({ kind, status }) => `${kind} ${status}`,
  );
}

function ids(type: string, content: Uint8Array): string[] {
  const found = findImdns({ headers: [["Content-Type", type]], content });
  assert.ok(found.ok);
  return found.value.map(({ imdn }) => imdn.messageId);
}

test("notifications printed in RFC 5438 are read as they were meant", (t) => {
  for (const { file, bytes, facts } of corpusFor(t, "cpim-imdn-rfc-examples")) {
    const parsed = new Map(Object.entries(facts["parsed"] ?? {}));
    const envelope = readCpim(bytes);
    if (parsed.has("imdn.messageId")) {
      assert.equal(readImdnHeaders(envelope).messageId, parsed.get("imdn.messageId"), file);
    }
    if (parsed.has("dispositions")) {
      assert.deepEqual([...readImdnHeaders(envelope).requests], parsed.get("dispositions"), file);
    }
    const found = findImdns({ headers: envelope.contentHeaders, content: envelope.content });
    assert.equal(found.ok, file !== "rfc5438-8.3-aggregate-printed.cpim", file);
    if (!found.ok) continue;
    if (parsed.has("kinds")) {
      assert.deepEqual(
        found.value.map(({ imdn }) => imdn.notification.kind),
        parsed.get("kinds"),
        file,
      );
    }
    if (parsed.has("notifies")) {
      assert.equal(found.value[0]?.imdn.messageId, parsed.get("notifies"), file);
      assert.equal(found.value[0]?.imdn.notification.status, parsed.get("status"), file);
    }
  }
});

test("documents printed in RFC 5438 are read, and cut anywhere refused", (t) => {
  for (const { file, bytes, facts } of corpusFor(t, "xml-rfc-examples")) {
    if (facts["root"] !== "{urn:ietf:params:xml:ns:imdn}imdn") continue;
    const result = parseImdn(bytes);
    assert.ok(result.ok, file);
    for (let cut = 0; cut < bytes.length - 1; cut += 1) {
      assert.equal(parseImdn(bytes.subarray(0, cut)).ok, false, `${file} cut at ${cut}`);
    }
  }
});

test("bad messages with notifications in them never do harm", (t) => {
  for (const { file, bytes } of corpusFor(t, "cpim-imdn-bad")) {
    const envelope = parseCpim(bytes);
    if (!envelope.ok) continue;
    const { contentHeaders: headers, content } = envelope.value;
    const found = findImdns({ headers, content });
    if (file === "imdn-two-kinds.cpim" || file === "imdn-bad-xml.cpim")
      assert.equal(found.ok, false, file);
    const headersAsk = parseImdnHeaders(envelope.value);
    // A prefix that nobody declared is unknown, and without an identifier nothing can be sent.
    if (file === "ns-undeclared.cpim")
      assert.equal(headersAsk.ok && headersAsk.value.messageId, undefined);
    if (file === "ns-other-prefix.cpim")
      assert.equal(headersAsk.ok && headersAsk.value.messageId, "abc12345");
    if (file === "imdn-asks-imdn.cpim" || file === "imdn-msgid-missing.cpim") {
      assert.equal(report(envelope.value, DELIVERED), undefined, file);
    }
  }
});

test("every notification that is written reads the same", () => {
  const text = fc.option(fc.stringMatching(/^[!-~é][ -~é]{0,20}[!-~é]$/), { nil: undefined });
  fc.assert(
    fc.property(
      fc.constantFrom(...EVERY_NOTIFICATION),
      text,
      text,
      text,
      text,
      (notification, dateTime, recipientUri, originalRecipientUri, subject) => {
        const imdn: Imdn = {
          messageId: "1",
          dateTime,
          recipientUri,
          originalRecipientUri,
          subject,
          notification,
        };
        assert.deepEqual(parseImdn(formatImdn(imdn)), { ok: true, value: imdn });
      },
    ),
    { seed: 4711, numRuns: 300 },
  );
});

test("who does not know that a recipient has said no reads that it has failed (RFC 5438 §11.1.9)", () => {
  const imdn = contained(
    report(message("imdn.Message-ID: 1", "imdn.Disposition-Notification: negative-delivery"), {
      kind: "delivery",
      status: "declined",
    })?.message,
  );
  assert.match(
    utf8Text(formatImdn(imdn)),
    /<status><failed\/><declined xmlns="urn:parlance:imdn"><\/declined><\/status>/,
  );
});

test("a notification is sent for what was asked for, and for nothing else", () => {
  assert.deepEqual(asked(""), []);
  assert.deepEqual(asked("positive-delivery"), ["delivery delivered"]);
  assert.deepEqual(asked("negative-delivery"), [
    "delivery failed",
    "delivery declined",
    "delivery forbidden",
    "delivery error",
  ]);
  assert.deepEqual(asked("display;x=1 , unknown"), [
    "display displayed",
    "display forbidden",
    "display error",
  ]);
  assert.equal(asked("processing").length, 4);
  assert.deepEqual(asked("Positive-Delivery"), []);
  assert.ok(asksFor(new Set(["processing"]), STORED));
});

test("a notification tells which message it is about, from whom, and when that was sent", () => {
  const about = message(
    "DateTime: 2024-05-05T10:00:00Z",
    "Subject: Lunch",
    "imdn.Message-ID: 34jk324j",
    "imdn.Original-To: <sip:team@example.com>",
    "imdn.Disposition-Notification: positive-delivery",
  );
  const sent = report(about, DELIVERED);
  assert.equal(sent?.target, "sip:alice@example.com");
  assert.deepEqual(contained(sent.message), {
    messageId: "34jk324j",
    dateTime: "2024-05-05T10:00:00Z",
    recipientUri: "sip:bob@example.com",
    originalRecipientUri: "sip:team@example.com",
    subject: "Lunch",
    notification: DELIVERED,
  });
  const again = readCpim(formatCpim(sent.message));
  assert.equal(again.to[0]?.uri, "sip:alice@example.com");
  assert.deepEqual(readImdnHeaders(again).messageId, "fresh");
  assert.deepEqual([...readImdnHeaders(again).requests], []);
});

test("it goes back by the recorded route, in order; else to From, unless nobody is there", () => {
  const ask = ["imdn.Message-ID: 1", "imdn.Disposition-Notification: display"];
  const routed = report(
    message(...ask, "imdn.IMDN-Record-Route: <sip:near@x>", "imdn.IMDN-Record-Route: <sip:far@x>"),
    DISPLAYED,
  );
  assert.equal(routed?.target, "sip:near@x");
  const { routes, recordRoutes } = readImdnHeaders(routed.message);
  assert.deepEqual(
    routes.map(({ uri }) => uri),
    ["sip:near@x", "sip:far@x"],
  );
  assert.deepEqual(recordRoutes, []);
  const anonymous = { name: undefined, uri: "sip:anonymous@anonymous.invalid" };
  assert.equal(report({ ...message(...ask), from: anonymous }, DISPLAYED), undefined);
  assert.equal(report({ ...message(...ask), from: undefined }, DISPLAYED), undefined);
});

test("nobody is notified of a notification, even if it asks for that", () => {
  const imdn = contained(
    report(message("imdn.Message-ID: 1", "imdn.Disposition-Notification: display"), DISPLAYED)
      ?.message,
  );
  const envelope = { from: BOB, to: BOB, messageId: "2", now: NOW };
  for (const wrapped of [wrapImdn(imdn, envelope), aggregateImdns([imdn, imdn], envelope, "b")]) {
    assert.ok(isImdn(wrapped));
    const asking = message(
      "imdn.Message-ID: 1",
      "imdn.Disposition-Notification: display",
    ).extensions;
    assert.equal(report({ ...wrapped, extensions: asking }, DISPLAYED), undefined);
  }
  assert.ok(!isImdn(message()));
  assert.ok(!isImdn({ ...message(), contentHeaders: [["Content-Type", "odd"]] }));
});

test("repeated identifiers are refused, malformed ones too", () => {
  for (const headers of [
    ["imdn.Message-ID: 1", "imdn.Message-ID: 2"],
    ["imdn.Message-ID: "],
    ["imdn.Message-ID: a b"],
    ["imdn.Original-To: <sip:a@b>", "imdn.Original-To: <sip:c@d>"],
    ["imdn.IMDN-Route: nonsense"],
  ]) {
    assert.equal(parseImdnHeaders(message(...headers)).ok, false, headers.join());
  }
});

test("several notifications come in one envelope, in several, or in none", () => {
  const one: Imdn = {
    messageId: "1",
    dateTime: "x",
    recipientUri: undefined,
    originalRecipientUri: undefined,
    subject: undefined,
    notification: FAILED,
  };
  const envelope = { from: BOB, to: BOB, messageId: "2", now: NOW };
  const aggregate = aggregateImdns([one, { ...one, messageId: "3" }], envelope, "b");
  assert.deepEqual(ids("message/cpim", formatCpim(aggregate)), ["1", "3"]);
  assert.deepEqual(ids("message/imdn+xml", formatImdn(one)), ["1"]);
  const part = {
    headers: [["Content-Type", "message/cpim"]] as const,
    content: formatCpim(wrapImdn(one, envelope)),
  };
  assert.deepEqual(ids("multipart/mixed;boundary=q", formatMultipart([part, part], "q")), [
    "1",
    "1",
  ]);
  const inner = { ...message(), contentHeaders: part.headers, content: part.content };
  assert.deepEqual(ids("message/cpim", formatCpim(inner)), []);
});

test("an intermediary puts itself on top of the route, keeps what To was, and takes itself off again", () => {
  const bytes = formatCpim(message("imdn.IMDN-Record-Route: <sip:old@x>"));
  const changed = readCpim(editCpim(bytes, { ...recordRoute("sip:cf@x") }));
  assert.deepEqual(
    readImdnHeaders(changed).recordRoutes.map(({ uri }) => uri),
    ["sip:cf@x", "sip:old@x"],
  );

  const carol = { name: undefined, uri: "sip:carol@x" };
  const moved = readCpim(editCpim(bytes, readdress(message(), carol)));
  assert.equal(moved.to[0]?.uri, "sip:carol@x");
  assert.equal(readImdnHeaders(moved).originalTo?.uri, "sip:bob@example.com");
  const twice = readCpim(editCpim(formatCpim(moved), readdress(moved, BOB)));
  assert.equal(readImdnHeaders(twice).originalTo?.uri, "sip:bob@example.com");

  const onItsWay = message("imdn.IMDN-Route: <sip:cf@x>", "imdn.IMDN-Route: <sip:next@x>");
  const step = followRoute(onItsWay, (uri) => uri === "sip:cf@x");
  assert.equal(step?.target, "sip:next@x");
  const rest = readCpim(editCpim(formatCpim(onItsWay), step.changes));
  assert.deepEqual(
    readImdnHeaders(rest).routes.map(({ uri }) => uri),
    ["sip:next@x"],
  );
  assert.equal(followRoute(rest, () => true)?.target, "sip:bob@example.com");
  assert.equal(followRoute(rest, () => false)?.target, "sip:next@x");
});
