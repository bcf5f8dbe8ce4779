/** The Use-Nickname header of NICKNAME requests. RFC 7701 §7.1 */
import { FormatError, type Parsed, parsed, utf8Length } from "@parlance/wire";

const MAX_BYTES = 1023;
const QUOTED = /^"(?<inside>(?:[^"\\]|\\.)*)"$/u;
/** `qdtext` has the tab, but no name is better for it. */
const CONTROL = /\p{Cc}/u;

/**
 * What the participant wants to be called; empty gives the name back (§7.3). Programs that leave the quotes
 * away are understood: then the name is all that is there. What is malformed gets 424.
 */
export function parseUseNickname(text: string): Parsed<string> {
  return parsed(() => {
    const inside = QUOTED.exec(text)?.groups?.["inside"];
    if (inside === undefined && text.startsWith('"')) fail("quoted string has no end");
    const name = inside?.replaceAll(/\\(.)/gu, "$1") ?? text.trim();
    if (inside === undefined && name === "") fail("name is missing");
    if (utf8Length(name) > MAX_BYTES) fail("name is too long");
    if (CONTROL.test(name)) fail("control character in a name");
    if (name.includes("\uFFFD")) fail("not UTF-8");
    return name;
  });
}

/** Always in quotes. Throws `RangeError` for what no nickname can be. */
export function formatUseNickname(name: string): string {
  if (CONTROL.test(name)) throw new RangeError("control character in a nickname");
  if (utf8Length(name) > MAX_BYTES) throw new RangeError("nickname is too long");
  return `"${name.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function fail(reason: string): never {
  throw new FormatError("MSRP Use-Nickname", 0, reason);
}
