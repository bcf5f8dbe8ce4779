/** The plain text inside a message, for phones that can show nothing else. RFC 3428 §11 */
import { mimeHeader, parseCpim } from "@parlance/formats";

export interface PlainText {
  /** With its charset. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Undefined when there is no envelope to take off, or no plain text in it. */
export function plainTextOf(contentType: string, body: Uint8Array): PlainText | undefined {
  if (mediaTypeOf(contentType) !== "message/cpim") return undefined;
  const envelope = parseCpim(body);
  if (!envelope.ok) return undefined;
  const { contentHeaders, content } = envelope.value;
  const type = mimeHeader(contentHeaders, "Content-Type") ?? "text/plain"; // RFC 2045 §5.2
  const encoding = mimeHeader(contentHeaders, "Content-Transfer-Encoding")?.toLowerCase() ?? "";
  const asIs = ["", "7bit", "8bit", "binary"].includes(encoding);
  return mediaTypeOf(type) === "text/plain" && asIs ? { type, bytes: content } : undefined;
}

function mediaTypeOf(contentType: string): string {
  const end = contentType.indexOf(";");
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}
