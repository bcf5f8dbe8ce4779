/** What of a slice has to be told to another tab: of a long conversation only the entries that are new or changed. */
import type { Item, Slices, TalkView } from "./views.ts";

export type SlicePatch =
  | { readonly kind: "whole"; readonly key: keyof Slices; readonly value: unknown }
  | {
      readonly kind: "talk";
      readonly key: keyof Slices;
      readonly whole: boolean;
      readonly loading: boolean;
      readonly gone: readonly string[];
      readonly items: readonly Item[];
    };

export function patchOf(key: keyof Slices, before: unknown, after: unknown): SlicePatch {
  if (!key.startsWith("talk ") || before === undefined || after === undefined) {
    return { kind: "whole", key, value: after };
  }
  const [was, is] = [before as TalkView, after as TalkView]; // by the key
  const known = new Map(was.items.map((item) => [item.key, item]));
  const items = is.items.filter((item) => known.get(item.key) !== item);
  for (const { key: still } of is.items) known.delete(still);
  return {
    kind: "talk",
    key,
    whole: is.whole,
    loading: is.loading,
    gone: [...known.keys()],
    items,
  };
}

export function applyPatch(patch: SlicePatch, before: unknown): unknown {
  if (patch.kind === "whole") return patch.value;
  const { items: known } = (before ?? { items: [] }) as TalkView; // by the key
  const news = new Map(patch.items.map((item) => [item.key, item]));
  const gone = new Set(patch.gone);
  const kept = known.filter(({ key }) => !gone.has(key)).map((item) => news.get(item.key) ?? item);
  const there = new Set(kept.map(({ key }) => key));
  const added = patch.items.filter(({ key }) => !there.has(key));
  const items = [...kept, ...added].toSorted((a, b) => a.order - b.order);
  return { items, whole: patch.whole, loading: patch.loading } satisfies TalkView;
}
