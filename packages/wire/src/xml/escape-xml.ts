/** Text made safe to stand in XML content or in a quoted attribute value. XML 1.0 §2.2, §2.4 */

const UNSAFE = /[&<>"\r\n\t]|[^\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const EACH_UNSAFE = new RegExp(UNSAFE, "gu");

/**
 * White space in content stays as it is, but a carriage return would be read back as a line feed.
 * What XML cannot carry at all (NUL, other controls, half a surrogate pair) becomes U+FFFD, so that
 * a name from a peer never makes a document of ours unreadable.
 */
export function escapeXml(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text.replace(EACH_UNSAFE, (character) =>
    character === "\n" || character === "\t" || character === '"'
      ? character
      : reference(character),
  );
}

/** For values between double quotes; white space would be normalised away. XML 1.0 §3.3.3 */
export function escapeXmlAttribute(value: string): string {
  return UNSAFE.test(value) ? value.replace(EACH_UNSAFE, reference) : value;
}

function reference(character: string): string {
  switch (character) {
    case "&":
      return "&amp;";
    case "<":
      return "&lt;";
    case ">":
      return "&gt;";
    case '"':
      return "&quot;";
    case "\r":
      return "&#13;";
    case "\n":
      return "&#10;";
    case "\t":
      return "&#9;";
    default:
      return "\uFFFD";
  }
}
