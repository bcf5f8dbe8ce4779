/** References to characters, and to the five entities that every document has. XML 1.0 (fifth edition) §4.1, §4.6 */

const ENTITIES = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** A name as far as there is a semicolon not far behind it: longer ones are none of ours. */
const REFERENCE = /&([^&;]{0,64});?/g;

/** What they expand to is no markup, and holds no more of them. `fail` throws. */
export function expandReferences(text: string, fail: (reason: string) => never): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(REFERENCE, (written, name: string) => {
    if (!written.endsWith(";")) return fail("malformed entity.");
    if (name.startsWith("#")) return character(name) ?? fail("malformed character entity.");
    return ENTITIES.get(name) ?? fail("undefined entity.");
  });
}

function character(name: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,16})|([0-9]{1,16}))$/.exec(name) ?? [];
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return isCharacter(code) ? String.fromCodePoint(code) : undefined;
}

/** §2.2 */
function isCharacter(code: number): boolean {
  return (
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}
