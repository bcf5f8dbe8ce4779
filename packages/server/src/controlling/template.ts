/** The request from which all copies of a message to many are made. RFC 5365 §7.2, §7.3 */
import {
  type Cpim,
  type CpimChanges,
  type Entity,
  editCpim,
  formatMultipart,
  formatNamedUri,
  formatRecipientHistory,
  imdnHeader,
  mediaTypeOf,
  mimeHeader,
  parseCpim,
  RESOURCE_LISTS_TYPE,
  type Recipient,
} from "@parlance/formats";
import {
  ACCEPT_CONTACT_IM,
  ANONYMOUS_NAME,
  bareAddress,
  liftedPart,
  RECIPIENT_LIST_MESSAGE,
} from "@parlance/im";
import {
  CSeq,
  From,
  MaxForwards,
  Params,
  parseUri,
  ReferredBy,
  Require,
  type SipRequest,
} from "@parlance/sip";
import { parsed, type Random } from "@parlance/wire";

export interface TemplateWishes {
  /** What the recipients are to get. */
  readonly parts: readonly Entity[];
  /** Who gets it, when they may know of each other. */
  readonly recipients: readonly Recipient[];
  readonly userAgent: string;
  /** Service address through which reports come back; undefined when they go straight. */
  readonly reportRoute: string | undefined;
  /** In place of the sender, when he is anonymous and reports have to find him. */
  readonly shownAuthor: string | undefined;
  /** Group that the message was sent to, for replies. */
  readonly group: string | undefined;
}

/** Of the way here, of the sender's credentials, and what RFC 3428 §4 does not want in a MESSAGE. */
const DROPPED = [
  "Via",
  "Route",
  "Record-Route",
  "Authorization",
  "Proxy-Authorization",
  "Contact",
  "Target-Dialog", // IM-8.1.1-N2: of the author's session, which the recipients are not in
  "P-Asserted-Identity",
  "P-Preferred-Identity",
  "Content-Encoding",
  "Content-Disposition",
  "Content-Language",
  "Content-ID",
];
const HOPS = 70;
const ID_BITS = 128;

export function makeTemplate(
  request: SipRequest,
  wishes: TemplateWishes,
  random: Random,
): SipRequest {
  const edit = request.edit();
  for (const name of DROPPED) edit.remove(name);
  const left = (request.get(Require) ?? []).filter((tag) => tag !== RECIPIENT_LIST_MESSAGE);
  if (left.length === 0) edit.remove(Require);
  else edit.set(Require, left);
  const tag = Params.of(["tag", random.token(ID_BITS)]);
  const { name, uri } = request.from;
  const { shownAuthor, group } = wishes;
  const from =
    shownAuthor === undefined
      ? { name, uri }
      : { name: ANONYMOUS_NAME, uri: parseUri(shownAuthor) };
  edit
    .set(From, { ...from, params: tag })
    .set(CSeq, { number: 1, method: "MESSAGE" })
    .set(MaxForwards, HOPS)
    .setText("Accept-Contact", ACCEPT_CONTACT_IM) // IM-8.1.1-01
    .setText("User-Agent", wishes.userAgent); // IM-8.1.1-03
  if (group === undefined) edit.remove(ReferredBy);
  else edit.set(ReferredBy, { name: undefined, uri: parseUri(group), params: Params.none });
  const body = bodyOf(wishes, bareAddress(from.uri), random);
  for (const [header, value] of body.headers) edit.setText(header, value);
  return edit.body(body.content, mimeHeader(body.headers, "Content-Type") ?? "text/plain").done();
}

function bodyOf(wishes: TemplateWishes, sender: string, random: Random): Entity {
  const envelope = wishes.parts.findIndex(isEnvelope);
  const parts = wishes.parts.map((part, at) =>
    at === envelope ? addressed(part, wishes, sender) : part,
  );
  const history = historyOf(wishes.recipients);
  const [only] = parts;
  if (history === undefined && parts.length === 1 && only !== undefined) return liftedPart(only);
  const boundary = random.token(ID_BITS);
  return {
    headers: [["Content-Type", `multipart/mixed;boundary="${boundary}"`]],
    content: formatMultipart(history === undefined ? parts : [...parts, history], boundary),
  };
}

/** RFC 5365 §7.3: only who asked with copyControl gets it. RFC 5364 §4 */
function historyOf(recipients: readonly Recipient[]): Entity | undefined {
  const content = formatRecipientHistory(recipients);
  if (content === undefined) return undefined;
  return {
    headers: [
      ["Content-Type", RESOURCE_LISTS_TYPE],
      ["Content-Disposition", "recipient-list-history; handling=optional"],
    ],
    content,
  };
}

/** The part that carries sender, receivers and wishes for reports. */
export function isEnvelope({ headers }: Entity): boolean {
  const type = parsed(() => mediaTypeOf(headers).essence);
  return type.ok && type.value === "message/cpim";
}

/** What is the same in the envelopes of all copies. */
function addressed(part: Entity, wishes: TemplateWishes, sender: string): Entity {
  const cpim = parseCpim(part.content);
  if (!cpim.ok) return part;
  return withContent(part, editCpim(part.content, commonChanges(cpim.value, wishes, sender)));
}

/** `sender`: as the copies show him. */
export function commonChanges(
  cpim: Cpim,
  {
    reportRoute,
    shownAuthor,
    group,
  }: Pick<TemplateWishes, "reportRoute" | "shownAuthor" | "group">,
  sender: string,
): CpimChanges {
  const rename = shownAuthor !== undefined || cpim.from === undefined;
  return {
    ...(rename ? { from: bare(sender) } : {}),
    ...(group === undefined ? {} : { to: [bare(group)], cc: [] }),
    ...(reportRoute === undefined
      ? {}
      : { add: [imdnHeader("IMDN-Record-Route", formatNamedUri(bare(reportRoute)))] }), // RFC 5438 §8
  };
}

/** A length that was written for other content would cut it off. */
export function withContent({ headers }: Entity, content: Uint8Array): Entity {
  return { headers: headers.filter(([name]) => !sameName(name, "Content-Length")), content };
}

function bare(uri: string): { readonly name: undefined; readonly uri: string } {
  return { name: undefined, uri };
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
