import assert from "node:assert/strict";
import { test } from "node:test";
import { contactName, peopleIn } from "./contact-book.ts";

const [BOB, CAROL] = ["sip:bob@example.com", "sip:carol@example.com"];

test("whoever stands in several lists is shown once, by a name if any list has one, in the order of names", () => {
  const people = peopleIn([
    { address: CAROL, name: undefined },
    { address: BOB, name: undefined },
    { address: BOB, name: "Zorro" },
    { address: CAROL, name: undefined },
  ]);
  assert.deepEqual(people, [
    { address: CAROL, name: undefined },
    { address: BOB, name: "Zorro" },
  ]);
});

test("a name that cannot be seen is none", () => {
  assert.equal(contactName({ address: BOB, name: "\u200b " }), undefined);
  assert.equal(contactName({ address: BOB, name: "Bob\u202e" }), "Bob");
});
