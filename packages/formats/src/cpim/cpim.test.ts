/** message/cpim: verdicts of the corpora, every cut, writing and reading again, editing in place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, octetText, utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import { mimeHeader } from "../mime/index.ts";
import {
  CPIM_HEADERS,
  type Cpim,
  type CpimChanges,
  editCpim,
  formatCpim,
  type NamedUri,
  parseCpim,
  unknownRequirements,
} from "./index.ts";

const IMDN = "urn:ietf:params:imdn";

function lines(...text: readonly string[]): Uint8Array {
  return utf8Bytes(text.join("\r\n"));
}

function accepted(bytes: Uint8Array): Cpim {
  const result = parseCpim(bytes);
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return result.value;
}

function refused(...text: readonly string[]): string {
  const result = parseCpim(lines(...text));
  assert.ok(!result.ok, `accepted: ${text.join("|")}`);
  return result.error.reason;
}

function nameIn(value: string): string | undefined {
  const [to] = accepted(lines(...around(`To: ${value}`))).to;
  assert.equal(to?.uri, "sip:x@y");
  return to.name;
}

function subjectIn(value: string): string | undefined {
  return accepted(lines(...around(`Subject: ${value}`))).subjects[0]?.text;
}

/** A message whose only interesting header is this one. */
function around(...headers: readonly string[]): readonly string[] {
  return ["From: <sip:a@b>", ...headers, "", "Content-Type: text/plain", "", "hi"];
}

/** Refused for what is said, not for how: the server judges these. */
const FAULT_OF_IDENTITY = new Set([
  "from-missing.cpim",
  "from-other.cpim",
  "from-foreign-domain.cpim",
]);

test("every message of the bad corpus gets its verdict", (t) => {
  for (const { file, verdict, bytes } of corpusFor(t, "cpim-imdn-bad")) {
    const result = parseCpim(bytes);
    if (verdict === "either") continue;
    const wanted = verdict === "accept" || FAULT_OF_IDENTITY.has(file);
    assert.equal(result.ok, wanted, `${file}: ${result.ok ? "accepted" : result.error.message}`);
  }
});

test("every message printed in the RFCs is read as it was meant", (t) => {
  for (const { file, bytes, facts } of corpusFor(t, "cpim-imdn-rfc-examples")) {
    const message = accepted(bytes);
    for (const [key, value] of Object.entries(facts["parsed"] ?? {})) {
      const read = property(message, key);
      if (read !== undefined) assert.deepEqual(read.value, value, `${file}: ${key}`);
    }
  }
});

test("a message cut anywhere in its head is refused, cut in its content it is read", (t) => {
  for (const { file, bytes } of corpusFor(t, "cpim-imdn-rfc-examples")) {
    const head = bytes.length - accepted(bytes).content.length;
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      assert.equal(parseCpim(bytes.subarray(0, cut)).ok, cut >= head, `${file} cut at ${cut}`);
    }
  }
});

test("bad messages cut anywhere are read or refused, never anything else", (t) => {
  for (const { bytes } of corpusFor(t, "cpim-imdn-bad")) {
    for (let cut = 0; cut < Math.min(bytes.length, 600); cut += 1)
      parseCpim(bytes.subarray(0, cut));
  }
});

test("what was read is written so that it reads the same", (t) => {
  for (const name of ["cpim-imdn-rfc-examples", "cpim-imdn-bad"]) {
    for (const { file, bytes } of corpusFor(t, name)) {
      const result = parseCpim(bytes);
      if (!result.ok) continue;
      assert.deepEqual(meaning(accepted(formatCpim(result.value))), meaning(result.value), file);
    }
  }
});

test("any message that is written reads the same", () => {
  fc.assert(
    fc.property(anyCpim(), (message) => {
      assert.deepEqual(meaning(accepted(formatCpim(message))), meaning(message));
    }),
    { seed: 4711, numRuns: 500 },
  );
});

