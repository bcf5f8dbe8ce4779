import assert from "node:assert/strict";
import { test } from "node:test";
import { formatUri, Params, parseUri, type SipUri, sipUri } from "@parlance/sip";
import {
  ANONYMOUS_URI,
  anonymousEntity,
  asksForAnonymity,
  bareAddress,
  claimedSender,
  isAnonymousUri,
  originatorAmong,
  sameAddress,
  serviceAddresses,
  serviceOf,
  sessionTypeOf,
  withSessionType,
} from "./index.ts";

const named = (uri: string) => ({ name: undefined, uri: parseUri(uri), params: Params.none });
const factory: SipUri = sipUri("conf-factory", "example.com");

test("IM-8.1.1-02: the originator is the first asserted SIP URI, else the tel URI", () => {
  const tel = named("tel:+15551234");
  const alice = named("sip:alice@example.com");
  assert.equal(originatorAmong([tel, alice, named("sip:bob@example.com")]), alice);
  assert.equal(originatorAmong([named("im:a@example.com"), tel]), tel);
  assert.equal(originatorAmong([named("im:a@example.com")]), undefined);
});

test("IM-8.1.1-04: Privacy with id asks for anonymity, other values do not", () => {
  assert.equal(asksForAnonymity(["header", "ID"]), true);
  assert.equal(asksForAnonymity(["none"]), false);
  assert.equal(asksForAnonymity(undefined), false);
});

test("anonymous addresses are known as such, and each entity is its own", () => {
  let next = 0;
  const random = { bytes: () => new Uint8Array([0, 1, 2, next++]), token: () => "" };
  const [one, two] = [anonymousEntity(random), anonymousEntity(random)];
  assert.deepEqual(
    [one, two],
    ["sip:anonymous-00010200@anonymous.invalid", "sip:anonymous-00010201@anonymous.invalid"],
  );
  for (const uri of [one, ANONYMOUS_URI]) assert.equal(isAnonymousUri(parseUri(uri)), true);
  assert.equal(isAnonymousUri(parseUri("sip:anonymous@example.com")), false);
});

test("an envelope names its sender by any spelling of an identity, and nobody else", () => {
  const identities = ["sip:alice@example.com", "tel:+15551234"];
  const claim = (uri: string) => claimedSender({ uri }, identities);
  for (const uri of [
    "sip:alice@example.com",
    "sip:alice@EXAMPLE.com:5060;gr=urn:uuid:1",
    "im:alice@example.com",
    "tel:+1-555-1234",
  ]) {
    assert.equal(claim(uri), "named", uri);
  }
  for (const uri of [
    "sip:Alice@example.com",
    "sip:alice@example.net",
    "im:bob@example.com",
    "sip:",
  ]) {
    assert.equal(claim(uri), "other", uri);
  }
  assert.equal(claim("sip:anonymous@anonymous.invalid"), "anonymous");
  assert.equal(claimedSender(undefined, identities), "missing");
});

test("IM-8.1.1-06b: the factory is known by its address, whatever its parameters", () => {
  const addresses = serviceAddresses("example.com");
  assert.equal(serviceOf(withSessionType(factory, "adhoc"), addresses), "factory");
  assert.equal(serviceOf(sipUri("deferred", "EXAMPLE.com"), addresses), "deferred");
  assert.equal(serviceOf(sipUri("imdn", "example.com"), addresses), "imdn");
  assert.equal(serviceOf(sipUri("history", "example.com"), addresses), "history");
  assert.equal(serviceOf(sipUri("alice", "example.com"), addresses), undefined);
});

test("IM-8.1.1-06c: the session type travels as a URI parameter, unknown ones are ignored", () => {
  const adhoc = withSessionType(factory, "adhoc");
  assert.equal(formatUri(adhoc), "sip:conf-factory@example.com;sessiontype=adhoc");
  assert.equal(sessionTypeOf(adhoc), "adhoc");
  assert.equal(sessionTypeOf(factory), undefined);
  assert.equal(
    sessionTypeOf(sipUri("x", "h", { params: Params.of(["sessiontype", "y"]) })),
    undefined,
  );
});

test("the bare address has no parameters, headers or password", () => {
  assert.equal(
    bareAddress(parseUri("sip:alice:secret@example.com:5070;gr=x;transport=tcp?Subject=y")),
    "sip:alice@example.com:5070",
  );
  assert.equal(bareAddress(parseUri("tel:+1555;phone-context=x")), "tel:+1555");
  assert.equal(sameAddress(parseUri("sip:a@h;gr=x"), parseUri("sip:a@H:5060")), true);
});
