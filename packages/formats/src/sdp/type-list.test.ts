/** What two lists of media types share. RFC 4975 §8.6 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { commonTypes, readTypeList, takesType, writeTypeList } from "./type-list.ts";

function commonText(first: string, second: string): string {
  return writeTypeList(commonTypes(readTypeList(first), readTypeList(second)));
}

test("what both take is taken, message/cpim first, in the order of the first list", () => {
  assert.equal(commonText("text/plain Message/CPIM a/b", "message/cpim a/b"), "message/cpim a/b");
  assert.equal(commonText("*", "text/plain message/cpim"), "message/cpim text/plain");
  assert.equal(commonText("text/html message/cpim", "*"), "message/cpim text/html");
  assert.equal(commonText("message/cpim *", "text/plain *"), "message/cpim text/plain *");
  assert.equal(commonText("text/* image/png", "text/plain image/*"), "text/plain image/png");
  assert.equal(commonText("text/*", "text/* text/plain"), "text/plain text/*");
  assert.equal(commonText("text/plain", "image/png"), "");
});

test("parameters do not count, and stay", () => {
  const [type] = commonTypes(['text/plain;charset="a b"'], ["text/plain"]);
  assert.equal(type, 'text/plain;charset="a b"');
  assert.deepEqual(readTypeList('text/plain;x="a b" a/b'), ['text/plain;x="a b"', "a/b"]);
});

test("what is no list of types is refused, and not written", () => {
  for (const text of ["text", "text/", "a/b,c/d", 'a/b;x="c', "a/b/c", "*/*x y"]) {
    assert.throws(() => readTypeList(text), { name: "FormatError" }, text);
    assert.throws(() => writeTypeList([text]), RangeError, text);
  }
  assert.throws(() => writeTypeList(["a/b c/d"]), RangeError);
});

test("a common type is one that both lists take, whatever the lists", () => {
  const entry = fc.constantFrom("*", "a/*", "b/*", "a/x", "a/y", "b/x", "message/cpim");
  const list = fc.uniqueArray(entry, { maxLength: 5 });
  const bodies = ["a/x", "a/y", "a/z", "b/x", "c/c", "message/cpim"];
  fc.assert(
    fc.property(list, list, (first, second) => {
      const common = commonTypes(first, second);
      for (const body of bodies) {
        const both = takesType(first, body) && takesType(second, body);
        assert.equal(takesType(common, body), both, body);
      }
      assert.equal(new Set(common).size, common.length);
    }),
    { seed: 4711, numRuns: 1000 },
  );
});
