/** What the client puts on the wire in pager mode. OMA IM 8.1.1 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  parseCpim,
  parseImdnHeaders,
  parseMediaType,
  parseMultipart,
  parseRecipientList,
} from "@parlance/formats";
import { formatUri, headers, type SipRequest, sipUri } from "@parlance/sip";
import { type Random, utf8Bytes, utf8Text } from "@parlance/wire";
import type { SentRecord } from "../store/client-store.ts";
import { pagerMessage, type Sender } from "./pager-message.ts";

const sender: Sender = {
  account: sipUri("alice", "example.com"),
  address: "sip:alice@example.com",
  displayName: "Alice A.",
  userAgent: "IM-client/OMA1.0 Acme/1.0",
  factory: sipUri("conf-factory", "example.com"),
};

const NOW = Date.parse("2030-05-04T10:00:00Z");

function countingRandom(): Random {
  let next = 0;
  return { bytes: (count) => new Uint8Array(count), token: () => `token${(next += 1)}` };
}

function written(change: Partial<SentRecord> = {}, to: readonly string[] = ["bob"]): SipRequest {
  const recipients = to.map((name) => ({
    address: `sip:${name}@example.com`,
    uri: undefined,
    state: "queued" as const,
  }));
  const record: SentRecord = {
    id: "m1",
    conversation: recipients[0]?.address ?? "",
    order: 1,
    at: NOW,
    contentType: "text/plain;charset=UTF-8",
    content: utf8Bytes("hello"),
    direction: "sent",
    recipients,
    state: "queued",
    failure: undefined,
    receipts: [],
    expiresAt: undefined,
    anonymous: false,
    namesRecipients: false,
    subject: undefined,
    disposition: undefined,
    ...change,
  };
  return pagerMessage(record, sender, { random: countingRandom(), now: NOW });
}

function envelopeIn({ body }: { readonly body: Uint8Array }) {
  const read = parseCpim(body);
  return read.ok ? read.value : assert.fail(read.error.reason);
}

test("IM-8.1.1-P1: a MESSAGE outside of any dialog, without a Contact, with an envelope (RFC 3428 §4)", () => {
  const request = written();
  assert.equal(request.method, "MESSAGE");
  assert.deepEqual(request.cseq, { number: 1, method: "MESSAGE" });
  assert.equal(request.has("Contact"), false);
  assert.equal(request.to.params.has("tag"), false);
  assert.ok(request.from.params.has("tag"));
  assert.equal(request.text("Content-Type"), "message/cpim");
  assert.equal(utf8Text(envelopeIn(request).content), "hello");
});

test("IM-8.1.1-01, IM-8.1.1-02, IM-8.1.1-03: it carries the feature tag, the IM Address and the release", () => {
  const request = written();
  assert.equal(request.text("Accept-Contact"), "*;+g.oma.sip-im");
  assert.equal(request.text("P-Preferred-Identity"), '"Alice A." <sip:alice@example.com>');
  assert.equal(request.text("User-Agent"), "IM-client/OMA1.0 Acme/1.0");
  assert.equal(formatUri(request.from.uri), "sip:alice@example.com");
});

test("IM-8.1.1-04: with anonymity Privacy says id, and neither From nor the envelope names the sender", () => {
  const request = written({ anonymous: true });
  assert.deepEqual(request.get(headers.Privacy), ["id"]);
  assert.equal(formatUri(request.from.uri), "sip:anonymous@anonymous.invalid");
  assert.doesNotMatch(utf8Text(request.body), /alice/i);
  assert.doesNotMatch(request.text("From") ?? "", /alice/i);
  assert.match(request.text("P-Preferred-Identity") ?? "", /sip:alice@example\.com/); // for the server
  assert.equal(written().has("Privacy"), false);
});

test("IM-8.1.1-05, IM-8.1.1-07a: for one user, or one group, the Request-URI is his address or its identity", () => {
  assert.equal(written().uriText, "sip:bob@example.com");
  assert.equal(written({}, ["team"]).uriText, "sip:team@example.com");
});

test("IM-8.1.1-08: for the session of another enabler the Request-URI is its identity, parameters included", () => {
  const address = "sip:poc-7@example.com";
  const recipients = [
    { address, uri: `${address};gr=3f9a;session=adhoc`, state: "queued" },
  ] as const;
  const request = written({ recipients });
  assert.equal(request.uriText, "sip:poc-7@example.com;gr=3f9a;session=adhoc");
  assert.equal(envelopeIn(request).to[0]?.uri, request.uriText);
});

test("IM-8.1.1-06a, IM-8.1.1-06b, IM-8.1.1-06c: for many it goes to the factory, with the list beside the message", () => {
  const request = written({}, ["bob", "carol"]);
  assert.equal(request.uriText, "sip:conf-factory@example.com;sessiontype=adhoc");
  assert.equal(request.text("Require"), "recipient-list-message");
  const type = parseMediaType(request.text("Content-Type") ?? "");
  assert.ok(type.ok);
  const parts = parseMultipart(type.value, request.body);
  assert.ok(parts.ok);
  const [message, list] = parts.value;
  assert.ok(message !== undefined && list !== undefined);
  assert.equal(utf8Text(envelopeIn({ body: message.content }).content), "hello");
  assert.deepEqual(list.headers, [
    ["Content-Type", "application/resource-lists+xml"],
    ["Content-Disposition", "recipient-list"],
  ]);
  const read = parseRecipientList(list.content, { most: 10, key: (uri) => uri });
  assert.ok(read.ok);
  assert.deepEqual(
    read.recipients.map(({ uri }) => uri),
    ["sip:bob@example.com", "sip:carol@example.com"],
  );
});

test("the envelope is such as linphone takes it: no name, the From of the request, capitals, one blank", () => {
  const request = written({ receipts: ["delivered"], subject: "S" });
  const [head = ""] = utf8Text(request.body).split("\r\n\r\n");
  const lines = head.split("\r\n");
  assert.equal(lines[0], "From: <sip:alice@example.com>");
  assert.match(request.text("From") ?? "", /^"Alice A\." <sip:alice@example\.com>;tag=/);
  for (const line of lines) assert.match(line, /^(?:[A-Z][A-Za-z]*|imdn\.[A-Z][A-Za-z-]*): \S/);
});

test("recipients are named to one another only when the sender wants it (RFC 5364 §4)", () => {
  const hidden = written({}, ["bob", "carol"]);
  const named = written({ namesRecipients: true }, ["bob", "carol"]);
  assert.doesNotMatch(utf8Text(hidden.body), /copyControl=/);
  assert.match(utf8Text(named.body), /copyControl="to"/);
});

test("IM-8.1.1-09: content that is kept elsewhere goes as message/external-body", () => {
  const contentType = 'message/external-body;access-type="URL";URL="https://files.example.com/f"';
  const content = utf8Bytes("Content-Type: image/png\r\n\r\n");
  const envelope = envelopeIn(written({ contentType, content }));
  assert.deepEqual(envelope.contentHeaders[0], ["Content-Type", contentType]);
  assert.deepEqual(envelope.content, content);
});

test("IM-8.1.1-10: reports are asked for by the rules of IMDN, and only when they are wanted", () => {
  const asked = parseImdnHeaders(envelopeIn(written({ receipts: ["delivered", "displayed"] })));
  assert.ok(asked.ok);
  assert.equal(asked.value.messageId, "m1");
  assert.deepEqual(
    [...asked.value.requests],
    ["positive-delivery", "negative-delivery", "display"],
  );
  const plain = parseImdnHeaders(envelopeIn(written()));
  assert.ok(plain.ok);
  assert.equal(plain.value.requests.size, 0);
});

test("what is worth nothing later says until when, counted from when it leaves (RFC 3428 §4)", () => {
  const request = written({ expiresAt: NOW + 90_000 });
  assert.equal(request.text("Expires"), "90");
  assert.equal(request.text("Date"), "Sat, 04 May 2030 10:00:00 GMT");
});
