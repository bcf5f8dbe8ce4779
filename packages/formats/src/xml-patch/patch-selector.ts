/** Selectors of patches: a little more of XPath than XCAP has. RFC 5261 §4.1 */
import { FormatError, parsed } from "@parlance/wire";
import type { ExpandedName } from "../xcap/selector.ts";
import { SelectorReader, type WrittenName } from "../xcap/selector-reader.ts";
import { XML_NAMESPACE } from "../xml-edit/index.ts";
import { PatchError, refuse } from "./operation.ts";

export interface PatchSelector {
  readonly steps: readonly PatchStep[];
  readonly terminal: PatchTerminal;
}

export interface PatchStep {
  readonly name: ExpandedName | "*";
  /** In the order in which they prune what was found. */
  readonly predicates: readonly Predicate[];
}

export type Predicate =
  | { readonly kind: "position"; readonly position: number }
  | { readonly kind: "attribute" | "child"; readonly name: ExpandedName; readonly value: string }
  /** `[.='value']` */
  | { readonly kind: "self"; readonly value: string };

export type PatchTerminal =
  | { readonly kind: "element" }
  | { readonly kind: "attribute"; readonly name: ExpandedName }
  | { readonly kind: "namespace"; readonly prefix: string }
  | {
      readonly kind: "text" | "comment" | "instruction";
      /** Of an instruction, its name. */
      readonly target: string | undefined;
      readonly position: number | undefined;
    };

const FORMAT = "XML patch selector";
const MOST_STEPS = 32;
const MOST_PREDICATES = 8;
const LONGEST = 2048;

/** Names are those of the document that holds the patch; without prefix, of its default namespace. §4.2.1 */
export function parsePatchSelector(
  text: string,
  bindings: ReadonlyMap<string, string>,
): PatchSelector {
  if (text.startsWith("id(")) refuse("unsupported-id-function");
  return understood(() => readSelector(text, bindings));
}

/** The name in `type="@name"`. §4.3.2 */
export function parseAttributeName(
  text: string,
  bindings: ReadonlyMap<string, string>,
): ExpandedName {
  return understood(() => {
    const reader = new SelectorReader(FORMAT, text);
    const name = expand(reader.name(), bindings, "");
    reader.end();
    return name;
  });
}

/** What is no selector at all is a bad value of its attribute; every other fault has its own name. */
function understood<T>(read: () => T): T {
  const result = parsed(read);
  if (result.ok) return result.value;
  if (result.error instanceof PatchError) throw result.error;
  return refuse("invalid-attribute-value", result.error.reason);
}

function readSelector(text: string, bindings: ReadonlyMap<string, string>): PatchSelector {
  if (text.length > LONGEST) throw new FormatError(FORMAT, LONGEST, "too long");
  const reader = new SelectorReader(FORMAT, text);
  reader.take("/");
  const steps: PatchStep[] = [];
  for (;;) {
    const terminal = steps.length === 0 ? undefined : readTerminal(reader, bindings);
    if (terminal !== undefined) {
      reader.end();
      return { steps, terminal };
    }
    if (steps.length >= MOST_STEPS) reader.fail("too many steps");
    steps.push(readStep(reader, bindings));
    if (reader.atEnd) return { steps, terminal: { kind: "element" } };
    reader.expect("/");
  }
}

function readTerminal(
  reader: SelectorReader,
  bindings: ReadonlyMap<string, string>,
): PatchTerminal | undefined {
  if (reader.take("@")) return { kind: "attribute", name: expand(reader.name(), bindings, "") };
  if (reader.take("namespace::")) return { kind: "namespace", prefix: reader.name().local };
  if (reader.take("text()")) return node("text", undefined);
  if (reader.take("comment()")) return node("comment", undefined);
  if (!reader.take("processing-instruction(")) return undefined;
  const target = reader.take(")") ? undefined : reader.literal();
  if (target !== undefined) reader.expect(")");
  return node("instruction", target);

  function node(
    kind: "text" | "comment" | "instruction",
    named: string | undefined,
  ): PatchTerminal {
    if (!reader.take("[")) return { kind, target: named, position: undefined };
    const position = reader.number() ?? reader.fail("expected a position");
    reader.expect("]");
    return { kind, target: named, position };
  }
}

function readStep(reader: SelectorReader, bindings: ReadonlyMap<string, string>): PatchStep {
  const unprefixed = bindings.get("") ?? "";
  const name = reader.take("*") ? "*" : expand(reader.name(), bindings, unprefixed);
  const predicates: Predicate[] = [];
  while (reader.take("[")) {
    if (predicates.length >= MOST_PREDICATES) reader.fail("too many predicates");
    predicates.push(readPredicate(reader, bindings));
    reader.expect("]");
  }
  return { name, predicates };
}

function readPredicate(reader: SelectorReader, bindings: ReadonlyMap<string, string>): Predicate {
  const position = reader.number();
  if (position !== undefined) return { kind: "position", position };
  if (reader.take(".")) {
    reader.expect("=");
    return { kind: "self", value: reader.literal() };
  }
  const kind = reader.take("@") ? "attribute" : "child";
  const unprefixed = kind === "attribute" ? "" : (bindings.get("") ?? "");
  const name = expand(reader.name(), bindings, unprefixed);
  reader.expect("=");
  return { kind, name, value: reader.literal() };
}

function expand(
  { prefix, local }: WrittenName,
  bindings: ReadonlyMap<string, string>,
  unprefixed: string,
): ExpandedName {
  const bound = prefix === "xml" ? XML_NAMESPACE : bindings.get(prefix);
  const namespace = prefix === "" ? unprefixed : bound;
  return namespace === undefined
    ? refuse("invalid-namespace-prefix", `${prefix} is not bound`)
    : { namespace, local, prefix };
}
