/** Registration state: the examples of RFC 3680 and 5628, what is written, what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import { formatReginfo, parseReginfo, type Reginfo } from "./index.ts";
import { CONTACT_EVENTS } from "./reginfo.ts";

test("documents printed in the RFCs are read, and cut anywhere refused", (t) => {
  for (const { file, bytes } of corpusFor(t, "xml-rfc-examples")) {
    if (!file.endsWith("-reginfo.xml")) continue;
    const result = parseReginfo(bytes);
    assert.ok(result.ok, file);
    assert.equal(result.value.registrations.length, 1, file);
    for (let cut = 0; cut < bytes.length - 1; cut += 1) {
      assert.equal(parseReginfo(bytes.subarray(0, cut)).ok, false, `${file} cut at ${cut}`);
    }
    if (!file.startsWith("rfc3680-01")) continue;
    const contacts = result.value.registrations[0]?.contacts;
    assert.deepEqual(
      contacts?.map(({ id, state, event, q }) => [id, state, event, q]),
      [
        ["76", "active", "registered", "0.8"],
        ["77", "terminated", "expired", "0.5"],
      ],
    );
  }
});

test("any document that is written reads the same, GRUUs and feature tags included", () => {
  const number = fc.option(fc.integer({ min: 0, max: 4_294_967_295 }), { nil: undefined });
  const text = fc.stringMatching(/^[!-~é]{1,12}$/);
  const some = fc.option(text, { nil: undefined });
  const plain = { noNullPrototype: true } as const;
  const contact = fc.record(
    {
      id: text,
      state: fc.constantFrom("active" as const, "terminated" as const),
      event: fc.constantFrom(...CONTACT_EVENTS),
      uri: text,
      displayName: some,
      expiresSeconds: number,
      retryAfterSeconds: number,
      registeredSeconds: number,
      q: some,
      callId: some,
      cseq: number,
      parameters: fc.array(fc.tuple(text, fc.constantFrom("", '"<urn:uuid:f81d4fae>"'))),
      publicGruu: some,
      temporaryGruu: fc.option(fc.record({ uri: text, firstCseq: fc.nat() }, plain), {
        nil: undefined,
      }),
    },
    plain,
  );
  const registration = fc.record(
    {
      aor: text,
      id: text,
      state: fc.constantFrom("init" as const, "active" as const, "terminated" as const),
      contacts: fc.array(contact, { maxLength: 3 }),
    },
    plain,
  );
  const document: fc.Arbitrary<Reginfo> = fc.record(
    {
      version: fc.integer({ min: 0, max: 4_294_967_295 }),
      state: fc.constantFrom("full" as const, "partial" as const),
      registrations: fc.array(registration, { maxLength: 2 }),
    },
    plain,
  );
  fc.assert(
    fc.property(document, (given) => {
      assert.deepEqual(parseReginfo(formatReginfo(given)), { ok: true, value: given });
    }),
    { seed: 4711, numRuns: 200 },
  );
});

test("what cannot be told apart from something else is refused", () => {
  const ns = 'xmlns="urn:ietf:params:xml:ns:reginfo"';
  const registration = (inner: string): string =>
    `<reginfo ${ns} version="0" state="full"><registration aor="a" id="b" state="active">${inner}</registration></reginfo>`;
  for (const text of [
    '<reginfo version="0" state="full"/>',
    `<reginfo ${ns} state="full"/>`,
    `<reginfo ${ns} version="-1" state="full"/>`,
    `<reginfo ${ns} version="0" state="half"/>`,
    registration("<contact/>"),
    registration('<contact id="1" state="active" event="dancing"><uri>a</uri></contact>'),
    registration('<contact id="1" state="active" event="created"/>'),
  ]) {
    assert.equal(parseReginfo(utf8Bytes(text)).ok, false, text);
  }
});