test("the content is a view of the octets that were read", () => {
  const bytes = lines(...around());
  assert.equal(accepted(bytes).content.buffer, bytes.buffer);
});

test("nested CPIM is content: only the outermost envelope is interpreted", () => {
  const inner = ["From: <sip:ceo@x>", "", "Content-Type: text/plain", "", "hi"];
  const message = accepted(
    lines("From: <sip:a@b>", "", "Content-Type: message/cpim", "", ...inner),
  );
  assert.equal(message.from?.uri, "sip:a@b");
  assert.equal(octetText(message.content), inner.join("\r\n"));
});

test("MIME headers may end in LF alone, begin with MIME-Version and be folded; message headers not", () => {
  const message = accepted(
    utf8Bytes(
      "From: Alice <sip:a@b>\r\nTo: <sip:c@d>\r\nDateTime: 2024-02-01T10:00:00.123456+00:00\r\n\r\n" +
        'MIME-Version: 1.0\nContent-Type: text/plain;\n charset="utf8"\nContent-Transfer-Encoding:\n\nhé\n',
    ),
  );
  assert.equal(mimeHeader(message.contentHeaders, "content-type"), 'text/plain; charset="utf8"');
  assert.deepEqual(message.content, utf8Bytes("hé\n"));
  assert.equal(refused("From: <sip:a@b>\n", "Content-Type: a/b", "", ""), "line ends in a bare LF");
  assert.equal(
    refused("From: <sip:a@b>", " To: <sip:a@b>", "", "A: b", "", ""),
    "header name is malformed",
  );
});

test("display names come quoted, bare, with escapes or not at all", () => {
  assert.equal(nameIn("<sip:x@y>"), undefined);
  assert.equal(nameIn("MR SANDERS <sip:x@y>"), "MR SANDERS");
  assert.equal(nameIn("Bob (x) <sip:x@y>"), "Bob (x)");
  assert.equal(nameIn('"A \\"B\\" <c>" <sip:x@y>'), 'A "B" <c>');
  assert.equal(nameIn('"\\u00e9\\t\\q"<sip:x@y>'), "é\tq");
  assert.equal(nameIn("Zoë 𝄞 <sip:x@y>"), "Zoë 𝄞");
  for (const value of [
    '"x <sip:x@y>',
    "<x>",
    "sip:x@y",
    "<sip:x@y> z",
    "a<b <sip:x@y>",
    '"a" b <sip:x@y>',
  ]) {
    refused(...around(`To: ${value}`));
  }
});

test("escapes of RFC 3862 §2.3 are read, and give nothing that could not be stored", () => {
  assert.equal(subjectIn("a\\\\b\\n\\'"), "a\\b\n'");
  assert.equal(subjectIn("\\u12"), "u12");
  assert.equal(subjectIn("x\\"), "x");
  assert.equal(subjectIn("\\ud83d\\ude00"), "😀");
  assert.equal(subjectIn("\\ud800"), "\uFFFD");
  assert.equal(subjectIn("a\\u0000b"), "a\uFFFDb");
});

test("parameters may be quoted, and a quote must end", () => {
  const message = accepted(lines(...around('Subject:;x="a b";lang=fr  Salut', "Subject:;lang=é")));
  assert.deepEqual(message.subjects, [
    { language: "fr", text: "Salut" },
    { language: undefined, text: "" },
  ]);
  assert.equal(refused(...around('X:;a="b c')), "parameter has no end");
});

test("single headers given twice are refused, also when one hides behind a prefix", () => {
  assert.equal(refused(...around("From: <sip:ceo@b>")), "From is repeated");
  assert.equal(
    refused(...around(`NS: h <${CPIM_HEADERS}>`, "h.From: <sip:ceo@b>")),
    "From is repeated",
  );
  assert.equal(refused(...around("DateTime: 1", "DateTime: 2")), "DateTime is repeated");
  assert.equal(
    refused(...around("from: <sip:ceo@b>")),
    "header names are case-sensitive: write From",
  );
  assert.equal(
    refused("To: <sip:a@b>", "Content-Type: text/plain", "From: <sip:ceo@b>", "", "hi"),
    "message header among the content headers",
  );
});

