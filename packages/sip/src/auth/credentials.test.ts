import assert from "node:assert/strict";
import { test } from "node:test";
import { FormatError } from "@parlance/wire";
import * as fc from "fast-check";
import { Authorization, WwwAuthenticate } from "../message/index.ts";
import {
  type DigestChallenge,
  type DigestCredentials,
  digestAlgorithm,
  readChallenge,
  readCredentials,
  writeChallenge,
  writeCredentials,
} from "./index.ts";

const tokens = ["MD5", "SHA-256", "SHA-512-256", "MD5-sess", "SHA-256-sess", "SHA-512-256-sess"];
const algorithms = tokens.flatMap((token) => digestAlgorithm(token) ?? []);
const algorithm = fc.constantFrom(...algorithms);
/** What may stand in a quoted string: anything but controls. */
const text = fc.string({ unit: "grapheme-composite" }).filter((any) => !/\p{C}/u.test(any));
const count = fc.stringMatching(/^[0-9a-f]{8}$/);

test("credentials survive their way through a header, quotes and other scripts included", () => {
  const parts = fc.record(
    { username: text, realm: text, nonce: text, uri: text, response: text, algorithm },
    { noNullPrototype: true },
  );
  const protection = fc.option(fc.tuple(fc.constantFrom("auth", "auth-int"), text, count));
  fc.assert(
    fc.property(parts, protection, (some, by) => {
      const [qop, cnonce, nc] = by ?? [undefined, undefined, undefined];
      fc.pre(cnonce !== "");
      const any: DigestCredentials & Pick<typeof some, "algorithm"> = {
        ...some,
        qop,
        cnonce,
        count: nc,
      };
      const [line = ""] = Authorization.write([writeCredentials(any, undefined)]);
      const [value] = Authorization.read(line);
      assert.ok(value);
      assert.deepEqual(readCredentials(value), any);
    }),
  );
});

test("challenges survive their way through a header", () => {
  const challenge: fc.Arbitrary<DigestChallenge> = fc.record(
    {
      realm: text,
      nonce: text,
      algorithm,
      qop: fc.constantFrom("auth", "auth-int", undefined),
      stale: fc.boolean(),
      opaque: fc.option(text, { nil: undefined }),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(challenge, (any) => {
      const [line = ""] = WwwAuthenticate.write([writeChallenge(any)]);
      const [value] = WwwAuthenticate.read(line);
      assert.ok(value);
      assert.deepEqual(readChallenge(value), any);
    }),
  );
});

function tries(line: string): void {
  try {
    for (const value of Authorization.read(line)) readCredentials(value);
  } catch (error) {
    assert.ok(error instanceof FormatError);
  }
}

test("a header that was cut or changed anywhere is read or refused as malformed, nothing else", () => {
  const good =
    'Digest username="al\\"ice", realm="r", nonce="n", uri="sip:r", response="0", algorithm=MD5, cnonce="c", qop=auth, nc=00000001';
  for (let at = 0; at <= good.length; at += 1) tries(good.slice(0, at));
  const change = fc.tuple(fc.nat({ max: good.length - 1 }), fc.string({ maxLength: 3 }));
  fc.assert(
    fc.property(change, ([at, put]) => tries(good.slice(0, at) + put + good.slice(at + 1))),
  );
});

test("a repeated parameter is malformed: neither the first nor the last one wins", () => {
  assert.throws(() => Authorization.read('Digest nonce="a", NONCE="b"'), { name: "FormatError" });
});
