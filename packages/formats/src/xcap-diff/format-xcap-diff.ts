/** Writes application/xcap-diff+xml. RFC 5874 §4 */
import { utf8Text, type XmlAttributes, XmlWriter } from "@parlance/wire";
import type { PatchOperation } from "../xml-patch/index.ts";
import { type DocumentChange, XCAP_DIFF, type XcapChange, type XcapDiff } from "./xcap-diff.ts";

/** Content goes in as it is: it must be well-formed under its bindings. */
export function formatXcapDiff({ root, changes }: XcapDiff): Uint8Array<ArrayBuffer> {
  const own = ownPrefix(changes);
  const xml = new XmlWriter();
  xml.open(`${own}:xcap-diff`, { [`xmlns:${own}`]: XCAP_DIFF, "xcap-root": root });
  for (const change of changes) writeChange(xml, own, change);
  return xml.close().done();
}

function writeChange(xml: XmlWriter, own: string, change: XcapChange): void {
  const { sel } = change;
  switch (change.kind) {
    case "document":
      return writeDocument(xml, own, change);
    case "element":
      xml.open(`${own}:element`, {
        sel,
        exists: change.exists ? undefined : false,
        ...declarations(change.bindings),
      });
      if (change.content !== undefined) xml.wellFormed(utf8Text(change.content));
      xml.close();
      return;
    case "attribute":
      xml.leaf(`${own}:attribute`, change.value, {
        sel,
        exists: change.exists ? undefined : false,
      });
  }
}

function writeDocument(xml: XmlWriter, own: string, change: DocumentChange): void {
  xml.open(`${own}:document`, {
    "previous-etag": change.previousEtag,
    sel: change.sel,
    "new-etag": change.newEtag,
  });
  if (change.bodyNotChanged) xml.leaf(`${own}:body-not-changed`);
  for (const operation of change.patch) writeOperation(xml, own, operation);
  xml.close();
}

function writeOperation(xml: XmlWriter, own: string, operation: PatchOperation): void {
  const common = { sel: operation.sel, ...declarations(operation.bindings) };
  switch (operation.do) {
    case "add": {
      const pos = operation.pos === "append" ? undefined : operation.pos;
      xml
        .open(`${own}:add`, { ...common, pos })
        .wellFormed(utf8Text(operation.content))
        .close();
      return;
    }
    case "add value":
      xml.leaf(`${own}:add`, operation.value, { ...common, type: operation.type });
      return;
    case "replace":
      xml.open(`${own}:replace`, common).wellFormed(utf8Text(operation.content)).close();
      return;
    case "remove":
      xml.leaf(`${own}:remove`, "", { ...common, ws: operation.ws });
  }
}

function declarations(bindings: ReadonlyMap<string, string>): XmlAttributes {
  return Object.fromEntries(
    [...bindings].map(([prefix, namespace]) => [
      prefix === "" ? "xmlns" : `xmlns:${prefix}`,
      namespace,
    ]),
  );
}

/** A prefix for our own elements that no document uses for something else. */
function ownPrefix(changes: readonly XcapChange[]): string {
  const taken = new Set<string>();
  for (const change of changes) {
    const scopes =
      change.kind === "document"
        ? change.patch.map(({ bindings }) => bindings)
        : change.kind === "element"
          ? [change.bindings]
          : [];
    for (const bindings of scopes) for (const prefix of bindings.keys()) taken.add(prefix);
  }
  let prefix = "d";
  for (let number = 1; taken.has(prefix); number += 1) prefix = `d${number}`;
  return prefix;
}
