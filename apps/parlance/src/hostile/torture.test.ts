/** The torture messages of RFC 4475 and RFC 5118, and the examples of many RFCs, against the running server. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type CorpusEntry, corpusFor } from "../../../../tools/test/corpora.ts";
import type { Transport } from "../../../../tools/test/peers.ts";
import { type Outcome, Victim } from "../../../../tools/test/victim.ts";

const TRANSPORTS = ["UDP", "TCP", "WS"] as const;
const LONGEST_DRIPPED = 2_048;
const MOST_GROWTH = 1_048_576;
const CORPORA = ["sip-torture-rfc4475", "sip-torture-rfc5118", "sip-rfc-examples"];
/** Nothing but life is asked of the server after these. */
const LAWLESS = ["pjsip-fuzz-seeds", "sipgo-fuzz-crashers"];

for (const transport of TRANSPORTS) {
  test(`torture and examples over ${transport}: each message gets a verdict of its RFC`, async (t) => {
    const entries = CORPORA.flatMap((name) => corpusFor(t, name));
    await judgeAll(t, entries, transport, false);
  });
}

test("torture and examples over TCP, octet by octet: the same verdicts", async (t) => {
  const entries = CORPORA.flatMap((name) => corpusFor(t, name));
  const short = entries.filter(({ bytes }) => bytes.length < LONGEST_DRIPPED);
  await judgeAll(t, short, "TCP", true);
});

test("what crashed other parsers leaves the server as it was, over every transport", async (t) => {
  const entries = LAWLESS.flatMap((name) => corpusFor(t, name));
  if (entries.length === 0) return;
  const victim = await Victim.start({ domain: "example.com" });
  t.after(() => victim.stop());
  const everything = async () => {
    for (const transport of TRANSPORTS) {
      for (const { bytes } of entries) {
        const octets = Buffer.from(bytes).toString("latin1");
        await victim.attack({ octets, transport, mayBeSilent: true });
        // With the line ends that let it get further.
        const dressed = octets.replaceAll(/\r?\n/g, "\r\n");
        await victim.attack({ octets: dressed, transport, mayBeSilent: true });
      }
    }
  };
  await everything();
  const before = await victim.server.memory();
  await everything();
  const after = await victim.server.memory();
  assert.ok(after.heapBytes - before.heapBytes < MOST_GROWTH);
  assert.deepEqual(after.strangers, []);
  victim.assertCleanLog();
});

async function judgeAll(
  t: TestContext,
  entries: readonly CorpusEntry[],
  transport: Transport,
  dripping: boolean,
): Promise<void> {
  if (entries.length === 0) return;
  const victim = await Victim.start({ domain: "example.com" });
  t.after(() => victim.stop());
  const wrong: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const allowed = allowedFor(entry, transport);
    const octets = renew(Buffer.from(entry.bytes).toString("latin1"), index);
    const attack = { octets, transport, mayBeSilent: allowed.has("silent"), dripping };
    const outcome = await victim.attack(attack);
    if (!allowed.has(outcome)) wrong.push(`${entry.file}: ${outcome}, not ${[...allowed].join()}`);
  }
  assert.deepEqual(wrong, []);
  victim.assertCleanLog();
}

/** Nobody is registered, and whoever asks is asked to log in first. */
function allowedFor(entry: CorpusEntry, transport: Transport): Set<Outcome> {
  const { file, verdict, facts, bytes } = entry;
  const text = Buffer.from(bytes).toString("latin1");
  const listed = Array.isArray(facts["udp"]) ? facts["udp"].map(Number) : [];
  const refused: readonly Outcome[] = transport === "UDP" ? [400] : [400, "close"];
  if (verdict === "drop") return new Set(transport === "UDP" ? ["silent"] : ["silent", "close"]);
  if (/^(?:SIP\/2\.0|ACK) /.test(text)) return new Set(["silent"]);
  const allowed = new Set<Outcome>(listed);
  if (verdict === "accept" || (verdict === "either" && facts["prefer"] !== "400")) {
    for (const status of ACCEPTED) allowed.add(status);
  }
  if (verdict === "reject" || !isWholeOn(transport, file, text)) {
    for (const outcome of refused) allowed.add(outcome);
  }
  if (facts["udpMayBeSilent"] === true) allowed.add("silent");
  if (transport === "TCP" && WAITS.has(file)) allowed.add("silent");
  return allowed;
}

/** Answers of a server that has understood. */
const ACCEPTED = [200, 401, 403, 404, 407, 480, 481, 489] as const;

/** A stream needs a length (RFC 3261 §20.14), and a frame one that fits (RFC 7118 §4.2). */
function isWholeOn(transport: Transport, file: string, text: string): boolean {
  if (transport === "TCP") return /^(?:Content-Length|l)[ \t]*:/im.test(text);
  return transport === "UDP" || (!file.includes(".printed.") && file !== "dblreq.dat");
}

/** On a stream more of them might come. */
const WAITS = new Set(["clerr.dat", "baddn.dat"]);

/** Answered to where it comes from, and no repetition of what was sent before. */
function renew(octets: string, run: number): string {
  const via = /^(?:via|v)[ \t]*:[^\r]*(?:\r\n[ \t][^\r]*)*/im.exec(octets)?.[0] ?? "";
  const answered = /rport/.test(via) ? via : via.replace("branch=", "rport;branch=");
  return octets.replace(via, answered.replace("branch=z9hG4bK", `branch=z9hG4bK${run}x`));
}
