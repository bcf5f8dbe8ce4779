/** Every refusal has words, in every language. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ImError, type ImErrorCode } from "@parlance/client";
import { de } from "../texts/de.ts";
import { en } from "../texts/en.ts";
import { faultOf, wordsFor } from "./refusal-words.ts";

const CODES: Readonly<Record<ImErrorCode, true>> = {
  offline: true,
  "not authenticated": true,
  "signed out": true,
  refused: true,
  "no such user or group": true,
  "not reachable": true,
  "not supported": true,
  busy: true,
  "name taken": true,
  "name not valid": true,
  declined: true,
  "too large": true,
  "server trouble": true,
  timeout: true,
  aborted: true,
  closed: true,
  "not kept": true,
  expired: true,
  "changed meanwhile": true,
  conflict: true,
  "not found": true,
};

test("every code of the SDK has words in every language", () => {
  for (const texts of [en, de]) {
    for (const code of Object.keys(CODES) as ImErrorCode[]) {
      const words = wordsFor(faultOf(new ImError(code)), texts);
      assert.doesNotMatch(words, new RegExp(texts.faults.unknown), code);
    }
  }
});

test("the server's own words stand where the code says little, in one line", () => {
  const fault = faultOf(new ImError("refused", { warning: "too many\nrooms" }));
  assert.match(wordsFor(fault, en), /does not allow that\. The server says: too many rooms$/);
});

test("when to try again is said in whole seconds", () => {
  const fault = faultOf(new ImError("busy", { retryAfterMs: 1_200 }));
  assert.match(wordsFor(fault, en), /Try again in 2 s\.$/);
});

test("what is no error of the SDK is said to be a mistake of ours", () => {
  assert.match(wordsFor(faultOf(new TypeError("x")), en), /Something went wrong/);
});
