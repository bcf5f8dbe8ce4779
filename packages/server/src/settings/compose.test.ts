/** What holds for a user of what his devices say. Clause 3.2.2, D-03 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EntitySettings } from "@parlance/formats";
import * as fc from "fast-check";
import { type Composed, compose, isBarred, lastingAfter, overlaid } from "./compose.ts";
import { NOTHING_KNOWN, type Published } from "./model.ts";

const SILENT: EntitySettings = {
  id: "phone",
  barring: { sessions: undefined, messages: undefined, files: undefined },
  visible: undefined,
  offlineDelivery: undefined,
  history: { sessions: undefined, messages: undefined },
};

function entity(id: string, more: Partial<EntitySettings> = {}): EntitySettings {
  return { ...SILENT, id, ...more };
}

function closed(sessions: boolean): Pick<EntitySettings, "barring"> {
  return { barring: { ...SILENT.barring, sessions } };
}

function published(at: number, ...entities: readonly EntitySettings[]): Published {
  return { etag: `e${at}`, expiresAt: 10_000, body: { entities, devices: [], at } };
}

function composed(...publications: readonly Published[]): Composed {
  return compose({ ...NOTHING_KNOWN, publications });
}

const DEVICES = new Set(["phone", "laptop"]);
const bars = (of: Composed, device?: string) =>
  isBarred(of, "sessions", device, (id) => DEVICES.has(id));

test("without a word of anybody a user is visible, and nothing is barred", () => {
  const nothing = composed();
  assert.equal(nothing.visible, true);
  assert.equal(bars(nothing), false);
  assert.equal(bars(nothing, "phone"), false);
});

test("IM-5.2.4-08a: what a device bars it bars there, what no device says is barred everywhere", () => {
  const one = composed(published(1, entity("phone", closed(true))));
  assert.deepEqual([bars(one), bars(one, "phone"), bars(one, "laptop")], [false, true, false]);
  const all = composed(published(1, entity("whoever", closed(true))));
  assert.deepEqual([bars(all), bars(all, "phone"), bars(all, "laptop")], [true, true, true]);
});

test("IM-5.2.4-08c: of what is said for the whole user the last word holds, in whatever order it is kept", () => {
  const hidden = published(1, entity("phone", { visible: false }));
  const seen = published(2, entity("laptop", { visible: true }));
  const silent = published(3, entity("tablet"));
  assert.equal(composed(hidden).visible, false);
  assert.equal(composed(hidden, seen, silent).visible, true);
  assert.equal(composed(silent, seen, hidden).visible, true);
  assert.equal(composed(hidden, silent).visible, false);
  const shut = published(1, entity("a", closed(true)));
  assert.equal(bars(composed(published(2, entity("b", closed(false))), shut)), false);
});

test("what outlives a publication is what was said of it last", () => {
  const before = { offlineDelivery: false, storesSessions: true, storesMessages: undefined };
  const after = lastingAfter(before, [
    entity("phone", { offlineDelivery: true, history: { sessions: undefined, messages: true } }),
  ]);
  assert.deepEqual(after, { offlineDelivery: true, storesSessions: true, storesMessages: true });
  assert.equal(lastingAfter(before, [entity("phone")]).offlineDelivery, false);
});

test("what a newer word does not speak of keeps its value, and nothing else does", () => {
  const maybe = fc.option(fc.boolean(), { nil: undefined });
  const any = fc
    .tuple(maybe, maybe, maybe, maybe, maybe, maybe, maybe)
    .map(([sessions, messages, files, visible, offlineDelivery, a, b]) =>
      entity("x", {
        barring: { sessions, messages, files },
        visible,
        offlineDelivery,
        history: { sessions: a, messages: b },
      }),
    );
  fc.assert(
    fc.property(any, any, (older, newer) => {
      const [a, b] = [flat(older), flat(newer)];
      assert.deepEqual(
        flat(overlaid(older, newer)),
        b.map((value, at) => value ?? a[at]),
      );
    }),
  );
});

function flat({ barring, history, visible, offlineDelivery }: EntitySettings): readonly unknown[] {
  const { sessions, messages, files } = barring;
  return [sessions, messages, files, visible, offlineDelivery, history.sessions, history.messages];
}
