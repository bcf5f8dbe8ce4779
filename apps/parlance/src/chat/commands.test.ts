import assert from "node:assert/strict";
import { test } from "node:test";
import { readTyped } from "./commands.ts";
import { readPeers } from "./peers.ts";

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

test("/join takes a room, a name that may have blanks, and whether to hide", () => {
  for (const [typed, nickname, anonymous] of [
    ["/join lobby", undefined, false],
    ["/join lobby as Night Owl", "Night Owl", false],
    ['/join  lobby  as "Night Owl" anonymously', "Night Owl", true],
    ["/join lobby anonymously", undefined, true],
  ] as const) {
    const room = "sip:lobby@parlance.test";
    assert.deepEqual(readTyped(typed, SELF), { do: "join", room, nickname, anonymous }, typed);
  }
  assert.equal(readTyped("/join", SELF).do, "wrong");
});

test("groups are made of names, with a subject, and spoken to by the names that they show", () => {
  assert.deepEqual(readTyped("/create bob, carol about lunch at noon", SELF), {
    do: "create",
    to: ["sip:bob@parlance.test", "sip:carol@parlance.test"],
    subject: "lunch at noon",
  });
  assert.deepEqual(readTyped('/whisper "Night Owl", bob  so  far', SELF), {
    do: "whisper",
    names: ["Night Owl", "bob"],
    text: "so  far",
  });
  assert.deepEqual(readTyped('/kick "Night Owl"', SELF), { do: "kick", names: ["Night Owl"] });
  assert.deepEqual(readTyped("/nick", SELF), { do: "nick", nickname: undefined });
  assert.deepEqual(readTyped("/nick Night Owl", SELF), { do: "nick", nickname: "Night Owl" });
  assert.deepEqual(readTyped("/invite dave", SELF), {
    do: "invite",
    to: ["sip:dave@parlance.test"],
  });
  for (const command of ["mute", "unmute"]) {
    const names = ["Night Owl", "bob"];
    assert.deepEqual(readTyped(`/${command} "Night Owl", bob`, SELF), { do: command, names });
  }
  assert.deepEqual(readTyped("/subject", SELF), { do: "subject", subject: undefined });
  assert.deepEqual(readTyped("/subject  dinner, then", SELF), {
    do: "subject",
    subject: "dinner, then",
  });
  for (const plain of ["lock", "unlock"]) {
    assert.deepEqual(readTyped(`/${plain}`, SELF), { do: plain });
  }
  for (const wrong of ["/whisper bob", "/invite", "/create", "/mute"]) {
    assert.equal(readTyped(wrong, SELF).do, "wrong", wrong);
  }
  assert.deepEqual(readTyped("/leave", SELF), { do: "leave" });
});

test("/record takes on, with a name, or off", () => {
  assert.deepEqual(readTyped("/record on Lunch plans", SELF), {
    do: "record",
    on: true,
    name: "Lunch plans",
  });
  assert.deepEqual(readTyped("/record off", SELF), { do: "record", on: false, name: undefined });
  assert.equal(readTyped("/record", SELF).do, "wrong");
});
