/** Bad and hostile envelopes in a MESSAGE from alice to bob: refused, delivered, or delivered with the fault mended. RFC 3862 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type CorpusEntry, corpusFor } from "../../../../tools/test/corpora.ts";
import { Inbox } from "../../../../tools/test/inbox.ts";
import type { Transport } from "../../../../tools/test/peers.ts";
import type { RawUser } from "../../../../tools/test/raw-user.ts";
import { Victim } from "../../../../tools/test/victim.ts";
import type { WireMessage } from "../../../../tools/test/wire-message.ts";

/** `refuse`, `deliver`, `deliver-fixed`, or what is wrong in words. */
type Outcome = string;

const REFUSED = new Set([400, 403, 413, 415, 513]);
const DATAGRAM = 1_300;

for (const transport of ["UDP", "TCP", "WS"] as const) {
  test(`cpim-imdn-bad over ${transport}: what bob gets is what he may get`, async (t) => {
    const entries = entriesFor(t, transport);
    if (entries.length === 0) return;
    const victim = await Victim.start();
    t.after(() => victim.stop());
    const bob = await victim.user("bob", "TCP");
    const { seen } = new Inbox(bob);
    assert.equal((await bob.register()).status, 200);
    const wrong: string[] = [];
    for (const entry of entries) {
      const outcome = await outcomeOf(entry, await victim.user("alice", transport), seen);
      const expect = entry.facts["expect"] as readonly Outcome[]; // as its README says
      if (!expect.includes(outcome)) wrong.push(`${entry.file}: ${outcome}, not ${expect.join()}`);
      await victim.assertWell();
    }
    assert.deepEqual(wrong, []);
    assertNoForgery(seen);
    victim.assertCleanLog();
    assert.deepEqual((await victim.server.memory()).strangers, []);
  });
}

test("cpim-imdn-bad to somebody who is away: kept only if it would have been delivered, and pushed as it is", async (t) => {
  const entries = entriesFor(t, "TCP");
  if (entries.length === 0) return;
  const victim = await Victim.start();
  t.after(() => victim.stop());
  let kept = 0;
  for (const entry of entries) {
    const alice = await victim.user("alice", "TCP");
    const { status = 0 } = await send(entry, alice);
    assert.ok(status === 202 || REFUSED.has(status), `${entry.file}: ${status}`);
    if (status === 202) kept += 1;
  }
  const bob = await victim.user("bob", "TCP");
  const inbox = new Inbox(bob);
  assert.equal((await bob.register()).status, 200);
  await inbox.until((seen) => seen.length >= kept);
  assert.equal(inbox.seen.length, kept);
  assertNoForgery(inbox.seen);
  victim.assertCleanLog();
});

async function outcomeOf(
  entry: CorpusEntry,
  alice: RawUser,
  seen: readonly WireMessage[],
): Promise<Outcome> {
  const before = seen.length;
  const { status = 0 } = await send(entry, alice);
  if (REFUSED.has(status)) return seen.length === before ? "refuse" : `${status}, and delivered`;
  const [message] = seen.slice(before);
  if (status !== 200 || message === undefined)
    return `${status} and ${seen.length - before} copies`;
  const sent = Buffer.from(entry.bytes).toString("latin1");
  if (message.body === sent) return "deliver";
  const named = /^From: <sip:alice@im\.example\.com>\r$/m.test(message.body);
  return named ? "deliver-fixed" : "delivered with another body";
}

function send({ bytes }: CorpusEntry, alice: RawUser): Promise<WireMessage> {
  return alice.ask({
    method: "MESSAGE",
    uri: "sip:bob@im.example.com",
    headers: ["Content-Type: message/cpim"],
    body: bytes,
  });
}

/** The sender that bob is shown: nested envelopes are content. */
function assertNoForgery(seen: readonly WireMessage[]): void {
  assert.ok(seen.length > 0);
  for (const { body } of seen) {
    assert.doesNotMatch(body.split("\r\n\r\n")[0] ?? "", /^From: .*<(?:sip|im|tel):ceo/im);
  }
}

function entriesFor(t: TestContext, transport: Transport): readonly CorpusEntry[] {
  return corpusFor(t, "cpim-imdn-bad").filter(
    ({ bytes }) => transport !== "UDP" || bytes.length < DATAGRAM,
  );
}
