/** Documents changed in place: RFC 4825 §7 and §8, and what must not be done. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  children,
  equalBytes,
  parseXml,
  utf8Bytes,
  utf8Text,
  type XmlElement,
} from "@parlance/wire";
import * as fc from "fast-check";
import { casesFor, corpusFor } from "../../../../tools/test/corpora.ts";
import {
  deleteNode,
  parseNodeSelector,
  parseXcapTarget,
  putNode,
  readNode,
  readXcapDocument,
  type XcapEdit,
} from "./index.ts";

const LISTS = "urn:ietf:params:xml:ns:resource-lists";

function edit(
  document: string,
  path: string,
  body: string | Uint8Array | undefined,
  query?: string,
  namespace = "",
): XcapEdit {
  const bytes = utf8Bytes(document);
  const tree = parseXml(bytes);
  const selector = parseNodeSelector({ selector: path, query }, namespace);
  assert.ok(tree.ok && selector.ok, path);
  if (body === undefined) return deleteNode(bytes, tree.value, selector.value);
  const put = typeof body === "string" ? utf8Bytes(body) : body;
  return putNode(bytes, tree.value, selector.value, put);
}

/** The document afterwards, or why there is none. */
function after(...args: Parameters<typeof edit>): string {
  const result = edit(...args);
  if (result.kind === "edited") return utf8Text(result.bytes);
  return result.kind === "conflict" ? result.error.kind : result.kind;
}

const ROOT = `<?xml version="1.0"?>
<root>
 <el1 att="first"/>
 <el1 att="second"/>
 <!-- comment -->
 <el2 att="first"/>
</root>`;

test("new elements go where the examples of RFC 4825 §8.2.3 put them", () => {
  const third = ROOT.replace('second"/>', 'second"/><el1 att="third"/>');
  for (const path of [
    'root/el1[@att="third"]',
    'root/el1[3][@att="third"]',
    'root/*[3][@att="third"]',
  ]) {
    assert.equal(after(ROOT, path, '<el1 att="third"/>'), third, path);
  }
  assert.equal(
    after(ROOT, "root/el3", '<el3 att="first"/>'),
    ROOT.replace("</root>", '<el3 att="first"/></root>'),
  );
  const behind = ROOT.replace('<el2 att="first"/>', '<el2 att="first"/><el2 att="2"/>');
  assert.equal(after(ROOT, 'root/el2[@att="2"]', '<el2 att="2"/>'), behind);
  assert.equal(after(ROOT, 'root/el2[2][@att="2"]', '<el2 att="2"/>'), behind);
  assert.equal(
    after(ROOT, 'root/*[2][@att="2"]', '<el2 att="2"/>'),
    ROOT.replace('first"/>', 'first"/><el2 att="2"/>'),
  );
  assert.equal(
    after(ROOT, 'root/el2[1][@att="2"]', '<el2 att="2"/>'),
    ROOT.replace('<el2 att="first"/>', '<el2 att="2"/><el2 att="first"/>'),
  );
});

test("the documents printed in RFC 4825 §8.2.3 come out octet by octet", (t) => {
  const corpus = new Map(corpusFor(t, "xml-rfc-examples").map(({ file, bytes }) => [file, bytes]));
  const before = corpus.get("rfc4825-03-root.xml");
  if (before === undefined) return;
  for (const [file, path, body] of [
    ["rfc4825-04-root.xml", 'root/el1[@att="third"]', '<el1 att="third"/>'],
    ["rfc4825-05-root.xml", "root/el3", '<el3 att="first"/>'],
    ["rfc4825-06-root.xml", 'root/el2[@att="2"]', '<el2 att="2"/>'],
  ] as const) {
    const wanted = corpus.get(file);
    assert.ok(wanted !== undefined);
    assert.equal(after(utf8Text(before), path, body).trim(), utf8Text(wanted).trim(), file);
  }
});

test("places that do not exist, and wildcards before, behind and alone", () => {
  const put = '<n a="1"/>';
  assert.equal(after("<r/>", "r/n[2]", put), "cannot-insert");
  assert.equal(after("<r/>", "r/*[2]", put), "cannot-insert");
  assert.equal(after("<r><n/></r>", "r/n[3]", put), "cannot-insert");
  assert.equal(after("<r/>", "r/n[1]", put), `<r>${put}</r>`);
  assert.equal(after("<r />", "r/*", put), `<r >${put}</r>`);
  assert.equal(after("<r>x</r>", "r/*[1]", put), `<r>x${put}</r>`);
  assert.equal(after("<r>x<m/></r>", 'r/*[1][@a="1"]', put), `<r>x${put}<m/></r>`);
  assert.equal(after("<r><m/><o/>x</r>", 'r/*[@a="1"]', put), `<r><m/><o/>x${put}</r>`);
  assert.equal(after("<r><m/><o/></r>", "r/*", put), "cannot-insert");
  assert.equal(after("<r/>", "n", put), "cannot-insert"); // there is one root already
});

