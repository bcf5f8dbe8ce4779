/** Bad and hostile SIP against the running server: each file gets one of the answers that it may get. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type CorpusEntry, corpusFor } from "../../../../tools/test/corpora.ts";
import { Inbox } from "../../../../tools/test/inbox.ts";
import { connectPeer, type Peer, type Transport } from "../../../../tools/test/peers.ts";
import { HANDLED, type Outcome, Victim, withHeader } from "../../../../tools/test/victim.ts";
import type { WireMessage } from "../../../../tools/test/wire-message.ts";

/** Answers that need no knowledge of the sender. */
const SYNTAX = new Set<unknown>([400, 405, 413, 414, 416, 420, 501, 505, 513, "silent"]);
const SMALL = 2_048;
const MOST_GROWTH = 1_048_576;

for (const transport of ["UDP", "TCP", "WS"] as const) {
  test(`sip-bad over ${transport}: every verdict, with and without a login`, async (t) => {
    const entries = entriesFor(t, transport);
    if (entries.length === 0) return;
    const victim = await Victim.start();
    t.after(() => victim.stop());
    const bob = await victim.user("bob", "TCP");
    const { seen } = new Inbox(bob);
    assert.equal((await bob.register()).status, 200);
    const wrong: string[] = [];
    const runs = new Runs(victim, transport);
    for (const entry of entries) wrong.push(...(await runs.all(entry)));
    assert.deepEqual(wrong, []);
    assertNothingForged(seen);
    victim.assertCleanLog();
    assert.deepEqual((await victim.server.memory()).strangers, []);
  });
}

test("sip-bad over TCP, octet by octet: the same verdicts", async (t) => {
  const entries = entriesFor(t, "TCP").filter(({ bytes }) => bytes.length < SMALL);
  if (entries.length === 0) return;
  const victim = await Victim.start();
  t.after(() => victim.stop());
  const runs = new Runs(victim, "TCP");
  const wrong: string[] = [];
  for (const entry of entries) wrong.push(...(await runs.once(entry, { dripping: true })));
  assert.deepEqual(wrong, []);
});

test("sip-bad twice over: the memory of the server is what it was after the first time", async (t) => {
  const entries = entriesFor(t, "TCP");
  if (entries.length === 0) return;
  const victim = await Victim.start();
  t.after(() => victim.stop());
  const runs = new Runs(victim, "TCP");
  for (const entry of entries) await runs.once(entry, {});
  const before = await victim.server.memory();
  for (const entry of entries) await runs.once(entry, {});
  const after = await victim.server.memory();
  const grown = after.heapBytes - before.heapBytes;
  t.diagnostic(`heap grew by ${grown} octets over ${entries.length} files`);
  assert.ok(grown < MOST_GROWTH, `${grown} octets`);
});

/** What the corpus says must never get through, in what bob was sent. */
function assertNothingForged(seen: readonly WireMessage[]): void {
  assert.ok(seen.length > 0);
  for (const { text } of seen) {
    assert.doesNotMatch(text, /^(?:From|P-Asserted-Identity): .*ceo@|^P-Charging/im);
    assert.doesNotMatch(text.split("\r\n\r\n")[0] ?? "", /(?<!\r)\n|\r(?!\n)/);
    assert.doesNotMatch(text, /^Proxy-Authorization/im);
  }
  const copies = seen.filter(({ text }) => text.includes("bad485"));
  assert.ok(copies.length <= 1, "list-dups: one copy");
}

function entriesFor(t: TestContext, transport: Transport): readonly CorpusEntry[] {
  return corpusFor(t, "sip-bad").filter(
    ({ facts }) => transport !== "UDP" || facts["streamOnly"] !== true,
  );
}

/** The entries against one server over one transport; says what went wrong with each. */
class Runs {
  readonly #victim: Victim;
  readonly #transport: Transport;
  #run = 0;

