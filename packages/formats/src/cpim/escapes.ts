/** The escapes by which a CPIM header carries control characters. RFC 3862 §2.3 */
import { hasControl } from "../characters.ts";

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|([^]?))/g;

/**
 * An unknown escape stands for the character after the backslash, a backslash at the end for nothing.
 * Half a surrogate pair and NUL become U+FFFD: neither can be written as UTF-8 or stored everywhere.
 */
export function unescapeHeader(text: string): string {
  if (!text.includes("\\")) return text;
  const plain = text.replace(
    ESCAPE,
    (_, code: string | undefined, character: string | undefined) =>
      code === undefined
        ? special(character ?? "")
        : String.fromCharCode(Number.parseInt(code, 16)),
  );
  return plain.toWellFormed().replaceAll("\0", "\uFFFD");
}

/** Quotes are left to the caller: they are escaped only inside quoted strings. */
export function escapeHeader(text: string): string {
  if (!text.includes("\\") && !hasControl(text)) return text.toWellFormed();
  let escaped = "";
  for (const character of text.toWellFormed()) escaped += escapeOf(character);
  return escaped;
}

function escapeOf(character: string): string {
  switch (character) {
    case "\\":
      return "\\\\";
    case "\b":
      return "\\b";
    case "\t":
      return "\\t";
    case "\n":
      return "\\n";
    case "\r":
      return "\\r";
    default:
      return hasControl(character)
        ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
        : character;
  }
}

function special(character: string): string {
  switch (character) {
    case "b":
      return "\b";
    case "t":
      return "\t";
    case "n":
      return "\n";
    case "r":
      return "\r";
    default:
      return character;
  }
}
