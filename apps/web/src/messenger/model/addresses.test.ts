/** Addresses as they are written and shown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { initialsOf, isForeign, readAddress, shortAddress, userPart } from "./addresses.ts";

test("a name alone is somebody of the own domain", () => {
  assert.equal(readAddress(" Bob ", "example.com"), "sip:bob@example.com");
  assert.equal(readAddress("bob@other.example", "example.com"), "sip:bob@other.example");
  assert.equal(readAddress("sip:bob@other.example", "example.com"), "sip:bob@other.example");
});

test("what is no address is none", () => {
  for (const text of ["", "a b", "bob@", "@example.com", "tel:+491", "http://x", "sip:a@b@c"]) {
    assert.equal(readAddress(text, "example.com"), undefined, text);
  }
});

test("somebody of another domain is shown with it", () => {
  assert.equal(shortAddress("sip:bob@example.com", "example.com"), "bob");
  assert.equal(shortAddress("sip:bob@other.example", "example.com"), "bob@other.example");
  assert.equal(userPart("sip:b%6Fb@example.com"), "bob");
});

test("pictures have letters, whatever the name", () => {
  assert.equal(initialsOf("night owl"), "NO");
  assert.equal(initialsOf("éric"), "É");
  assert.equal(initialsOf("😀"), "·");
});

test("an address is foreign where the server says which domain it serves, and it is another", () => {
  assert.equal(isForeign("sip:alice@example.org", "example.com"), true);
  assert.equal(isForeign("sip:alice@Example.COM", "example.com"), false);
  assert.equal(isForeign("sip:alice@example.org", ""), false);
});
