/**
 * Blacks out what people wrote: text, subjects, whatever is not known to be a document of the protocol. Each octet
 * becomes an `x`, so that lengths, and with them Content-Length and Byte-Range, stay true.
 */

/** What machines write for machines, and may be seen. */
const DOCUMENTS =
  /^(?:application\/sdp|message\/imdn\+xml|message\/sipfrag|application\/(?:im-iscomposing|conference-info|resource-lists|resource-lists-diff|reginfo|xcap-diff|poc-settings|simple-filter|watcherinfo|pidf)\+xml)\b/i;
const ENVELOPE = /^message\/cpim\b/i;
const WHOLE_MESSAGE = /^message\/sip\b/i;
const MULTIPART =
  /^multipart\/[^\r\n]{0,200}?;[ \t]*boundary=(?:"([^"\r\n]{1,70})"|([^\s;,"]{1,70}))/i;
const TYPE = /^(?:content-type|c)[ \t]*:[ \t]*([^\r\n]{1,300})/im;
const SUBJECT_LINE = /^((?:subject|s)[ \t]*:[ \t]*(?:;[^\s]{1,64} )?)([^\r\n]*)/gim;
const SUBJECT_ELEMENT =
  /(<(?:[\w.-]{1,40}:)?(?:subject|free-text|note|keywords)\b[^<>]{0,200}>)([^<]*)/gi;
/** RFC 4975 §7.1: seven hyphens, the transaction id and a flag. */
const MSRP = /^MSRP (\S{1,64}) /;
const MOST_DEPTH = 4;

/** A character an octet, in and out. */
export function hideContent(text: string): string {
  const id = MSRP.exec(text)?.[1];
  if (id === undefined) return hidden(text, undefined, 0);
  const end = text.lastIndexOf(`\r\n-------${id}`);
  return end < 0
    ? hidden(text, undefined, 0)
    : hidden(text.slice(0, end), "none", 0) + text.slice(end);
}

/** A head, an empty line and a body. `usual`: what a body is without a type. */
function hidden(text: string, usual: string | undefined, depth: number): string {
  const at = text.indexOf("\r\n\r\n");
  if (at < 0) return withoutSubject(text);
  const head = withoutSubject(text.slice(0, at));
  const body = text.slice(at + 4);
  const type = TYPE.exec(text.slice(0, at))?.[1] ?? usual ?? "none";
  return `${head}\r\n\r\n${hiddenBody(body, type.trim(), depth)}`;
}

function hiddenBody(body: string, type: string, depth: number): string {
  if (DOCUMENTS.test(type)) return body.replace(SUBJECT_ELEMENT, maskSecond);
  if (depth >= MOST_DEPTH) return masked(body);
  if (ENVELOPE.test(type)) return hiddenEnvelope(body, depth);
  if (WHOLE_MESSAGE.test(type)) return hidden(body, undefined, depth + 1);
  const [, quoted, bare] = MULTIPART.exec(type) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) return masked(body);
  const [before = "", ...parts] = body.split(`--${boundary}`);
  const shown = parts.map((part) => {
    if (part.startsWith("--")) return `--${masked(part.slice(2))}`; // the last. RFC 2046 §5.1.1
    return hidden(part, "text/plain", depth + 1);
  });
  return [masked(before), ...shown].join(`--${boundary}`);
}

/** RFC 3862 §3: headers of the message, an empty line, headers of the content, an empty line, the content. */
function hiddenEnvelope(body: string, depth: number): string {
  const at = body.indexOf("\r\n\r\n");
  if (at < 0) return masked(body);
  const head = withoutSubject(body.slice(0, at));
  return `${head}\r\n\r\n${hidden(body.slice(at + 4), "text/plain", depth + 1)}`;
}

function withoutSubject(head: string): string {
  return head.replace(SUBJECT_LINE, maskSecond);
}

function maskSecond(_: string, shown: string, secret: string): string {
  return shown + masked(secret);
}

function masked(text: string): string {
  return text.replace(/[^\r\n]/g, "x");
}
