/** Patches: the examples of RFC 5261, its rules about prefixes and white space, what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseXml, utf8Bytes, utf8Text, type XmlElement, type XmlNode } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import { parseXcapDiff } from "../xcap-diff/index.ts";
import {
  applyPatch,
  MOST_OPERATIONS,
  makePatch,
  type Patched,
  type PatchOperation,
} from "./index.ts";

/** Operations as they stand in a document: in no namespace of their own, others as declared. */
function operations(inner: string, declarations = ""): readonly PatchOperation[] {
  const text = `<d:xcap-diff xmlns:d="urn:ietf:params:xml:ns:xcap-diff" xcap-root="x" ${declarations}><d:document sel="y">${inner}</d:document></d:xcap-diff>`;
  const diff = parseXcapDiff(utf8Bytes(text));
  assert.ok(diff.ok, diff.ok ? "" : diff.error.message);
  const [change] = diff.value.changes;
  assert.ok(change?.kind === "document");
  return change.patch;
}

function patch(document: string, inner: string, declarations = ""): Patched {
  return applyPatch(utf8Bytes(document), operations(inner, declarations));
}

/** The document afterwards, or what is wrong. */
function patched(document: string, inner: string, declarations = ""): string {
  const result = patch(document, inner, declarations);
  return result.ok ? utf8Text(result.bytes) : result.because;
}

/** What a document says, however it is written. */
function canonical(bytes: Uint8Array): unknown {
  const document = parseXml(bytes);
  assert.ok(document.ok, utf8Text(bytes));
  return essence(document.value.root);
}

function essence(element: XmlElement): unknown {
  const attributes = element.attributes.map((one) =>
    [one.namespace, one.local, one.value].join(" "),
  );
  return {
    name: [element.namespace, element.local],
    prefix: element.prefix,
    declarations: element.declarations.map((one) => `${one.prefix}=${one.namespace}`).sort(),
    attributes: attributes.sort(),
    children: element.children.map((node: XmlNode) => {
      if (typeof node === "string") return node;
      return node.kind === "element" ? essence(node) : `<!--${node.text}-->`;
    }),
  };
}

test("the examples of RFC 5261 appendix A come out as printed", (t) => {
  const corpus = new Map(corpusFor(t, "xml-patch-rfc5261").map(({ file, bytes }) => [file, bytes]));
  let triples = 0;
  for (const [file, bytes] of corpus) {
    if (!file.endsWith(".diff.xml")) continue;
    const document = corpus.get(file.replace("diff", "doc"));
    const wanted = corpus.get(file.replace("diff", "result"));
    assert.ok(document !== undefined && wanted !== undefined, file);
    // Printed under a root of another name: what matters is what stands in it.
    const inner = /<(?:p:)?diff([^>]*)>([^]*)<\/(?:p:)?diff>/.exec(utf8Text(bytes));
    const declarations = (inner?.[1] ?? "").replace(/xmlns:p="[^"]*"/, "");
    const text = (inner?.[2] ?? "").replaceAll(/<(\/?)(?:p:)?(add|replace|remove)\b/g, "<$1d:$2");
    const result = patch(utf8Text(document), text, declarations);
    assert.ok(result.ok, `${file}: ${result.ok ? "" : result.because}`);
    assert.deepEqual(canonical(result.bytes), canonical(wanted), file);
    triples += 1;
  }
  assert.equal(triples, corpus.size / 3);
});

test("nodes are added in front, behind, before and after, and an empty tag opens", () => {
  const doc = "<r><a/>t<!--c--><?p i?></r>";
  assert.equal(patched(doc, '<d:add sel="r"><x/></d:add>'), doc.replace("</r>", "<x/></r>"));
  assert.equal(
    patched(doc, '<d:add sel="r" pos="prepend">u<x/></d:add>'),
    doc.replace("<a/>", "u<x/><a/>"),
  );
  assert.equal(patched(doc, '<d:add sel="r/a"><x/></d:add>'), doc.replace("<a/>", "<a><x/></a>"));
  assert.equal(patched(doc, '<d:add sel="r/a" pos="after">u</d:add>'), doc.replace("t", "ut"));
  assert.equal(
    patched(doc, '<d:add sel="r/text()" pos="before"><x/></d:add>'),
    doc.replace("t", "<x/>t"),
  );
  assert.equal(
    patched(doc, '<d:add sel="r/comment()" pos="before"><x/></d:add>'),
    doc.replace("<!", "<x/><!"),
  );
  assert.equal(
    patched(doc, `<d:add sel='r/processing-instruction("p")' pos="after"><x/></d:add>`),
    doc.replace("</r>", "<x/></r>"),
  );
  assert.equal(patched(doc, '<d:add sel="r" pos="before"><!--n--></d:add>'), `<!--n-->${doc}`);
  assert.equal(
    patched(doc, '<d:add sel="*/*[1]"><![CDATA[<&]]></d:add>'),
    doc.replace("<a/>", "<a><![CDATA[<&]]></a>"),
  );
});

