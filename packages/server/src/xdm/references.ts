/** References from documents to lists: which of them lead to something that their owner may use. RFC 4826 §3.3, OMA IM 17.4 */
import { type ListItem, parseXcapTarget, type XcapTarget } from "@parlance/formats";
import type { User } from "../ports/index.ts";
import { isXuiOf } from "./xui.ts";

const LISTS = "resource-lists";

export class References {
  /** `https://im.example.com/xcap/`; it is known when the listener is open. */
  readonly #root: () => string;

  constructor(root: () => string) {
    this.#root = root;
  }

  /** Anchors of all lists elsewhere that these items lead to at once. */
  anchorsIn(items: readonly ListItem[]): readonly string[] {
    return items.flatMap((item) => {
      if (item.kind === "external") return [item.anchor];
      return item.kind === "list" ? this.anchorsIn(item.items) : [];
    });
  }

  /** Does it lead to a list of this very user? */
  leadTo(anchor: string, owner: User): boolean {
    return this.targetOf(anchor, owner) !== undefined;
  }

  /** Undefined for whatever is not a list of his below our root. */
  targetOf(anchor: string, owner: User): XcapTarget | undefined {
    const path = this.#pathOf(anchor);
    return path === undefined ? undefined : this.targetOfPath(path, owner);
  }

  /** The same for a path below the root: an `entry-ref`. */
  targetOfPath(path: string, owner: User): XcapTarget | undefined {
    const read = parseXcapTarget(path);
    if (!read.ok) return undefined;
    const { auid, xui, node } = read.value;
    const own = auid === LISTS && xui !== undefined && isXuiOf(xui, owner);
    return own && node !== undefined ? read.value : undefined;
  }

  #pathOf(anchor: string): string | undefined {
    const root = this.#root();
    const same = anchor.slice(0, root.length).toLowerCase() === root.toLowerCase();
    return same ? anchor.slice(root.length) : undefined;
  }
}
