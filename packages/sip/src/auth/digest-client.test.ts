import assert from "node:assert/strict";
import { test } from "node:test";
import { hashing, seededRandom } from "../../../../tools/test/node-ports.ts";
import type { AuthValue } from "../message/index.ts";
import { Params } from "../message/index.ts";
import {
  authenticationInfo,
  DigestClient,
  DigestServer,
  offeredAlgorithms,
  readCredentials,
  type Source,
  secretHash,
} from "./index.ts";

const NOW = 1_764_000_000_000;
const REALM = "im.example.com";
const PEER = "sip.example.com:5061";
const source: Source = { transport: "TLS", peer: "connection 1", host: "192.0.2.1" };
const random = seededRandom("client");
const body = new Uint8Array();
const over = { method: "REGISTER", uri: "sip:im.example.com", body };

function client(password = "secret", realm: string | undefined = REALM): DigestClient {
  return new DigestClient({ username: "alice", password, realm, peer: PEER }, { hashing, random });
}

function server(): DigestServer {
  return new DigestServer(
    {
      realm: REALM,
      algorithms: offeredAlgorithms(true),
      keys: { current: random.bytes(32) },
      startedAt: NOW - 1,
    },
    {
      hashing,
      random,
      secrets: (username, realm, hash) =>
        secretHash(hashing, hash, { username, realm, password: "secret" }),
    },
  );
}

function verdictOf(on: DigestServer, credentials: AuthValue | undefined, now = NOW) {
  const verdict = on.judge({
    ...over,
    credentials: credentials === undefined ? [] : [credentials],
    source,
    now,
  });
  assert.ok(!(verdict instanceof Promise));
  return verdict;
}

function challenge(more: Record<string, string>): AuthValue {
  let params = Params.none.with("realm", REALM).with("nonce", "n1");
  for (const [name, value] of Object.entries(more)) params = params.with(name, value);
  return { scheme: "Digest", params };
}

test("client and server agree, and the nonce is used on with rising counts", () => {
  const [ours, theirs] = [client(), server()];
  assert.equal(ours.authorize(over, PEER), undefined);
  assert.equal(ours.challenged(theirs.challenges(source, false, NOW), PEER, undefined), "retry");
  for (const expected of ["00000001", "00000002", "00000003"]) {
    const credentials = ours.authorize(over, PEER);
    assert.equal(credentials?.params.get("nc"), expected);
    assert.equal(credentials?.params.get("algorithm"), "SHA-256");
    assert.equal(verdictOf(theirs, credentials).do, "accept");
  }
});

test("a stale answer is given again with the new nonce, a wrong one is not", () => {
  const [ours, theirs] = [client(), server()];
  ours.challenged(theirs.challenges(source, false, NOW), PEER, undefined);
  const late = ours.authorize(over, PEER);
  assert.ok(late);
  const verdict = verdictOf(theirs, late, NOW + 300_000);
  assert.equal(verdict.do === "challenge" && verdict.stale, true);
  const again = theirs.challenges(source, true, NOW + 300_000);
  assert.equal(ours.challenged(again, PEER, late), "retry");
  const fresh = ours.authorize(over, PEER);
  assert.equal(verdictOf(theirs, fresh, NOW + 300_000).do, "accept");

  const wrong = client("guess");
  wrong.challenged(theirs.challenges(source, false, NOW), PEER, undefined);
  const answer = wrong.authorize(over, PEER);
  assert.ok(answer);
  assert.equal(verdictOf(theirs, answer).do, "challenge");
  const refused = wrong.challenged(theirs.challenges(source, false, NOW), PEER, answer);
  assert.equal(refused, "wrong password");
});

test("a server that calls every answer stale is given up", () => {
  const ours = client();
  const answers: string[] = [];
  let sent: AuthValue | undefined;
  for (let at = 0; at < 5; at += 1) {
    const stale = challenge({ nonce: `n${at}`, stale: "true", algorithm: "SHA-256", qop: "auth" });
    answers.push(ours.challenged([stale], PEER, sent));
    sent = ours.authorize(over, PEER);
  }
  assert.deepEqual(answers.slice(0, 4), ["retry", "retry", "retry", "wrong password"]);
});

test("credentials are shown to their own peer and realm only", () => {
  const ours = client();
  const theirs = server().challenges(source, false, NOW);
  assert.equal(ours.challenged(theirs, "evil.example.net:5060", undefined), "not for us");
  assert.equal(
    ours.challenged([challenge({ realm: "evil.example" })], PEER, undefined),
    "not for us",
  );
  assert.equal(ours.challenged(theirs, PEER, undefined), "retry");
  assert.equal(ours.authorize(over, "evil.example.net:5060"), undefined);

  const open = new DigestClient(
    { username: "alice", password: "secret", realm: undefined, peer: PEER },
    { hashing, random },
  );
  assert.equal(open.challenged([challenge({ realm: "first" })], PEER, undefined), "retry");
  assert.equal(open.challenged([challenge({ realm: "second" })], PEER, undefined), "not for us");
});

test("challenges that are not understood are passed over (RFC 8760 §2.4)", () => {
  const ours = client();
  const values = [
    { scheme: "Basic", params: Params.of(["realm", REALM]) },
    challenge({ algorithm: "SHA-999" }),
    challenge({ algorithm: "SHA-256", qop: "auth-new" }),
    challenge({ algorithm: "SHA-512-256", qop: "auth-int,auth" }),
    challenge({ algorithm: "MD5", qop: "auth" }),
  ];
  assert.equal(ours.challenged(values, PEER, undefined), "retry");
  const credentials = ours.authorize(over, PEER);
  assert.equal(credentials?.params.get("algorithm"), "SHA-512-256");
  assert.equal(credentials?.params.get("qop"), "auth");
});

test("an old server without qop gets an answer without it, and opaque comes back", () => {
  const ours = client();
  ours.challenged([challenge({ opaque: "o1" })], PEER, undefined);
  const credentials = ours.authorize(over, PEER);
  assert.ok(credentials);
  assert.equal(credentials.params.has("nc"), false);
  assert.equal(credentials.params.get("opaque"), "o1");
  assert.equal(credentials.params.get("algorithm"), "MD5");
});

test("the server's proof is checked and its next nonce taken (RFC 7616 §3.5)", () => {
  const ours = client();
  ours.challenged([challenge({ algorithm: "SHA-256", qop: "auth" })], PEER, undefined);
  const sent = ours.authorize(over, PEER);
  assert.ok(sent);
  const account = { username: "alice", realm: REALM, password: "secret" };
  const proof = {
    credentials: readCredentials(sent),
    secret: secretHash(hashing, "sha-256", account),
    body,
    nextNonce: "n2",
  };
  const info = authenticationInfo(proof, hashing);
  assert.ok(info);
  assert.equal(ours.confirmed(info.with("rspauth", "0".repeat(64)), sent, body), false);
  assert.equal(ours.confirmed(info, sent, body), true);
  const next = ours.authorize(over, PEER);
  assert.equal(next?.params.get("nonce"), "n2");
  assert.equal(next?.params.get("nc"), "00000001");
});
