import assert from "node:assert/strict";
import { test } from "node:test";
import { readPeers, readTyped } from "./commands.ts";

const SELF = "sip:alice@parlance.test";

test("a line is said as it was typed, over several rows if need be", () => {
  assert.deepEqual(readTyped("  hello\nyou  ", SELF), { do: "say", text: "  hello\nyou" });
  assert.deepEqual(readTyped(" \n ", SELF), { do: "nothing" });
});

test("two slashes say one", () => {
  assert.deepEqual(readTyped("//to be", SELF), { do: "say", text: "/to be" });
});

test("/to takes names and addresses, and a text that keeps its spaces", () => {
  assert.deepEqual(readTyped("/to bob,sip:zoe@else.test  so  far\nso good", SELF), {
    do: "to",
    to: ["sip:bob@parlance.test", "sip:zoe@else.test"],
    text: "so  far\nso good",
  });
  assert.deepEqual(readTyped("/to", SELF), { do: "wrong", why: "/to needs a name" });
});

test("what is no command is not said by mistake", () => {
  assert.equal(readTyped("/quti", SELF).do, "wrong");
  assert.equal(readTyped("/", SELF).do, "wrong");
});

test("names are of the own domain, each once", () => {
  assert.deepEqual(readPeers("bob, bob ,tel:+123,zoe@else.test,", SELF), [
    "sip:bob@parlance.test",
    "tel:+123",
    "sip:zoe@else.test",
  ]);
});

test("/file takes a path with blanks, /accept a number, a folder, both or neither", () => {
  assert.deepEqual(readTyped("/file  ~/my pictures/a.png ", SELF), {
    do: "file",
    path: "~/my pictures/a.png",
  });
  for (const [typed, number, folder] of [
    ["/accept", undefined, "."],
    ["/accept 3", 3, "."],
    ["/accept 3 ~/my files", 3, "~/my files"],
    ["/accept ~/my files", undefined, "~/my files"],
    ["/accept 3rd", undefined, "3rd"],
  ] as const) {
    assert.deepEqual(readTyped(typed, SELF), { do: "accept", number, folder }, typed);
  }
  assert.deepEqual(readTyped("/decline 2", SELF), { do: "decline", number: 2 });
  assert.deepEqual(readTyped("/cancel", SELF), { do: "cancel", number: undefined });
  assert.equal(readTyped("/cancel it", SELF).do, "wrong");
  assert.equal(readTyped("/file", SELF).do, "wrong");
});
