/** Entries as they are read, in the order of the store; the same one again takes the place of what was known of it. */
import type { Item } from "./views.ts";

/** Both oldest first; what `news` has is newer knowledge. */
export function mergeItems(known: readonly Item[], news: readonly Item[]): readonly Item[] {
  if (news.length === 0) return known;
  const first = news[0];
  const last = known.at(-1);
  if (last === undefined) return news;
  if (first !== undefined && first.order > last.order) return [...known, ...news];
  const replaced = new Map(news.map((item) => [item.key, item]));
  const kept = known.map((item) => replaced.get(item.key) ?? item);
  const there = new Set(known.map(({ key }) => key));
  const added = news.filter(({ key }) => !there.has(key));
  if (added.length === 0) return kept;
  return [...kept, ...added].toSorted((a, b) => a.order - b.order);
}

/** The one with this key is changed; the same list when there is none, or nothing new. */
export function changeItem(
  items: readonly Item[],
  key: string,
  change: (item: Item) => Item,
): readonly Item[] {
  const at = items.findLastIndex((item) => item.key === key);
  const item = items[at];
  if (item === undefined) return items;
  const next = change(item);
  return next === item ? items : items.with(at, next);
}
