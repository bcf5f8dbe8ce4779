/** Authorization headers, right and hostile, in REGISTERs to the running server. RFC 7616, RFC 8760 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { corpusPath } from "../../../../tools/test/corpora.ts";
import { connectPeer, type Peer, type Transport, udpPeer } from "../../../../tools/test/peers.ts";
import { parameter, type RawUser } from "../../../../tools/test/raw-user.ts";
import { Victim, withHeader } from "../../../../tools/test/victim.ts";
import type { WireMessage } from "../../../../tools/test/wire-message.ts";

interface HeaderCase {
  readonly name: string;
  readonly value: string;
  readonly expect: string;
}

/** What came back: a status, where it says whether the nonce was only old, or the end of the connection. */
type Outcome = "200" | "400" | "403" | "513" | "challenge" | "challenge-stale" | "close" | "silent";

const CNONCE = "0a4f113b";
const OTHER_USER = /\s*\[authenticated as bob, From alice\]$/;
const USERNAME = "alice";
/** More than a datagram carries. */
const HUGE = "huge";
const EXPIRED = "nonce-expired";

for (const transport of ["UDP", "TCP", "WS"] as const) {
  test(`digest header cases over ${transport}: accepted, challenged, refused as they must be`, async (t) => {
    const cases = casesFor(t).filter(({ name }) => transport !== "UDP" || name !== HUGE);
    if (cases.length === 0) return;
    const old = await nonceOfAnEarlierLife();
    const victim = await Victim.start({ set: { "auth.md5Compat": false }, data: old.data });
    t.after(() => victim.stop());
    const alice = await victim.user(USERNAME, transport);
    assert.equal((await alice.register()).status, 200); // who logged in lately is never locked out
    const wrong: string[] = [];
    for (const one of cases) {
      const peer = await peerFor(one, victim, transport, old.port);
      const outcome = await outcomeOf(victim, peer, one, old.nonce);
      if (!allowedBy(one, transport).includes(outcome)) {
        wrong.push(`${one.name}: ${outcome}, not ${one.expect}`);
      }
    }
    assert.deepEqual(wrong, []);
    victim.assertCleanLog();
  });
}

/** An old nonce is known as such only to the source that it was given to. */
function peerFor(
  { name }: HeaderCase,
  { server }: Victim,
  transport: Transport,
  oldPort: number,
): Promise<Peer> {
  return name === EXPIRED && transport === "UDP"
    ? udpPeer(server.address("udp"), oldPort)
    : connectPeer(server, transport);
}

async function outcomeOf(
  victim: Victim,
  peer: Peer,
  { name, value }: HeaderCase,
  expiredNonce: string,
): Promise<Outcome> {
  const other = await connectPeer(victim.server, peer.transport);
  try {
    const alice = victim.userOn(peer, USERNAME);
    const nonce = await nonceFor(alice, victim);
    const nonces = {
      nonce,
      expiredNonce,
      nonceIssuedToOtherSource: await nonceFor(victim.userOn(other, USERNAME), victim),
      "nonce-minus-1-char": nonce.slice(0, -1),
    };
    const header = `Authorization: ${fill(value, nonces, victim)}`;
    if (name.startsWith("replay-")) {
      const good = fill(value.replace("nc=00000000", "nc=00000001"), nonces, victim);
      assert.equal(await send(alice, victim, `Authorization: ${good}`), "200");
    }
    return await send(alice, victim, header);
  } finally {
    peer.close();
    other.close();
  }
}

async function send(alice: RawUser, victim: Victim, header: string): Promise<Outcome> {
  const { peer } = alice;
  const { text, callId } = alice.write({
    method: "REGISTER",
    uri: `sip:${victim.domain}`,
    to: alice.address,
  });
  peer.send(withHeader(text, header));
  const answered = peer
    .take((message) => message.callId === callId && message.status !== 100)
    .then(kindOf, (): Outcome => (peer.open ? "silent" : "close"));
  const outcome = await answered;
  await victim.assertWell();
  return outcome;
}