test("a default namespace takes names without prefix away from RFC 3862", () => {
  const message = accepted(lines(...around("NS: <urn:x>", "To: something else")));
  assert.deepEqual(message.to, []);
  assert.equal(message.extensions[0]?.namespace, "urn:x");
});

test("prefixes mean what NS says before their use, and nothing without it", () => {
  const message = accepted(
    lines(...around("early.A: 1", `NS: early <${IMDN}>`, "early.A: 2", "Other: 3")),
  );
  assert.deepEqual(
    message.extensions.map(({ namespace, name, value }) => [namespace, name, value]),
    [
      [undefined, "A", "1"],
      [IMDN, "A", "2"],
      [CPIM_HEADERS, "Other", "3"],
    ],
  );
  assert.equal(refused(...around("NS: a <urn:x>", "NS: a <urn:y>")), "prefix is declared twice");
});

test("required names that nobody here knows are told", () => {
  const message = accepted(
    lines(
      ...around(
        "NS: x <urn:x>",
        `NS: imdn <${IMDN}>`,
        "Require: x.Must, imdn.Message-ID,y.Z,Subject",
      ),
    ),
  );
  const unknown = unknownRequirements(message, new Set([IMDN]));
  assert.deepEqual(
    unknown.map(({ prefix, name }) => `${prefix}.${name}`),
    ["x.Must", "y.Z"],
  );
});

test("each limit holds at its bound", () => {
  const value = "x".repeat(8192 - "S: \r\n".length);
  accepted(lines(...around(`S: ${value}`)));
  assert.equal(refused(...around(`S: ${value}x`)), "line is too long");
  accepted(lines(...around(...Array.from({ length: 255 }, () => "S: x"))));
  assert.equal(
    refused(...around(...Array.from({ length: 256 }, () => "S: x"))),
    "too many headers",
  );
  assert.equal(
    refused(...around(...Array.from({ length: 9 }, () => `S: ${value}`))),
    "head is too long",
  );
});

test("rewriting From and To and adding a record-route leaves every other octet as it was", () => {
  const before =
    "X-Odd:   spaces kept  \r\nFrom: Alice <sip:a@b>\r\nTo: <sip:g@c>\r\nTo: <sip:h@c>\r\n" +
    `NS: foo <${IMDN}>\r\nSubject:;lang=fr Été \\u0041\r\nfoo.IMDN-Record-Route: <sip:p@q>\r\n` +
    "Content-type: text/plain\nContent-Length: 99\n\nbody";
  const bytes = concatBytes(utf8Bytes(before), new Uint8Array([0, 255, 13]));
  const route = { namespace: IMDN, prefix: "imdn", name: "IMDN-Record-Route", parameters: "" };
  const after = editCpim(bytes, {
    from: { name: undefined, uri: "sip:x@y" },
    to: [{ name: "Bob B", uri: "sip:b@c" }],
    add: [{ ...route, value: "<sip:imdn@cf>" }],
  });
  const expected = before
    .replace("From: Alice <sip:a@b>", "From: <sip:x@y>")
    .replace("To: <sip:g@c>\r\nTo: <sip:h@c>\r\n", "To: Bob B <sip:b@c>\r\n")
    .replace("foo.IMDN-R", "foo.IMDN-Record-Route: <sip:imdn@cf>\r\nfoo.IMDN-R");
  assert.deepEqual(after, concatBytes(utf8Bytes(expected), new Uint8Array([0, 255, 13])));
});

