/** PUT of an element: in the place of the one that is selected, or where the selector wants it. RFC 4825 §8.2 */
import { children, equalBytes, parseXml, type XmlDocument } from "@parlance/wire";
import { insertInside, splice } from "../xml-edit/index.ts";
import { conflict, type XcapEdit } from "./edit-outcome.ts";
import { readFragment } from "./fragment.ts";
import { elementOf, locate, matching } from "./locate.ts";
import { noParent } from "./no-parent.ts";
import { placeFor } from "./place.ts";
import type { NodeSelector } from "./selector.ts";
import { isUtf8 } from "./text-body.ts";
import { xcapError } from "./xcap-error.ts";

/** `bytes` are what `document` was read from, `body` is what is put. */
export function putElement(
  bytes: Uint8Array,
  document: XmlDocument,
  selector: NodeSelector,
  body: Uint8Array,
): XcapEdit {
  const { steps } = selector;
  const above = locate(document.root, steps.slice(0, -1));
  const target = steps.at(-1);
  if (target === undefined || above.path.length < steps.length - 1) {
    return conflict(noParent(selector, above.path.length));
  }
  if (!isUtf8(body)) return conflict(xcapError("not-utf-8"));
  const fragment = readFragment(body, above.path);
  if (fragment === undefined) return conflict(xcapError("not-xml-frag"));

  const parent = above.path.at(-1);
  const found = matching(parent === undefined ? [document.root] : children(parent), target);
  const [old] = found;
  if (found.length > 1) return conflict(xcapError("cannot-insert")); // which one, nobody can tell
  if (old !== undefined) {
    const edited = splice(bytes, old.start, old.end, fragment);
    return verified(edited, selector, fragment, old.start, false);
  }
  // There is a root, and there can be no other.
  const place = parent && placeFor(parent, target);
  if (parent === undefined || place === undefined) return conflict(xcapError("cannot-insert"));
  const inserted = insertInside(bytes, parent, place, fragment);
  return verified(inserted.bytes, selector, fragment, inserted.at, true);
}

/** A GET must give back what was put: the selector finds the new element and nothing else. §7 */
function verified(
  edited: Uint8Array<ArrayBuffer>,
  selector: NodeSelector,
  fragment: Uint8Array,
  at: number,
  created: boolean,
): XcapEdit {
  const document = parseXml(edited);
  if (!document.ok) return conflict(xcapError("constraint-failure", document.error.reason));
  const element = elementOf(document.value.root, selector);
  const same =
    element?.start === at && equalBytes(edited.subarray(element.start, element.end), fragment);
  if (!same) return conflict(xcapError("cannot-insert"));
  return { kind: "edited", bytes: edited, document: document.value, created };
}
