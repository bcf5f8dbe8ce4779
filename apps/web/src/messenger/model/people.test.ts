/** Names for a group: whoever cannot come is named before anything is made. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { en } from "../texts/en.ts";
import { judgePeople } from "./people.ts";

const SELF = "sip:alice@example.com";

async function judged(written: string, others = false): Promise<string | readonly string[]> {
  const told = await judgePeople(
    written,
    {
      self: SELF,
      domain: "example.com",
      reachesOthers: async () => others,
      commands: {
        unknown: async (people) => people.filter((one) => one.includes("nobody")),
      },
    },
    en,
  );
  return "people" in told ? told.people : told.fault;
}

test("those who can come are each asked once, of other domains where the server has a way to them", async () => {
  const bob = "sip:bob@example.com";
  assert.deepEqual(await judged("bob, carol; Bob"), [bob, "sip:carol@example.com"]);
  assert.deepEqual(await judged("bob dave@else.where", true), [bob, "sip:dave@else.where"]);
});

test("whoever cannot come is named, and why", async () => {
  assert.equal(await judged(" "), "Nobody is named.");
  assert.equal(await judged("bob, ca<rol, @x"), "This is no address: ca<rol, @x");
  assert.equal(await judged("alice, Alice"), "Nobody else is named.");
  assert.equal(await judged("bob, alice"), "You are in it anyway: leave your own name out.");
  assert.equal(
    await judged("bob, dave@else.where"),
    "This server reaches nobody outside of example.com: dave@else.where",
  );
  assert.equal(await judged("nobody, bob"), "The server knows nobody of that name: nobody");
});
