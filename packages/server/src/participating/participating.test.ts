import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCpim } from "@parlance/formats";
import type { Access } from "@parlance/im";
import { Params, parseUri, type SipRequest } from "@parlance/sip";
import { utf8Text } from "@parlance/wire";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import type {
  Binding,
  Originator,
  Passage,
  Terminating,
  User,
  UserRules,
  UserSettings,
  Verdict,
} from "../ports/index.ts";
import {
  contactOf,
  envelope,
  messageOf,
  originatorFor,
  passageOf,
  userCalled,
} from "../testing/people.ts";
import { openRules, originating, terminating, usualSettings } from "./index.ts";

const alice = userCalled("alice");
const bob = userCalled("bob");
const sending = originating(
  { running: () => 0 },
  { untagged: "refuse", maxMessageBytes: 65_536, maxSessions: 5 },
);
const RECEIVING = {
  datagramMessageBytes: 1_300,
  bringsBySession: true,
  maxSessions: 5,
  untagged: "refuse",
  keptFileBytes: 1_000,
} as const;
const receiver = terminating(
  { rules: openRules, settings: usualSettings, queueing: () => false, running: () => 0 },
  RECEIVING,
);

const cpim = (body: string | Uint8Array, headers: Record<string, string> = {}): SipRequest =>
  messageOf({ type: "message/cpim", body, headers });

/** The request as it goes on after the verdict. */
function after(verdict: Verdict, { request }: Passage): SipRequest {
  assert.ok(verdict.do === "pass" || verdict.do === "forward");
  const edit = request.edit();
  verdict.edit?.(edit);
  return edit.done();
}

function refusal(verdict: Verdict): string {
  assert.equal(verdict.do, "refuse");
  return verdict.do === "refuse" ? verdict.refusal.condition : "";
}

function send(
  request: SipRequest,
  originator: Originator = originatorFor(alice),
): SipRequest | string {
  const passage = passageOf(request, originator);
  const verdict = sending.judge(passage, alice);
  return verdict.do === "refuse" ? refusal(verdict) : after(verdict, passage);
}

test("a bare text and a true envelope go on octet for octet", () => {
  for (const request of [messageOf(), cpim(envelope())]) {
    const out = send(request);
    assert.ok(typeof out !== "string");
    assert.deepEqual(out.body, request.body);
    assert.deepEqual([...out.lines()], [...request.lines()]);
  }
});

test("a missing sender is filled in with the address in From, or with nobody's when anonymous", () => {
  for (const [originator, sender] of [
    [originatorFor(alice), "sip:alice@example.com"],
    [originatorFor(alice, true), "sip:anonymous@anonymous.invalid"],
  ] as const) {
    const out = send(cpim(envelope({ from: undefined })), originator);
    assert.ok(typeof out !== "string");
    const read = parseCpim(out.body);
    assert.ok(read.ok);
    assert.equal(out.text("Content-Length"), String(out.body.length));
    assert.equal(read.value.from?.uri, sender);
  }
});

test("RFC 5438 §8: what only a list server may say is taken out of a user's envelope", () => {
  const headers = [
    "NS: imdn <urn:ietf:params:imdn>",
    "imdn.Message-ID: m1",
    "imdn.Original-To: <sip:ceo@example.com>",
  ];
  const out = send(cpim(envelope({ headers })));
  assert.ok(typeof out !== "string");
  assert.equal(utf8Text(out.body).includes("Original-To"), false);
  assert.ok(utf8Text(out.body).includes("imdn.Message-ID: m1"));
});

test("an envelope that names somebody else, or cannot be read, is refused", () => {
  assert.equal(send(cpim(envelope({ from: "sip:bob@example.com" }))), "wrong sender");
  assert.equal(send(cpim("From <sip:alice@example.com>\r\n\r\n")), "bad body");
  assert.equal(send(cpim(envelope(), { "Content-Encoding": "br" })), "unsupported type");
});

test("envelopes of the corpus are refused or delivered as they must be", (t) => {
  const identities = ["sip:alice@im.example.com"];
  const writer: User = { ...userCalled("alice"), address: "sip:alice@im.example.com", identities };
  const originator = { ...originatorFor(writer), uri: parseUri(writer.address) };
  for (const { file, bytes, facts } of corpusFor(t, "cpim-imdn-bad")) {
    const request = cpim(bytes);
    const passage = passageOf(request, originator);
    const { do: done } = sending.judge(passage, writer);
    const outcome = done === "refuse" ? "refuse" : "deliver";
    const expected = String(facts["expect"]);
    assert.ok(expected.includes(outcome), `${file}: ${outcome} instead of ${expected}`);
  }
});

