/** All that stands inside an element, in order and with its place: elements, text, comments, instructions. */
import { children, utf8Text, type XmlElement } from "@parlance/wire";

export type ChildNode =
  | {
      readonly kind: "element";
      readonly element: XmlElement;
      readonly start: number;
      readonly end: number;
    }
  | {
      /** Neighbouring text and CDATA are one node. XPath 1.0 §5.7 */
      readonly kind: "text" | "comment" | "instruction";
      readonly start: number;
      readonly end: number;
    };

const LESS = 60;
const BANG = 33;
const OPEN_BRACKET = 91;

export function childNodes(bytes: Uint8Array, element: XmlElement): readonly ChildNode[] {
  const nodes: ChildNode[] = [];
  let at = element.contentStart;
  for (const child of children(element)) {
    readGap(bytes, at, child.start, nodes);
    nodes.push({ kind: "element", element: child, start: child.start, end: child.end });
    at = child.end;
  }
  readGap(bytes, at, element.contentEnd, nodes);
  return nodes;
}

/** A text node of nothing but white space. */
export function isWhiteSpace(bytes: Uint8Array, node: ChildNode | undefined): boolean {
  if (node?.kind !== "text") return false;
  return /^[ \t\r\n]*$/.test(utf8Text(bytes.subarray(node.start, node.end)));
}

function readGap(bytes: Uint8Array, from: number, to: number, nodes: ChildNode[]): void {
  let at = from;
  while (at < to) {
    const kind = kindAt(bytes, at);
    const end = endOf(bytes, kind, at, to);
    const last = nodes.at(-1);
    if (kind === "comment" || kind === "instruction") nodes.push({ kind, start: at, end });
    else if (last?.kind === "text") nodes[nodes.length - 1] = { ...last, end };
    else nodes.push({ kind: "text", start: at, end });
    at = end;
  }
}

function kindAt(bytes: Uint8Array, at: number): "text" | "cdata" | "comment" | "instruction" {
  if (bytes[at] !== LESS) return "text";
  if (bytes[at + 1] !== BANG) return "instruction";
  return bytes[at + 2] === OPEN_BRACKET ? "cdata" : "comment";
}

function endOf(bytes: Uint8Array, kind: ReturnType<typeof kindAt>, at: number, to: number): number {
  switch (kind) {
    case "comment":
      return indexAfter(bytes, "-->", at + 4);
    case "cdata":
      return indexAfter(bytes, "]]>", at + 9);
    case "instruction":
      return indexAfter(bytes, "?>", at + 2);
    case "text": {
      const next = bytes.subarray(at, to).indexOf(LESS);
      return next === -1 ? to : at + next;
    }
  }
}

/** The document is well-formed: what was opened is closed. */
function indexAfter(bytes: Uint8Array, closing: string, from: number): number {
  const last = closing.charCodeAt(closing.length - 1);
  for (let at = bytes.indexOf(last, from); at !== -1; at = bytes.indexOf(last, at + 1)) {
    const start = at - closing.length + 1;
    if (start >= from && isAt(bytes, closing, start)) return at + 1;
  }
  throw new RangeError(`${closing} is missing`);
}

function isAt(bytes: Uint8Array, text: string, at: number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}
