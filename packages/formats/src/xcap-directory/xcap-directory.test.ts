/** Directories of documents. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import { formatXcapDirectory, parseXcapDirectory, type XcapDirectory } from "./index.ts";

const NS = 'xmlns="urn:oma:xml:xdm:xcap-directory"';

test("a directory is written with a folder for each usage", () => {
  const directory: XcapDirectory = {
    folders: [
      {
        auid: "resource-lists",
        documents: [
          { uri: "https://x/a", etag: "1", lastModified: "2030-05-04T10:00:00Z", sizeBytes: 12 },
          { uri: "https://x/b", etag: undefined, lastModified: undefined, sizeBytes: undefined },
        ],
      },
    ],
  };
  assert.equal(
    utf8Text(formatXcapDirectory(directory)),
    `<?xml version="1.0" encoding="UTF-8"?>\n<xcap-directory ${NS}><folder auid="resource-lists"><entry uri="https://x/a" etag="1" last-modified="2030-05-04T10:00:00Z" size="12"/><entry uri="https://x/b"/></folder></xcap-directory>`,
  );
});

test("a folder without a usage and an entry without an address are refused", (t) => {
  for (const inner of ["<folder/>", '<folder auid="a"><entry/></folder>']) {
    const text = `<xcap-directory ${NS}>${inner}</xcap-directory>`;
    assert.equal(parseXcapDirectory(utf8Bytes(text)).ok, false, text);
  }
  assert.equal(parseXcapDirectory(utf8Bytes("<xcap-directory/>")).ok, false);
  for (const { file, bytes } of corpusFor(t, "xml-bad")) {
    assert.equal(parseXcapDirectory(bytes).ok, false, file);
  }
});

test("any directory that is written reads the same", () => {
  const plain = { noNullPrototype: true } as const;
  const text = fc.stringMatching(/^[!-~é]{1,12}$/);
  const some = fc.option(text, { nil: undefined });
  const entry = fc.record(
    {
      uri: text,
      etag: some,
      lastModified: some,
      sizeBytes: fc.option(fc.integer({ min: 0, max: 4_294_967_295 }), { nil: undefined }),
    },
    plain,
  );
  const folder = fc.record({ auid: text, documents: fc.array(entry, { maxLength: 2 }) }, plain);
  fc.assert(
    fc.property(fc.array(folder, { maxLength: 2 }), (folders) => {
      assert.deepEqual(parseXcapDirectory(formatXcapDirectory({ folders })), {
        ok: true,
        value: { folders },
      });
    }),
    { seed: 4711, numRuns: 100 },
  );
});
