import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Authorization,
  DigestClient,
  FAILURE_LIMITS,
  FailureLimiter,
  secretHash,
  WwwAuthenticate,
} from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import { hashing, SeededRandom } from "../core/machine-ports.test.ts";
import { defaultLimits } from "../limits.ts";
import type { LoginAccount, Logins, User } from "../ports/index.ts";
import { HandClock } from "../testing/clock.ts";
import { CountedMetrics, NotedHits } from "../testing/ports.ts";
import type { WebAnswer, WebRequest } from "../web/index.ts";
import { openToken, sealToken } from "./bearer-tokens.ts";
import { tokenIssuer, WebAuthenticator } from "./index.ts";

const REALM = "im.example.com";
const PASSWORD = "correct horse";

class World {
  readonly clock = new HandClock();
  readonly metrics = new CountedMetrics();
  readonly hits = new NotedHits();
  readonly suspected: string[] = [];
  readonly accounts = new Map<string, LoginAccount>([["alice", accountOf("alice")]]);
  readonly logins: Logins;
  readonly authenticator: WebAuthenticator;
  readonly #random = new SeededRandom(7);

  constructor({ md5 = true } = {}) {
    const named = (username: string) => this.accounts.get(username);
    this.logins = {
      realm: REALM,
      failures: new FailureLimiter(FAILURE_LIMITS),
      secrets: (username, realm, hash) => {
        const account = named(username);
        if (account === undefined || account.user.disabled) return undefined;
        return secretHash(hashing, hash, { username, realm, password: PASSWORD });
      },
      named,
    };
    this.authenticator = new WebAuthenticator(
      {
        logins: this.logins,
        hashing,
        random: this.#random,
        clock: this.clock,
        metrics: this.metrics,
        hits: this.hits,
        security: { report: (event, source) => void this.suspected.push(`${event} ${source}`) },
      },
      {
        md5,
        nonceKey: utf8Bytes("nonce key nonce key nonce key 32"),
        tokenKeys: { current: KEY },
        limits: defaultLimits,
      },
    );
  }

  /** The user, or the answer. */
  async login(request: Partial<WebRequest>, audience = "files"): Promise<string | WebAnswer> {
    const proof = await this.authenticator.loginFor(audience)(requestOf(request));
    return proof.do === "accept" ? proof.user.name : proof.answer;
  }

