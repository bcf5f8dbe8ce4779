/** What rules and groups ask about lists elsewhere, answered from lists that were fetched before. */
import type { InExternalList } from "../rules/index.ts";
import { type ExpandLimits, expandList, type ListSource } from "./expand-list.ts";

/** Fetches each list of `anchors` (see `anchorsOf`); one that cannot be had holds nobody. */
export async function resolveLists(
  anchors: readonly string[],
  source: ListSource,
  limits?: ExpandLimits,
): Promise<InExternalList> {
  const lists = new Map<string, ReadonlyMap<string, unknown>>();
  for (const anchor of anchors) {
    const list = await source.list(anchor);
    if (list !== undefined) lists.set(anchor, (await expandList(list, source, limits)).entries);
  }
  return (anchor, identity) => lists.get(anchor)?.has(identity) ?? false;
}