test("IM-8.1.1-N2: a message that belongs to a session keeps its Target-Dialog", () => {
  const dialog = "call-9;local-tag=a;remote-tag=b";
  const out = send(messageOf({ headers: { "Target-Dialog": dialog } }));
  assert.ok(typeof out !== "string");
  assert.equal(out.text("Target-Dialog"), dialog);
});

test("IM-8.1.1-09: content that lies elsewhere goes on as it is", () => {
  const type = 'message/external-body;access-type="URL";URL="https://files.example.com/1"';
  const request = messageOf({ type, body: "Content-Type: image/png\r\n\r\n" });
  const out = send(request);
  assert.ok(typeof out !== "string");
  assert.equal(out.text("Content-Type"), type);
  assert.deepEqual(out.body, request.body);
});

const receive = (request: SipRequest, contacts = [contactOf(bob)], target = receiver): Verdict =>
  target.judge(passageOf(request, originatorFor(alice)), bob, contacts);

test("a message goes to the contacts that are IM clients, other requests to all", () => {
  const plain = { ...contactOf(bob, "TCP", 2), imClient: false };
  const both = [contactOf(bob), plain];
  assert.deepEqual(contactsIn(receive(messageOf(), both)), [both[0]]);
  assert.deepEqual(contactsIn(receive(messageOf({ method: "OPTIONS", body: "" }), both)), both);
  assert.equal(receive(messageOf(), [plain]).do, "defer");
});

test("IM-8.1-01, IM-8.1-02: long bodies go over streams only, or are refused with 413", () => {
  const udp = contactOf(bob, "UDP", 2);
  const long = messageOf({ body: "x".repeat(1_301) });
  const verdict = receive(long, [udp, contactOf(bob)]);
  assert.deepEqual(verdict.do === "forward" && verdict.bindings.map(({ id }) => id), [1]);
  assert.equal(refusal(receive(long, [udp])), "too long for datagrams");
  assert.equal(receive(messageOf({ body: "x".repeat(1_300) }), [udp]).do, "forward");
});

test("composing indications and what expires at once are never stored, receipts are", () => {
  const composing = "application/im-iscomposing+xml";
  assert.equal(refusal(receive(messageOf({ type: composing, body: "<x/>" }), [])), "unreachable");
  assert.equal(refusal(receive(cpim(envelope({ type: composing })), [])), "unreachable");
  assert.equal(refusal(receive(messageOf({ headers: { Expires: "0" } }), [])), "unreachable");
  assert.equal(receive(cpim(envelope({ type: "message/imdn+xml" })), []).do, "defer");
  assert.equal(receive(messageOf({ headers: { Priority: "non-urgent" } }), []).do, "defer");
});

test("the rules of the user decide before anything else", () => {
  const contacts = [contactOf(bob)];
  assert.equal(
    refusal(receive(messageOf(), contacts, strict({ access: () => REFUSED }))),
    "access denied",
  );
  assert.equal(refusal(receive(messageOf(), contacts, strict({ bars: () => true }))), "barred");
  assert.equal(receive(messageOf(), contacts, strict({ visible: () => false })).do, "defer");
  const noStorage = strict({ access: () => NOT_KEPT });
  assert.equal(refusal(receive(messageOf(), [], noStorage)), "unreachable");
});

test("after 415 the same contacts get the plain text of the envelope, and no third try", () => {
  const passage = passageOf(cpim(envelope({ content: "hé" })), originatorFor(alice));
  const tried = [contactOf(bob)];
  const verdict = receiver.judgeFailure(passage, bob, { status: 415, tried, again: false });
  assert.deepEqual(verdict.do === "forward" && verdict.bindings, tried);
  const out = after(verdict, passage);
  assert.equal(out.text("Content-Type"), "text/plain;charset=UTF-8");
  assert.equal(utf8Text(out.body), "hé");
  assert.equal(receiver.judgeFailure(passage, bob, { status: 415, tried, again: true }).do, "pass");
});

test("415 to a receipt is passed back: it says nothing about the message", () => {
  const passage = passageOf(cpim(envelope({ type: "message/imdn+xml" })), originatorFor(alice));
  const failure = { status: 415, tried: [contactOf(bob)], again: false };
  assert.equal(receiver.judgeFailure(passage, bob, failure).do, "pass");
});

