/** The one node of a document that a selector of a patch means. RFC 5261 §4.1 */
import { children, type XmlAttribute, type XmlElement } from "@parlance/wire";
import { attributeNamed, isNamed } from "../xcap/locate.ts";
import { type ChildNode, childNodes } from "../xml-edit/index.ts";
import { refuse } from "./operation.ts";
import type { PatchSelector, PatchStep, PatchTerminal, Predicate } from "./patch-selector.ts";

/** `path` leads from the root to the element that holds the node, or is it. */
export type Located = { readonly path: readonly XmlElement[]; readonly element: XmlElement } & (
  | { readonly kind: "element" }
  | { readonly kind: "attribute"; readonly attribute: XmlAttribute }
  | { readonly kind: "namespace"; readonly prefix: string }
  | { readonly kind: "node"; readonly node: ChildNode }
);

export function locateNode(
  bytes: Uint8Array,
  root: XmlElement,
  { steps, terminal }: PatchSelector,
): Located {
  const path: XmlElement[] = [];
  let candidates: readonly XmlElement[] = [root];
  for (const step of steps) {
    const only = one(select(candidates, step));
    path.push(only);
    candidates = children(only);
  }
  const element = path.at(-1) ?? refuse("unlocated-node");
  switch (terminal.kind) {
    case "element":
      return { kind: "element", path, element };
    case "attribute": {
      const attribute = attributeNamed(element, terminal.name) ?? refuse("unlocated-node");
      return { kind: "attribute", path, element, attribute };
    }
    case "namespace": {
      const { prefix } = terminal;
      // It must be declared here, and not further out. §4.4.3
      const here = element.declarations.some((declaration) => declaration.prefix === prefix);
      if (!here) refuse("unlocated-node");
      return { kind: "namespace", path, element, prefix };
    }
    default:
      return { kind: "node", path, element, node: findNode(bytes, element, terminal) };
  }
}

function findNode(
  bytes: Uint8Array,
  element: XmlElement,
  { kind, target, position }: Extract<PatchTerminal, { readonly position: unknown }>,
): ChildNode {
  const named = childNodes(bytes, element).filter(
    (node) => node.kind === kind && (target === undefined || isTarget(bytes, node, target)),
  );
  return one(position === undefined ? named : named.slice(position - 1, position));
}

/** `<?target …?>` */
function isTarget(bytes: Uint8Array, { start }: ChildNode, target: string): boolean {
  const written = String.fromCharCode(...bytes.subarray(start + 2, start + 3 + target.length));
  return written.startsWith(target) && /^[\s?]$/.test(written.slice(target.length));
}

function select(candidates: readonly XmlElement[], step: PatchStep): readonly XmlElement[] {
  let found = candidates.filter((element) => isNamed(element, step.name));
  for (const predicate of step.predicates) found = prune(found, predicate);
  return found;
}

function prune(candidates: readonly XmlElement[], predicate: Predicate): XmlElement[] {
  switch (predicate.kind) {
    case "position":
      return candidates.slice(predicate.position - 1, predicate.position);
    case "attribute":
      return candidates.filter(
        (element) => attributeNamed(element, predicate.name)?.value === predicate.value,
      );
    case "child":
      return candidates.filter((element) =>
        children(element).some(
          (child) => isNamed(child, predicate.name) && textOf(child) === predicate.value,
        ),
      );
    case "self":
      return candidates.filter((element) => textOf(element) === predicate.value);
  }
}

/** All text below, white space and all. XPath 1.0 §5.2 */
function textOf(element: XmlElement): string {
  return element.children
    .map((node) => {
      if (typeof node === "string") return node;
      return node.kind === "element" ? textOf(node) : "";
    })
    .join("");
}

function one<T>(found: readonly T[]): T {
  const [only] = found;
  return found.length === 1 && only !== undefined ? only : refuse("unlocated-node");
}
