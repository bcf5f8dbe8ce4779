/** What was said in a recorded session, out of the one message that it comes as. OMA IM 15.5 */
import { type Entity, mimeHeader, parseCpim, parseDateTime, parseLeaves } from "@parlance/formats";
import { utf8TextLossy } from "@parlance/wire";
import { keyOrText } from "../base/addresses.ts";

export interface RecordedMessage {
  /** As the user could see who said it. */
  readonly from: string;
  readonly fromName: string | undefined;
  readonly time: Date | undefined;
  /** With its parameters. */
  readonly contentType: string;
  readonly content: Uint8Array;
  /** Of what is text. */
  readonly text: string | undefined;
}

/** Undefined: it cannot be read. */
export function recordedMessages({ content }: Entity): readonly RecordedMessage[] | undefined {
  const outer = parseCpim(content);
  if (!outer.ok) return undefined;
  const { contentHeaders: headers, content: body } = outer.value;
  const type = mimeHeader(headers, "Content-Type") ?? "";
  if (!type.toLowerCase().startsWith("multipart/")) return [messageIn(content)].flat();
  const parts = parseLeaves({ headers, content: body });
  return parts.ok ? parts.value.flatMap((part) => messageIn(part.content)) : undefined;
}

function messageIn(envelope: Uint8Array): readonly RecordedMessage[] {
  const read = parseCpim(envelope);
  if (!read.ok) return [];
  const { from, dateTime, contentHeaders, content } = read.value;
  const contentType = mimeHeader(contentHeaders, "Content-Type") ?? "text/plain";
  const at = dateTime === undefined ? undefined : parseDateTime(dateTime);
  return [
    {
      from: keyOrText(from?.uri ?? ""),
      fromName: from?.name,
      time: typeof at === "number" ? new Date(at) : undefined,
      contentType,
      content,
      text: contentType.toLowerCase().startsWith("text/") ? utf8TextLossy(content) : undefined,
    },
  ];
}
