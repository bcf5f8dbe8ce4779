/** Content indirection: the examples of RFC 4483, what is written, what is refused. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { FileCheck } from "../file-transfer/index.ts";
import { formatMailDate, parseMailDate } from "../mail-date.ts";
import {
  announcedContent,
  announceFile,
  type ExternalBody,
  formatExternalBody,
  judgeFetch,
  parseExternalBody,
} from "./index.ts";

function read(type: string, content = ""): ExternalBody | string {
  const result = parseExternalBody({
    headers: [["Content-Type", type]],
    content: utf8Bytes(content),
  });
  return result.ok ? result.value : result.error.reason;
}

function some<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(one, { nil: undefined });
}

test("the example of RFC 4483 §6.1 is read", () => {
  const type =
    'message/external-body; ACCESS-TYPE=URL; URL="http://www.example.net/party/\t 06/2002/announcement"; EXPIRATION="Sat, 20 Jun 2002 12:00:00 GMT"; size=231; hash=10AB568E91245681AC1B';
  const head =
    "Content-Type: application/sdp\r\nContent-Disposition: session\r\nContent-ID: <4e5562cd1214427d@example.net>\r\n";
  const expected = {
    url: "http://www.example.net/party/06/2002/announcement",
    expiresAt: Date.UTC(2002, 5, 20, 12),
    sizeBytes: 231,
    hash: "10ab568e91245681ac1b",
    headers: [
      ["Content-Type", "application/sdp"],
      ["Content-Disposition", "session"],
      ["Content-ID", "<4e5562cd1214427d@example.net>"],
    ],
  };
  assert.deepEqual(read(type, head), expected);
  assert.deepEqual(read(type, `${head}\r\n`), expected);
  assert.deepEqual(read(type, head.trimEnd()), expected);
});

test("what is needed to find the content must be there; the rest may be missing or odd", () => {
  assert.equal(read("text/plain"), "another media type");
  assert.equal(read("message/external-body; access-type=ftp"), "access-type is not URL");
  assert.equal(read("message/external-body; access-type=URL"), "no URL");
  assert.equal(read('message/external-body; access-type=URL; url="not a url"'), "no URL");
  assert.deepEqual(
    read(
      'message/external-body; access-type="url"; url="https://x/y"; size=-1; hash=zz; expiration=soon',
    ),
    {
      url: "https://x/y",
      expiresAt: undefined,
      sizeBytes: undefined,
      hash: undefined,
      headers: [],
    },
  );
});

test("any body that is written reads the same", () => {
  const body = fc.record(
    {
      url: fc.constantFrom("https://x.example/y?z=1&w=2;v", "http://[2001:db8::1]/'a'"),
      expiresAt: some(
        fc.integer({ min: 0, max: 253_402_300_799 }).map((seconds) => seconds * 1000),
      ),
      sizeBytes: some(fc.nat()),
      hash: some(fc.constantFrom("00", "10ab568e91245681ac1b")),
      headers: fc.constantFrom<ExternalBody["headers"]>([], [["Content-Type", "image/png"]]),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(body, (given) => {
      assert.deepEqual(parseExternalBody(formatExternalBody(given)), { ok: true, value: given });
    }),
    { seed: 4711, numRuns: 200 },
  );
});

test("dates of mail are read with offsets and long month names, and not believed blindly", () => {
  assert.equal(parseMailDate("Mon, 24 June 2002 09:00:00 GMT"), Date.UTC(2002, 5, 24, 9));
  assert.equal(parseMailDate("24 Jun 2002 09:00:00 +0130"), Date.UTC(2002, 5, 24, 7, 30));
  assert.equal(formatMailDate(Date.UTC(2002, 5, 24, 9)), "Mon, 24 Jun 2002 09:00:00 GMT");
  for (const text of [
    "",
    "soon",
    "31 Feb 2002 09:00:00 GMT",
    "1 Foo 2002 09:00:00 GMT",
    "1 Jan 2002 25:00:00 GMT",
  ]) {
    assert.equal(parseMailDate(text), undefined, text);
  }
});

test("a file on a server is announced with size, hash, expiry, type and name", () => {
  const announced = announceFile({
    url: "https://im.example.com/files/abc",
    sizeBytes: 40_211,
    sha1: "10ab568e91245681ac1b10ab568e91245681ac1b",
    expiresAt: Date.UTC(2030, 4, 4, 10),
    type: "image/png",
    name: "Übersicht.png",
  });
  assert.deepEqual(parseExternalBody(announced), {
    ok: true,
    value: {
      url: "https://im.example.com/files/abc",
      expiresAt: Date.UTC(2030, 4, 4, 10),
      sizeBytes: 40_211,
      hash: "10ab568e91245681ac1b10ab568e91245681ac1b",
      headers: [
        ["Content-Type", "image/png"],
        [
          "Content-Disposition",
          "attachment;filename=_bersicht.png;filename*=UTF-8''%C3%9Cbersicht.png",
        ],
      ],
    },
  });
});

const ELSEWHERE: ExternalBody = {
  url: "https://files.example.com/1",
  expiresAt: 5_000,
  sizeBytes: 3,
  hash: "a9993e364706816aba3e25717850c26c9cd0d89d", // of "abc", RFC 3174 §7.3
  headers: [],
};

function fetched(body: ExternalBody, content: string): string {
  const check = new FileCheck(announcedContent(body), (algorithm) => {
    const hash = createHash(algorithm.replace("-", ""));
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
  });
  check.update(utf8Bytes(content));
  return check.verdict();
}

test("only https is fetched, before it expires, up to a size", () => {
  const rules = { now: 4_999, mostBytes: 3 };
  assert.equal(judgeFetch(ELSEWHERE, rules), "fetch");
  assert.equal(judgeFetch({ ...ELSEWHERE, url: "HTTPS://x/" }, rules), "fetch");
  assert.equal(judgeFetch(ELSEWHERE, { ...rules, now: 5_000 }), "expired");
  assert.equal(judgeFetch({ ...ELSEWHERE, sizeBytes: 4 }, rules), "too large");
  for (const url of ["http://x/", "ftp://x/", "file:///etc/passwd", "javascript:alert(1)"]) {
    assert.equal(judgeFetch({ ...ELSEWHERE, url }, rules), "scheme not allowed", url);
  }
  const plain = { ...ELSEWHERE, url: "http://x/" };
  assert.equal(judgeFetch(plain, { ...rules, schemes: ["https", "http"] }), "fetch");
});

test("what was fetched is held against its size and hash. RFC 4483 §7", () => {
  assert.equal(fetched(ELSEWHERE, "abc"), "as announced");
  assert.equal(fetched(ELSEWHERE, "abd"), "other content");
  assert.equal(fetched(ELSEWHERE, "abcd"), "too long");
  assert.equal(fetched({ ...ELSEWHERE, hash: "00" }, "abc"), "other content");
});
