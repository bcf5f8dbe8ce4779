import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { hashing, seededRandom } from "../../../../tools/test/node-ports.ts";
import { equalUris, formatUri, parseUri, type SipUri } from "../message/index.ts";
import { isGruu, publicGruu } from "./public-gruu.ts";
import { leadsBack, readGruu, resolveGruu } from "./resolve-gruu.ts";
import { openTemporaryGruu, temporaryGruu } from "./temporary-gruu.ts";

const NOW = 1_764_000_000_123;
const INSTANCE = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
const random = seededRandom("gruu");
const tools = { key: random.bytes(32), hashing, random };
const of = { address: "sip:alice@example.com", instance: INSTANCE, issuedAt: NOW };

function sip(text: string): SipUri {
  const uri = parseUri(text);
  assert.ok(uri.kind === "sip");
  return uri;
}

const domain = sip("sip:example.com");

test("a public GRUU is the address of record with the instance in gr (RFC 5627 §5.4)", () => {
  const address = sip("sip:alice@example.com");
  const gruu = publicGruu(address, INSTANCE);
  assert.equal(formatUri(gruu), `sip:alice@example.com;gr=${INSTANCE}`);
  assert.ok(isGruu(gruu) && !isGruu(address));
  assert.deepEqual(readGruu(sip(formatUri(gruu)), tools), {
    address: "sip:alice@example.com",
    instance: INSTANCE,
    issuedAt: undefined,
  });
});

test("an instance with any characters survives in a public GRUU", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 40 }), (instance) => {
      const gruu = formatUri(publicGruu(sip("sip:alice@example.com"), instance));
      assert.equal(readGruu(sip(gruu), tools)?.instance, instance);
    }),
  );
});

test("a temporary GRUU gives user, device and time back after its way through a message", () => {
  const texts = fc.string({ minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      texts,
      fc.oneof(
        texts,
        fc.uuid().map((id) => `urn:uuid:${id}`),
      ),
      (address, instance) => {
        const gruu = temporaryGruu({ address, instance, issuedAt: NOW }, domain, tools);
        const arrived = sip(formatUri(gruu));
        assert.ok(isGruu(arrived));
        assert.deepEqual(openTemporaryGruu(arrived, tools), { address, instance, issuedAt: NOW });
      },
    ),
  );
});

test("two temporary GRUUs of one device are different URIs without a common part", () => {
  const one = temporaryGruu(of, domain, tools);
  const other = temporaryGruu(of, domain, tools);
  assert.ok(!equalUris(one, other));
  assert.ok(!(one.user ?? "").includes("alice"));
  let same = 0;
  for (let at = 6; at < (one.user ?? "").length; at += 1) {
    if (one.user?.[at] === other.user?.[at]) same += 1;
  }
  assert.ok(same < 16, `${same} characters alike by chance`);
});

test("a temporary GRUU that was changed, cut or made elsewhere opens nothing", () => {
  const gruu = temporaryGruu(of, domain, tools);
  const user = gruu.user ?? "";
  for (let at = 0; at < user.length; at += 1) {
    const other = user.charAt(at) === "A" ? "B" : "A";
    const changed = { ...gruu, user: user.slice(0, at) + other + user.slice(at + 1) };
    assert.equal(openTemporaryGruu(changed, tools), undefined);
    assert.equal(openTemporaryGruu({ ...gruu, user: user.slice(0, at) }, tools), undefined);
  }
  assert.equal(openTemporaryGruu(gruu, { key: new Uint8Array(32), hashing }), undefined);
  assert.equal(
    openTemporaryGruu({ ...gruu, user: `tgruu.${"A".repeat(9_999)}` }, tools),
    undefined,
  );
  assert.equal(openTemporaryGruu({ ...gruu, user: undefined }, tools), undefined);
});

test("a GRUU leads to the contacts of its device, or says why not (RFC 5627 §6.1)", () => {
  const contacts = [
    { name: "phone", instance: INSTANCE, callIdSince: NOW },
    { name: "web", instance: "urn:uuid:other", callIdSince: NOW },
    { name: "plain", instance: undefined, callIdSince: NOW },
  ];
  const target = { address: "sip:alice@example.com", instance: INSTANCE, issuedAt: undefined };
  const found = resolveGruu(target, contacts);
  assert.deepEqual(found.do === "forward" && found.contacts.map(({ name }) => name), ["phone"]);
  assert.deepEqual(resolveGruu(target, []), { do: "refuse", status: 480 });
  assert.deepEqual(resolveGruu(target, undefined), { do: "refuse", status: 404 });
  assert.deepEqual(resolveGruu(undefined, contacts), { do: "refuse", status: 404 });
});

test("a temporary GRUU ends with the Call-ID of its registration (RFC 5627 §5.1, §5.3)", () => {
  const contacts = [{ instance: INSTANCE, callIdSince: NOW }];
  assert.equal(resolveGruu({ ...of, issuedAt: NOW }, contacts).do, "forward");
  assert.deepEqual(resolveGruu({ ...of, issuedAt: NOW - 1 }, contacts), {
    do: "refuse",
    status: 404,
  });
  assert.deepEqual(resolveGruu(of, []), { do: "refuse", status: 404 });
});

test("a contact that leads back to its user is found (RFC 5627 §5.1)", () => {
  const user = sip("sip:alice@example.com");
  const back = (text: string) => leadsBack(sip(text), user, tools);
  assert.ok(back("sip:alice@EXAMPLE.com;transport=tcp"));
  assert.ok(back(formatUri(publicGruu(user, INSTANCE))));
  assert.ok(back(formatUri(temporaryGruu(of, domain, tools))));
  assert.ok(!back("sip:alice@192.0.2.1:5062"));
  assert.ok(!back("sip:alice@example.com:40123"), "a device on the same machine");
  assert.ok(!back("sip:bob@example.com;gr=urn:uuid:1"));
});
