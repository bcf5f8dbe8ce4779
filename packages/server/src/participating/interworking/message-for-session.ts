/** A MESSAGE of a phone as the session takes it that its other side holds. RFC 4975 §8.6, RFC 3862 */
import { formatCpim, formatDateTime, type MessageMedia, takesType } from "@parlance/formats";
import { bareAddress, bodyKind, CPIM, type PlainText, plainTextOf } from "@parlance/im";
import type { MediaMessage, Passage } from "../../ports/index.ts";

/** Undefined when it is nothing for the session, or not for this one. */
export function messageForSession(
  passage: Passage,
  to: string,
  { acceptTypes, maxSize }: Pick<MessageMedia, "acceptTypes" | "maxSize">,
): MediaMessage | undefined {
  const { request, content, originator } = passage;
  const { mediaType, bytes } = content;
  if (mediaType === undefined || !bytes.ok || originator?.anonymous === true) return undefined;
  const said = { type: request.text("Content-Type") ?? mediaType, bytes: bytes.value };
  const takes = (type: string): boolean => takesType(acceptTypes, type);
  const form = mediaType === CPIM ? envelopeFor(passage, said, takes) : bareFor(passage, to, takes);
  if (form === undefined || form.bytes.length > (maxSize ?? Infinity)) return undefined;
  return { contentType: form.type, content: form.bytes };
}

type Takes = (essence: string) => boolean;

function envelopeFor({ content }: Passage, said: PlainText, takes: Takes): PlainText | undefined {
  // A receipt finds its own way to whoever waits for it.
  if (content.cpim?.ok !== true || content.imdn !== undefined) return undefined;
  if (takes(CPIM)) return said;
  return takes("text/plain") ? plainTextOf(CPIM, said.bytes) : undefined;
}

function bareFor(passage: Passage, to: string, takes: Takes): PlainText | undefined {
  const { request, content, receivedAt } = passage;
  const { mediaType = "", bytes } = content;
  if (!bytes.ok) return undefined;
  const kind = bodyKind(mediaType);
  const isText = kind === "message" && mediaType.startsWith("text/");
  if (!isText && kind !== "composing") return undefined;
  const type = request.text("Content-Type") ?? mediaType;
  if (!takes(CPIM)) return takes(mediaType) ? { type, bytes: bytes.value } : undefined;
  const { name, uri } = request.from;
  const body = formatCpim({
    from: { name, uri: bareAddress(uri) },
    to: [{ name: undefined, uri: to }],
    cc: [],
    dateTime: formatDateTime(receivedAt),
    subjects: [],
    require: [],
    extensions: [],
    contentHeaders: [["Content-Type", type]],
    content: bytes.value,
  });
  return { type: CPIM, bytes: body };
}
