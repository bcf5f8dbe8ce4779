/** What becomes a link, and what does not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { segmentsOf } from "./links.ts";

function linksIn(text: string): readonly string[] {
  return segmentsOf(text).flatMap((one) => (one.kind === "link" ? [one.href] : []));
}

test("a link ends where the sentence goes on", () => {
  assert.deepEqual(linksIn("see (https://example.com/a_(b))."), ["https://example.com/a_(b)"]);
  assert.deepEqual(linksIn("https://a.example, https://b.example!"), [
    "https://a.example/",
    "https://b.example/",
  ]);
  assert.deepEqual(linksIn('http://example.com/a?b=<c>&d="e"'), ["http://example.com/a?b="]);
});

test("nothing but the web and addresses is a link", () => {
  for (const text of [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "vbscript:msgbox(1)",
    "blob:https://im.example.com/x",
    "view-source:https://example.com",
    "//evil.example.net/x",
    "xhttps://example.com",
  ]) {
    assert.deepEqual(segmentsOf(text), [{ kind: "text", text }], text);
  }
});

test("who writes something before an @ leads nobody astray", () => {
  assert.deepEqual(linksIn("https://bank.example@evil.example/"), []);
});

test("a host that is written otherwise than it is gets its real name beside it", () => {
  const [link] = segmentsOf("https://аpple.example/login");
  assert.equal(link?.kind === "link" && link.realHost, "xn--pple-43d.example");
  const [plain] = segmentsOf("https://apple.example/login");
  assert.equal(plain?.kind === "link" && plain.realHost, undefined);
});

test("an address opens in the messenger", () => {
  assert.deepEqual(segmentsOf("ask sip:bob@im.example.com, please"), [
    { kind: "text", text: "ask " },
    { kind: "address", text: "sip:bob@im.example.com", address: "sip:bob@im.example.com" },
    { kind: "text", text: ", please" },
  ]);
});

test("whatever is written comes out again, letter by letter", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom("https://", "sip:", "(", ")", "[", "]", ".", "a@b", " ", "example.com"),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join("");
      assert.equal(
        segmentsOf(text)
          .map((one) => one.text)
          .join(""),
        text,
      );
    }),
  );
});

test("a text of nothing but beginnings of links is read in a moment", () => {
  const began = performance.now();
  segmentsOf("https://a".repeat(100_000));
  segmentsOf("https://(((((".repeat(100_000));
  assert.ok(performance.now() - began < 2_000);
});
