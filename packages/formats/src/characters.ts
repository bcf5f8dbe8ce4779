/** Blanks and control characters, as the grammars of headers mean them. */

const SPACE = 32;
const TAB = 9;
const DELETE = 127;

/** U+0000 to U+001F and U+007F, which no header may contain. RFC 3862 §2.2 */
export function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < SPACE || unit === DELETE) return true;
  }
  return false;
}

/** MIME headers may contain tabs. RFC 2045 §5.1, RFC 5322 §2.2 */
export function hasControlButTab(text: string): boolean {
  return hasControl(text) && hasControl(text.replaceAll("\t", ""));
}

/**
 * Without spaces and tabs at both ends. `String.trim` would also take away no-break spaces and byte
 * order marks, which are content.
 */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** Only spaces: a tab that was escaped was meant. */
export function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) === SPACE) start += 1;
  while (end > start && text.charCodeAt(end - 1) === SPACE) end -= 1;
  return text.slice(start, end);
}

function isBlank(unit: number): boolean {
  return unit === SPACE || unit === TAB;
}
