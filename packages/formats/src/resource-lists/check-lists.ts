/** What a stored lists document must keep to beyond its schema. RFC 4826 §3.4.5 */
import type { ListItem, ResourceList, ResourceLists } from "./resource-lists.ts";

/** `field` selects the attribute that is at fault, from the root on. RFC 4825 §11.1 */
export type ListsFault =
  | { readonly kind: "not unique"; readonly field: string }
  | { readonly kind: "bad reference"; readonly field: string };

export function checkResourceLists({ lists }: ResourceLists): readonly ListsFault[] {
  const items = lists.map((list) => ({ kind: "list" as const, ...list }));
  return checkItems("resource-lists", items);
}

function checkItems(parent: string, items: readonly ListItem[]): readonly ListsFault[] {
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const position = (counts.get(item.kind) ?? 0) + 1;
    counts.set(item.kind, position);
    const path = `${parent}/${item.kind}%5b${position}%5d`;
    const [name, value] = keyOf(item);
    const field = `${path}/@${name}`;
    const faults: ListsFault[] = [];
    // By case-sensitive comparison, whatever the scheme says of its URIs.
    const key = `${item.kind} ${value}`;
    if (value !== undefined && seen.has(key)) faults.push({ kind: "not unique", field });
    seen.add(key);
    if (item.kind === "entry-ref" && !isRelativePath(item.ref)) {
      faults.push({ kind: "bad reference", field });
    }
    if (item.kind === "external" && !/^https?:\/\/[^/\s]/i.test(item.anchor)) {
      faults.push({ kind: "bad reference", field });
    }
    return item.kind === "list" ? [...faults, ...checkItems(path, item.items)] : faults;
  });
}

function keyOf(item: ListItem): readonly [name: string, value: string | undefined] {
  switch (item.kind) {
    case "list":
      return ["name", (item satisfies ResourceList).name];
    case "entry":
      return ["uri", item.uri];
    case "entry-ref":
      return ["ref", item.ref];
    case "external":
      return ["anchor", item.anchor];
  }
}

/** It begins at the root of the server and never leaves it, however its dots are written. */
function isRelativePath(ref: string): boolean {
  if (ref.startsWith("/") || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(ref.slice(0, 64))) return false;
  const [path = ""] = ref.split(/[?#]/, 1);
  return path.split("/").every((segment) => !/^(?:\.|%2e){1,2}$/i.test(segment));
}
