/** What an INVITE is for, and what its offer is worth. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type LocalMedia,
  type MessageMedia,
  makeOffer,
  nextHop,
  readOffer,
} from "@parlance/formats";
import { parseMsrpUri } from "@parlance/msrp";
import { makeRequest, parseUri, type SipRequest } from "@parlance/sip";
import { parsed, utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../tools/test/corpora.ts";
import {
  ACCEPT_CONTACT_IM,
  ACCEPT_CONTACT_LARGE_MESSAGE,
  chooseMedia,
  isRefusal,
  largeMessageFile,
  readSessionOffer,
  type SessionKind,
  sessionKindOf,
} from "./index.ts";

function invite(acceptContact: string, contact = "<sip:a@b>"): SipRequest {
  return makeRequest("INVITE", parseUri("sip:bob@example.com"), (edit) => {
    edit.setText("Accept-Contact", acceptContact);
    edit.setText("Contact", contact);
  });
}

function offered(more: Partial<LocalMedia>): MessageMedia {
  const session = { username: "-", sessionId: "1", host: "192.0.2.1" };
  const path = ["msrp://192.0.2.1:9/s;tcp"];
  const sdp = makeOffer(session, [{ path, acceptTypes: ["message/cpim"], ...more }]);
  const chosen = chooseMedia(readOffer(sdp));
  assert.ok(!isRefusal(chosen));
  return chosen.media;
}

function plainly(more: Partial<LocalMedia>): SessionKind {
  return sessionKindOf(invite(ACCEPT_CONTACT_IM), offered(more));
}

function body(text: string): ReturnType<typeof readSessionOffer> {
  return readSessionOffer({
    headers: [["Content-Type", "application/sdp"]],
    content: utf8Bytes(text),
  });
}

test("a large message shows by its tag, or by a file that is only announced (IM-7.2.1.9-N1)", () => {
  const large = sessionKindOf(invite(ACCEPT_CONTACT_LARGE_MESSAGE), offered({}));
  assert.equal(large, "large message");
  const contact = "<sip:a@b>;+g.oma.sip-im;+g.oma.sip-im.large-message";
  assert.equal(sessionKindOf(invite(ACCEPT_CONTACT_IM, contact), undefined), "large message");
  const file = largeMessageFile(5000);
  assert.equal(plainly({ direction: "sendonly", file }), "large message");
  assert.equal(plainly({ file }), "conversation");
});

test("a file shows by the id of its transfer, pushed or pulled, whatever the tag", () => {
  const file = { ...largeMessageFile(5), transferId: "abc" };
  assert.equal(plainly({ direction: "sendonly", file }), "file");
  assert.equal(plainly({ direction: "recvonly", file }), "file");
  const tagged = sessionKindOf(invite(ACCEPT_CONTACT_LARGE_MESSAGE), offered({ file }));
  assert.equal(tagged, "file");
});

test("everything else is a conversation", () => {
  assert.equal(plainly({}), "conversation");
  assert.equal(plainly({ direction: "sendonly" }), "conversation");
  assert.equal(sessionKindOf(invite(ACCEPT_CONTACT_IM), undefined), "conversation");
});

test("what cannot be read is a 400, what holds no messages that can be had a 488", () => {
  const malformed = body("v=1\r\n");
  assert.ok(isRefusal(malformed));
  assert.equal(malformed.status, 400);
  const audio = body("v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\nm=audio 1 RTP/AVP 0\r\n");
  assert.ok(!isRefusal(audio) && audio.offer !== undefined);
  const chosen = chooseMedia(audio.offer);
  assert.ok(isRefusal(chosen));
  assert.equal(chosen.status, 488);
  const none = body("");
  assert.ok(!isRefusal(none));
  assert.equal(none.offer, undefined);
});

test("SDP verdicts of the hostile corpus: refused with a status that it allows", (t) => {
  for (const { file, bytes, verdict, facts } of corpusFor(t, "sip-bad")) {
    if (facts["klass"] !== "sdp") continue;
    const text = new TextDecoder().decode(bytes);
    const read = body(text.slice(text.indexOf("\r\n\r\n") + 4));
    const chosen = isRefusal(read) || read.offer === undefined ? read : chooseMedia(read.offer);
    if (verdict === "reject") assert.ok(isRefusal(chosen), file);
    if (!isRefusal(chosen)) continue;
    const { expect } = facts;
    assert.ok(JSON.stringify(expect).includes(String(chosen.status)), file);
  }
});

test("an address that an offer may have can be read by who connects to it", () => {
  const text = fc
    .tuple(
      fc.constantFrom("msrp://", "MSRPS://", "http://", ""),
      fc.constantFrom("", "", "u@", "u;@", "a:b%40c@", "é@"),
      fc.constantFrom("192.0.2.1", "a.example", "[2001:db8::1]", "[x]", "a_b", "", "a%20b", "é"),
      fc.constantFrom(":2855", ":9", "", ":0", ":65536", ":0x9"),
      fc.constantFrom("/s+=~._-", "/a/b", "", "/", "/%00", "/s é"),
      fc.constantFrom(";tcp", ";ws", ";TCP", "", ";", ";t-p"),
      fc.constantFrom("", ";p=q", ";p", ";p=", ";é", ";a b"),
    )
    .map((parts) => parts.join(""));
  let accepted = 0;
  fc.assert(
    fc.property(text, (address) => {
      const hop = parsed(() => nextHop([address]));
      if (!hop.ok) return;
      accepted += 1;
      const uri = parseMsrpUri(address);
      assert.ok(uri.ok, address);
      assert.equal(uri.value.transport, hop.value.transport);
      assert.equal(uri.value.host.replaceAll(/[[\]]/g, ""), hop.value.host);
      assert.equal(uri.value.port ?? 2855, hop.value.port);
    }),
    { seed: 4711, numRuns: 10_000 },
  );
  assert.ok(accepted > 50);
});