test("headers that are not there yet are put in where their names are understood", () => {
  const bytes = lines("NS: <urn:default>", "imdn.X: undeclared", "", "A: b", "", "hi");
  const after = accepted(
    editCpim(bytes, {
      from: { name: undefined, uri: "sip:x@y" },
      dateTime: "2024-05-05T00:00:00Z",
      add: [
        { namespace: IMDN, prefix: "imdn", name: "Message-ID", parameters: "", value: "1" },
        { namespace: IMDN, prefix: "imdn", name: "Original-To", parameters: "", value: "2" },
      ],
    }),
  );
  assert.equal(after.from?.uri, "sip:x@y");
  assert.equal(after.dateTime, "2024-05-05T00:00:00Z");
  assert.deepEqual(
    after.extensions.map(({ namespace, name }) => [namespace, name]),
    [
      [undefined, "X"],
      [IMDN, "Message-ID"],
      [IMDN, "Original-To"],
    ],
  );
});

test("headers are removed by namespace and name: all of them, or only the first", () => {
  const bytes = lines(...around(`NS: i <${IMDN}>`, "i.R: 1", "S: x", "i.R: 2"));
  const values = (changes: CpimChanges): string[] =>
    accepted(editCpim(bytes, changes)).extensions.map(({ value }) => value);
  assert.deepEqual(values({ remove: [{ namespace: IMDN, name: "R" }] }), ["x"]);
  assert.deepEqual(values({ remove: [{ namespace: IMDN, name: "R", onlyFirst: true }] }), [
    "x",
    "2",
  ]);
});

test("editing nothing changes nothing, and editing is what reading sees", () => {
  fc.assert(
    fc.property(anyCpim(), namedUri(), (message, from) => {
      const bytes = formatCpim(message);
      assert.deepEqual(editCpim(bytes, {}), bytes);
      assert.deepEqual(meaning(accepted(editCpim(bytes, { from }))), meaning({ ...message, from }));
    }),
    { seed: 4711, numRuns: 300 },
  );
});

test("nobody can put a header of their own into a message of ours", () => {
  const message = accepted(lines(...around()));
  const writes =
    (changed: Partial<Cpim>): (() => void) =>
    () =>
      formatCpim({ ...message, ...changed });
  const extension = { namespace: CPIM_HEADERS, prefix: "", name: "X", parameters: "", value: "" };
  assert.throws(writes({ dateTime: "1\r\nFrom: <sip:ceo@b>" }), RangeError);
  assert.throws(writes({ extensions: [{ ...extension, value: "\n" }] }), RangeError);
  assert.throws(writes({ extensions: [{ ...extension, name: "From" }] }), RangeError);
  assert.throws(writes({ extensions: [{ ...extension, name: "Content-Type" }] }), RangeError);
  assert.throws(writes({ extensions: [{ ...extension, parameters: ';a="' }] }), RangeError);
  assert.throws(writes({ contentHeaders: [["A", "b\r\nC: d"]] }), RangeError);
  assert.throws(writes({ from: { name: undefined, uri: "sip:a@b>\r\n" } }), RangeError);
  const spoof = { name: 'x" <sip:ceo@b>\r\nTo: y', uri: "sip:a@b" };
  assert.deepEqual(accepted(formatCpim({ ...message, from: spoof })).from, spoof);
});

/** What a message says, without the prefixes it says it with. */
function meaning(message: Cpim): unknown {
  return {
    ...message,
    content: [...message.content],
    require: message.require.map(({ namespace, prefix, name }) => [namespace ?? prefix, name]),
    extensions: message.extensions.map(({ prefix, ...rest }) => ({
      ...rest,
      prefix: rest.namespace === undefined ? prefix : "",
    })),
  };
}

