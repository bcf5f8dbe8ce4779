/** Reads application/xcap-diff+xml; what is not known is passed over. RFC 5874 §3 */
import {
  attribute,
  child,
  children,
  FormatError,
  type Parsed,
  parsed,
  parseXml,
  type XmlElement,
} from "@parlance/wire";
import { bindingsInScope } from "../xml-edit/index.ts";
import { attributeOf, expectRoot, oneOf, readBoolean } from "../xml-fields.ts";
import type { PatchOperation } from "../xml-patch/index.ts";
import {
  type AttributeChange,
  type DocumentChange,
  type ElementChange,
  XCAP_DIFF,
  XCAP_DIFF_TYPE,
  type XcapChange,
  type XcapDiff,
} from "./xcap-diff.ts";

export function parseXcapDiff(bytes: Uint8Array): Parsed<XcapDiff> {
  const document = parseXml(bytes);
  return document.ok ? parsed(() => readDiff(bytes, document.value.root)) : document;
}

function readDiff(bytes: Uint8Array, root: XmlElement): XcapDiff {
  expectRoot(XCAP_DIFF_TYPE, root, XCAP_DIFF, "xcap-diff");
  return {
    root: required(root, "xcap-root"),
    changes: children(root).flatMap((element) => readChange(bytes, element, root)),
  };
}

function readChange(
  bytes: Uint8Array,
  element: XmlElement,
  root: XmlElement,
): readonly XcapChange[] {
  if (element.namespace !== XCAP_DIFF) return [];
  switch (element.local) {
    case "document":
      return [readDocument(bytes, element, root)];
    case "element":
      return [readElement(bytes, element, root)];
    case "attribute":
      return [readAttribute(element)];
    default:
      return [];
  }
}

function readDocument(bytes: Uint8Array, element: XmlElement, root: XmlElement): DocumentChange {
  return {
    kind: "document",
    sel: required(element, "sel"),
    previousEtag: attributeOf(element, "previous-etag"),
    newEtag: attributeOf(element, "new-etag"),
    bodyNotChanged: child(element, "body-not-changed") !== undefined,
    patch: children(element).flatMap((one) => readOperation(bytes, one, [root, element, one])),
  };
}

function readElement(bytes: Uint8Array, element: XmlElement, root: XmlElement): ElementChange {
  const content = element.children.find(isElement);
  return {
    kind: "element",
    sel: required(element, "sel"),
    exists: readBoolean(attributeOf(element, "exists")) ?? true,
    content: content && bytes.subarray(content.start, content.end),
    bindings: scopeOf([root, element]),
  };
}

function readAttribute(element: XmlElement): AttributeChange {
  return {
    kind: "attribute",
    sel: required(element, "sel"),
    exists: readBoolean(attributeOf(element, "exists")) ?? true,
    value: textOf(element),
  };
}

function readOperation(
  bytes: Uint8Array,
  element: XmlElement,
  path: readonly XmlElement[],
): readonly PatchOperation[] {
  if (element.namespace !== XCAP_DIFF) return [];
  const content = bytes.subarray(element.contentStart, element.contentEnd);
  const common = { bindings: scopeOf(path) };
  switch (element.local) {
    case "add": {
      const sel = required(element, "sel");
      const type = attributeOf(element, "type");
      if (type !== undefined)
        return [{ do: "add value", sel, ...common, type, value: textOf(element) }];
      return [
        {
          do: "add",
          sel,
          ...common,
          pos: readWord(element, "pos", POSITIONS) ?? "append",
          content,
        },
      ];
    }
    case "replace":
      return [{ do: "replace", sel: required(element, "sel"), ...common, content }];
    case "remove": {
      const ws = readWord(element, "ws", WHITE_SPACE);
      return [{ do: "remove", sel: required(element, "sel"), ...common, ws }];
    }
    default:
      return [];
  }
}

const POSITIONS = ["prepend", "before", "after"] as const;
const WHITE_SPACE = ["before", "after", "both"] as const;

function readWord<Word extends string>(
  element: XmlElement,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const value = attributeOf(element, name);
  if (value === undefined) return undefined;
  return oneOf(words, value) ?? fail(element, `${name} is unknown`);
}

/** What is declared for names of the documents; our own namespace is none of theirs. */
function scopeOf(path: readonly XmlElement[]): ReadonlyMap<string, string> {
  return new Map([...bindingsInScope(path)].filter(([, namespace]) => namespace !== XCAP_DIFF));
}

/** White space is content here. */
function textOf(element: XmlElement): string {
  return element.children
    .map((node) => (typeof node === "string" ? node : fail(element, "is not text alone")))
    .join("");
}

function isElement(node: XmlElement["children"][number]): node is XmlElement {
  return typeof node !== "string" && node.kind === "element";
}

function required(element: XmlElement, name: string): string {
  return attribute(element, name)?.trim() ?? fail(element, `${element.local} has no ${name}`);
}

function fail(element: XmlElement, reason: string): never {
  throw new FormatError(XCAP_DIFF_TYPE, element.start, reason);
}
