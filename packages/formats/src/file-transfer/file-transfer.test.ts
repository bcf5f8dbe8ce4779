/** Files in session descriptions: which one is meant, what is told of it, whether it came as announced. RFC 5547 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type StartHash, utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import {
  ANY_FILE,
  compareTransfers,
  FileCheck,
  FileHasher,
  type FileOffer,
  type FileSelector,
  type FileVerdict,
  matchFile,
  NO_DATES,
  readFileOffer,
  readFileSelector,
  writeFileOffer,
  writeFileSelector,
} from "./index.ts";

const startHash: StartHash = (algorithm) => {
  const hash = createHash(algorithm.replace("-", ""));
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
};

const PNG = { essence: "image/png", parameters: new Map<string, string>() };

function offer(...attributes: readonly (readonly [string, string?])[]): FileOffer {
  const read = readFileOffer(new Map(attributes.map(([name, value]) => [name, value])));
  assert.ok(read !== undefined);
  return read;
}

function selecting(selector: Partial<FileSelector>): FileSelector {
  return { ...ANY_FILE, ...selector };
}

function verdictOn(selector: Partial<FileSelector>, ...pieces: readonly string[]): FileVerdict {
  const check = new FileCheck(selecting(selector), startHash);
  for (const piece of pieces) check.update(utf8Bytes(piece));
  return check.verdict();
}

test("the selectors printed in RFC 5547 are read and written the same", (t) => {
  for (const { file, facts } of corpusFor(t, "sdp-msrp-rfc-examples")) {
    const media: unknown = facts["media"];
    assert.ok(Array.isArray(media));
    for (const { "file-selector": text } of media) {
      if (typeof text === "string") {
        assert.equal(writeFileSelector(readFileSelector(text)), text, file);
      }
    }
  }
});

test("names and parameters are percent-encoded, types compared in lower case", () => {
  const selector = readFileSelector(
    'name:"My %22cool%22 %2f%2E%2e %zz pic%.jpg" type:Image/JPEG;Name="a%3Bb";x=y size:0 hash:SHA-1:0A:ff',
  );
  assert.equal(selector.name, 'My "cool" /.. %zz pic%.jpg');
  assert.deepEqual(selector.type, {
    essence: "image/jpeg",
    parameters: new Map([
      ["name", "a;b"],
      ["x", "y"],
    ]),
  });
  assert.equal(selector.sizeBytes, 0);
  assert.deepEqual(selector.hashes, [{ algorithm: "sha-1", value: "0aff" }]);
  assert.equal(
    writeFileSelector(selecting({ name: '../a\\b\r\n"%\0é' })),
    'name:"..%2Fa%5Cb%0D%0A%22%25%00é"',
  );
  assert.equal(readFileSelector('name:"%ff%41"').name, "\uFFFDA");
});

test("several hashes are kept, selectors that are not known passed over", () => {
  const text = 'hash:sha-1:00 colour:red name:"x y" hash:sha-256:01:02';
  const { hashes, name } = readFileSelector(text);
  assert.deepEqual(
    hashes.map(({ algorithm }) => algorithm),
    ["sha-1", "sha-256"],
  );
  assert.equal(name, "x y");
  assert.deepEqual(readFileSelector(""), ANY_FILE);
});

test("what contradicts itself or cannot be read is refused", () => {
  for (const text of [
    'name:"x',
    "name:x",
    'name:"x"y"',
    'name:"x" name:"y"',
    "size:1 size:2",
    "size:-1",
    "size:12345678901",
    "size:",
    "type:image",
    "type:a/b;c",
    "type:a/b;c=1;C=2",
    "hash:sha-1",
    "hash:sha-1:0",
    "hash:sha-1:00:",
    "word",
    Array.from({ length: 9 }, () => "hash:a:00").join(" "),
  ]) {
    assert.throws(() => readFileSelector(text), { name: "FormatError" }, text);
  }
});

test("any selector that is written reads the same", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1 });
  const selector = fc.record(
    {
      name: fc.option(text, { nil: undefined }),
      type: fc.option(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), text, { maxKeys: 2 }).map((pairs) => ({
          essence: "image/png",
          parameters: new Map(Object.entries(pairs)),
        })),
        { nil: undefined },
      ),
      sizeBytes: fc.option(fc.nat(), { nil: undefined }),
      hashes: fc.array(
        fc.record(
          { algorithm: fc.constantFrom("sha-1", "sha-256"), value: fc.constantFrom("00", "ab01") },
          { noNullPrototype: true },
        ),
        { maxLength: 3 },
      ),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(selector, (one) => {
      const written = writeFileSelector(one);
      assert.doesNotMatch(written, /\p{Cc}/u);
      assert.deepEqual(readFileSelector(written), one);
    }),
    { seed: 4711, numRuns: 500 },
  );
});

test("the attributes beside the selector; those that only decorate may be malformed", () => {
  const full = offer(
    ["file-selector", 'name:"x"'],
    ["file-transfer-id", "abc"],
    ["file-disposition", "Attachment"],
    ["file-date", 'creation:"Mon, 15 May 2006 15:01:31 +0300" read:"nonsense"'],
    ["file-icon", "cid:id%252@alicepc"],
    ["file-range", "5-*"],
  );
  assert.deepEqual(full, {
    selector: selecting({ name: "x" }),
    transferId: "abc",
    disposition: "attachment",
    dates: { ...NO_DATES, creation: Date.UTC(2006, 4, 15, 12, 1, 31) },
    iconId: "id%2@alicepc",
    range: { first: 5, last: undefined },
  });
  assert.deepEqual([...writeFileOffer(full)].slice(3), [
    ["file-date", 'creation:"Mon, 15 May 2006 12:01:31 +0000"'],
    ["file-icon", "cid:id%252@alicepc"],
    ["file-range", "5-*"],
  ]);
  const odd = offer(["file-selector"], ["file-icon", "http://x"], ["file-disposition", "a b"]);
  assert.deepEqual(odd, {
    selector: ANY_FILE,
    transferId: undefined,
    disposition: undefined,
    dates: NO_DATES,
    iconId: undefined,
    range: undefined,
  });
  assert.equal(readFileOffer(new Map([["file-icon", "cid:x"]])), undefined);
  for (const [name, value] of [
    ["file-range", "0-1"],
    ["file-range", "5-4"],
    ["file-transfer-id", "a b"],
  ] as const) {
    assert.throws(() => offer(["file-selector"], [name, value]), { name: "FormatError" }, value);
  }
});

test("what is no token, Content-ID or range is not written", () => {
  const plain = offer(["file-selector", "size:1"]);
  for (const bad of [
    { ...plain, transferId: "a b" },
    { ...plain, disposition: "a\r\nb" },
    { ...plain, iconId: "a>b" },
    { ...plain, range: { first: 2, last: 1 } },
    { ...plain, selector: selecting({ sizeBytes: -1 }) },
    { ...plain, selector: selecting({ hashes: [{ algorithm: "a b", value: "00" }] }) },
    { ...plain, selector: selecting({ type: { ...PNG, essence: "image" } }) },
  ]) {
    assert.throws(() => [...writeFileOffer(bad)], RangeError);
  }
});

test("a selector means the files that fit all of it. RFC 5547 §8.3.2", () => {
  const file = {
    name: "map.png",
    type: "image/png",
    sizeBytes: 5,
    hashes: [{ algorithm: "sha-1", value: "00" }],
  };
  assert.equal(matchFile(ANY_FILE, file), "match");
  assert.equal(matchFile(selecting({ name: "map.png", type: PNG, sizeBytes: 5 }), file), "match");
  assert.equal(matchFile(selecting({ name: "Map.png" }), file), "other");
  assert.equal(matchFile(selecting({ sizeBytes: 6 }), file), "other");
  assert.equal(matchFile(selecting({ hashes: file.hashes }), file), "match");
  const other = { algorithm: "sha-1", value: "01" };
  assert.equal(matchFile(selecting({ hashes: [other] }), file), "other");
  assert.equal(matchFile(selecting({ hashes: [...file.hashes, other] }), file), "other");
  const unknown = selecting({ hashes: [{ algorithm: "sha-256", value: "00" }] });
  assert.equal(matchFile(unknown, file), "hash needed");
});

test("the same id is the same transfer, unless of another file. RFC 5547 §8.1", () => {
  const first = offer(["file-selector", 'name:"a" size:5'], ["file-transfer-id", "1"]);
  const next = (id: string, selector: string): string =>
    compareTransfers(first, offer(["file-selector", selector], ["file-transfer-id", id]));
  assert.equal(next("1", 'name:"a" size:5'), "same transfer");
  assert.equal(next("1", 'name:"a" hash:sha-1:00'), "same transfer");
  assert.equal(next("1", 'name:"b"'), "contradiction");
  assert.equal(next("2", 'name:"a" size:5'), "new transfer");
  const nameless = offer(["file-selector", "size:5"]);
  assert.equal(compareTransfers(nameless, nameless), "new transfer");
});

test("a file is hashed as it comes, with SHA-1 and SHA-256", () => {
  const hasher = new FileHasher(startHash);
  for (const piece of ["a", "", "bc"]) hasher.update(utf8Bytes(piece));
  assert.equal(hasher.sizeBytes, 3);
  assert.deepEqual(hasher.hashes(), [
    { algorithm: "sha-1", value: "a9993e364706816aba3e25717850c26c9cd0d89d" }, // RFC 3174 §7.3
    {
      algorithm: "sha-256",
      value: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    },
  ]);
});

test("a file that is too long, too short or another is told from the right one", () => {
  const hashes = [
    { algorithm: "sha-1", value: "a9993e364706816aba3e25717850c26c9cd0d89d" },
    { algorithm: "md5", value: "00" },
  ];
  assert.equal(verdictOn({ sizeBytes: 3, hashes }, "a", "bc"), "as announced");
  assert.equal(verdictOn({ hashes }, "abd"), "other content");
  assert.equal(verdictOn({ sizeBytes: 3 }, "ab"), "too short");
  assert.equal(verdictOn({ sizeBytes: 3 }, "ab", "cd"), "too long");
  assert.equal(verdictOn({}, "anything"), "as announced");
  const check = new FileCheck(selecting({ sizeBytes: 1 }), startHash);
  assert.equal(check.update(utf8Bytes("a")), true);
  assert.equal(check.update(utf8Bytes("b")), false);
  assert.equal(check.update(utf8Bytes("")), false);
});
