/** A MIME entity, headers and content, and what its headers say. RFC 2045 §2.4 */
import { octetText, type Parsed, parseBase64, parsed } from "@parlance/wire";
import { readDisposition } from "./disposition.ts";
import { type MediaType, PLAIN_TEXT, readMediaType } from "./media-type.ts";
import { type MimeHeader, mimeHeader } from "./mime-head.ts";

export interface Entity {
  readonly headers: readonly MimeHeader[];
  readonly content: Uint8Array;
}

/** Throws `FormatError` when the header is there but malformed. */
export function mediaTypeOf(headers: readonly MimeHeader[]): MediaType {
  const text = mimeHeader(headers, "Content-Type");
  return text === undefined ? PLAIN_TEXT : readMediaType(text);
}

/** In lower case; `undefined` when there is none or it cannot be read: it then says nothing. */
export function dispositionOf(headers: readonly MimeHeader[]): string | undefined {
  const text = mimeHeader(headers, "Content-Disposition");
  if (text === undefined) return undefined;
  const result = parsed(() => readDisposition(text));
  return result.ok ? result.value.kind : undefined;
}

/** Content-ID without its angle brackets, as `cid:` URLs name it. RFC 2392 §2 */
export function contentIdOf(headers: readonly MimeHeader[]): string | undefined {
  const text = mimeHeader(headers, "Content-ID");
  if (text === undefined) return undefined;
  return text.startsWith("<") && text.endsWith(">") ? text.slice(1, -1) : text;
}

/** The content without its transfer encoding; `undefined` for an encoding we do not read. RFC 2045 §6 */
export function decodedContent({ headers, content }: Entity): Uint8Array | undefined {
  const encoding = mimeHeader(headers, "Content-Transfer-Encoding")?.toLowerCase() ?? "";
  switch (encoding) {
    case "":
    case "7bit":
    case "8bit":
    case "binary":
      return content;
    case "base64": {
      const decoded = base64Content(content);
      return decoded.ok ? decoded.value : undefined;
    }
    default:
      return undefined;
  }
}

/** Line breaks may stand anywhere in it. RFC 2045 §6.8 */
function base64Content(content: Uint8Array): Parsed<Uint8Array> {
  return parsed(() => parseBase64(octetText(content).replaceAll(/\s+/g, "")));
}
