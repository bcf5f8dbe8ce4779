/** The XML tree: verdicts of the corpora, canonical form, octet offsets, limits, linear time. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import { utf8Bytes, utf8Text } from "../text.ts";
import {
  attribute,
  child,
  children,
  escapeXml,
  formatXml,
  parseXml,
  textContent,
  type XmlElement,
  XmlWriter,
} from "./index.ts";

function root(text: string): XmlElement {
  const result = parseXml(utf8Bytes(text));
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return result.value.root;
}

function reason(text: string): string {
  const result = parseXml(utf8Bytes(text));
  assert.ok(!result.ok);
  return result.error.reason;
}

/** Files whose fault is in what the document says: well-formed XML that its own reader refuses. */
const FAULT_IN_CONTENT = new Set([
  "ns-look-alike.xml",
  "conf-version-neg.xml",
  "iscomposing-no-state.xml",
  "rl-duplicate-uri.xml",
]);

test("every document of the bad corpus gets its verdict, quickly", (t) => {
  for (const { file, verdict, bytes } of corpusFor(t, "xml-bad")) {
    const before = process.cpuUsage();
    const result = parseXml(bytes);
    const spent = process.cpuUsage(before);
    assert.ok(spent.user + spent.system < 250_000, `${file} took too long`);
    if (verdict === "either") continue;
    const accepted = verdict === "accept" || FAULT_IN_CONTENT.has(file);
    assert.equal(result.ok, accepted, `${file}: ${result.ok ? "accepted" : result.error.message}`);
  }
});

test("every document printed in the RFCs is read, and keeps its canonical form when written", (t) => {
  for (const { file, verdict, bytes, facts } of corpusFor(t, "xml-rfc-examples")) {
    const result = parseXml(bytes);
    assert.equal(result.ok, verdict === "accept", file);
    if (!result.ok) continue;
    const again = parseXml(formatXml(result.value));
    assert.ok(again.ok, file);
    assert.equal(`{${result.value.root.namespace}}${result.value.root.local}`, facts["root"]);
    const canonical = canonicalForm(again.value.root);
    assert.equal(createHash("sha256").update(canonical).digest("hex"), facts["c14nSha256"], file);
  }
});

test("a document cut at any place is refused, and never throws anything else", (t) => {
  for (const { file, verdict, bytes } of corpusFor(t, "xml-rfc-examples").slice(0, 12)) {
    if (verdict !== "accept") continue;
    const complete = parseXml(bytes);
    assert.ok(complete.ok);
    for (let cut = 0; cut < complete.value.root.end; cut += 1) {
      assert.equal(parseXml(bytes.subarray(0, cut)).ok, false, `${file} cut at ${cut}`);
    }
  }
});

test("offsets are octets of the source, also after text that is not ASCII", () => {
  const text = '\uFEFF<?xml version="1.0"?>\r\n<é a="ü€𝄞">€𝄞<b\r\n c="1" />ö<d>x</d ><e></e></é>';
  const bytes = utf8Bytes(text);
  const top = root(text);
  const slice = (from: number, to: number): string => utf8Text(bytes.subarray(from, to));
  assert.equal(slice(top.start, top.end), text.slice(text.indexOf("<é")));
  assert.equal(slice(top.contentStart, top.contentEnd), '€𝄞<b\r\n c="1" />ö<d>x</d ><e></e>');
  const [b, d, e] = children(top);
  assert.ok(b !== undefined && d !== undefined && e !== undefined);
  assert.equal(slice(b.start, b.end), '<b\r\n c="1" />');
  assert.deepEqual([b.contentStart, b.contentEnd], [b.end, b.end]);
  assert.equal(slice(d.start, d.end), "<d>x</d >");
  assert.equal(slice(d.contentStart, d.contentEnd), "x");
  assert.equal(slice(e.start, e.contentStart), "<e>");
  assert.equal(e.contentStart, e.contentEnd);
});

test("every element's octets read again give the same element", () => {
  const word = fc.string({ unit: "grapheme", maxLength: 8 });
  const tree = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      word.map((text) => escapeXml(text)),
      fc
        .tuple(fc.constantFrom("a", "b", "ü"), word, fc.array(tie("node"), { maxLength: 4 }))
        .map(
          ([name, value, inner]) =>
            `<${name} v="${escapeXml(value).replaceAll('"', "&quot;")}">${inner.join("")}</${name}>`,
        ),
    ),
  })).node;
  fc.assert(
    fc.property(tree, (inner) => {
      const bytes = utf8Bytes(`<top>${inner}</top>`);
      const whole = parseXml(bytes);
      assert.ok(whole.ok);
      for (const element of children(whole.value.root)) {
        const alone = parseXml(bytes.subarray(element.start, element.end));
        assert.ok(alone.ok);
        assert.equal(canonicalForm(alone.value.root), canonicalForm(element));
      }
    }),
    { seed: 4711, numRuns: 300 },
  );
});

test("what was put in as text or attribute comes out the same", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const bytes = new XmlWriter().open("a", { b: text }).text(text).close().done();
      const result = parseXml(bytes);
      assert.ok(result.ok);
      const readable = text.replace(
        /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu,
        "\uFFFD",
      );
      assert.equal(attribute(result.value.root, "b"), readable);
      assert.equal(result.value.root.children.map(String).join(""), readable);
    }),
    { seed: 4711, numRuns: 500 },
  );
});

