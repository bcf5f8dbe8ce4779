/** What stands in the pages for saxes says of every document what saxes says. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import * as fc from "fast-check";
import type * as saxes from "saxes";
import { SaxesParser, type SaxesTagNS } from "../apps/web/src/xml/saxes.ts";
import { corpusFor } from "./test/corpora.ts";

const require = createRequire(new URL("../packages/wire/package.json", import.meta.url));
const { SaxesParser: Theirs }: typeof saxes = require("saxes");
/** As the reader of documents asks for it. */
const OPTIONS = {
  xmlns: true,
  position: false,
  forceXMLVersion: true,
  defaultXMLVersion: "1.0",
} as const;

/** Everything that is told of a document; undefined: it is not well formed. */
function told(parser: SaxesParser, document: string): readonly unknown[] | undefined {
  const all: unknown[] = [];
  const tag = ({ name, uri, local, prefix, attributes, isSelfClosing }: SaxesTagNS): unknown => {
    const written = Object.values(attributes).map((one) => [
      one.uri,
      one.local,
      one.prefix,
      one.value,
    ]);
    return [parser.position, name, uri, local, prefix, isSelfClosing, ...written];
  };
  let depth = 0;
  parser.on("opentag", (one) => {
    depth += 1;
    all.push(["open", tag(one)]);
  });
  parser.on("closetag", (one) => {
    depth -= 1;
    all.push(["close", tag(one)]);
  });
  parser.on("text", (text) => {
    if (depth > 0 && text !== "") all.push(["text", text]);
  });
  parser.on("cdata", (text) => all.push(["cdata", text]));
  parser.on("comment", (text) => all.push(["comment", text]));
  parser.on("doctype", () => {
    throw new Error("DOCTYPE");
  });
  try {
    parser.write(document);
    all.push(parser.xmlDecl.encoding);
    parser.close();
  } catch (error) {
    assert.equal((error as Error).name, "Error"); // no fault of its own
    return undefined;
  }
  return all;
}

function same(text: string): boolean {
  const theirs = told(new Theirs(OPTIONS) as unknown as SaxesParser, text); // as far as it is used
  assert.deepEqual(told(new SaxesParser(), text), theirs, JSON.stringify(text));
  return theirs !== undefined;
}