test("attributes and declarations are added, replaced, removed", () => {
  const doc = "<r xmlns:p='urn:p' a='1'  p:b='2'/>";
  assert.equal(
    patched(doc, '<d:add sel="r" type="@c">&lt;"\'</d:add>'),
    doc.replace("/>", ` c="&lt;&quot;'"/>`),
  );
  assert.equal(
    patched(doc, '<d:add sel="r" type="namespace::q">urn:q</d:add>'),
    doc.replace("/>", ' xmlns:q="urn:q"/>'),
  );
  assert.equal(
    patched(doc, '<d:replace sel="r/@a">x"y</d:replace>'),
    doc.replace("'1'", '"x&quot;y"'),
  );
  assert.equal(patched(doc, '<d:replace sel="r/@a"/>'), doc.replace("'1'", '""'));
  assert.equal(
    patched(doc, '<d:replace sel="r/@q:b">3</d:replace>', 'xmlns:q="urn:p"'),
    doc.replace("'2'", '"3"'),
  );
  assert.equal(
    patched(doc, '<d:replace sel="r/namespace::p">urn:z</d:replace>'),
    doc.replace("'urn:p'", '"urn:z"'),
  );
  assert.equal(
    patched(doc, '<d:remove sel="r/@q:b"/>', 'xmlns:q="urn:p"'),
    doc.replace("  p:b='2'", ""),
  );
  assert.equal(patched(doc, '<d:remove sel="r/namespace::p"/>'), "invalid-namespace-prefix");
  assert.equal(
    patched(
      "<r xmlns:p='urn:p'><a xmlns:p='urn:q'><p:b/></a></r>",
      '<d:remove sel="r/namespace::p"/>',
    ),
    "<r><a xmlns:p='urn:q'><p:b/></a></r>",
  );
  assert.equal(
    patched(doc, '<d:add sel="r" type="@q:c">1</d:add>', 'xmlns:q="urn:p"'),
    doc.replace("/>", ' p:c="1"/>'),
  );
  assert.equal(
    patched(doc, '<d:add sel="r" type="@xml:lang">de</d:add>'),
    doc.replace("/>", ' xml:lang="de"/>'),
  );
});

test("white space goes with what is removed when it is told to, and must be there", () => {
  const doc = "<r> <a/>\n<b/>x</r>";
  assert.equal(patched(doc, '<d:remove sel="r/a"/>'), "<r> \n<b/>x</r>");
  assert.equal(patched(doc, '<d:remove sel="r/a" ws="before"/>'), "<r>\n<b/>x</r>");
  assert.equal(patched(doc, '<d:remove sel="r/a" ws="after"/>'), "<r> <b/>x</r>");
  assert.equal(patched(doc, '<d:remove sel="r/a" ws="both"/>'), "<r><b/>x</r>");
  assert.equal(patched(doc, '<d:remove sel="r/b" ws="after"/>'), "invalid-whitespace-directive");
  assert.equal(
    patched("<r><a/></r>", '<d:remove sel="r/a" ws="before"/>'),
    "invalid-whitespace-directive",
  );
  assert.equal(
    patched(doc, '<d:remove sel="r/text()[3]" ws="before"/>'),
    "invalid-whitespace-directive",
  );
  assert.equal(patched(doc, '<d:remove sel="r/text()[3]"/>'), "<r> <a/>\n<b/></r>");
  assert.equal(patched(doc, '<d:replace sel="r/text()[3]"/>'), "<r> <a/>\n<b/></r>");
  assert.equal(
    patched("<r a='1'/>", '<d:remove sel="r/@a" ws="after"/>'),
    "invalid-whitespace-directive",
  );
});

test("elements are found by name, position, attribute, child and text, in any order", () => {
  const doc = "<r><a n='1'><k>x</k></a><a n='1'>y</a><b n=\"'\"/></r>";
  for (const [sel, kept] of [
    ["r/a[1]", "<a n='1'><k>x</k></a>"],
    ["/r/a[k='x']", "<a n='1'><k>x</k></a>"],
    ["*/*[.='y']", "<a n='1'>y</a>"],
    ["r/a[@n='1'][2]", "<a n='1'>y</a>"],
    ["r/a[2][@n='1']", "<a n='1'>y</a>"],
    [`r/*[@n=&quot;'&quot;]`, '<b n="\'"/>'],
  ] as const) {
    assert.equal(patched(doc, `<d:remove sel="${sel}"/>`), doc.replace(kept, ""), sel);
  }
});