test("children and attributes are found by namespace and local name, never by prefix", () => {
  const top = root('<p:a xmlns:p="urn:x" xmlns:q="urn:x" p:k="1" k="2"><q:b> t </q:b><b/></p:a>');
  assert.equal(child(top, "b")?.prefix, "q");
  assert.equal(child(top, "b", "")?.prefix, "");
  assert.equal(children(top).length, 2);
  assert.equal(attribute(top, "k"), "2");
  assert.equal(attribute(top, "k", "urn:x"), "1");
  const b = child(top, "b");
  assert.equal(b && textContent(b), "t");
});

test("text, references and CDATA run together; comments stay, instructions go", () => {
  const top = root("<a>x&amp;<![CDATA[<y>]]><?p i?>&#122;<!-- c --></a>");
  assert.deepEqual(top.children, ["x&<y>z", { kind: "comment", text: " c " }]);
});

test("names that mean something to JavaScript are only names", () => {
  const top = root('<a><__proto__ constructor="1"/><toString/></a>');
  assert.equal(attribute(children(top)[0] ?? top, "constructor"), "1");
  assert.equal(reason("<a>&__proto__;</a>"), "undefined entity.");
  assert.equal(reason("<a>&toString;</a>"), "undefined entity.");
});

test("each limit holds at its bound", () => {
  assert.ok(root(nest(32)));
  assert.equal(reason(nest(33)), "elements nest too deep");
  assert.equal(root(many(256)).attributes.length, 256);
  assert.equal(reason(many(257)), "too many attributes");
  assert.ok(root(`<a>${"<b/>".repeat(9999)}</a>`));
  assert.equal(reason(`<a>${"<b/>".repeat(10_000)}</a>`), "too many nodes");
  assert.ok(root(`<a b="${"x".repeat(8192)}"/>`));
  assert.equal(reason(`<a b="${"x".repeat(8193)}"/>`), "attribute value is too long");
  assert.equal(reason(`<a${"x".repeat(8192)}/>`), "name is too long");
  assert.equal(reason(`<a>${"x".repeat(256 * 1024)}</a>`), "too long");
});

test("a fault is told with the octet where it was seen", () => {
  const result = parseXml(utf8Bytes("<é><b></é>"));
  assert.ok(!result.ok);
  assert.equal(result.error.offset, utf8Bytes("<é><b></é>").length);
});

test("time grows with the length, not with its square", () => {
  const bytes = utf8Bytes(`<t>${'<b c="&#233;">é&amp;</b>'.repeat(200_000)}</t>`);
  const before = process.cpuUsage();
  assert.ok(parseXml(bytes, { nodes: 1_000_000, bytes: 1 << 24 }).ok);
  assert.ok(process.cpuUsage(before).user < 10_000_000);
});

test("a document of ours that is not finished, or has markup for a name, is our mistake", () => {
  assert.throws(() => new XmlWriter().open("a").done(), RangeError);
  assert.throws(() => new XmlWriter().leaf('a b="1"'), RangeError);
  assert.throws(() => new XmlWriter().close(), RangeError);
});

test("mutated documents are read or refused, with a place inside the document", () => {
  const seedText = '<a xmlns="urn:x" b="1"><!-- c --><d>text &amp; &#65;</d><![CDATA[e]]></a>';
  const pieces = ["<", ">", "&", '"', "]]>", "<!DOCTYPE a>", "\0", "é", "xmlns:", "</a>", "<?x?>"];
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(seedText.length), fc.nat(3), fc.constantFrom(...pieces)), {
        minLength: 1,
        maxLength: 4,
      }),
      (edits) => {
        let text = seedText;
        for (const [at, cut, piece] of edits)
          text = text.slice(0, at) + piece + text.slice(at + cut);
        const bytes = utf8Bytes(text);
        const result = parseXml(bytes);
        if (result.ok) assert.ok(parseXml(formatXml(result.value)).ok);
        else assert.ok(result.error.offset >= 0 && result.error.offset <= bytes.length);
      },
    ),
    { seed: 4711, numRuns: 2000 },
  );
});

function nest(depth: number): string {
  return "<a>".repeat(depth) + "</a>".repeat(depth);
}

function many(attributes: number): string {
  return `<a ${Array.from({ length: attributes }, (_, at) => `k${at}=""`).join(" ")}/>`;
}

/** Canonical XML with comments, over the tree. https://www.w3.org/TR/xml-c14n §2.3 */
function canonicalForm(
  element: XmlElement,
  inherited: ReadonlyMap<string, string> = new Map(),
): string {
  const scope = new Map(inherited);
  const fresh = element.declarations.filter(
    ({ prefix, namespace }) => (inherited.get(prefix) ?? "") !== namespace,
  );
  for (const { prefix, namespace } of element.declarations) scope.set(prefix, namespace);
  const declared = fresh
    .toSorted((a, b) => compare(a.prefix, b.prefix))
    .map(
      ({ prefix, namespace }) => [prefix === "" ? "xmlns" : `xmlns:${prefix}`, namespace] as const,
    );
  const attributes = element.attributes
    .toSorted((a, b) => compare(a.namespace, b.namespace) || compare(a.local, b.local))
    .map(
      ({ prefix, local, value }) => [prefix === "" ? local : `${prefix}:${local}`, value] as const,
    );
  const name = element.prefix === "" ? element.local : `${element.prefix}:${element.local}`;
  const start = [...declared, ...attributes].map(
    ([key, value]) => ` ${key}="${canonicalValue(value)}"`,
  );
  const inner = element.children.map((node) => {
    if (typeof node === "string") return canonicalText(node);
    return node.kind === "comment" ? `<!--${node.text}-->` : canonicalForm(node, scope);
  });
  return `<${name}${start.join("")}>${inner.join("")}</${name}>`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function canonicalText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#xD;");
}

function canonicalValue(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\t", "&#x9;")
    .replaceAll("\n", "&#xA;")
    .replaceAll("\r", "&#xD;");
}
