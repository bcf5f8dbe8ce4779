import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import {
  booleanField,
  emptyAnswer,
  numberField,
  OUTDATED,
  readJson,
  sha256Field,
  type WebRequest,
  withCors,
  withExpectedRefusals,
} from "./index.ts";

const HERE = "https://chat.example.com";
const DIGEST = "uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=";

test("other origins hear nothing unless they are listed", async () => {
  const handler = withCors(async () => emptyAnswer(200), [HERE]);
  const names = async (headers: Readonly<Record<string, string>>, method = "GET") =>
    (await handler(request(headers, method))).headers.map(([name]) => name);
  assert.ok((await names({ origin: HERE })).includes("access-control-allow-origin"));
  for (const origin of [
    "https://evil.example",
    "null",
    `${HERE}.evil.example`,
    HERE.toUpperCase(),
  ]) {
    const told = await names({ origin });
    assert.ok(!told.some((name) => name.startsWith("access-control")), origin);
    assert.ok(told.includes("vary"));
  }
  const preflight = { origin: HERE, "access-control-request-method": "PATCH" };
  assert.ok((await names(preflight, "OPTIONS")).includes("access-control-allow-methods"));
});

test("without a list nothing is said of origins", async () => {
  const handler = withCors(async () => emptyAnswer(200), []);
  const { headers } = await handler(request({ origin: HERE }));
  assert.deepEqual(headers, [["cache-control", "no-store"]]);
});

test("whoever prefers it hears of expected refusals by 200, with the status beside it (RFC 7240)", async () => {
  const prefer = "status=200";
  assert.deepEqual(await toldFor(401, { prefer }), [200, "401"]);
  assert.deepEqual(await toldFor(401, { prefer }, "POST"), [200, "401"]);
  assert.deepEqual(await toldFor(404, { prefer, authorization: "Digest x" }), [200, "404"]);
  // What somebody has shown was wrong, what he meant to change is not there, what went wrong: as ever.
  assert.deepEqual(await toldFor(401, { prefer, authorization: "Digest x" }), [401, undefined]);
  const shown = { prefer, authorization: "Bearer x" };
  for (const old of [
    'Digest realm="x", nonce="y", stale=true, qop="auth"',
    `Bearer realm="x", error="invalid_token", ${OUTDATED}`,
  ])
    assert.deepEqual(await toldFor(401, shown, "GET", old), [200, "401"]);
  for (const [method, status] of [
    ["GET", 200],
    ["PUT", 403],
  ] as const) {
    const asked = { ...request({ prefer }, method), path: ["xcap", "x"] };
    assert.equal((await withExpectedRefusals(async () => emptyAnswer(403))(asked)).status, status);
  }
  assert.deepEqual(await toldFor(404, { prefer }, "DELETE"), [404, undefined]);
  for (const other of [200, 304, 403, 409, 500])
    assert.deepEqual(await toldFor(other, { prefer }), [other, undefined]);
  for (const headers of [{}, { prefer: "status=204" }, { prefer: "respond-async" }] as const)
    assert.deepEqual(await toldFor(404, headers), [404, undefined]);
});

test("numbers are one to ten digits, booleans are structured (RFC 9651)", () => {
  assert.equal(numberField(request({ n: "0042" }), "n"), 42);
  assert.equal(numberField(request({}), "n"), undefined);
  for (const n of ["", "-1", "+1", "1.0", "1e3", "0x1", "99999999999", "1 2", "١"]) {
    assert.throws(() => numberField(request({ n }), "n"), n);
  }
  assert.equal(booleanField(request({ b: " ?1 " }), "b"), true);
  for (const b of ["1", "true", "?2", "?1;a"])
    assert.throws(() => booleanField(request({ b }), "b"));
});

test("of a digest field the SHA-256 is read (RFC 9530)", () => {
  const hexadecimal = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
  assert.equal(digestIn(`sha-256=:${DIGEST}:`), hexadecimal);
  assert.equal(digestIn(`sha-512=:AAAA:, SHA-256=:${DIGEST}:`), hexadecimal);
  assert.equal(digestIn("sha-512=:AAAA:"), undefined);
  for (const odd of ["sha-256=x", "sha-256=:AAAA:", `sha-256=:${DIGEST}:,sha-256=:${DIGEST}:`]) {
    assert.throws(() => digestIn(odd), odd);
  }
});

test("a body in JSON is an object, bounded", async () => {
  assert.equal((await jsonIn('{"__proto__":1}')).get("__proto__"), 1);
  await assert.rejects(jsonIn("{}", "text/plain"));
  await assert.rejects(jsonIn(`{"a":"${"x".repeat(20)}"}`));
  await assert.rejects(jsonIn("[1]"));
});

function request(headers: Readonly<Record<string, string>>, method = "GET", body = ""): WebRequest {
  return {
    method,
    target: "/",
    path: [],
    query: new Map(),
    headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])),
    source: { host: "192.0.2.1", secure: true },
    body: (async function* pieces() {
      yield utf8Bytes(body);
    })(),
  };
}

function digestIn(d: string): string | undefined {
  return sha256Field(request({ d }), "d");
}

function jsonIn(body: string, type = "application/json; charset=utf-8") {
  return readJson(request({ "content-type": type }, "POST", body), 20);
}

/** What becomes of a refusal for whoever asks with these headers: its status, and the one beside it. */
async function toldFor(
  refused: number,
  headers: Readonly<Record<string, string>>,
  method = "GET",
  challenge = 'Digest realm="x", nonce="y"',
): Promise<readonly unknown[]> {
  const challenges = [["www-authenticate", challenge]] as const;
  const handler = withExpectedRefusals(async () => emptyAnswer(refused, challenges));
  const answer = await handler(request(headers, method));
  return [answer.status, new Map(answer.headers).get("parlance-status")];
}
