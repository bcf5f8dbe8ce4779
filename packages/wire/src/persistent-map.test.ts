/** Maps as values: what they hold, what they share, what differs between two. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { PersistentMap } from "./persistent-map.ts";

interface Value {
  readonly of: number;
}

type Step =
  | { readonly do: "with"; readonly key: string; readonly of: number }
  | { readonly do: "without"; readonly key: string };

const key = fc.oneof(fc.constantFrom("a", "b", "c", "costarring", "liquid"), fc.string());
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("with" as const), key, of: fc.nat() }),
  fc.record({ do: fc.constant("without" as const), key }),
);

/** The same steps over a map of the engine. */
function play(steps: readonly Step[], from = PersistentMap.empty<Value>()) {
  let map = from;
  const plain = new Map<string, Value>();
  for (const one of steps) {
    if (one.do === "without") {
      map = map.without(one.key);
      plain.delete(one.key);
      continue;
    }
    const value = { of: one.of };
    map = map.with(one.key, value);
    plain.set(one.key, value);
  }
  return { map, plain };
}

test("a map holds what was put into it, in the order in which keys came", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { map, plain } = play(steps);
      assert.equal(map.size, plain.size);
      assert.deepEqual([...map], [...plain.values()]);
      for (const [name, value] of plain) assert.equal(map.get(name), value);
      assert.equal(map.get("never there"), undefined);
    }),
    { seed: 4711, numRuns: 300 },
  );
});

test("changing a map leaves the one before as it was, and what differs is told exactly", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.array(step, { maxLength: 40 }),
      (first, second) => {
        const { map: before } = play(first);
        const held = [...before];
        const { map: after } = play(second, before);
        assert.deepEqual([...before], held);
        let replayed = before;
        for (const change of after.changesSince(before)) {
          assert.notEqual(change.before, change.after);
          assert.equal(change.before, before.get(change.key));
          assert.equal(change.after, after.get(change.key));
          replayed =
            change.after === undefined
              ? replayed.without(change.key)
              : replayed.with(change.key, change.after);
        }
        assert.deepEqual(new Set(replayed), new Set(after));
        assert.equal(replayed.changesSince(after).length, 0);
      },
    ),
    { seed: 4711, numRuns: 300 },
  );
});

test("keys with one hash live side by side", () => {
  // These two have the same FNV-1a hash of 32 bits.
  const map = PersistentMap.from<Value>([
    ["costarring", { of: 1 }],
    ["liquid", { of: 2 }],
    ["other", { of: 3 }],
  ]);
  assert.equal(map.get("costarring")?.of, 1);
  assert.equal(map.without("costarring").get("liquid")?.of, 2);
  assert.equal(map.without("costarring").without("liquid").size, 1);
});

test("the same value again, and the removal of nothing, give the same map", () => {
  const value = { of: 1 };
  const map = PersistentMap.from([["a", value]]);
  assert.equal(map.with("a", value), map);
  assert.equal(map.without("b"), map);
});

test("one change among ten thousand is found without looking at the others", () => {
  const looked: string[] = [];
  const spy = (name: string): Value =>
    new Proxy({ of: 0 }, { get: (): number => looked.push(name) });
  const before = PersistentMap.from(
    Array.from({ length: 10_000 }, (_, at) => [`sip:${at}@b`, spy(`${at}`)] as const),
  );
  const after = before.with("sip:5000@b", { of: 1 }).without("sip:7@b").with("new", { of: 2 });
  assert.deepEqual(
    after.changesSince(before).map((change) => change.key),
    ["sip:7@b", "sip:5000@b", "new"],
  );
  assert.deepEqual(looked, []);
});
