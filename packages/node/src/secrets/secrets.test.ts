import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { format, inspect } from "node:util";
import { hex } from "@parlance/wire";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { sealing } from "./seal.ts";
import { Secret } from "./secret.ts";
import { ServerKeys } from "./server-keys.ts";

function keyFile(t: TestContext): string {
  const folder = ownFolder();
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, "data", "server.key");
}

test("a secret prints as stars, however it is printed", () => {
  const secret = new Secret("hunter2");
  const shown = [
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }, { showHidden: true, depth: 9 }),
    format("%s %o %j", secret, secret, secret),
    `failed with ${String(secret)}`,
  ];
  for (const text of shown) {
    assert.doesNotMatch(text, /hunter2/);
    assert.match(text, /\*\*\*/);
  }
  assert.equal(secret.reveal(), "hunter2");
});

test("the server key is made once, whole, for the owner's eyes only", (t) => {
  const path = keyFile(t);
  const made = ServerKeys.open(path);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(Buffer.from(readFileSync(path, "utf8").trim(), "base64url").length, 32);
  assert.deepEqual(ServerKeys.open(path).derive("x"), made.derive("x"));
  assert.deepEqual(readdirSync(join(path, "..")), ["server.key"]);
  assert.doesNotMatch(inspect(made, { depth: 9, showHidden: true }), /[0-9a-f]{2} [0-9a-f]{2}/);
});

test("a key file that others may read is refused", (t) => {
  const path = keyFile(t);
  ServerKeys.open(path);
  chmodSync(path, 0o640);
  assert.throws(() => ServerKeys.open(path), /others may read it/);
});

test("what is no key is refused, without showing it", () => {
  const key = "A".repeat(43);
  for (const text of ["", "short\n", `${key}A`, `${key}\n${key}\n${key}`, `${key} ${key}`]) {
    assert.throws(
      () => ServerKeys.parse(text),
      (error: Error) => /server key/.test(error.message) && !/AAA|short/.test(error.message),
    );
  }
});

test("each purpose has keys of its own", (t) => {
  const keys = ServerKeys.open(keyFile(t));
  const purposes = ["nonce", "flow token", "seal users", "log"];
  const derived = purposes.map((purpose) => hex(keys.derive(purpose).current));
  assert.equal(new Set(derived).size, purposes.length);
  assert.ok(derived.every((key) => key.length === 64));
});

test("after a rotation the key before is still live, the one before that is not", (t) => {
  const path = keyFile(t);
  const first = ServerKeys.open(path);
  const sealed = sealing(first, "users").seal("HA1");
  const second = ServerKeys.rotate(path);
  assert.deepEqual(second.derive("x").previous, first.derive("x").current);
  assert.notDeepEqual(second.derive("x").current, first.derive("x").current);
  assert.equal(sealing(second, "users").open(sealed), "HA1");
  const third = ServerKeys.rotate(path);
  assert.equal(sealing(third, "users").open(sealed), undefined);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("what was sealed opens only whole, with the same key and for the same purpose", (t) => {
  const keys = ServerKeys.open(keyFile(t));
  const users = sealing(keys, "users");
  const sealed = users.seal("grüß Gott");
  assert.equal(users.open(sealed), "grüß Gott");
  assert.equal(users.open(users.seal("")), "");
  assert.notDeepEqual(users.seal("same"), users.seal("same"));
  assert.equal(sealing(keys, "other").open(sealed), undefined);
  assert.equal(users.open(new Uint8Array(0)), undefined);
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = sealed.map((octet, index) => (index === at ? octet ^ 1 : octet));
    assert.equal(users.open(changed), undefined, `octet ${at}`);
    assert.equal(users.open(sealed.subarray(0, at)), undefined, `cut at ${at}`);
  }
});
