/** Paths that mean something else once they are decoded are refused before any route sees them. */

/** RFC 3986 §2.1; one decoding, a segment at a time, and the result must still be one segment. */
export function isPlainPath(rawUrl: string): boolean {
  const [path = ""] = rawUrl.split("?", 1);
  return path.startsWith("/") && path.slice(1).split("/").every(isPlainSegment);
}

/**
 * The path before a node selector, where there is one: that is no path, and means nothing but to whoever reads
 * the target as it was written. RFC 4825 §6.1
 */
export function beforeSelector(rawUrl: string): string {
  const [path = ""] = rawUrl.split("?", 1);
  const at = /\/(?:~|%7e){2}(?:\/|$)/i.exec(path)?.index;
  return at === undefined ? path : path.slice(0, at);
}

function isPlainSegment(segment: string): boolean {
  const decoded = decoded1(segment);
  if (decoded === undefined || decoded === "." || decoded === "..") return false;
  return !FORBIDDEN.test(decoded);
}

/** Slashes, backslashes and control characters. */
// oxlint-disable-next-line no-control-regex -- refusing them is the point
const FORBIDDEN = /[/\\\u0000-\u001f\u007f]/;

function decoded1(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined; // a lone "%", or octets that are not UTF-8
  }
}