const CASES = [
  "<a/>",
  "<a",
  "<a>",
  "<a></b>",
  "<a/><b/>",
  "<a/>x",
  "x<a/>",
  "<a/>\r\n<!-- after --> <?pi?>",
  "<a/>&amp;",
  " <?xml version='1.0'?><a/>",
  "<?xml version='1.0'?><a/>",
  "<?xml version = \"1.1\"\r\n encoding='utf-8' standalone='no' ?>\n<a/>",
  "<?xml version='1.0' standalone='yes' encoding='utf-8'?><a/>",
  "<?xml encoding='utf-8'?><a/>",
  "<?xml version='2.0'?><a/>",
  "<?xml?><a/>",
  "<?xml-x?><a/>",
  "<?XML x?><a/>",
  "<a><?xml version='1.0'?></a>",
  "<a><?b?c?></a>",
  "<a><?b c??></a>",
  "<a><?b:c?></a>",
  "<a><??></a>",
  "<a><!-- a - b --></a>",
  "<a><!-- a -- b --></a>",
  "<a><!--a---></a>",
  "<a><!---></a>",
  "<a><!----></a>",
  "<!---><a/>-->",
  "<a><![CDATA[]]></a>",
  "<a>\r<![CDATA[<&>]]]>\r\n]]>b</a>",
  "<![CDATA[]]><a/>",
  "<a/><![CDATA[]]>",
  "<!DOCTYPE a><a/>",
  "<a><!DOCTYPE a></a>",
  "<a><!ELEMENT a></a>",
  "<a>]]></a>",
  "<a>]]&gt;]]&#62;</a>",
  "<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F642;&#xd;\r</a>",
  "<a>&#0;</a>",
  "<a>&#xD800;</a>",
  "<a>&#x110000;</a>",
  "<a>&#99999999999999999999999;</a>",
  "<a>&#X41;</a>",
  "<a>&nbsp;</a>",
  "<a>&;</a>",
  "<a>&amp</a>",
  "<a>& b</a>",
  "<a>&a&lt;</a>",
  "<a b='&lt;\t\r\n\r\n&#10;\"'/>",
  '<a b="<"/>',
  "<a b=c/>",
  "<a b/>",
  "<a b = 'c'd='e'/>",
  "<a b='c'\r\n d='e' ></a\t>",
  "<a b='c' b='d'/>",
  "<a / >",
  "<a></ a>",
  "<a></a b>",
  "<></>",
  "<a></>",
  "< a/>",
  "<1/>",
  "<ä:ö xmlns:ä='u'/>",
  "<a:b/>",
  "<a:b xmlns:a='u' a:c='d' c='e'/>",
  "<a xmlns:b='u' xmlns:c='u' b:d='' c:d=''/>",
  "<a xmlns='u'><b xmlns=''/><c/></a>",
  "<a xmlns:b=''/>",
  "<a xmlns:b=' u '><b:c/></a>",
  "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='en'/>",
  "<a xmlns:xml='u'/>",
  "<a xmlns:b='http://www.w3.org/XML/1998/namespace'/>",
  "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
  "<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>",
  "<a xmlns:xmlns='u'/>",
  "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
  "<xmlns:a/>",
  "<a:b:c xmlns:a='u'/>",
  "<:a/>",
  "<a:/>",
  "<a :b=''/>",
  "<a xmlns:=''/>",
  "<a xmlns:b:c='u'/>",
  "<a:1 xmlns:a='u'/>",
  "<a __proto__='1' constructor='2'/>",
  "\u{FEFF}<a/>",
  "\u{FEFF}<?xml version='1.0'?><a/>",
  "<a>\u{FEFF}</a>",
  "<a>\u{1}</a>",
  "<a>\u{7F}\u{85}\u{2028}</a>",
  "<a>\u{FFFE}</a>",
  "",
  " ",
  "<!-- alone -->",
];

test("every way to write a document, and to write it wrong, is judged as saxes judges it", () => {
  for (const text of CASES) same(text);
});

test("so is every document of the corpora, whole, cut anywhere, and with an octet changed", (t) => {
  let wellFormed = 0;
  for (const corpus of ["xml-rfc-examples", "xml-bad"]) {
    for (const { bytes } of corpusFor(t, corpus)) {
      const text = new TextDecoder().decode(bytes);
      if (text.length > 20_000) continue;
      if (same(text)) wellFormed += 1;
      const step = Math.max(1, Math.floor(text.length / 12));
      for (let at = 0; at < text.length; at += step) {
        same(text.slice(0, at));
        for (const other of `<>&;'"/?!-[]=: a\r`) {
          same(text.slice(0, at) + other + text.slice(at + 1));
        }
      }
    }
  }
  t.diagnostic(`${wellFormed} well-formed documents`);
});

test("and whatever is made of pieces of markup", () => {
  const piece = fc.constantFrom(
    ...Array.from("<>&;'\"/?!-[]=: \t\r\nab1é"),
    "<a>",
    "</a>",
    "<a ",
    "<b:c/>",
    " xmlns:b='u'",
    " xmlns='v'",
    "='",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?x ",
    "?>",
    "&lt;",
    "&#13;",
    "<?xml version='1.0'?>",
  );
  const inside = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
  const document = fc.oneof(
    inside,
    inside.map((text) => `<a>${text}</a>`),
    inside.map((text) => `<a ${text}></a>`),
  );
  fc.assert(
    fc.property(document, (text) => void same(text)),
    { seed: 4711, numRuns: 30_000 },
  );
});