test("an element is replaced where it is, and all around it stays octet by octet", () => {
  const document =
    "\ufeff<?xml version='1.0'?>\r\n<r  a = '1' >\r\n\té&#x41;<a\n/><?p i?>\t</r >\r\n";
  assert.equal(after(document, "r/a", "<a>ü</a>"), document.replace("<a\n/>", "<a>ü</a>"));
  assert.equal(after(document, "r/a", undefined), document.replace("<a\n/>", ""));
  assert.equal(after(document, "r/@a", '"<2"'), "not-xml-att-value");
  assert.equal(after(document, "r/@a", '"2"'), document.replace("'1'", '"2"'));
  assert.equal(after(document, "r/@b", "'2'"), document.replace("'1' ", "'1' b='2' "));
  assert.equal(after(document, "r/@a", undefined), document.replace("  a = '1'", ""));
  assert.equal(after(document, "r/a/@x", '"1"'), document.replace("<a\n/>", '<a x="1"\n/>'));
  assert.equal(after(document, "r", "<r/>"), document.replace(/<r [^]*<\/r >/, "<r/>"));
});

test("a PUT is made only if a GET would give back what was put", () => {
  const lists = `<l><s uri="a"/><s uri="b"/></l>`;
  assert.equal(after(lists, 'l/s[@uri="c"]', '<s uri="d"/>'), "cannot-insert");
  assert.equal(after(lists, 'l/s[@uri="a"]', '<s uri="d"/>'), "cannot-insert");
  assert.equal(after(lists, 'l/s[@uri="a"]', '<s uri="b"/>'), "cannot-insert");
  assert.equal(after(lists, 'l/s[@uri="a"]', '<t uri="a"/>'), "cannot-insert");
  assert.equal(after(lists, "l/s", '<s uri="c"/>'), "cannot-insert");
  assert.equal(after(lists, "l/s[1]", '<s uri="c"/>'), lists.replace('"a"', '"c"'));
  assert.equal(after(lists, 'l/s[@uri="a"]/@uri', '"c"'), "cannot-insert");
  assert.equal(after(lists, "l/s[1]/@uri", '"c"'), lists.replace('"a"', '"c"'));
  assert.equal(after(lists, 'l/s[@uri="a"]/@uri', '"a"'), lists);
  assert.equal(after(lists, 'l/s[@uri="a"]/@uri', '"&#97;"'), lists.replace('"a"', '"&#97;"'));
});

test("a DELETE is made only if the selector then selects nothing", () => {
  const lists = '<l><s uri="a"/>\n<s uri="b"/></l>';
  assert.equal(after(lists, "l/s[1]", undefined), "cannot-delete");
  assert.equal(after(lists, "l/*[1]", undefined), "cannot-delete");
  assert.equal(after(lists, "l/s[2]", undefined), '<l><s uri="a"/>\n</l>');
  assert.equal(after(lists, "l/s[@uri='a']", undefined), '<l>\n<s uri="b"/></l>');
  assert.equal(after(lists, "l/*[1][@uri='a']", undefined), '<l>\n<s uri="b"/></l>');
  assert.equal(after(lists, "l/s[@uri='a']/@uri", undefined), '<l><s/>\n<s uri="b"/></l>');
  assert.equal(after(lists, "l/s", undefined), "not found");
  assert.equal(after(lists, "l/t", undefined), "not found");
  assert.equal(after(lists, "l/s[1]/@x", undefined), "not found");
  assert.equal(after(lists, "l", undefined), "schema-validation-error");
});

test("bindings of namespaces can only be read", () => {
  assert.equal(after("<r/>", "r/namespace::*", "<r/>"), "not allowed");
  assert.equal(after("<r/>", "r/namespace::*", undefined), "not allowed");
});

