/** The element of a document that the steps of a selector lead to. RFC 4825 §6.3 */
import { children, type XmlAttribute, type XmlElement } from "@parlance/wire";
import type { ExpandedName, NodeSelector, SelectorStep } from "./selector.ts";

export interface Location {
  /** From the root to the element that the last step found; shorter when a step found none, or several. */
  readonly path: readonly XmlElement[];
  /** How many elements the step behind the path finds: 1 when all steps were taken. */
  readonly matches: number;
}

/** Follows `steps`, each of which must find exactly one element. */
export function locate(root: XmlElement, steps: readonly SelectorStep[]): Location {
  const path: XmlElement[] = [];
  let candidates: readonly XmlElement[] = [root];
  for (const step of steps) {
    const found = matching(candidates, step);
    const [only] = found;
    if (found.length !== 1 || only === undefined) return { path, matches: found.length };
    path.push(only);
    candidates = children(only);
  }
  return { path, matches: 1 };
}

/** The element that a whole selector is about; `undefined` unless there is exactly one. */
export function elementOf(root: XmlElement, { steps }: NodeSelector): XmlElement | undefined {
  const { path } = locate(root, steps);
  return path.length === steps.length ? path.at(-1) : undefined;
}

/** Those that pass the tests of a step, in its order: name, position, attribute. */
export function matching(
  candidates: readonly XmlElement[],
  { name, position, attribute: test }: SelectorStep,
): readonly XmlElement[] {
  const named = candidates.filter((element) => isNamed(element, name));
  const placed = position === undefined ? named : named.slice(position - 1, position);
  if (test === undefined) return placed;
  return placed.filter((element) => attributeNamed(element, test.name)?.value === test.value);
}

export function attributeNamed(
  element: XmlElement,
  { namespace, local }: ExpandedName,
): XmlAttribute | undefined {
  return element.attributes.find((one) => one.local === local && one.namespace === namespace);
}

export function isNamed(element: XmlElement, name: ExpandedName | "*"): boolean {
  return name === "*" || (element.local === name.local && element.namespace === name.namespace);
}
