/** The PROTOS c07-sip suite against the running server: after each of its INVITEs a good one is answered. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { corpusPath } from "../../../../tools/test/corpora.ts";
import { connectPeer, type Peer } from "../../../../tools/test/peers.ts";
import { responseTo } from "../../../../tools/test/raw-user.ts";
import { readTar } from "../../../../tools/test/tar.ts";
import { Victim, withHeader } from "../../../../tools/test/victim.ts";

const DATAGRAM_LIMIT = 65_000;
/** What the corpora allow, and as much again on a machine that is busy with other tests. */
const HEALTHY_MS = 2_000;
/** So many cases are on their way at a time. */
const WORKERS = 8;
const WARM_UP = 500;
/** Not a kilobyte a case. */
const MOST_GROWTH = 4_194_304;

test("PROTOS over UDP: it lives, answers the good INVITE after each case, and does not grow", async (t) => {
  const cases = casesFor(t);
  if (cases.length === 0) return;
  const victim = await Victim.start();
  t.after(() => victim.stop());
  const peer = await connectPeer(victim.server, "UDP");
  const suite = new Suite(victim, peer);
  await sideBySide(cases.slice(0, WARM_UP), (one) => suite.datagrams(one));
  const before = await victim.server.memory();
  await sideBySide(cases, (one) => suite.datagrams(one));
  const after = await victim.server.memory();
  t.diagnostic(`${cases.length} cases, heap grew by ${after.heapBytes - before.heapBytes} octets`);
  assert.ok(after.heapBytes - before.heapBytes < MOST_GROWTH);
  assert.deepEqual(after.strangers, []);
  victim.assertCleanLog();
  peer.close();
});

for (const login of [false, true]) {
  const how = login ? "from a user who is logged in, to one who is there" : "from nobody";
  test(`PROTOS over TCP ${how}: it lives and answers the good INVITE after each case`, async (t) => {
    const cases = casesFor(t);
    if (cases.length === 0) return;
    const victim = await Victim.start();
    t.after(() => victim.stop());
    const bob = await victim.user("bob", "TCP");
    bob.peer.respond = (request) =>
      request.method === "ACK" ? "" : responseTo(request, 486, "Busy Here");
    await bob.register();
    const peer = await connectPeer(victim.server, "TCP");
    const suite = new Suite(victim, peer);
    await sideBySide(cases, (one) => suite.stream(one, login));
    assert.deepEqual((await victim.server.memory()).strangers, []);
    victim.assertCleanLog();
    peer.close();
    bob.peer.close();
  });
}

/** Each case: an INVITE, and mostly what ends it. */
type Case = readonly string[];

class Suite {
  readonly #victim: Victim;
  readonly #peer: Peer;
  #sent = 0;

  constructor(victim: Victim, peer: Peer) {
    this.#victim = victim;
    this.#peer = peer;
  }

  async datagrams(records: Case): Promise<void> {
    this.#sent += 1;
    const id = this.#sent;
    for (const record of records) {
      const octets = this.#fill(record, id, this.#peer);
      if (octets.length < DATAGRAM_LIMIT) this.#peer.send(octets);
    }
    await this.#good(id);
  }

  /** On a connection of its own: what follows a message that cannot be read is lost with it. */
  async stream(records: Case, login: boolean): Promise<void> {
    this.#sent += 1;
    const id = this.#sent;
    const peer = await connectPeer(this.#victim.server, "TCP");
    const alice = this.#victim.userOn(peer, "alice");
    if (login) await alice.challenge();
    for (const record of records) {
      const octets = this.#fill(record, id, peer);
      const [method = "", uri = ""] = octets.split(" ", 2);
      const signs = login && method === "INVITE" && uri.startsWith("sip:");
      peer.send(signs ? withHeader(octets, alice.credentials(method, uri) ?? "") : octets);
    }
    await this.#good(id);
    peer.close();
  }

  /** The valid case, as the original tool sends it after each other. */
  async #good(id: number): Promise<void> {
    const callId = `good-${id}@`;
    this.#peer.send(this.#fill(GOOD, id, this.#peer));
    const answer = await this.#peer.take((one) => one.callId.startsWith(callId), HEALTHY_MS);
    assert.equal(answer.status, 407);
    this.#peer.waiting.length = 0;
  }

  #fill(record: string, id: number, { local, transport }: Peer): string {
    const { domain } = this.#victim;
    const values: Readonly<Record<string, string>> = {
      To: `bob@${domain}`,
      From: `alice@${domain}`,
      "From-Address": local.host,
      "From-IP": local.host,
      "Local-Port": String(local.port),
      "Branch-ID": String(id),
      "Call-ID": `protos-${id}`,
      CSeq: "1",
      "Teardown-Method": "CANCEL",
    };
    const filled = record
      .replaceAll(/<([A-Z][A-Za-z-]+)>/g, (written, name: string) => values[name] ?? written)
      .replace("SIP/2.0/UDP", `SIP/2.0/${transport}`);
    const length = filled.length - filled.indexOf("\r\n\r\n") - 4;
    return filled.replaceAll("<Content-Length>", String(length));
  }
}

const GOOD = [
  "INVITE sip:<To> SIP/2.0",
  "Via: SIP/2.0/UDP <From-Address>:<Local-Port>;branch=z9hG4bKgood<Branch-ID>",
  "Max-Forwards: 70",
  "From: 0 <sip:<From>>;tag=0",
  "To: Receiver <sip:<To>>",
  "Call-ID: good-<Branch-ID>@<From-Address>",
  "CSeq: <CSeq> INVITE",
  "Contact: 0 <sip:<From>>",
  "Content-Length: 0",
  "",
  "",
].join("\r\n");

function casesFor(t: TestContext): readonly Case[] {
  const archive = corpusPath("protos-c07-sip/testcases.tar.gz");
  if (archive === undefined) {
    t.diagnostic("corpus protos-c07-sip is not on this machine");
    return [];
  }
  return readTar(gunzipSync(readFileSync(archive))).map(({ bytes }) => recordsOf(bytes));
}

async function sideBySide(
  cases: readonly Case[],
  run: (one: Case) => Promise<void>,
): Promise<void> {
  const left = cases.values();
  const worker = async (): Promise<void> => {
    for (const one of left) await run(one);
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
}

/** `<decimal length> <space> <that many octets>`, once or twice. */
function recordsOf(bytes: Uint8Array): Case {
  const records: string[] = [];
  let text = Buffer.from(bytes).toString("latin1");
  for (;;) {
    const [head, size] = /^\s*(\d+) /.exec(text) ?? [];
    if (head === undefined) return records;
    const end = head.length + Number(size);
    records.push(text.slice(head.length, end));
    text = text.slice(end);
  }
}