function property(message: Cpim, key: string): { value: unknown } | undefined {
  switch (key) {
    case "from":
      return { value: message.from?.uri };
    case "fromName":
      return { value: message.from?.name ?? null };
    case "to":
    case "cc":
      return { value: message[key].map(({ uri }) => uri) };
    case "From":
      return { value: message.from && written(message.from) };
    case "To":
      return { value: message.to.map(written).join() };
    case "dateTime":
    case "DateTime":
      return { value: message.dateTime };
    case "subjects":
      return {
        value: message.subjects.map(({ language, text }) => ({ lang: language ?? null, text })),
      };
    case "require":
      return { value: message.require.map(({ prefix, name }) => `${prefix}.${name}`) };
    case "ext":
      return {
        value: Object.fromEntries(
          message.extensions.map((one) => [`${one.prefix}.${one.name}`, one.value]),
        ),
      };
    case "ns":
      return {
        value: Object.fromEntries(
          message.extensions.map(({ prefix, namespace }) => [prefix, namespace]),
        ),
      };
    case "contentType":
      return { value: mimeHeader(message.contentHeaders, "Content-Type") };
    case "contentDisposition":
      return { value: mimeHeader(message.contentHeaders, "Content-Disposition") };
    case "contentId":
      return { value: mimeHeader(message.contentHeaders, "Content-ID") };
    case "bodyText":
      return { value: octetText(message.content) };
    default:
      // What the notification says is proved where notifications are read.
      return undefined;
  }
}

function written({ name, uri }: NamedUri): string {
  return `${name === undefined ? "" : `${name} `}<${uri}>`;
}

/** `deepEqual` tells objects with and without a prototype apart. */
function record<T>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

function namedUri(): fc.Arbitrary<NamedUri> {
  return record({
    name: fc.option(displayName(), { nil: undefined }),
    uri: fc.constantFrom("sip:a@b", "im:x@y.z", "sip:g@h;isfocus", "tel:+1"),
  });
}

function displayName(): fc.Arbitrary<string> {
  return fc
    .string({
      unit: fc.oneof(
        fc.constantFrom('"', "\\", "<", ">", "\t", "é"),
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
      ),
      minLength: 1,
    })
    .map((text) => text.trim().replaceAll("\0", ""))
    .filter((text) => text !== "");
}

function anyCpim(): fc.Arbitrary<Cpim> {
  const token = fc
    .stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,6}$/)
    .filter(
      (text) =>
        !/^(?:content-|mime-version$|from$|to$|cc$|ns$|datetime$|subject$|require$)/i.test(text),
    );
  const headerName = fc.oneof(
    record({
      namespace: fc.constantFrom("urn:a", "urn:b", IMDN),
      prefix: fc.constantFrom("a", "b", "imdn", ""),
      name: token,
    }),
    record({
      namespace: fc.constant(undefined),
      prefix: fc.constantFrom("a", "zz"),
      name: token,
    }),
    record({ namespace: fc.constant(CPIM_HEADERS), prefix: fc.constant(""), name: token }),
  );
  const value = fc.string({ unit: "grapheme" }).map((text) => text.trim());
  return record({
    from: fc.option(namedUri(), { nil: undefined }),
    to: fc.array(namedUri(), { minLength: 1, maxLength: 3 }),
    cc: fc.array(namedUri(), { maxLength: 2 }),
    dateTime: fc.option(fc.constantFrom("2024-01-01T00:00:00Z", "odd"), { nil: undefined }),
    subjects: fc.array(
      record({ language: fc.constantFrom(undefined, "fr", "i-default"), text: displayName() }),
      { maxLength: 2 },
    ),
    require: fc.array(headerName, { maxLength: 2 }),
    extensions: fc.array(
      headerName.chain((one) =>
        fc
          .record({ value, parameters: fc.constantFrom("", ";lang=en", ';a="b c\\""') })
          .map((rest) => ({ ...one, ...rest })),
      ),
      { maxLength: 4 },
    ),
    contentHeaders: fc.constantFrom([["Content-Type", "text/plain"] as const], []),
    content: fc.uint8Array(),
  });
}

test("a message that says nothing but what prefixes mean has no headers", () => {
  assert.equal(refused("", "Content-Type: text/plain", "", "x"), "no message headers");
  assert.equal(refused("NS: x <urn:x>", "", "Content-Type: a/b", "", ""), "no message headers");
});
