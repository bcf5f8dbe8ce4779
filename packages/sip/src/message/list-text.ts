/** Lists between commas as text, for changing one value and leaving the others alone. RFC 3261 §7.3.1 */

/** The text after the first value and its comma; `undefined` when it is the only one. */
export function withoutFirstValue(text: string): string | undefined {
  if (!text.includes(",")) return undefined; // as nearly always
  let quoted = false;
  let bracketed = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quoted) {
      if (character === "\\") at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "<") bracketed = true;
    else if (character === ">") bracketed = false;
    else if (character === "," && !bracketed) return text.slice(at + 1).trimStart();
  }
  return undefined;
}