test("a contact that does not answer defers the message, and a gr parameter names the same sender", () => {
  const request = cpim(envelope({ from: "sip:alice@example.com;gr=urn:uuid:1" }));
  assert.ok(typeof send(request) !== "string");
  const passage = passageOf(request, originatorFor(alice));
  const failure = { status: 408, tried: [contactOf(bob)], again: false };
  assert.equal(receiver.judgeFailure(passage, bob, failure).do, "defer");
  assert.equal(request.from.params.get("tag"), Params.of(["tag", "1"]).get("tag"));
});

function contactsIn(verdict: Verdict): readonly Binding[] | false {
  return verdict.do === "forward" && verdict.bindings;
}

type Strictness = Partial<UserRules & UserSettings>;
const REFUSED: Access = { invite: "refuse", offlineStorage: false };
const NOT_KEPT: Access = { invite: "ring", offlineStorage: false };

function strict(said: Strictness): Terminating {
  const rules = { ...openRules, ...said };
  const settings = { ...usualSettings, ...said };
  return terminating({ rules, settings, queueing: () => false, running: () => 0 }, RECEIVING);
}

function answerTo(request: SipRequest): readonly string[] {
  const verdict = sending.judge(passageOf(request, originatorFor(alice)), alice);
  if (verdict.do !== "refuse") return [verdict.do];
  return [String(verdict.refusal.status), ...(verdict.refusal.headers ?? []).map(([name]) => name)];
}

const typed = (type: string) => messageOf({ type });

test("a charset other than UTF-8 and US-ASCII, and an unknown coding, are 415 with what is accepted", () => {
  assert.deepEqual(answerTo(typed("text/plain;charset=iso-8859-1")), ["415", "Accept"]);
  assert.deepEqual(answerTo(cpim(envelope({ type: "text/plain; charset=utf-7" }))), [
    "415",
    "Accept",
  ]);
  assert.deepEqual(answerTo(messageOf({ headers: { "Content-Encoding": "br" } })), [
    "415",
    "Accept-Encoding",
  ]);
  for (const type of ["text/plain", "text/plain;charset=utf-8", 'text/plain;charset="US-ASCII"']) {
    assert.deepEqual(answerTo(typed(type)), ["pass"], type);
  }
  assert.deepEqual(answerTo(messageOf({ headers: { "Content-Encoding": "gzip" } })), ["pass"]);
});

test("IM-8.1.1-02: a MESSAGE that a peer brings without saying whose it is reaches nobody", () => {
  const verdict = receiver.judge(passageOf(messageOf(), undefined), bob, [contactOf(bob)]);
  assert.equal(refusal(verdict), "not authenticated");
});

/** An INVITE with files of these sizes, pushed or asked for. */
function fileInvite(direction: "sendonly" | "recvonly", ...sizes: readonly number[]): Passage {
  const lines = sizes.flatMap((size) => [
    "m=message 7654 TCP/MSRP *",
    "a=accept-types:*",
    "a=path:msrp://192.0.2.7:7654/s;tcp",
    `a=${direction}`,
    `a=file-selector:size:${size}`,
    "a=file-transfer-id:x",
  ]);
  const head = ["v=0", "o=- 1 1 IN IP4 192.0.2.7", "s=-", "c=IN IP4 192.0.2.7", "t=0 0"];
  const body = [...head, ...lines, ""].join("\r\n");
  const invite = messageOf({ method: "INVITE", type: "application/sdp", body });
  return passageOf(invite, originatorFor(alice));
}

test("files that are barred, or cannot be kept, are refused with the words of the clause (OMA IM 9.3, 13.3)", () => {
  const bar = strict({ bars: (_, kind) => kind === "files" });
  const barred = bar.judge(fileInvite("sendonly", 10), bob, [contactOf(bob)]);
  assert.ok(barred.do === "refuse");
  assert.deepEqual(
    [barred.refusal.status, barred.refusal.warning],
    [480, "incoming barring active"],
  );
  const away = (passage: Passage, rules: Strictness = {}) => {
    const verdict = strict(rules).judge(passage, bob, []);
    return verdict.do === "refuse" ? verdict.refusal.condition : verdict.do;
  };
  assert.equal(away(fileInvite("sendonly", 1_000, 10)), "defer");
  assert.equal(away(fileInvite("sendonly", 1_001, 10)), "unreachable");
  assert.equal(away(fileInvite("recvonly", 10)), "unreachable");
  assert.equal(away(fileInvite("sendonly", 10), { access: () => NOT_KEPT }), "unreachable");
  const silent = { status: 480, tried: [contactOf(bob)], again: false };
  assert.equal(strict({}).judgeFailure(fileInvite("sendonly", 10), bob, silent).do, "defer");
  const declined = { ...silent, status: 603 };
  assert.equal(strict({}).judgeFailure(fileInvite("sendonly", 10), bob, declined).do, "pass");
});