function kindOf(answer: WireMessage): Outcome {
  const { status } = answer;
  if (status !== 401) return String(status) as Outcome; // any other is a failure of the test
  const stale = answer.headers("WWW-Authenticate").some((one) => /stale=true/i.test(one));
  return stale ? "challenge-stale" : "challenge";
}

async function nonceFor(user: RawUser, { domain }: Victim): Promise<string> {
  const { text, callId } = user.write({
    method: "REGISTER",
    uri: `sip:${domain}`,
    to: user.address,
  });
  user.peer.send(text);
  const answer = await user.peer.take((message) => message.callId === callId);
  assert.equal(answer.status, 401);
  return parameter(answer.header("WWW-Authenticate") ?? "", "nonce");
}

/** The value with a response that is right for everything it says, so that only what it says can be wrong. */
function fill(value: string, nonces: Readonly<Record<string, string>>, victim: Victim): string {
  const password = victim.passwordOf(OTHER_USER.test(value) ? "bob" : USERNAME);
  const plain = value
    .replace(OTHER_USER, "")
    .replace('username="alice"', OTHER_USER.test(value) ? 'username="bob"' : 'username="alice"')
    .replaceAll("{cnonce}", CNONCE)
    .replaceAll(/\{(nonce[\w-]*|expiredNonce)\}/g, (_, name: string) => nonces[name] ?? "");
  const response = responseFor(` ${plain}`, password);
  const filled = plain
    .replaceAll("{response}", response)
    .replaceAll("{RESPONSE}", response.toUpperCase());
  return /^(?:Basic|Bearer) /.test(filled) ? filled : `Digest ${filled}`;
}

function responseFor(value: string, password: string): string {
  const of = (name: string): string => parameter(value, name);
  const algorithm = of("algorithm").toLowerCase();
  const hash = (text: string): string =>
    createHash(algorithm.startsWith("sha-256") ? "sha256" : "md5")
      .update(text)
      .digest("hex");
  const first = hash(`${of("username")}:${of("realm")}:${password}`);
  const secret = algorithm.endsWith("-sess") ? hash(`${first}:${of("nonce")}:${CNONCE}`) : first;
  const body = of("qop") === "auth-int" ? `:${hash("")}` : "";
  const second = hash(`REGISTER:${of("uri")}${body}`);
  const count = of("qop") === "" ? "" : `${of("nc")}:${CNONCE}:${of("qop")}:`;
  return hash(`${secret}:${of("nonce")}:${count}${second}`);
}

function allowedBy({ name, expect }: HeaderCase, transport: Transport): readonly Outcome[] {
  const allowed = expect.split(/-or-/).flatMap((one): readonly Outcome[] => {
    if (one === "accept") return ["200"];
    return [one as Outcome]; // as the corpus names them
  });
  // A count below the last is an old nonce to some, and a wrong one to others.
  if (name === "replay-lower-nc") return [...allowed, "challenge-stale"];
  // A connection is always another source than the one of the earlier process.
  if (name === EXPIRED && transport !== "UDP") return ["challenge"];
  return allowed;
}

interface OldNonce {
  readonly nonce: string;
  /** It was given to this one. */
  readonly port: number;
  readonly data: string;
}

/** Nonces end with the process that gave them out, though its key lives on. */
async function nonceOfAnEarlierLife(): Promise<OldNonce> {
  const victim = await Victim.start({ keepData: true });
  const alice = await victim.user(USERNAME, "UDP");
  const nonce = await nonceFor(alice, victim);
  await victim.stop();
  return { nonce, port: alice.peer.local.port, data: victim.server.data };
}

function casesFor(t: TestContext): readonly HeaderCase[] {
  const path = corpusPath("digest-vectors/header-cases.json");
  if (path === undefined) {
    t.diagnostic("corpus digest-vectors is not on this machine");
    return [];
  }
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as {
    readonly cases: readonly HeaderCase[];
  }; // as its README says
  return cases;
}
