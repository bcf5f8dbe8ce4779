import assert from "node:assert/strict";
import { test } from "node:test";
import { makeRequest, Params, parseUri, type SipRequest } from "@parlance/sip";
import { ACCEPT_CONTACT_IM, asksFor, IM_TAG, LARGE_MESSAGE_TAG, offers } from "./feature-tags.ts";

function request(...acceptContact: readonly string[]): SipRequest {
  return makeRequest("MESSAGE", parseUri("sip:bob@example.com"), (edit) => {
    if (acceptContact.length > 0) edit.setText("Accept-Contact", ...acceptContact);
  });
}

test("IM-8.1.1-01: a request asks for the IM service by the tag in Accept-Contact", () => {
  assert.equal(asksFor(request(ACCEPT_CONTACT_IM), IM_TAG), true);
  assert.equal(asksFor(request("*;+G.OMA.SIP-IM;explicit"), IM_TAG), true);
  assert.equal(asksFor(request("*;audio", "*;video, *;+g.oma.sip-im"), IM_TAG), true);
});

test("without the tag, with another, or with a false one, it does not", () => {
  assert.equal(asksFor(request(), IM_TAG), false);
  assert.equal(asksFor(request("*;+g.oma.sip-im.large-message"), IM_TAG), false);
  assert.equal(asksFor(request('*;+g.oma.sip-im="FALSE"'), IM_TAG), false);
});

test("RFC 3840 §9: a contact offers what it has as a parameter", () => {
  const contact = Params.of([IM_TAG], [LARGE_MESSAGE_TAG, "TRUE"]);
  assert.equal(offers(contact, IM_TAG), true);
  assert.equal(offers(contact, LARGE_MESSAGE_TAG), true);
  assert.equal(offers(contact, "isfocus"), false);
});
