/** URIs of MSRP, their comparison and their paths. RFC 4975 §6, §6.1, §9, RFC 7977 §5.2.1 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  equalMsrpUris,
  firstUri,
  formatPath,
  lastUri,
  type MsrpUri,
  makeMsrpUri,
  matchesUri,
  parseMsrpUri,
  parsePath,
  sessionIdOf,
} from "./index.ts";

function read(text: string): MsrpUri {
  const parsed = parseMsrpUri(text);
  assert.ok(parsed.ok, text);
  return parsed.value;
}

test("each part of a URI is found (RFC 4975 §6, §9)", () => {
  assert.deepEqual(read("MSRPS://alice@[2001:db8::1]:2855/a+b/c=-._~;TCP;One=Two;three"), {
    scheme: "msrps",
    user: "alice",
    host: "[2001:db8::1]",
    port: 2855,
    sessionId: "a+b/c=-._~",
    transport: "tcp",
    params: [
      ["one", "Two"],
      ["three", undefined],
    ],
    text: "MSRPS://alice@[2001:db8::1]:2855/a+b/c=-._~;TCP;One=Two;three",
  });
  const relay = read("msrps://intra.example.com;tcp");
  assert.equal(relay.port, undefined);
  assert.equal(relay.sessionId, undefined);
  assert.equal(read("msrps://df7jal23ls0d.invalid:2855/98cjs;ws").transport, "ws");
});

test("what is no URI is refused (RFC 4975 §9)", () => {
  for (const bad of [
    "",
    "msrp",
    "http://a.test:1/x;tcp",
    "msrp://a.test:1/x",
    "msrp://a.test:1/x;",
    "msrp://:1/x;tcp",
    "msrp://a.test:/x;tcp",
    "msrp://a.test:0/x;tcp",
    "msrp://a.test:65536/x;tcp",
    "msrp://a.test:1/;tcp",
    "msrp://a.test:1/x y;tcp",
    "msrp://a.test:1/x\u00e9;tcp",
    "msrp://a.test:1/x%41;tcp",
    "msrp://[::1:1/x;tcp",
    "msrp://[zz]:1/x;tcp",
    "msrp://a b:1/x;tcp",
    "msrp://a.test:1/x;t-p",
    `msrp://a.test:1/${"x".repeat(2000)};tcp`,
  ]) {
    assert.equal(parseMsrpUri(bad).ok, false, bad);
  }
});

test("URIs are compared by the rules of RFC 4975 §6.1", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["msrp://a.test:1/x;tcp", "MSRP://A.TEST:1/x;TCP", true],
    ["msrp://a.test:1/x;tcp", "msrp://a.test:1/x;tcp;more=less", true],
    ["msrp://a.test:1/x;tcp", "msrp://alice@a.test:1/x;tcp", true],
    ["msrp://%61.test:1/x;tcp", "msrp://a.test:1/x;tcp", true],
    ["msrp://[::1]:1/x;tcp", "msrp://[0:0:0:0:0:0:0:1]:1/x;tcp", true],
    ["msrp://[2001:DB8::1]:1/x;tcp", "msrp://[2001:db8:0::1]:1/x;tcp", true],
    ["msrp://a.test:1/x;tcp", "msrps://a.test:1/x;tcp", false],
    ["msrp://a.test:1/x;tcp", "msrp://a.test:2/x;tcp", false],
    ["msrp://a.test:2855/x;tcp", "msrp://a.test/x;tcp", false],
    ["msrp://a.test:1/x;tcp", "msrp://a.test:1/X;tcp", false],
    ["msrp://a.test:1/x;tcp", "msrp://a.test:1;tcp", false],
    ["msrp://a.test:1/x;tcp", "msrp://a.test:1/x;ws", false],
    ["msrp://a.test:1/x;tcp", "msrp://b.test:1/x;tcp", false],
  ];
  for (const [one, other, equal] of cases) {
    assert.equal(equalMsrpUris(read(one), read(other)), equal, `${one} ${other}`);
    assert.equal(matchesUri(other, one, "whole"), equal, `${one} ${other}`);
  }
});

test("behind a middlebox only the session id counts (RFC 6714 §5)", () => {
  const one = "msrp://10.0.0.1:7000/a+b/c=;tcp";
  assert.ok(matchesUri(one, "msrps://middle.test:9/a+b/c=;tcp", "session id"));
  assert.ok(!matchesUri(one, "msrp://10.0.0.1:7000/a+b/C=;tcp", "session id"));
  assert.ok(!matchesUri("msrp://a.test;tcp", "msrp://b.test;tcp", "session id"));
});

test("a URI that is made reads back the same; one that cannot be is refused", () => {
  const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z][a-z0-9]{0,10}){0,3}$/);
  const parts = fc.record(
    {
      scheme: fc.constantFrom("msrp", "msrps"),
      host: fc.oneof(name, fc.ipV4(), fc.ipV6()),
      port: fc.integer({ min: 1, max: 65_535 }),
      sessionId: fc.stringMatching(/^[A-Za-z0-9._~+=/-]{1,64}$/),
      transport: fc.constantFrom("tcp", "ws"),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(parts, (of) => {
      const made = makeMsrpUri(of);
      assert.equal(sessionIdOf(made.text), of.sessionId);
      assert.equal(made.host, of.host.includes(":") ? `[${of.host}]` : of.host);
      assert.ok(equalMsrpUris(made, read(made.text)));
    }),
  );
  assert.throws(() => makeMsrpUri({ scheme: "msrp", host: "a b", transport: "tcp" }), RangeError);
});

test("a path is its URIs in order, the next hop first (RFC 4975 §7.1)", () => {
  const text = "msrp://a.test:1/x;tcp msrps://b.test:2/y;tcp msrp://c.test:3/z;ws";
  const path = parsePath(text);
  assert.ok(path.ok);
  assert.equal(path.value.length, 3);
  assert.equal(formatPath(path.value), text);
  assert.equal(firstUri(text), "msrp://a.test:1/x;tcp");
  assert.equal(lastUri(text), "msrp://c.test:3/z;ws");
  assert.equal(parsePath(`${text}  ${text}`).ok, false);
  assert.equal(parsePath(Array(17).fill("msrp://a.test:1/x;tcp").join(" ")).ok, false);
});
