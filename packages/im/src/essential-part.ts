/** What a message is about, when a copy of it brings along who else got one. RFC 5364 §4, RFC 5365 §7.3 */
import {
  decodedContent,
  dispositionOf,
  type Entity,
  formatMediaType,
  formatMultipart,
  isMultipart,
  mediaTypeOf,
  mimeHeader,
  parseDisposition,
  parseLeaves,
  parseMultipart,
} from "@parlance/formats";
import { parsed } from "@parlance/wire";

const RECIPIENT_LIST_HISTORY = "recipient-list-history"; // RFC 5364 §6
/** Of a part that becomes the whole body. Its transfer encoding is undone. */
const LIFTED: ReadonlySet<string> = new Set([
  "content-disposition",
  "content-language",
  "content-id",
]);

/** The only other part beside such a list; else the whole, as it is. */
export function essentialPart(whole: Entity): Entity {
  const leaves = parseLeaves(whole);
  if (!leaves.ok) return whole;
  const [only, ...more] = leaves.value.filter(
    ({ headers }) => dispositionOf(headers) !== RECIPIENT_LIST_HISTORY,
  );
  return only !== undefined && more.length === 0 ? only : whole;
}

/** The whole without the list, for whom it is of no use; undefined when there is none that may go. */
export function withoutRecipientHistory(whole: Entity): Entity | undefined {
  const type = parsed(() => mediaTypeOf(whole.headers));
  if (!type.ok || !isMultipart(type.value)) return undefined;
  const parts = parseMultipart(type.value, whole.content);
  if (!parts.ok) return undefined;
  const left = parts.value.filter((part) => !isOptionalHistory(part));
  const [first, ...more] = left;
  if (first === undefined || left.length === parts.value.length) return undefined;
  if (more.length === 0) return liftedPart(first);
  const boundary = type.value.parameters.get("boundary") ?? "";
  return { headers: whole.headers, content: formatMultipart(left, boundary) };
}

/** RFC 5365 §7.3: one part that is left needs no wrapping. */
export function liftedPart(part: Entity): Entity {
  const headers = part.headers.filter(([name]) => LIFTED.has(name.toLowerCase()));
  // MIME is read with more patience than SIP allows, so the type is written anew.
  const type = parsed(() => formatMediaType(mediaTypeOf(part.headers)));
  return {
    headers: [["Content-Type", type.ok ? type.value : "application/octet-stream"], ...headers],
    content: decodedContent(part) ?? part.content,
  };
}

/** What must be understood is not ours to take away. RFC 3261 §20.11 */
function isOptionalHistory({ headers }: Entity): boolean {
  const disposition = parseDisposition(mimeHeader(headers, "Content-Disposition") ?? "");
  if (!disposition.ok || disposition.value.kind !== RECIPIENT_LIST_HISTORY) return false;
  return disposition.value.parameters.get("handling")?.toLowerCase() === "optional";
}