test("names in content take the prefixes that the document has", () => {
  const doc = '<x:r xmlns:x="urn:1" xmlns:y="urn:1" xmlns:z="urn:2"/>';
  const add = (inner: string, declarations: string) =>
    patched(doc, `<d:add sel="p:r">${inner}</d:add>`, `xmlns:p="urn:1" ${declarations}`)
      .replace(doc.slice(0, -2), "")
      .replace("</x:r>", "");
  // The same prefix for the same namespace; else that of the parent; else the one before it in the alphabet.
  assert.equal(add("<y:a/>", 'xmlns:y="urn:1"'), "><y:a/>");
  assert.equal(add("<p:a><p:b>é</p:b></p:a>", ""), "><x:a><x:b>é</x:b></x:a>");
  assert.equal(add('<q:a q:b="1"/>', 'xmlns:q="urn:2"'), '><z:a z:b="1"/>');
  assert.equal(
    add('<a xmlns="urn:3"><b/><q:c/></a>', 'xmlns:q="urn:2"'),
    '><a xmlns="urn:3"><b/><z:c/></a>',
  );
  assert.equal(add('<w:a xmlns:w="urn:1" w:b="1"/>', ""), '><w:a xmlns:w="urn:1" w:b="1"/>');
  assert.equal(add("<a><b/></a>", 'xmlns="urn:1"'), "><x:a><x:b/></x:a>");
  assert.equal(add("<q:a/>", 'xmlns:q="urn:9"'), "invalid-namespace-uri");
});

test("names in no namespace stay in none, and the default namespace is chosen where it fits", () => {
  assert.equal(
    patched('<r xmlns="urn:1"/>', '<d:add sel="p:r"><a><b/></a></d:add>', 'xmlns:p="urn:1"'),
    '<r xmlns="urn:1"><a xmlns=""><b/></a></r>',
  );
  assert.equal(
    patched('<r xmlns="urn:1"/>', '<d:add sel="p:r"><p:a/></d:add>', 'xmlns:p="urn:1"'),
    '<r xmlns="urn:1"><a/></r>',
  );
  assert.equal(
    patched(
      '<r xmlns="urn:1" xmlns:n="urn:1"/>',
      '<d:add sel="p:r"><p:a p:b="1"/></d:add>',
      'xmlns:p="urn:1"',
    ),
    '<r xmlns="urn:1" xmlns:n="urn:1"><a n:b="1"/></r>',
  );
});

test("what cannot be done without doubt is refused, and says which operation", () => {
  const doc = "<r a='1' xmlns:p='urn:p'><a/><a/>t</r>";
  for (const [inner, because] of [
    ['<d:remove sel="r"/>', "invalid-root-element-operation"],
    ['<d:add sel="r" pos="after"><b/></d:add>', "invalid-root-element-operation"],
    ['<d:remove sel="r/a"/>', "unlocated-node"],
    ['<d:remove sel="s"/>', "unlocated-node"],
    ['<d:remove sel="r/@b"/>', "unlocated-node"],
    ['<d:remove sel="r/a[1]/namespace::p"/>', "unlocated-node"],
    ['<d:remove sel="r/text()[2]"/>', "unlocated-node"],
    ['<d:remove sel="q:r"/>', "invalid-namespace-prefix"],
    ['<d:remove sel="id(1)"/>', "unsupported-id-function"],
    ['<d:remove sel="//a"/>', "invalid-attribute-value"],
    ['<d:remove sel=""/>', "invalid-attribute-value"],
    ['<d:remove sel="r/a[last()]"/>', "invalid-attribute-value"],
    ['<d:add sel="r" type="b">1</d:add>', "invalid-attribute-value"],
    ['<d:add sel="r" type="@">1</d:add>', "invalid-attribute-value"],
    ['<d:add sel="r" type="@a">1</d:add>', "invalid-patch-directive"],
    ['<d:add sel="r" type="namespace::p">1</d:add>', "invalid-patch-directive"],
    ['<d:add sel="r/text()">x</d:add>', "invalid-patch-directive"],
    ['<d:add sel="r/@a" pos="before">x</d:add>', "invalid-patch-directive"],
    ['<d:add sel="r/text()" type="@b">x</d:add>', "invalid-patch-directive"],
    ['<d:replace sel="r/a[1]">text</d:replace>', "invalid-node-types"],
    ['<d:replace sel="r/a[1]"><b/><b/></d:replace>', "invalid-node-types"],
    ['<d:replace sel="r/a[1]"/>', "invalid-node-types"],
    ['<d:replace sel="r/text()"><b/></d:replace>', "invalid-node-types"],
    ['<d:replace sel="r/@a"><b/></d:replace>', "invalid-node-types"],
    ['<d:replace sel="r/namespace::p"/>', "invalid-patch-directive"],
  ] as const) {
    assert.equal(patched(doc, inner), because, inner);
  }
  const second = patch(doc, '<d:remove sel="r/a[1]"/><d:remove sel="r/b"/>');
  assert.ok(!second.ok && second.operation === 1);
});

