/** Values of XML Schema as they stand in elements and attributes. XML Schema part 2 §3 */
import { attribute, child, FormatError, textContent, type XmlElement } from "@parlance/wire";

/** What an element says; `undefined` when it is not there or empty, which says as little. */
export function textOf(
  parent: XmlElement,
  local: string,
  namespace: string = parent.namespace,
): string | undefined {
  const element = child(parent, local, namespace);
  const text = element === undefined ? "" : textContent(element);
  return text === "" ? undefined : text;
}

/** An attribute without the white space around it; `undefined` when it is not there or empty. */
export function attributeOf(
  element: XmlElement,
  local: string,
  namespace = "",
): string | undefined {
  const value = attribute(element, local, namespace)?.trim() ?? "";
  return value === "" ? undefined : value;
}

/** An attribute of that name in whatever namespace, or in none. */
export function anyAttribute(element: XmlElement, local: string): string | undefined {
  return element.attributes.find((one) => one.local === local)?.value.trim();
}

/** xs:boolean; `undefined` for anything else. */
export function readBoolean(text: string | undefined): boolean | undefined {
  if (text === "true" || text === "1") return true;
  return text === "false" || text === "0" ? false : undefined;
}

const LARGEST_UNSIGNED = 0xffff_ffff;

/** xs:unsignedInt; `undefined` for what is no such number. */
export function readUnsigned(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const number = Number(text);
  return number <= LARGEST_UNSIGNED ? number : undefined;
}

/** A list of words; XML Schema part 2 §2.5.1.2. */
export function readWords(text: string | undefined): readonly string[] {
  return text?.split(/\s+/) ?? [];
}

/** The value if it is one of `words`; what nobody knows is as good as not said. */
export function oneOf<Word extends string>(
  words: readonly Word[],
  text: string | undefined,
): Word | undefined {
  return words.find((word) => word === text);
}

/** Refuses a document that is about something else. */
export function expectRoot(format: string, root: XmlElement, namespace: string, local: string) {
  if (root.namespace === namespace && root.local === local) return;
  throw new FormatError(format, root.start, `root is not ${local}`);
}