test("without a parent the nearest ancestor is told, as it stands in a URI", () => {
  const result = edit(
    `<l xmlns="${LISTS}"><s n="é"/></l>`,
    'p:l/p:s[@n="é"]/p:t/p:u',
    "<u/>",
    `xmlns(p=${LISTS})`,
  );
  assert.ok(result.kind === "conflict" && result.error.kind === "no-parent");
  assert.equal(result.error.ancestor, `p:l/p:s%5b@n=%22%c3%a9%22%5d?xmlns(p=${LISTS})`);
  const nowhere = edit("<l/>", "m/s", "<s/>");
  assert.ok(nowhere.kind === "conflict" && nowhere.error.kind === "no-parent");
  assert.equal(nowhere.error.ancestor, undefined);
  assert.equal(after("<l/>", "l/m/@a", '"1"'), "no-parent");
});

test("a body is one element and nothing else", () => {
  for (const body of [
    "",
    "text",
    "<s>",
    "</s>",
    "<s/><s/>",
    "<s/>text",
    "<!-- c --><s/>",
    "<?xml version='1.0'?><s/>",
    "<!DOCTYPE s><s/>",
    "<s/></fragment><fragment>",
    "<s/></fragment><!--",
    "<s/></fragment>",
    "<p:s/>",
    "<s>&x;</s>",
    "<s a='1' a='2'/>",
  ]) {
    assert.equal(after("<l/>", "l/s", body), "not-xml-frag", body);
  }
  assert.equal(after("<l/>", "l/s", " \n<s/>\t"), "<l><s/></l>");
  assert.equal(after("<l/>", "l/s", new Uint8Array([60, 115, 0xff, 47, 62])), "not-utf-8");
  assert.equal(after("<l/>", "l/@s", new Uint8Array([34, 0xc0, 34])), "not-utf-8");
});

test("prefixes of the body may be bound where it goes, and keep their declarations", () => {
  const document = '<l xmlns:p="urn:p"><m xmlns:p="urn:q"/></l>';
  assert.equal(
    after(document, "l/q:s", '<p:s xmlns:p="urn:p"/>', "xmlns(q=urn:p)"),
    document.replace("</l>", '<p:s xmlns:p="urn:p"/></l>'),
  );
  assert.equal(
    after(document, "l/m/q:s", "<p:s/>", "xmlns(q=urn:q)"),
    '<l xmlns:p="urn:p"><m xmlns:p="urn:q"><p:s/></m></l>',
  );
  assert.equal(after(document, "l/m/q:s", "<p:s/>", "xmlns(q=urn:p)"), "cannot-insert");
});

test("an attribute gets a prefix that the document has for its namespace, or one that is declared", () => {
  const document = '<l xmlns:p="urn:p"/>';
  assert.equal(after(document, "l/@q:a", '"1"', "xmlns(q=urn:p)"), '<l xmlns:p="urn:p" p:a="1"/>');
  assert.equal(
    after(document, "l/@q:a", '"1"', "xmlns(q=urn:q)"),
    '<l xmlns:p="urn:p" xmlns:q="urn:q" q:a="1"/>',
  );
  assert.equal(after(document, "l/@p:a", '"1"', "xmlns(p=urn:q)"), "cannot-insert");
  assert.equal(after(document, "l/@xml:lang", "'de'"), `<l xmlns:p="urn:p" xml:lang='de'/>`);
});

test("attribute values are read as XML has them", () => {
  for (const body of ["", "1", "'1", "\"1'", '"1""', '"&"', '"&x;"', '"<"', '"\u0001"']) {
    assert.equal(after("<l/>", "l/@a", body), "not-xml-att-value", body);
  }
  assert.equal(after("<l/>", "l/@a", ' "&amp;&#233;" \r\n'), '<l a="&amp;&#233;"/>');
});

test("a document that would grow past the limits is refused", () => {
  const big = `<s>${"x".repeat(200_000)}</s>`;
  assert.equal(after(`<l>${"y".repeat(100_000)}</l>`, "l/s", big), "constraint-failure");
});

function errorOf(body: Uint8Array): string | undefined {
  const result = readXcapDocument(body);
  return result.ok ? undefined : result.error.kind;
}

test("whole documents are told apart: not well-formed, not UTF-8", () => {
  assert.equal(errorOf(utf8Bytes("<a/>")), undefined);
  assert.equal(errorOf(utf8Bytes("hello")), "not-well-formed");
  assert.equal(errorOf(new Uint8Array([60, 97, 0xff, 47, 62])), "not-utf-8");
  assert.equal(errorOf(utf8Bytes('<?xml version="1.0" encoding="ISO-8859-1"?><a/>')), "not-utf-8");
});

/** Selectors by position for every element of a document. */
function selectorsOf(element: XmlElement, path: string): readonly string[] {
  const below = children(element);
  return [path, ...below.flatMap((one, at) => selectorsOf(one, `${path}/*[${at + 1}]`))];
}

