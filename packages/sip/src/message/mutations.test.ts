/** A short run of the mutation fuzzer, and the PROTOS c07-sip suite. RFC 3261 §25 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { utf8Bytes } from "@parlance/wire";
import { mutateSip } from "../../../../fuzz/sip-mutations.ts";
import { readTar } from "../../../../tools/test/tar.ts";
import { checkRequest, formatMessage, parseMessage, SipFramer, SipRequest } from "./index.ts";

const CORPORA = process.env["PARLANCE_CORPORA"] ?? "../shared/corpora";

test("mutated messages are refused or read; what is read is written the same", () => {
  assert.doesNotThrow(() => mutateSip(8000));
});

test("PROTOS c07-sip: the valid case is good, and no case makes anything but a refusal", (t) => {
  const repository = new URL("../../../../", import.meta.url);
  const archive = fileURLToPath(new URL(`${CORPORA}/protos-c07-sip/testcases.tar.gz`, repository));
  if (!existsSync(archive)) {
    t.diagnostic("corpus protos-c07-sip is not on this machine");
    return;
  }
  let cases = 0;
  for (const { name, bytes } of readTar(gunzipSync(readFileSync(archive)))) {
    const number = Number(/(\d+)/.exec(name.split("/").at(-1) ?? "")?.[1]);
    for (const [index, template] of recordsOf(bytes).entries()) {
      const message = fill(template);
      const outcome = judge(message);
      if (number === 0 && index === 0) assert.equal(outcome, "good", name);
      cases += index === 0 ? 1 : 0;
    }
  }
  assert.equal(cases, 4527);
});

function judge(bytes: Uint8Array): string {
  new SipFramer().push(bytes);
  const outcome = parseMessage(bytes);
  if (!outcome.ok || !(outcome.value instanceof SipRequest)) return "no request";
  assert.deepEqual(parseMessage(formatMessage(outcome.value)).ok, true);
  return checkRequest(outcome.value)?.reason ?? "good";
}

/** `<decimal length> <space> <that many octets>`, once or twice a file. */
function recordsOf(bytes: Uint8Array): readonly string[] {
  const text = Buffer.from(bytes).toString("latin1");
  const records: string[] = [];
  for (let at = 0; at < text.length; ) {
    const blank = text.indexOf(" ", at);
    const length = Number(text.slice(at, blank));
    if (blank === -1 || !Number.isInteger(length)) break;
    records.push(text.slice(blank + 1, blank + 1 + length));
    at = blank + 1 + length;
  }
  return records;
}

/** Puts in what the templates leave open. */
function fill(template: string): Uint8Array {
  const values: readonly (readonly [name: string, value: string])[] = [
    ["<To>", "bob@parlance.test"],
    ["<From>", "alice@parlance.test"],
    ["<From-Address>", "192.0.2.1"],
    ["<From-IP>", "192.0.2.1"],
    ["<Local-Port>", "5060"],
    ["<Branch-ID>", "z9hG4bK1"],
    ["<Call-ID>", "1@192.0.2.1"],
    ["<CSeq>", "1"],
    ["<Teardown-Method>", "BYE"],
  ];
  let text = template;
  for (const [name, value] of values) text = text.replaceAll(name, value);
  const bodyStart = text.indexOf("\r\n\r\n");
  const bodyLength = bodyStart === -1 ? 0 : text.length - bodyStart - 4;
  text = text.replaceAll("<Content-Length>", String(bodyLength));
  const isOctets = /[\u0080-\u00ff]/.test(text);
  return isOctets ? new Uint8Array(Buffer.from(text, "latin1")) : utf8Bytes(text);
}
