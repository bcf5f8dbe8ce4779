/** What is drawn as a picture. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pictureType } from "./picture-type.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("pictures are known by how they begin, whatever they are called", () => {
  assert.equal(pictureType(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10)), "image/png");
  assert.equal(pictureType(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)), "image/jpeg");
  assert.equal(pictureType(bytes("GIF89a")), "image/gif");
  assert.equal(pictureType(bytes("RIFF0000WEBPVP8 ")), "image/webp");
});

test("documents that could do something are no pictures", () => {
  for (const text of ["<svg onload=alert(1)>", "<html>", "%PDF-1.7", "", "GI"]) {
    assert.equal(pictureType(bytes(text)), undefined, text);
  }
});