  constructor(victim: Victim, transport: Transport) {
    this.#victim = victim;
    this.#transport = transport;
  }

  /** As it stands, and with a right login where that gets it further. */
  async all(entry: CorpusEntry): Promise<readonly string[]> {
    const wrong = await this.once(entry, {});
    if (needsLogin(entry) || !mayLogIn(entry)) return wrong;
    return [...wrong, ...(await this.once(entry, { login: true }))];
  }

  async once(
    entry: CorpusEntry,
    how: { readonly login?: boolean; readonly dripping?: boolean },
  ): Promise<readonly string[]> {
    const transport = this.#transport;
    const peer = await connectPeer(this.#victim.server, transport);
    this.#run += 1;
    const login = how.login ?? needsLogin(entry);
    const renewed = renew(textOf(entry), this.#run, peer.local.port);
    const octets = login ? await this.#signed(renewed, peer) : renewed;
    const allowed = allowedFor(entry, transport, login);
    const attack = { octets, transport, mayBeSilent: allowed.has("silent"), ...how };
    const outcome = await this.#victim.attack(attack, peer);
    if (allowed.has(outcome)) return [];
    return [`${entry.file}${login ? " with a login" : ""}: ${outcome}, not ${[...allowed].join()}`];
  }

  async #signed(octets: string, peer: Peer): Promise<string> {
    const alice = this.#victim.userOn(peer, "alice");
    await alice.challenge();
    const [method = "", uri = ""] = octets.split(" ", 2);
    return withHeader(octets, alice.credentials(method, uri) ?? "");
  }
}

function textOf({ bytes }: CorpusEntry): string {
  return Buffer.from(bytes).toString("latin1");
}

function needsLogin({ facts }: CorpusEntry): boolean {
  const { auth } = facts as { readonly auth?: string }; // as its README says
  return auth?.startsWith("valid") === true;
}

/** Where the answer depends on who asks, and a header line can be added without making another message of it. */
function mayLogIn(entry: CorpusEntry): boolean {
  if (entry.file === "msg-encoding-gzip.sip") return false; // relayed as it is for who is logged in
  return mayBeChallenged(entry) && /^[A-Z]+ \S+ SIP\/2\.0\r\n/.test(textOf(entry));
}

/** Syntax is judged before anybody is asked who he is. */
function mayBeChallenged({ facts }: CorpusEntry): boolean {
  const { udp } = expectOf(facts);
  return udp.some((outcome) => !SYNTAX.has(outcome));
}

function allowedFor(entry: CorpusEntry, transport: Transport, login: boolean): Set<Outcome> {
  const { udp, stream } = expectOf(entry.facts);
  const named = transport === "UDP" ? udp : transport === "TCP" ? stream : [...udp, ...stream];
  const allowed = new Set<Outcome>();
  for (const one of named) {
    if (one === "ok") for (const status of HANDLED) allowed.add(status);
    else allowed.add(one === "wait" ? "silent" : one);
  }
  if (!login && mayBeChallenged(entry)) allowed.add(401).add(407);
  // A frame holds one message. RFC 7118 §4.2
  if (transport === "WS" && entry.facts["streamOnly"] === true) allowed.add(400);
  return allowed;
}

type Expected = Outcome | "ok" | "wait";

function expectOf(facts: CorpusEntry["facts"]): Record<"udp" | "stream", readonly Expected[]> {
  return facts["expect"] as Record<"udp" | "stream", readonly Expected[]>; // as its README says
}

/** No repetition of an earlier run, answered to where it comes from, and lists to where they are served. */
function renew(octets: string, run: number, port: number): string {
  return octets
    .replaceAll("z9hG4bK", `z9hG4bK${run}x`)
    .replace(/^(Call-ID: )(?=\w+@)/m, `$1${run}-`)
    .replace("127.0.0.1:5070", `127.0.0.1:${port}`)
    .replaceAll("sip:list@", "sip:conf-factory@");
}
