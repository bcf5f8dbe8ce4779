/** The body of a MESSAGE to many: its list, and what is to be sent. RFC 5365 §6, RFC 5363 §4 */
import {
  decodedContent,
  dispositionOf,
  type Entity,
  isMultipart,
  mediaTypeOf,
  parseMultipart,
  parseRecipientLists,
  RESOURCE_LISTS_TYPE,
  type Recipient,
} from "@parlance/formats";
import { formatUri, parseUri, type Uri } from "@parlance/sip";
import { parsed } from "@parlance/wire";
import { keyOf } from "../address-key.ts";
import type { ListFault } from "./judge-list.ts";
import type { ListBody } from "./model.ts";

export function readListBody(body: Entity, most: number): ListBody | ListFault {
  const parts = partsOf(body);
  if (parts === undefined) return "not valid";
  const lists = parts.filter(isList);
  if (lists.length === 0) return "missing";
  const documents = lists.map(decodedContent);
  if (!documents.every((bytes) => bytes !== undefined)) return "not valid";
  // Several lists are one, and two spellings of one address are one recipient. RFC 5363 §4.1
  const read = parseRecipientLists(documents, { most, key: keyOf });
  if (!read.ok) return faultOf(read.because);
  const recipients = read.recipients.map(asTarget);
  if (!recipients.every((one) => one !== undefined)) return "not valid";
  return { recipients, parts: parts.filter((part) => !lists.includes(part)) };
}

/** Undefined when the body cannot be taken apart. */
function partsOf(body: Entity): readonly Entity[] | undefined {
  const type = parsed(() => mediaTypeOf(body.headers));
  if (!type.ok) return undefined;
  if (!isMultipart(type.value)) return [body];
  const parts = parseMultipart(type.value, body.content);
  return parts.ok ? parts.value : undefined;
}

/** By its disposition: without it, a list is content like any other. RFC 5363 §4 */
export function isList({ headers }: Entity): boolean {
  if (dispositionOf(headers) !== "recipient-list") return false;
  const type = parsed(() => mediaTypeOf(headers).essence);
  return type.ok && type.value === RESOURCE_LISTS_TYPE;
}

export function faultOf(because: string): ListFault {
  if (because === "too many") return "too many";
  return because === "empty" ? "missing" : "not valid";
}

/** RFC 5365 §7.3: always a MESSAGE, whatever method the URI names; headers in it are not taken over. */
function asTarget(recipient: Recipient): Recipient | undefined {
  const read = parsed(() => parseUri(recipient.uri));
  if (!read.ok) return undefined;
  const uri = target(read.value);
  return uri && { ...recipient, uri: formatUri(uri) };
}

function target(uri: Uri): Uri | undefined {
  if (uri.kind === "other") return undefined;
  if (uri.kind === "tel") return uri;
  return { ...uri, headers: [], params: uri.params.without("method") };
}
