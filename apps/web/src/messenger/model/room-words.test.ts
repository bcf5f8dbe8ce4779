import assert from "node:assert/strict";
import { test } from "node:test";
import { de } from "../texts/de.ts";
import { en } from "../texts/en.ts";
import { roomWords } from "./room-words.ts";

test("what a room says itself is said in the language of the page", () => {
  for (const [said, german] of [
    ["Welcome to Lobby.", "Willkommen in Lobby."],
    ["Welcome to St. Pauli.", "Willkommen in St. Pauli."],
    ["Welcome to Lobby. Subject: Tea at 5.", "Willkommen in Lobby. Betreff: Tea at 5."],
    ["Subject: Tea", "Betreff: Tea"],
    ["You are called Owl here.", "Du heißt hier Owl."],
    ["bob records this session.", "bob zeichnet diese Sitzung auf."],
    ["bob does not record any more.", "bob zeichnet nicht mehr auf."],
    ["This session closes in five minutes.", "Diese Sitzung endet in fünf Minuten."],
    ["The cake is in the kitchen.", "The cake is in the kitchen."],
  ] as const) {
    assert.equal(roomWords(said, de), german);
    assert.equal(roomWords(said, en), said);
  }
});
