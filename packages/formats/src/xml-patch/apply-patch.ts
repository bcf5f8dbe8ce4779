/** A document after a patch: what no operation names keeps its octets. RFC 5261 §4 */
import {
  children,
  escapeXml,
  escapeXmlAttribute,
  type FormatError,
  parseXml,
  utf8Bytes,
  XML_NCNAME,
  type XmlElement,
} from "@parlance/wire";
import { attributeNamed } from "../xcap/locate.ts";
import {
  attributeEnd,
  attributeSpan,
  bindingsInScope,
  type ChildNode,
  childNodes,
  findWritten,
  insertInside,
  isWhiteSpace,
  splice,
  writtenAttributes,
  XML_NAMESPACE,
} from "../xml-edit/index.ts";
import { copyContent, textContentOf } from "./copy-content.ts";
import { type Located, locateNode } from "./locate-node.ts";
import { PatchError, type PatchFault, type PatchOperation, refuse } from "./operation.ts";
import { parseAttributeName, parsePatchSelector } from "./patch-selector.ts";

export type Patched =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | {
      readonly ok: false;
      readonly because: PatchFault;
      /** Which operation, from 0 on; those before it were possible. */
      readonly operation: number;
      readonly error: FormatError;
    };

/** Each operation costs a reading of the document; whoever has more to say sends the document. */
export const MOST_OPERATIONS = 200;

/** All operations in their order, or none. */
export function applyPatch(bytes: Uint8Array, operations: readonly PatchOperation[]): Patched {
  let patched = bytes;
  let operation = 0;
  try {
    if (operations.length > MOST_OPERATIONS) refuse("invalid-diff-format", "too many operations");
    for (const one of operations) {
      patched = applyOperation(patched, one);
      operation += 1;
    }
    if (!parseXml(patched).ok) refuse("invalid-patch-directive", "the document is no longer XML");
    return { ok: true, bytes: patched };
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    return { ok: false, because: error.because, operation, error };
  }
}

function applyOperation(bytes: Uint8Array, operation: PatchOperation): Uint8Array {
  const document = parseXml(bytes);
  if (!document.ok) return refuse("invalid-patch-directive", document.error.reason);
  const selector = parsePatchSelector(operation.sel, operation.bindings);
  const located = locateNode(bytes, document.value.root, selector);
  switch (operation.do) {
    case "add":
      return addNodes(bytes, located, operation);
    case "add value":
      return addValue(bytes, located, operation);
    case "replace":
      return replace(bytes, located, operation);
    case "remove":
      return remove(bytes, located, operation.ws);
  }
}

type Operation<Kind extends PatchOperation["do"]> = Extract<PatchOperation, { readonly do: Kind }>;

function addNodes(bytes: Uint8Array, located: Located, operation: Operation<"add">): Uint8Array {
  const { pos, content, bindings } = operation;
  const inside = pos === "append" || pos === "prepend";
  if (inside && located.kind !== "element") refuse("invalid-patch-directive");
  const span = inside ? undefined : nodeSpan(located);
  const holders = inside ? located.path : holderPath(located);
  const copied = copyContent(content, bindings, holders);
  if (holders.length === 0 && copied.kinds.includes("element")) {
    refuse("invalid-root-element-operation");
  }
  if (span === undefined) {
    const place = pos === "prepend" ? "first" : "last";
    return insertInside(bytes, located.element, place, copied.bytes).bytes;
  }
  const at = pos === "before" ? span.start : span.end;
  return splice(bytes, at, at, copied.bytes);
}

/** §4.3.2, §4.3.3 */
function addValue(
  bytes: Uint8Array,
  located: Located,
  operation: Operation<"add value">,
): Uint8Array {
  if (located.kind !== "element") refuse("invalid-patch-directive");
  const { type, value } = operation;
  const name = type.startsWith("@")
    ? attributeToAdd(located, parseAttributeName(type.slice(1), operation.bindings))
    : declarationToAdd(located.element, type);
  const at = attributeEnd(bytes, located.element);
  return splice(bytes, at, at, utf8Bytes(` ${name}="${escapeXmlAttribute(value)}"`));
}

function attributeToAdd(
  { path, element }: Located,
  name: ReturnType<typeof parseAttributeName>,
): string {
  if (attributeNamed(element, name) !== undefined) {
    refuse("invalid-patch-directive", "the attribute is there already");
  }
  if (name.namespace === "") return name.local;
  if (name.namespace === XML_NAMESPACE) return `xml:${name.local}`;
  const scope = bindingsInScope(path);
  if (scope.get(name.prefix) === name.namespace) return `${name.prefix}:${name.local}`;
  for (const [prefix, namespace] of scope) {
    if (prefix !== "" && namespace === name.namespace) return `${prefix}:${name.local}`;
  }
  return refuse("invalid-namespace-uri", `${name.namespace} is not declared`);
}

