/** What is made when it is asked for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Later } from "./later.ts";

test("it is made once, for all who ask, and there from then on", async () => {
  let made = 0;
  const later = new Later(async () => {
    made += 1;
    return "part";
  });
  assert.deepEqual([later.made, made], [undefined, 0]);
  const asked = [later.get(), later.get()];
  assert.deepEqual(await Promise.all(asked), ["part", "part"]);
  assert.deepEqual([later.made, await later.get(), made], ["part", "part", 1]);
});

test("after a failure, which all who asked hear of, the next one who asks tries again", async () => {
  const outcomes = [Promise.reject(new Error("offline")), Promise.resolve("part")];
  for (const one of outcomes) one.catch(() => {});
  const later = new Later(() => outcomes.shift() ?? assert.fail("made once too often"));
  const asked = await Promise.allSettled([later.get(), later.get()]);
  assert.deepEqual(
    asked.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.equal(later.made, undefined);
  assert.equal(await later.get(), "part");
  assert.equal(later.made, "part");
});
