/** Whom an INVITE to the factory wants in the session. RFC 5366 §4, RFC 5363 §4, RFC 5364 */
import {
  decodedContent,
  parseRecipientLists,
  parseSessionBody,
  type Recipient,
} from "@parlance/formats";
import type { Refusal } from "@parlance/im";
import { type DialogReference, formatUri, parseUri, Replaces, type Uri } from "@parlance/sip";
import { parsed } from "@parlance/wire";
import { keyOf } from "../../address-key.ts";
import type { Passage } from "../../ports/index.ts";
import type { ListFault } from "../judge-list.ts";
import { faultOf, isList } from "../list-body.ts";

export interface Listed extends Recipient {
  /** Address key. */
  readonly address: string;
  readonly target: Uri;
  /** A session of his that this one takes the place of, as whoever invites him sees it. Clause 4.6 */
  readonly replaces: DialogReference | undefined;
}

export type InvitationList = readonly Listed[] | ListFault | Refusal;

/** Without `own`: nobody invites himself. */
export function readInvitationList(
  { request, content }: Passage,
  own: readonly string[],
  most: number,
): InvitationList {
  if (!content.bytes.ok) return content.bytes.refusal;
  const headers = (["Content-Type", "Content-Disposition"] as const).flatMap((name) => {
    const value = request.text(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const body = parseSessionBody({ headers, content: content.bytes.value });
  if (!body.ok) return "not valid";
  const lists = body.value.others.filter(isList);
  if (lists.length === 0) return "missing";
  const documents = lists.map(decodedContent);
  if (!documents.every((bytes) => bytes !== undefined)) return "not valid";
  const read = parseRecipientLists(documents, { most, key: keyOf });
  if (!read.ok) return faultOf(read.because);
  const listed = read.recipients.map(listedAs);
  if (!listed.every((one) => one !== undefined)) return "not valid";
  const others = listed.filter(({ address }) => !own.includes(address));
  return others.length === 0 ? "missing" : others;
}

function listedAs(recipient: Recipient): Listed | undefined {
  const read = parsed(() => parseUri(recipient.uri));
  if (!read.ok || read.value.kind === "other") return undefined;
  const uri = read.value;
  if (uri.kind === "tel") {
    return { ...recipient, address: keyOf(recipient.uri), target: uri, replaces: undefined };
  }
  const [, text] = uri.headers.find(([name]) => name.toLowerCase() === "replaces") ?? [];
  const replaces = text === undefined ? undefined : parsed(() => Replaces.read(text));
  if (replaces?.ok === false) return undefined;
  // Of its headers none but this one is taken over, and none is told to the others. RFC 3261 §19.1.5
  const target = { ...uri, headers: [], params: uri.params.without("method") };
  const plain = formatUri(target);
  return { ...recipient, uri: plain, address: keyOf(plain), target, replaces: replaces?.value };
}
