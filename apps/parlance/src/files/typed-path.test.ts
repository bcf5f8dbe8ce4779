import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { mediaTypeOf } from "./media-type.ts";
import { readTypedPath } from "./typed-path.ts";

test("a path may be quoted, escaped, relative, or below the home", () => {
  for (const [typed, path] of [
    ["/tmp/a b.png", "/tmp/a b.png"],
    ["'/tmp/a b.png' ", "/tmp/a b.png"],
    ['"/tmp/it\'s.png"', "/tmp/it's.png"],
    ["/tmp/a\\ b\\(1\\).png", "/tmp/a b(1).png"],
    ["~/a.png", "/home/alice/a.png"],
    ["~", "/home/alice"],
    ["~bob/a", resolve("~bob/a")],
    ["a.png", resolve("a.png")],
  ] as const) {
    assert.equal(readTypedPath(typed, "/home/alice"), path);
  }
});

test("the end of a name tells the type, whatever its case; what is not known is octets", () => {
  assert.deepEqual(["a.PNG", "b.tar.gz", "c", ".png", "d.exe"].map(mediaTypeOf), [
    "image/png",
    "application/gzip",
    "application/octet-stream",
    "application/octet-stream",
    "application/octet-stream",
  ]);
});
