/** Node selectors: which element, attribute or bindings of a document are meant. RFC 4825 §6.3 */
import { FormatError, type Parsed, parsed } from "@parlance/wire";
import { parseBindings } from "./bindings.ts";
import { percentEncodedPath } from "./percent.ts";
import { SelectorReader, type WrittenName } from "./selector-reader.ts";
import type { NodeTarget } from "./target.ts";

export interface NodeSelector {
  /** One for each element on the way, the root first. */
  readonly steps: readonly SelectorStep[];
  readonly terminal: Terminal;
  /** The query that binds the prefixes. */
  readonly query: string | undefined;
}

/** First by name, then by position among those, then by attribute. */
export interface SelectorStep {
  readonly name: ExpandedName | "*";
  readonly position: number | undefined;
  readonly attribute: { readonly name: ExpandedName; readonly value: string } | undefined;
  /** As written. */
  readonly text: string;
}

export interface ExpandedName {
  /** Empty for a name in no namespace. */
  readonly namespace: string;
  readonly local: string;
  /** As the selector writes it. */
  readonly prefix: string;
}

export type Terminal =
  | { readonly kind: "element" }
  | { readonly kind: "attribute"; readonly name: ExpandedName }
  /** `namespace::*`: the bindings in scope. */
  | { readonly kind: "namespaces" };

const FORMAT = "XCAP node selector";

/** No document nests deeper. */
const MOST_STEPS = 32;
const LONGEST = 2048;

/** Names without prefix are of `defaultNamespace`, which the application usage defines. */
export function parseNodeSelector(
  { selector, query }: NodeTarget,
  defaultNamespace: string,
): Parsed<NodeSelector> {
  return parsed(() => {
    if (selector.length > LONGEST) throw new FormatError(FORMAT, LONGEST, "too long");
    const bindings = parseBindings(query);
    const expand = ({ prefix, local, at }: WrittenName, unprefixed: string): ExpandedName => {
      const namespace = prefix === "" ? unprefixed : bindings.get(prefix);
      if (namespace !== undefined) return { namespace, local, prefix };
      throw new FormatError(FORMAT, at, "prefix is not bound");
    };
    return { ...readSelector(selector, expand, defaultNamespace), query };
  });
}

/** The first `count` steps as they stand in a URI. */
export function selectorUri({ steps, query }: NodeSelector, count: number): string {
  const path = percentEncodedPath(
    steps
      .slice(0, count)
      .map(({ text }) => text)
      .join("/"),
  );
  return query === undefined ? path : `${path}?${query}`;
}

type Expand = (name: WrittenName, unprefixed: string) => ExpandedName;

function readSelector(
  text: string,
  expand: Expand,
  defaultNamespace: string,
): Pick<NodeSelector, "steps" | "terminal"> {
  const reader = new SelectorReader(FORMAT, text);
  const steps: SelectorStep[] = [];
  for (;;) {
    if (steps.length > 0 && reader.take("@")) {
      const name = expand(reader.name(), ""); // without prefix: in no namespace
      reader.end();
      return { steps, terminal: { kind: "attribute", name } };
    }
    if (steps.length > 0 && reader.take("namespace::*")) {
      reader.end();
      return { steps, terminal: { kind: "namespaces" } };
    }
    if (steps.length >= MOST_STEPS) reader.fail("too many steps");
    steps.push(readStep(reader, expand, defaultNamespace));
    if (reader.atEnd) return { steps, terminal: { kind: "element" } };
    reader.expect("/");
  }
}

function readStep(reader: SelectorReader, expand: Expand, defaultNamespace: string): SelectorStep {
  const start = reader.at;
  const name = reader.take("*") ? "*" : expand(reader.name(), defaultNamespace);
  let position: number | undefined;
  let attribute: SelectorStep["attribute"];
  if (reader.take("[")) {
    position = reader.number();
    if (position !== undefined) reader.expect("]");
    if (position === undefined || reader.take("[")) {
      reader.expect("@");
      const tested = expand(reader.name(), "");
      reader.expect("=");
      attribute = { name: tested, value: reader.attributeValue() };
      reader.expect("]");
    }
  }
  return { name, position, attribute, text: reader.since(start) };
}
