/** What is said when there is nothing that could hold the new node. RFC 4825 §11.1 */
import { type NodeSelector, selectorUri } from "./selector.ts";
import type { XcapError } from "./xcap-error.ts";

/**
 * `found` steps led to an element. The ancestor is told from the root of the document on: whoever
 * answers puts the URI of the document and the separator before it.
 */
export function noParent(selector: NodeSelector, found: number): XcapError {
  const ancestor = found === 0 ? undefined : selectorUri(selector, found);
  return { kind: "no-parent", phrase: undefined, ancestor };
}
