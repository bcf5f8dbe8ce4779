/** What a server says of itself and of a conflict. RFC 4825 §11, §12 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import {
  formatXcapCapabilities,
  formatXcapError,
  parseXcapCapabilities,
  parseXcapError,
  type XcapError,
  xcapError,
} from "./index.ts";

test("the conflict printed in RFC 4825 §11.1 is read, and written as it is printed", (t) => {
  const error: XcapError = {
    kind: "uniqueness-failure",
    phrase: undefined,
    exists: [{ field: "rls-services/service/@uri", alternatives: ["sip:mybuddies@example.com"] }],
  };
  for (const { file, bytes } of corpusFor(t, "xml-rfc-examples")) {
    if (!file.endsWith("-xcap-error.xml")) continue;
    assert.deepEqual(parseXcapError(bytes), { ok: true, value: error });
  }
  assert.equal(
    utf8Text(formatXcapError(error)),
    '<?xml version="1.0" encoding="UTF-8"?>\n<xcap-error xmlns="urn:ietf:params:xml:ns:xcap-error"><uniqueness-failure><exists field="rls-services/service/@uri"><alt-value>sip:mybuddies@example.com</alt-value></exists></uniqueness-failure></xcap-error>',
  );
});

test("every error that is written reads the same", () => {
  const plain = { noNullPrototype: true } as const;
  const text = fc.stringMatching(/^[!-~é]{1,12}$/);
  const phrase = fc.option(text, { nil: undefined });
  const error: fc.Arbitrary<XcapError> = fc.oneof(
    fc.record(
      {
        kind: fc.constantFrom(
          "not-well-formed" as const,
          "not-xml-frag" as const,
          "schema-validation-error" as const,
          "not-xml-att-value" as const,
          "cannot-insert" as const,
          "cannot-delete" as const,
          "constraint-failure" as const,
          "extension" as const,
          "not-utf-8" as const,
        ),
        phrase,
      },
      plain,
    ),
    fc.record({ kind: fc.constant("no-parent" as const), phrase, ancestor: phrase }, plain),
    fc.record(
      {
        kind: fc.constant("uniqueness-failure" as const),
        phrase,
        exists: fc.array(
          fc.record({ field: text, alternatives: fc.array(text, { maxLength: 2 }) }, plain),
          { maxLength: 2 },
        ),
      },
      plain,
    ),
  );
  fc.assert(
    fc.property(error, (given) => {
      assert.deepEqual(parseXcapError(formatXcapError(given)), { ok: true, value: given });
    }),
    { seed: 4711, numRuns: 200 },
  );
});

test("an error nobody knows, and a document about something else, are refused", () => {
  for (const text of [
    '<xcap-error xmlns="urn:ietf:params:xml:ns:xcap-error"/>',
    '<xcap-error xmlns="urn:ietf:params:xml:ns:xcap-error"><x/></xcap-error>',
    "<xcap-error><cannot-insert/></xcap-error>",
    "",
  ]) {
    assert.equal(parseXcapError(utf8Bytes(text)).ok, false, text);
  }
  assert.deepEqual(xcapError("cannot-insert"), { kind: "cannot-insert", phrase: undefined });
});

test("capabilities name the usage by which they are read", () => {
  const bytes = formatXcapCapabilities({
    auids: ["resource-lists", "xcap-caps"],
    extensions: [],
    namespaces: ["urn:ietf:params:xml:ns:resource-lists"],
  });
  assert.deepEqual(parseXcapCapabilities(bytes), {
    ok: true,
    value: {
      auids: ["xcap-caps", "resource-lists"],
      extensions: [],
      namespaces: ["urn:ietf:params:xml:ns:xcap-caps", "urn:ietf:params:xml:ns:resource-lists"],
    },
  });
  assert.equal(parseXcapCapabilities(utf8Bytes("<xcap-caps/>")).ok, false);
});
