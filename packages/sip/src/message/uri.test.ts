import assert from "node:assert/strict";
import { test } from "node:test";
import { FormatError } from "@parlance/wire";
import * as fc from "fast-check";
import {
  addressKey,
  equalUris,
  formatUri,
  imAddress,
  Params,
  parseUri,
  sipUri,
  unescapeUri,
} from "./index.ts";

test("a URI is written as it was read (RFC 3261 §19.1.3, RFC 3966 §6)", () => {
  for (const text of [
    "sip:alice@atlanta.com",
    "sip:alice:secretword@atlanta.com;transport=tcp",
    "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
    "sip:+1-212-555-1212:1234@gateway.com;user=phone",
    "sip:alice;day=tuesday@atlanta.com",
    "sip:[2001:db8::1]:5070;lr",
    "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
    "sip:user@host.example;n%61me=v%41lue;flag",
    "tel:+358-9-123-45678",
    "tel:7042;phone-context=example.com",
    "im:fred@example.com",
    "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
  ]) {
    assert.equal(formatUri(parseUri(text)), text);
  }
});

test("what is no URI is refused with its place", () => {
  for (const text of [
    "",
    "alice@atlanta.com",
    "sip:",
    "sip:@host",
    "sip:a@",
    "sip:a b@host",
    "sip:a@b@c",
    "sip:a@host:0",
    "sip:a@host:65536",
    "sip:a@host:5060x",
    "sip:a@host;;lr",
    "sip:a@host;lr=",
    "sip:a@host;a=1;A=2",
    "sip:a@host?novalue",
    "sip:a%4@host",
    "sip:a%zz@host",
    "sip:[2001:db8:::1]",
    "sip:[::1",
    "sip:a@-host",
    "sip:a@ho..st",
    "sip:é@host",
    "sip:a@host\r\nX: y",
    "tel:",
    "tel:hello",
    "im:a b",
    "1x:y",
    `sip:${"a".repeat(2048)}@host`,
  ]) {
    assert.throws(() => parseUri(text), FormatError, text);
  }
});

test("escapes are undone once, never twice, and keep their octets (RFC 3261 §19.1.2)", () => {
  const uri = parseUri("sip:null-%00-%2541@example.com;x=%25%34%31");
  assert.ok(uri.kind === "sip");
  assert.equal(unescapeUri(uri.user ?? ""), "null-\0-%41");
  assert.equal(uri.params.get("x"), "%41");
});

test("equal and different URIs are those of RFC 3261 §19.1.4", () => {
  const equal = [
    ["sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"],
    ["sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"],
    [
      "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
      "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
    ],
    [
      "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
      "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
    ],
    ["tel:+1-201-555-0123", "tel:+1(201)5550123"],
  ] as const;
  for (const [a, b] of equal) assert.ok(equalUris(parseUri(a), parseUri(b)), `${a} ${b}`);
  const different = [
    ["SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"],
    ["sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"],
    ["sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"],
    ["sip:alice@atlanta.com", "sips:alice@atlanta.com"],
    ["sip:%FE@a.test", "sip:%FF@a.test"],
    ["tel:+12015550123", "tel:2015550123;phone-context=+1"],
  ] as const;
  for (const [a, b] of different) assert.ok(!equalUris(parseUri(a), parseUri(b)), `${a} ${b}`);
});

test("an address has one key, whatever the spelling; different addresses have different keys", () => {
  const key = "sip:alice@parlance.test";
  for (const text of [
    "sip:alice@parlance.test",
    "sips:alice@Parlance.TEST:5061;transport=tls",
    "sip:%61lice@parlance.test.:5060;gr=urn:uuid:1?Subject=x",
    "sip:alice:secret@parlance.test",
  ]) {
    assert.equal(addressKey(parseUri(text)), key, text);
  }
  for (const text of [
    "sip:Alice@parlance.test",
    "sip:alice%40parlance.test",
    "sip:alice@parlance.test:5070",
    "im:alice@parlance.test",
  ]) {
    const uri = parseUri(text.replace("%40parlance.test", "%40x@parlance.test"));
    assert.notEqual(addressKey(uri), key, text);
  }
  assert.equal(addressKey(parseUri("tel:+358-9-123")), "tel:+3589123");
  assert.deepEqual(imAddress(parseUri("im:fred@example.com")), {
    user: "fred",
    host: "example.com",
  });
});

test("any user, parameter and port survive writing and reading", () => {
  const text = fc
    .string({ unit: "binary", minLength: 1, maxLength: 20 })
    .filter((one) => one.isWellFormed());
  const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
  fc.assert(
    fc.property(text, text, text, port, (user, name, value, at) => {
      const params = Params.of([name, value]);
      const uri = sipUri(
        user,
        "parlance.test",
        at === undefined ? { params } : { params, port: at },
      );
      const again = parseUri(formatUri(uri));
      assert.ok(again.kind === "sip");
      assert.equal(unescapeUri(again.user ?? ""), user);
      assert.equal(again.params.get(name), value);
      assert.equal(again.port, at);
      assert.ok(equalUris(uri, again));
      assert.equal(addressKey(uri), addressKey(again));
    }),
  );
});

test("arbitrary text is a URI that writes the same, or a FormatError", () => {
  const part = fc.constantFrom(
    "sip:",
    "sips:",
    "tel:",
    "@",
    ":",
    ";",
    "?",
    "=",
    "%41",
    "[::1]",
    "a",
    "+1",
    "&",
    "<",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      try {
        assert.equal(formatUri(parseUri(formatUri(parseUri(text)))), formatUri(parseUri(text)));
      } catch (error) {
        assert.ok(error instanceof FormatError, text);
      }
    }),
  );
});