test("every element printed in the RFCs, schemas too, is fetched and put back, and nothing changes", (t) => {
  const corpus = [...corpusFor(t, "xml-rfc-examples"), ...corpusFor(t, "xml-rfc-schemas")];
  for (const { file, bytes } of corpus) {
    const tree = parseXml(bytes);
    if (!tree.ok) continue; // as printed they are not well-formed
    for (const path of selectorsOf(tree.value.root, "*").slice(0, 60)) {
      const selector = parseNodeSelector({ selector: path, query: undefined }, "");
      assert.ok(selector.ok);
      const node = readNode(bytes, tree.value, selector.value);
      assert.ok(node !== undefined, `${file} ${path}`);
      const result = putNode(bytes, tree.value, selector.value, node.bytes);
      assert.ok(result.kind === "edited" && !result.created, `${file} ${path}`);
      assert.ok(equalBytes(result.bytes, bytes), `${file} ${path}`);
    }
  }
});

const FRIENDS = `<?xml version="1.0" encoding="UTF-8"?><resource-lists xmlns="${LISTS}"><list name="friends"><entry uri="sip:bob@im.example.com"/></list></resource-lists>`;

test("PUTs and DELETEs of the corpus get an answer it allows", (t) => {
  for (const { name, class: kind, method, path, body, expect, must } of casesFor(t, "xcap-bad")) {
    if (kind !== "body" || typeof path !== "string" || !Array.isArray(expect)) continue;
    const target = parseXcapTarget(path.replace("/xcap-root/", ""));
    if (!target.ok || (method === "PUT" && typeof body !== "string")) continue;
    const { node } = target.value;
    if (node === undefined) {
      const { ok } = readXcapDocument(utf8Bytes(String(body)));
      if (name !== "put-2mb") assert.equal(ok, false, String(name));
      continue;
    }
    const sent = method === "PUT" ? String(body) : undefined;
    const result = edit(FRIENDS, node.selector, sent, node.query, LISTS);
    const status = { edited: 200, "not found": 404, "not allowed": 405, conflict: 409 }[
      result.kind
    ];
    assert.ok(expect.includes(status), `${String(name)}: ${status}`);
    if (result.kind !== "conflict" || typeof must !== "string") continue;
    assert.ok(must.startsWith(result.error.kind), `${String(name)}: ${result.error.kind}`);
  }
});

test("whatever is put is got back, and nothing else changes", () => {
  const names = fc.constantFrom("a", "b");
  const element = fc.tuple(names, fc.constantFrom("1", "2", "3"));
  const blank = fc.constantFrom("", " ", "\r\n", "<!-- c -->", "é", "<?i?>", "<![CDATA[<a/>]]>");
  const content = fc.array(fc.tuple(blank, element), { maxLength: 5 });
  const position = fc.option(fc.integer({ min: 1, max: 5 }));
  const target = fc.tuple(
    fc.constantFrom("a", "b", "*"),
    position,
    fc.option(fc.constantFrom("1", "2", "9")),
  );
  fc.assert(
    fc.property(content, blank, target, element, (given, tail, [name, at, id], [local, n]) => {
      const inner =
        given.map(([gap, [tag, value]]) => `${gap}<${tag} n="${value}"/>`).join("") + tail;
      const document = `<r>${inner}</r>`;
      const path = `r/${name}${at === null ? "" : `[${at}]`}${id === null ? "" : `[@n="${id}"]`}`;
      const put = `<${local} n='${n}'/>`;
      const result = edit(document, path, put);
      if (result.kind === "edited") {
        const text = utf8Text(result.bytes);
        const tree = parseXml(result.bytes);
        const selector = parseNodeSelector({ selector: path, query: undefined }, "");
        assert.ok(tree.ok && selector.ok);
        const node = readNode(result.bytes, tree.value, selector.value);
        assert.equal(node && utf8Text(node.bytes), put);
        const at0 = text.indexOf(put);
        assert.equal(document.startsWith(text.slice(0, at0)), true);
        assert.equal(document.endsWith(text.slice(at0 + put.length)), true);
        // A second time it is the same request, and changes nothing.
        assert.equal(after(text, path, put), text);
      }
      const gone = edit(document, path, undefined);
      if (gone.kind !== "edited") return;
      assert.equal(after(utf8Text(gone.bytes), path, undefined), "not found");
    }),
    { seed: 4711, numRuns: 1500 },
  );
});
