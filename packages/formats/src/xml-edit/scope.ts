/** Namespaces in scope at an element. Namespaces in XML 1.0 §6 */
import type { XmlElement } from "@parlance/wire";

export const XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";

/** From prefix to namespace, "" being the default; `path` leads from the root to the element. */
export function bindingsInScope(path: readonly XmlElement[]): ReadonlyMap<string, string> {
  const bindings = new Map<string, string>();
  for (const { declarations } of path) {
    for (const { prefix, namespace } of declarations) {
      if (namespace === "") bindings.delete(prefix);
      else bindings.set(prefix, namespace);
    }
  }
  return bindings;
}
