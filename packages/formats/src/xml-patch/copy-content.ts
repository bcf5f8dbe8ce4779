/** Nodes of a patch as they go into a document: prefixes are those the document has. RFC 5261 §4.2.3 */
import {
  children,
  concatBytes,
  escapeXmlAttribute,
  parseXml,
  utf8Bytes,
  type XmlElement,
} from "@parlance/wire";
import {
  bindingsInScope,
  type ChildNode,
  childNodes,
  isEmptyTag,
  type Splice,
  spliceAll,
  writtenAttributes,
  writtenName,
} from "../xml-edit/index.ts";
import { refuse } from "./operation.ts";

export interface CopiedContent {
  readonly bytes: Uint8Array;
  readonly kinds: readonly ChildNode["kind"][];
}

/** `path` leads to the element that will hold the nodes, in the document they go to. */
export function copyContent(
  content: Uint8Array,
  bindings: ReadonlyMap<string, string>,
  path: readonly XmlElement[],
): CopiedContent {
  const { bytes, root } = wrap(content, bindings);
  const target = { scope: bindingsInScope(path), context: path.at(-1) };
  const splices = children(root).flatMap((element) => rename(bytes, element, new Set(), target));
  const copied = spliceAll(bytes, splices);
  const grown = copied.length - bytes.length;
  return {
    bytes: copied.subarray(root.contentStart, root.contentEnd + grown),
    kinds: childNodes(bytes, root).map(({ kind }) => kind),
  };
}

/** The text of content that holds nothing else. §4.4 */
export function textContentOf(content: Uint8Array): string {
  const { root } = wrap(content, new Map());
  const [only, more] = root.children;
  if (more !== undefined || typeof (only ?? "") !== "string") return refuse("invalid-node-types");
  return typeof only === "string" ? only : "";
}

interface Target {
  readonly scope: ReadonlyMap<string, string>;
  readonly context: XmlElement | undefined;
}

function wrap(
  content: Uint8Array,
  bindings: ReadonlyMap<string, string>,
): { bytes: Uint8Array; root: XmlElement } {
  let open = "<content";
  for (const [prefix, namespace] of bindings) {
    open += ` ${prefix === "" ? "xmlns" : `xmlns:${prefix}`}="${escapeXmlAttribute(namespace)}"`;
  }
  const head = utf8Bytes(`${open}>`);
  const bytes = concatBytes(head, content, utf8Bytes("</content>"));
  const document = parseXml(bytes, { depth: 33, attributesAnElement: 512 });
  if (!document.ok) return refuse("invalid-diff-format", document.error.reason);
  const { root } = document.value;
  if (root.contentEnd !== head.length + content.length) refuse("invalid-diff-format");
  return { bytes, root };
}

/** `local` are the prefixes that the content declares itself: they stay as they are. */
function rename(
  bytes: Uint8Array,
  element: XmlElement,
  outer: ReadonlySet<string>,
  target: Target,
): readonly Splice[] {
  const local = new Set([...outer, ...element.declarations.map(({ prefix }) => prefix)]);
  const splices: Splice[] = [];
  if (!local.has(element.prefix)) splices.push(...renameElement(element, target));
  if (element.namespace === "") local.add(""); // it is said once, for all that is inside
  for (const one of element.attributes) {
    if (one.prefix === "" || one.prefix === "xml" || local.has(one.prefix)) continue;
    const prefix = choosePrefix(one.prefix, one.namespace, target, false);
    if (prefix === one.prefix) continue;
    const name = `${one.prefix}:${one.local}`;
    const written = writtenAttributes(bytes, element).find((attribute) => attribute.name === name);
    if (written === undefined) continue;
    const end = written.start + utf8Bytes(name).length;
    splices.push({ start: written.start, end, piece: utf8Bytes(`${prefix}:${one.local}`) });
  }
  return [...splices, ...children(element).flatMap((child) => rename(bytes, child, local, target))];
}

function renameElement(element: XmlElement, target: Target): readonly Splice[] {
  const { prefix, namespace, local, start, contentEnd } = element;
  const before = utf8Bytes(writtenName(element)).length;
  if (namespace === "") {
    // In no namespace here, and so it must be there.
    if (!target.scope.has("")) return [];
    const at = start + 1 + before;
    return [{ start: at, end: at, piece: utf8Bytes(' xmlns=""') }];
  }
  const chosen = choosePrefix(prefix, namespace, target, true);
  if (chosen === prefix) return [];
  const name = utf8Bytes(chosen === "" ? local : `${chosen}:${local}`);
  const open = { start: start + 1, end: start + 1 + before, piece: name };
  if (isEmptyTag(element)) return [open];
  return [open, { start: contentEnd + 2, end: contentEnd + 2 + before, piece: name }];
}

/** The three rules of §4.2.3, in their order. */
function choosePrefix(
  prefix: string,
  namespace: string,
  { scope, context }: Target,
  mayBeDefault: boolean,
): string {
  const fits = (one: string): boolean =>
    scope.get(one) === namespace && (mayBeDefault || one !== "");
  if (fits(prefix)) return prefix;
  if (context !== undefined && fits(context.prefix)) return context.prefix;
  const known = [...scope.keys()].filter(fits).sort();
  const before = known.filter((one) => one < prefix).at(-1);
  return before ?? known[0] ?? refuse("invalid-namespace-uri", `${namespace} is not declared`);
}