  /** Authorization of somebody who has been challenged. */
  async digest(asks: Partial<WebRequest>, password = PASSWORD, username = "alice") {
    const refused = await this.login(asks);
    assert.ok(typeof refused === "object");
    const client = new DigestClient(
      { username, password, realm: undefined, peer: "server" },
      { hashing, random: this.#random },
    );
    const values = challengesIn(refused).flatMap((text) => WwwAuthenticate.read(text));
    assert.equal(client.challenged(values, "server", undefined), "retry");
    const { method, target } = requestOf(asks);
    const value = client.authorize({ method, uri: target, body: new Uint8Array(0) }, "server");
    assert.ok(value);
    return Authorization.write([value])[0] ?? "";
  }

  async token(audience = "files", password = PASSWORD): Promise<WebAnswer> {
    const authorization = await this.digest({ method: "POST", target: "/token" }, password);
    return this.issuer(tokenRequest({ audience }, authorization));
  }

  get issuer() {
    return tokenIssuer(this.authenticator, new Set(["files"]));
  }
}

const KEY = utf8Bytes("token key token key token key 32");

test("without credentials: 401, digest by SHA-256 first, then MD5, then a token", async () => {
  const refused = await new World().login({});
  assert.ok(typeof refused === "object");
  assert.equal(refused.status, 401);
  assert.deepEqual(
    challengesIn(refused).map((text) => /algorithm=[\w-]+/.exec(text)?.[0] ?? text),
    ["algorithm=SHA-256", "algorithm=MD5", `Bearer realm="${REALM}"`],
  );
  const hardened = await new World({ md5: false }).login({});
  assert.ok(typeof hardened === "object");
  assert.equal(challengesIn(hardened).length, 2);
});

test("a right answer to the challenge is let in, once for each count", async () => {
  const world = new World();
  const authorization = await world.digest({ target: "/files?x=1" });
  const asked = { target: "/files?x=1", headers: headersOf({ authorization }) };
  assert.equal(await world.login(asked), "alice");
  const again = await world.login(asked);
  assert.ok(typeof again === "object" && again.status === 401);
  assert.match(challengesIn(again)[0] ?? "", /stale=true/);
});

test("an answer is good for its method, its target and its address only", async () => {
  const world = new World();
  const authorization = await world.digest({ method: "GET", target: "/files" });
  const headers = headersOf({ authorization });
  for (const other of [
    { method: "DELETE", target: "/files" },
    { method: "GET", target: "/files", source: { host: "198.51.100.7", secure: true } },
    { method: "GET", target: "/files", source: { host: "192.0.2.1", secure: false } },
  ]) {
    const refused = await world.login({ ...other, headers });
    assert.ok(typeof refused === "object" && refused.status === 401, JSON.stringify(other));
  }
  const moved = await world.login({ method: "GET", target: "/files/x", headers });
  assert.ok(typeof moved === "object" && moved.status === 400);
});

test("wrong passwords and unknown users look alike, are reported, and lock the pair", async () => {
  const world = new World();
  const wrong = await world.login({
    headers: headersOf({ authorization: await world.digest({}, "wrong") }),
  });
  const unknown = await world.login({
    headers: headersOf({ authorization: await world.digest({}, PASSWORD, "mallory") }),
  });
  assert.ok(typeof wrong === "object" && typeof unknown === "object");
  assert.equal(wrong.status, 401);
  assert.equal(wrong.body, unknown.body);
  assert.deepEqual(
    wrong.headers.map(([name]) => name),
    unknown.headers.map(([name]) => name),
  );
  assert.equal(world.suspected.length, 2);
  for (let count = 0; count < 9; count += 1) {
    await world.login({ headers: headersOf({ authorization: await world.digest({}, "wrong") }) });
  }
  const locked = await world.login({
    headers: headersOf({ authorization: await world.digest({}) }),
  });
  assert.ok(typeof locked === "object" && locked.status === 403);
  assert.ok(locked.headers.some(([name]) => name === "retry-after"));
  assert.deepEqual(world.hits.limits, ["loginFailures"]);
});

test("Basic and what nobody knows are asked for something better; what is broken is 400", async () => {
  const world = new World();
  for (const authorization of ["Basic YWxpY2U6eA==", "Negotiate x", "Bearer", "Bearer a b"]) {
    const refused = await world.login({ headers: headersOf({ authorization }) });
    assert.ok(typeof refused === "object" && refused.status === 401, authorization);
  }
  for (const authorization of ["Digest", "Digest =", `Digest realm="${REALM}"`]) {
    const refused = await world.login({ headers: headersOf({ authorization }) });
    assert.ok(typeof refused === "object" && refused.status === 400, authorization);
  }
  const twice = new Map([["authorization", ["Bearer a", "Bearer b"]]]);
  const refused = await world.login({ headers: twice });
  assert.ok(typeof refused === "object" && refused.status === 400);
});

test("a digest earns a token, which is let in for its audience until it expires", async () => {
  const world = new World();
  const { access_token: token, ...rest } = jsonIn(await world.token());
  assert.deepEqual(rest, { token_type: "Bearer", expires_in: 900, audience: "files" });
  const headers = headersOf({ authorization: `Bearer ${String(token)}` });
  assert.equal(await world.login({ headers }), "alice");
  assert.equal(await world.login({ headers, source: { host: "::1", secure: true } }), "alice");
  const other = await world.login({ headers }, "xcap");
  assert.ok(typeof other === "object" && other.status === 401);
  await world.clock.pass(899_999);
  assert.equal(await world.login({ headers }), "alice");
  await world.clock.pass(1);
  const late = await world.login({ headers });
  assert.ok(typeof late === "object");
  assert.match(
    challengesIn(late).at(-1) ?? "",
    /^Bearer .*error="invalid_token", error_description="outdated"$/,
  );
  const forged = await world.login({ headers: headersOf({ authorization: "Bearer forged" }) });
  assert.ok(typeof forged === "object");
  assert.match(challengesIn(forged).at(-1) ?? "", /^Bearer .*error="invalid_token"$/);
});

test("a change of the account, its removal and its lock end every token at once", async () => {
  for (const change of [
    (world: World) => world.accounts.delete("alice"),
    (world: World) => world.accounts.set("alice", { ...accountOf("alice"), changedAt: 2 }),
    (world: World) => world.accounts.set("alice", accountOf("alice", true)),
  ]) {
    const world = new World();
    const { access_token: token } = jsonIn(await world.token());
    const headers = headersOf({ authorization: `Bearer ${String(token)}` });
    assert.equal(await world.login({ headers }), "alice");
    change(world);
    const refused = await world.login({ headers });
    assert.ok(typeof refused === "object" && refused.status === 401);
  }
});

test("tokens are given for a digest, a known audience and a small body only", async () => {
  const world = new World();
  const { access_token: token } = jsonIn(await world.token());
  const byToken = await world.issuer(
    tokenRequest({ audience: "files" }, `Bearer ${String(token)}`),
  );
  assert.equal(byToken.status, 401);
  assert.equal((await world.token("admin")).status, 400);
  assert.equal((await world.token("files", "wrong")).status, 401);
  for (const body of ["", "[]", "null", '{"audience":1}', "{", `"${"x".repeat(2_000)}"`]) {
    const authorization = await world.digest({ method: "POST", target: "/token" });
    const { status } = await world.issuer(tokenRequest(body, authorization));
    assert.equal(status, 400, body);
  }
  assert.equal((await world.issuer(requestOf({ path: ["token"] }))).status, 405);
  assert.equal(
    (await world.issuer(requestOf({ method: "POST", path: ["token", "x"] }))).status,
    404,
  );
});

test("a token that was changed, cut, grown or sealed with another key is none of ours", () => {
  const claims = { audience: "files", user: "älice", expiresAt: 5, accountChangedAt: 1 };
  const tools = { keys: { current: KEY }, hashing };
  const random = new SeededRandom(1);
  const token = sealToken(claims, tools, random);
  assert.deepEqual(openToken(token, tools), claims);
  assert.notEqual(sealToken(claims, tools, random), token);
  for (let at = 0; at < token.length; at += 1) {
    assert.equal(openToken(token.slice(0, at), tools), undefined);
    const other = token[at] === "A" ? "B" : "A";
    assert.equal(openToken(token.slice(0, at) + other + token.slice(at + 1), tools), undefined);
  }
  for (const odd of [`${token}=`, `${token}x`, "", ".", "x".repeat(600), `.${token}`]) {
    assert.equal(openToken(odd, tools), undefined, odd);
  }
  const newKeys = { current: utf8Bytes("another key"), previous: KEY };
  assert.deepEqual(openToken(token, { keys: newKeys, hashing }), claims);
  assert.equal(openToken(token, { keys: { current: newKeys.current }, hashing }), undefined);
});

function accountOf(name: string, disabled = false): LoginAccount {
  const address = `sip:${name}@${REALM}`;
  const user: User = { name, address, identities: [address], displayName: undefined, disabled };
  return { user, changedAt: 1 };
}

function requestOf(parts: Partial<WebRequest>): WebRequest {
  return {
    method: "GET",
    target: "/files",
    path: ["files"],
    query: new Map(),
    headers: new Map(),
    source: { host: "192.0.2.1", secure: true },
    body: pieces(""),
    ...parts,
  };
}

function tokenRequest(body: object | string, authorization: string): WebRequest {
  return requestOf({
    method: "POST",
    target: "/token",
    path: ["token"],
    headers: headersOf({ authorization, "content-type": "application/json" }),
    body: pieces(typeof body === "string" ? body : JSON.stringify(body)),
  });
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  yield utf8Bytes(text);
}

function headersOf(headers: Readonly<Record<string, string>>): WebRequest["headers"] {
  return new Map(Object.entries(headers).map(([name, value]) => [name, [value]]));
}

function challengesIn({ headers }: WebAnswer): readonly string[] {
  return headers.flatMap(([name, value]) => (name === "www-authenticate" ? [value] : []));
}

function jsonIn({ status, body }: WebAnswer): Readonly<Record<string, unknown>> {
  assert.equal(status, 200);
  assert.ok(typeof body === "string");
  return JSON.parse(body);
}