test("a patch of more operations than a document is worth is refused", () => {
  const many = '<d:add sel="r">x</d:add>'.repeat(MOST_OPERATIONS + 1);
  assert.equal(patched("<r/>", many), "invalid-diff-format");
});

function made(before: string, after: string): readonly PatchOperation[] {
  const operation = makePatch(utf8Bytes(before), utf8Bytes(after));
  assert.ok(operation !== undefined);
  return operation;
}

test("what XCAP changes in one place is told in one operation", () => {
  const lists = '<l xmlns="urn:l">\n <s n="a"/>\n <s n="b"><e/></s>\n</l>';
  for (const [after, wanted] of [
    [lists.replace('\n <s n="a"/>', "\n "), "remove */*[1] undefined"],
    [lists.replace('<s n="a"/>\n ', ""), "remove */*[1] after"],
    [lists.replace('<s n="a"/>', '<s n="a"/><s n="c"/>'), "add */*[1] after"],
    [lists.replace("</l>", "<s/></l>"), "add * append"],
    [lists.replace("\n <s", "<s/>\n <s"), "add * prepend"],
    [lists.replace("<e/>", '<e x="1"/>'), "add value */*[2]/*[1] @x"],
    [lists.replace('"b"', '"c"'), "replace */*[2]/@n "],
    [lists.replace(' n="b"', ""), "remove */*[2]/@n undefined"],
    [lists.replace("<e/>", "<f/>"), "replace */*[2]/*[1] <f/>"],
    [lists.replace("<e/>", "text"), 'replace */*[2] <s n="b">text</s>'],
  ] as const) {
    const [operation, more] = made(lists, after);
    assert.ok(operation !== undefined && more === undefined, wanted);
    const detail = {
      add: () => (operation.do === "add" ? operation.pos : ""),
      "add value": () => (operation.do === "add value" ? operation.type : ""),
      replace: () => (operation.do === "replace" ? utf8Text(operation.content) : ""),
      remove: () => (operation.do === "remove" ? operation.ws : ""),
    }[operation.do]();
    assert.ok(
      `${operation.do} ${operation.sel} ${detail}`.startsWith(wanted),
      `${operation.do} ${operation.sel} ${detail}`,
    );
    const result = applyPatch(utf8Bytes(lists), [operation]);
    assert.ok(result.ok);
    assert.deepEqual(canonical(result.bytes), canonical(utf8Bytes(after)), wanted);
  }
  assert.deepEqual(made(lists, lists), []);
  assert.equal(makePatch(utf8Bytes(lists), utf8Bytes("<l>")), undefined);
  assert.equal(makePatch(utf8Bytes(lists), utf8Bytes(`<!--x-->${lists}`)), undefined);
});

function rootOf(inner: readonly string[]): string {
  return `<r xmlns="urn:d" xmlns:p="urn:p">${inner.join("")}</r>`;
}

test("any patch that is made of two documents makes the one of the other", () => {
  const blank = fc.constantFrom(
    "",
    " ",
    "\n",
    "é",
    "x&amp;",
    "<!--c-->",
    "<?p i?>",
    "<![CDATA[<]]>",
  );
  const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
    content: fc
      .array(fc.tuple(blank, fc.option(tie("element"), { nil: "" })), {
        maxLength: 4,
        depthIdentifier: "xml",
      })
      .map((parts) => parts.flat().join("")),
    element: fc
      .tuple(
        fc.constantFrom("a", "b", "p:c"),
        fc.constantFrom(
          "",
          ' n="1"',
          ' n="2" p:m="&lt;"',
          ' xmlns:q="urn:q" q:r=""',
          ' xmlns="urn:e"',
        ),
        fc.oneof({ depthSize: "small", depthIdentifier: "xml" }, fc.constant(""), tie("content")),
      )
      .map(([name, attributes, content]) => `<${name}${attributes}>${content}</${name}>`),
  }));
  const elements = fc.array(element, { maxLength: 4 });
  const change = fc.tuple(fc.nat(5), fc.nat(2), fc.array(element, { maxLength: 2 }));
  fc.assert(
    fc.property(
      elements,
      change,
      fc.boolean(),
      elements,
      (given, [at, gone, come], wild, other) => {
        const before = utf8Bytes(rootOf(given));
        const changed = given.toSpliced(at, gone, ...come);
        const after = utf8Bytes(rootOf(wild ? other : changed));
        const patchOf = makePatch(before, after);
        assert.ok(patchOf !== undefined);
        const result = applyPatch(before, patchOf);
        assert.ok(result.ok, result.ok ? "" : result.error.message);
        assert.deepEqual(canonical(result.bytes), canonical(after));
      },
    ),
    { seed: 4711, numRuns: 1000 },
  );
});
