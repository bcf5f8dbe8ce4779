import assert from "node:assert/strict";
import { test } from "node:test";
import { corpusFile, hashing } from "../../../../tools/test/node-ports.ts";
import { utf8Bytes } from "../text.ts";
import { digestAlgorithm } from "./algorithm.ts";
import { type DigestInput, digestResponse, sameDigest, secretHash } from "./digest.ts";

interface Vector {
  readonly name: string;
  readonly algorithm: string;
  readonly username: string;
  readonly realm: string;
  readonly password: string;
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  readonly nc: string | null;
  readonly cnonce: string | null;
  readonly qop: "auth" | "auth-int" | null;
  readonly body: string;
  readonly response: string;
}

function responseOf(vector: Vector): string {
  const algorithm = digestAlgorithm(vector.algorithm);
  assert.ok(algorithm, vector.name);
  const { nonce, qop, nc, cnonce } = vector;
  const protection =
    qop === null || nc === null || cnonce === null ? undefined : { qop, count: nc, cnonce };
  const input: DigestInput = { algorithm, nonce, protection };
  const secret = secretHash(hashing, algorithm.hash, vector);
  const over = { method: vector.method, uri: vector.uri, body: utf8Bytes(vector.body) };
  return digestResponse(hashing, secret, input, over);
}

test("every digest vector of the corpus comes out (RFC 7616 §3.4, RFC 8760 §2)", (t) => {
  const text = corpusFile(t, "digest-vectors/vectors.json");
  if (text === undefined) return;
  const { vectors }: { readonly vectors: readonly Vector[] } = JSON.parse(text);
  assert.ok(vectors.length >= 35);
  for (const vector of vectors) assert.equal(responseOf(vector), vector.response, vector.name);
});

test("the example of RFC 7616 §3.9.1 comes out in MD5 and SHA-256", () => {
  const example = {
    name: "RFC 7616",
    username: "Mufasa",
    realm: "http-auth@example.org",
    password: "Circle of Life",
    method: "GET",
    uri: "/dir/index.html",
    nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    nc: "00000001",
    cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    qop: "auth",
    body: "",
    response: "",
  } as const;
  assert.equal(responseOf({ ...example, algorithm: "MD5" }), "8ca523f5e9506fed4657c9700eebdbec");
  assert.equal(
    responseOf({ ...example, algorithm: "SHA-256" }),
    "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
  );
});

test("digests are compared whole: length, every digit, and no capitals", () => {
  assert.ok(sameDigest("00ff", "00ff"));
  assert.ok(!sameDigest("00ff", "00fe"));
  assert.ok(!sameDigest("00ff", "10ff"));
  assert.ok(!sameDigest("00ff", "00FF"));
  assert.ok(!sameDigest("00ff", "00ff0"));
  assert.ok(!sameDigest("00ff", ""));
});

test("the ports hash as the standards print it", () => {
  assert.equal(hashing.hash("md5", "abc"), "900150983cd24fb0d6963f7d28e17f72"); // RFC 1321 A.5
  // FIPS 180-4, SHA-512/256 of "abc"
  const expected = "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23";
  assert.equal(hashing.hash("sha-512-256", "abc"), expected);
});
