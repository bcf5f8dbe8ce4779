/** Prefixes that a query binds: `xmlns(a=urn:x)xmlns(b=urn:y)`. RFC 4825 §6.4, XPointer framework §3 */
import { FormatError } from "@parlance/wire";
import { XML_NAMESPACE } from "../xml-edit/index.ts";
import { percentDecoded } from "./percent.ts";

const FORMAT = "XCAP namespace bindings";
const MOST_BINDINGS = 32;
const LONGEST = 2048;
const SCHEME = /[A-Za-z_][\w.:-]*/y;
const BINDING = /^\s*([A-Za-z_][^\s=:()]*)\s*=\s*(.*)$/s;

/** Parts of other schemes are passed over. Throws `FormatError`. */
export function parseBindings(query: string | undefined): ReadonlyMap<string, string> {
  const bindings = new Map([["xml", XML_NAMESPACE]]);
  if (query === undefined) return bindings;
  if (query.length > LONGEST) fail(LONGEST, "too long");
  const text = percentDecoded(query) ?? fail(0, "not percent-encoded UTF-8");
  let at = skipSpace(text, 0);
  while (at < text.length) {
    SCHEME.lastIndex = at;
    const [scheme] = SCHEME.exec(text) ?? fail(at, "expected a scheme");
    const open = at + scheme.length;
    const { content, end } = readParentheses(text, open);
    if (scheme === "xmlns") bind(bindings, content, open);
    if (bindings.size > MOST_BINDINGS) fail(at, "too many bindings");
    at = skipSpace(text, end);
  }
  return bindings;
}

function bind(bindings: Map<string, string>, content: string, at: number): void {
  const [, prefix = "", uri = ""] = BINDING.exec(content) ?? fail(at, "expected prefix=URI");
  const namespace = uri.trimEnd();
  if (namespace === "") fail(at, "namespace is empty");
  const known = bindings.get(prefix);
  if (known !== undefined && known !== namespace) fail(at, "prefix is bound twice");
  bindings.set(prefix, namespace);
}

/** Parentheses are balanced, or escaped with a circumflex. XPointer framework §4.1 */
function readParentheses(text: string, open: number): { content: string; end: number } {
  if (text.charAt(open) !== "(") fail(open, "expected (");
  let depth = 0;
  let content = "";
  for (let at = open; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "^") {
      at += 1;
      if (!/^[()^]$/.test(text.charAt(at))) fail(at, "nothing to escape");
      content += text.charAt(at);
      continue;
    }
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (depth === 0) return { content, end: at + 1 };
    if (at > open) content += character;
  }
  return fail(text.length, "expected )");
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (/^[ \t\r\n+]$/.test(text.charAt(at))) at += 1;
  return at;
}

function fail(offset: number, reason: string): never {
  throw new FormatError(FORMAT, offset, reason);
}
