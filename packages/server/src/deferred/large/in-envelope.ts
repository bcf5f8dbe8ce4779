/** A message that came by MESSAGE, as it goes in a session: in one envelope. OMA IM 9.1 */
import { decodedContent, formatCpim, formatDateTime, mimeHeader } from "@parlance/formats";
import { bareAddress, CPIM } from "@parlance/im";
import { DateHeader, type SipRequest } from "@parlance/sip";
import type { Content } from "../../ports/index.ts";

/** Undefined when nobody can read it. */
export function inEnvelope(request: SipRequest, content: Content): Uint8Array | undefined {
  const { mediaType, bytes, withoutHistory } = content;
  if (!bytes.ok || mediaType === undefined) return undefined;
  if (mediaType === CPIM) return bytes.value;
  // Who else has it is said beside the envelope, and an envelope in another one is not looked into.
  if (withoutHistory !== undefined && typeIn(withoutHistory.headers) === CPIM) {
    return decodedContent(withoutHistory);
  }
  const date = request.get(DateHeader);
  return formatCpim({
    from: { name: request.from.name, uri: bareAddress(request.from.uri) },
    to: [{ name: undefined, uri: bareAddress(request.uri) }],
    cc: [],
    dateTime: date === undefined ? undefined : formatDateTime(date),
    subjects: [],
    require: [],
    extensions: [],
    contentHeaders: [["Content-Type", request.text("Content-Type") ?? mediaType]],
    content: bytes.value,
  });
}

function typeIn(headers: Parameters<typeof mimeHeader>[0]): string {
  const [type = ""] = (mimeHeader(headers, "Content-Type") ?? "").split(";", 1);
  return type.trim().toLowerCase();
}
