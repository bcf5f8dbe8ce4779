import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Chain, type Link, Lookup } from "./index.ts";

test("a chain keeps the order in which values came, whichever leave", () => {
  const steps = fc.array(fc.oneof(fc.constant("add"), fc.nat({ max: 20 })), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (script) => {
      const chain = new Chain<object>();
      let expected: { readonly value: object; readonly link: Link<object> }[] = [];
      for (const step of script) {
        if (step === "add") {
          const value = {};
          expected.push({ value, link: chain.add(value) });
        } else {
          const leaver = expected[step];
          if (leaver === undefined) continue;
          chain.remove(leaver.link);
          chain.remove(leaver.link);
          expected = expected.filter((each) => each !== leaver);
        }
        assert.deepEqual(
          [...chain],
          expected.map(({ value }) => value),
        );
        assert.equal(chain.first, expected[0]?.value);
        assert.equal(chain.size, expected.length);
      }
    }),
  );
});

test("values may leave a chain while it is gone through, and a link that was taken out holds nothing", () => {
  const chain = new Chain<string>();
  const links = ["a", "b", "c"].map((value) => chain.add(value));
  const seen: string[] = [];
  for (const value of chain) {
    seen.push(value);
    for (const link of links) chain.remove(link);
    chain.add("later");
  }
  assert.deepEqual(seen, ["a", "b", "c"]);
  assert.deepEqual(links[1], { value: undefined, before: undefined, after: undefined });
});

test("a lookup is a map", () => {
  const lookup = new Lookup<{ readonly name: string }>();
  lookup.set("a", { name: "first" });
  lookup.set("b", { name: "second" });
  lookup.set("a", { name: "third" });
  lookup.delete("b");
  lookup.delete("nobody");
  assert.equal(lookup.get("a")?.name, "third");
  assert.equal(lookup.get("b"), undefined);
  assert.equal(lookup.size, 1);
  assert.deepEqual([...lookup.values()], [{ name: "third" }]);
});

test("what is in a lookup is changed and taken out by its place", () => {
  const lookup = new Lookup<{ readonly name: string }>();
  const a = lookup.add("a", { name: "first" });
  const b = lookup.add("b", { name: "second" });
  a.value = { name: "third" };
  lookup.leave(b);
  assert.equal(lookup.get("a")?.name, "third");
  assert.equal(lookup.get("b"), undefined);
  lookup.add("b", { name: "fourth" });
  lookup.leave(b); // left before: what came after it stays
  assert.equal(lookup.size, 2);
  assert.deepEqual([...lookup.values()], [{ name: "third" }, { name: "fourth" }]);
});