const phone = { ...contactOf(bob, "TCP", 1), instance: "urn:uuid:1" };
const laptop = { ...contactOf(bob, "TCP", 2), instance: "urn:uuid:2" };
const phoneClosed = (kinds: readonly string[]) =>
  strict({ bars: (_, kind, device) => device?.instance === "urn:uuid:1" && kinds.includes(kind) });

test("IM-5.2.4-08b: a device that is closed to messages gets none, and the others do", () => {
  const closed = phoneClosed(["messages"]);
  assert.deepEqual(receive(messageOf(), [phone, laptop], closed), {
    do: "forward",
    bindings: [laptop],
  });
  assert.equal(refusal(receive(messageOf(), [phone], closed)), "barred");
  assert.equal(receive(messageOf(), [], closed).do, "defer"); // the laptop may come
  const report = cpim(envelope({ type: "message/imdn+xml" }));
  assert.deepEqual(contactsIn(receive(report, [phone], closed)), [phone]);
});

test("IM-5.2.4-08a, IM-5.2.4-08g: sessions and files are closed each by itself", () => {
  const session = messageOf({ method: "INVITE", body: "", type: "application/sdp" });
  const closed = phoneClosed(["sessions"]);
  assert.deepEqual(contactsIn(receive(session, [phone, laptop], closed)), [laptop]);
  assert.equal(refusal(receive(session, [phone], closed)), "barred");
  assert.deepEqual(contactsIn(receive(messageOf(), [phone], closed)), [phone]);
  const file = fileInvite("sendonly", 10);
  assert.deepEqual(contactsIn(closed.judge(file, bob, [phone])), [phone]);
  assert.equal(refusal(phoneClosed(["files"]).judge(file, bob, [phone])), "barred");
});

test("IM-5.2.4-08g: a device that is closed to files gets no links to files either, and texts as before", () => {
  const closed = phoneClosed(["files"]);
  const EXTERNAL = 'message/external-body;access-type="URL";URL="https://files.example.com/1"';
  const RCS = "application/vnd.gsma.rcs-ft-http+xml";
  const bare = messageOf({ type: EXTERNAL, body: "Content-Type: image/png\r\n\r\n" });
  for (const link of [bare, cpim(envelope({ type: EXTERNAL })), cpim(envelope({ type: RCS }))]) {
    assert.deepEqual(contactsIn(receive(link, [phone, laptop], closed)), [laptop]);
    const refused = receive(link, [phone], closed);
    assert.ok(refused.do === "refuse");
    assert.deepEqual(
      [refused.refusal.status, refused.refusal.warning],
      [480, "incoming barring active for files"],
    );
    assert.equal(refusal(receive(link, [phone], phoneClosed(["messages"]))), "barred");
    const all = strict({ bars: (_, kind) => kind === "files" });
    assert.equal(refusal(receive(link, [], all)), "files barred"); // and nothing is kept
  }
  assert.deepEqual(contactsIn(receive(cpim(envelope()), [phone], closed)), [phone]);
});

test("IM-5.2.4-08c: who is invisible is away to all but his own devices", () => {
  const hidden = strict({ visible: () => false });
  const session = messageOf({ method: "INVITE", body: "", type: "application/sdp" });
  assert.equal(refusal(receive(session, [laptop], hidden)), "unreachable");
  const own = messageOf({ from: "sip:bob@example.com" });
  assert.equal(hidden.judge(passageOf(own, originatorFor(bob)), bob, [laptop]).do, "forward");
});

test("a rule that accepts sessions has the device answer by itself (OMA IM 9.3, RFC 5373)", () => {
  const accepting = strict({ access: () => ({ invite: "answer", offlineStorage: true }) });
  const session = messageOf({ method: "INVITE", body: "", type: "application/sdp" });
  const verdict = receive(session, [laptop], accepting);
  const went = after(verdict, passageOf(session, originatorFor(alice)));
  assert.equal(went.text("Answer-Mode"), "Auto");
  const manual = messageOf({ method: "INVITE", body: "", headers: { "Answer-Mode": "Manual" } });
  const kept = after(receive(manual, [laptop], accepting), passageOf(manual, originatorFor(alice)));
  assert.equal(kept.text("Answer-Mode"), "Manual");
});
