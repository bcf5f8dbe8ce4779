/** What is said of those who were asked into a group. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ImError, type ImErrorCode } from "@parlance/client";
import { de } from "../texts/de.ts";
import { en } from "../texts/en.ts";
import { changeAsked, outcomeWords } from "./asked.ts";
import { faultOf } from "./refusal-words.ts";

const words = (code: ImErrorCode, texts = en): string =>
  outcomeWords(faultOf(new ImError(code)), texts);

test("of each it is said whether he is waited for, has come, would not come, or was not reached and why", () => {
  assert.equal(outcomeWords("waits", en), "is being asked …");
  assert.equal(outcomeWords("came", en), "has come");
  assert.equal(words("declined"), "does not want to come");
  assert.equal(words("timeout"), "no answer was heard");
  assert.equal(words("no such user or group"), "was not reached. There is nobody of that name.");
  assert.match(words("not reachable", de), /^wurde nicht erreicht\. \S/);
});

test("an outcome is of one of them, and leaves the others as they are", () => {
  const [bob, carol] = ["sip:bob@example.com", "sip:carol@example.com"].map((address) => ({
    address,
    outcome: "waits" as const,
  }));
  assert.ok(bob && carol);
  const now = changeAsked([bob, carol], carol.address, "came");
  assert.deepEqual(now, [bob, { ...carol, outcome: "came" }]);
});