const DECLARATION = new RegExp(`^namespace::(${XML_NCNAME})$`, "u");

function declarationToAdd(element: XmlElement, type: string): string {
  const prefix = DECLARATION.exec(type)?.[1] ?? refuse("invalid-attribute-value", "unknown type");
  if (element.declarations.some((one) => one.prefix === prefix)) {
    refuse("invalid-patch-directive", "the prefix is declared already");
  }
  return `xmlns:${prefix}`;
}

/** §4.4 */
function replace(bytes: Uint8Array, located: Located, operation: Operation<"replace">): Uint8Array {
  const { content, bindings } = operation;
  if (located.kind === "attribute" || located.kind === "namespace") {
    const { valueStart, valueEnd } = writtenValue(bytes, located);
    const value = textContentOf(content);
    // The quotes may be of the other kind.
    const piece = utf8Bytes(`"${escapeXmlAttribute(value)}"`);
    return splice(bytes, valueStart - 1, valueEnd + 1, piece);
  }
  const { start, end } = nodeSpan(located);
  if (located.kind === "node" && located.node.kind === "text") {
    return splice(bytes, start, end, utf8Bytes(escapeXml(textContentOf(content))));
  }
  const { bytes: piece, kinds } = copyContent(content, bindings, holderPath(located));
  const kind = located.kind === "element" ? "element" : located.node.kind;
  if (kinds.length !== 1 || kinds[0] !== kind) refuse("invalid-node-types");
  return splice(bytes, start, end, piece);
}

/** §4.5 */
function remove(bytes: Uint8Array, located: Located, ws: Operation<"remove">["ws"]): Uint8Array {
  const nothing = new Uint8Array(0);
  if (located.kind === "attribute" || located.kind === "namespace") {
    if (ws !== undefined) refuse("invalid-whitespace-directive");
    if (located.kind === "namespace" && isUsed(located.element, located.prefix, true)) {
      refuse("invalid-namespace-prefix", "the prefix is in use");
    }
    const [start, end] = attributeSpan(bytes, writtenValue(bytes, located));
    return splice(bytes, start, end, nothing);
  }
  const holder = holderPath(located).at(-1);
  if (holder === undefined) return refuse("invalid-root-element-operation");
  const { start, end } = nodeSpan(located);
  if (ws === undefined) return splice(bytes, start, end, nothing);
  if (located.kind === "node" && located.node.kind === "text")
    refuse("invalid-whitespace-directive");
  const siblings = childNodes(bytes, holder);
  const at = siblings.findIndex((node) => node.start === start);
  const from = ws === "after" ? start : blank(bytes, siblings[at - 1]).start;
  const to = ws === "before" ? end : blank(bytes, siblings[at + 1]).end;
  return splice(bytes, from, to, nothing);
}

function blank(bytes: Uint8Array, node: ChildNode | undefined): ChildNode {
  return node !== undefined && isWhiteSpace(bytes, node)
    ? node
    : refuse("invalid-whitespace-directive");
}

/** The octets of an element, or of another node in one. */
function nodeSpan(located: Located): { readonly start: number; readonly end: number } {
  switch (located.kind) {
    case "element":
      return located.element;
    case "node":
      return located.node;
    default:
      return refuse("invalid-patch-directive");
  }
}

/** From the root to the element in which the node is. */
function holderPath({ kind, path }: Located): readonly XmlElement[] {
  return kind === "element" ? path.slice(0, -1) : path;
}

function writtenValue(
  bytes: Uint8Array,
  located: Extract<Located, { readonly kind: "attribute" | "namespace" }>,
): NonNullable<ReturnType<typeof findWritten>> {
  const { element } = located;
  const written =
    located.kind === "attribute"
      ? findWritten(bytes, element, located.attribute)
      : writtenAttributes(bytes, element).find((one) => one.name === `xmlns:${located.prefix}`);
  return written ?? refuse("unlocated-node");
}

/** Whether a name in the element or below is written with the prefix that is declared here. */
function isUsed(element: XmlElement, prefix: string, here: boolean): boolean {
  if (!here && element.declarations.some((one) => one.prefix === prefix)) return false;
  if (element.prefix === prefix) return true;
  if (element.attributes.some((one) => one.prefix === prefix)) return true;
  return children(element).some((child) => isUsed(child, prefix, false));
}
