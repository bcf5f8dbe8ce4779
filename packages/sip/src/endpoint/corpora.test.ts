/** Hostile and odd messages against a whole endpoint: nothing throws, and the next good request is answered. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Framed, readDatagram, SipFramer } from "../message/index.ts";
import type { Flow } from "./index.ts";
import { type Host, readRequest, World } from "./world.test.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const CORPORA = process.env["PARLANCE_CORPORA"] ?? join(ROOT, "../shared/corpora");
const FOLDERS = [
  "sip-bad",
  "sip-torture-rfc4475",
  "sip-torture-rfc5118",
  "sip-rfc-examples",
  "pjsip-fuzz-seeds",
  "sipgo-fuzz-crashers",
];
const SKIPPED = /\.(?:md|json|txt)$/i;

function filesOf(folder: string): Uint8Array[] {
  const path = join(CORPORA, folder);
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && !SKIPPED.test(entry.name))
    .map((entry) => new Uint8Array(readFileSync(join(entry.parentPath, entry.name))));
}

function take(host: Host, framed: Framed, flow: Flow): void {
  if (framed.kind === "message") host.endpoint.message(framed.message, flow);
  else if (framed.kind === "fault") host.endpoint.fault(framed, flow);
}

for (const folder of FOLDERS) {
  test(`${folder}: as datagrams and as streams, nothing throws and nothing lingers`, (t) => {
    const files = filesOf(folder);
    if (files.length === 0) return t.diagnostic("the corpus is not here");
    const world = new World();
    const host = world.host("192.0.2.2", { transactionsPerSource: 100_000 });
    const peer = world.host("192.0.2.1");
    host.serve = (transaction) => transaction.reply(480);
    for (const [index, bytes] of files.entries()) {
      const datagrams = host.datagramsTo({ host: "192.0.2.1", port: 5060 });
      take(host, readDatagram(bytes), datagrams);
      const stream = host.connect(peer);
      for (const framed of new SipFramer().push(bytes)) take(host, framed, stream);
      const via = `Via: SIP/2.0/UDP 192.0.2.1;rport;branch=z9hG4bKgood${index}`;
      const before = host.served.length;
      host.endpoint.message(readRequest("OPTIONS", "", [via]), datagrams);
      assert.equal(host.served.length, before + 1);
    }
    world.clock.pass(400_000);
    assert.equal(host.endpoint.stats.handlerErrors, 0);
    assert.equal(host.endpoint.stats.serverTransactions, 0);
    return undefined;
  });
}
