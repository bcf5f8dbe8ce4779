/** The envelope as the others see it: who the sender is to them, and to whom it goes. Clause 8.3; IM-7.2.3-02 */
import {
  type Cpim,
  type Extension,
  editCpim,
  formatCpim,
  formatDateTime,
  formatImdn,
  type NamedUri,
  parseImdn,
} from "@parlance/formats";
import { type BodyKind, namedEntity } from "@parlance/im";
import type { RoomMember } from "../../ports/index.ts";
import type { Recipients } from "./judge-recipients.ts";
import type { Member } from "./model.ts";

export interface Dress {
  readonly sender: RoomMember;
  readonly kind: BodyKind;
  readonly recipients: Recipients;
  /** Group or session identity, without `isfocus`. */
  readonly identity: string;
  readonly now: number;
}

/** `bytes` may end in the middle of the content. Undefined: somebody who hides could be seen in it. */
export function dressEnvelope(bytes: Uint8Array, cpim: Cpim, dress: Dress): Uint8Array | undefined {
  const { sender, kind, recipients, identity, now } = dress;
  const from = namedEntity(sender.appearance); // IMSpec-MSRP-S-001
  const all = recipients.kind === "all";
  const to = all ? [roomUri(identity)] : recipients.to.map(named);
  const cc = all ? [] : recipients.cc.map(named);
  const dateTime = cpim.dateTime ?? formatDateTime(now);
  if (sender.appearance.anonymous) {
    const content = kind === "receipt" ? receiptOf(cpim, sender) : cpim.content;
    if (content === undefined) return undefined;
    return formatCpim({ ...withoutTraces(cpim, sender), from, to, cc, dateTime, content });
  }
  return editCpim(bytes, {
    from,
    to,
    ...(cpim.cc.length > 0 ? { cc } : {}),
    ...(cpim.dateTime === undefined ? { dateTime } : {}),
  });
}

/** For a device that expects one To. Ruling R-19 */
export function addressedTo(envelope: Uint8Array, member: Member): Uint8Array {
  return editCpim(envelope, { to: [named(member)], cc: [] });
}

/** The room, as it calls itself towards those who take part. IM-7.2.3-01, IM-7.2.3-02 */
export function roomUri(identity: string, name?: string): NamedUri {
  return { name, uri: `${identity};isfocus` };
}

function named({ row }: Member): NamedUri {
  return { name: undefined, uri: row.appearance.entity };
}

/** His program does not know that he hides, and may write his address where it usually does. */
function withoutTraces(cpim: Cpim, sender: RoomMember): Cpim {
  const clean = ({ value, parameters }: Extension): boolean =>
    !isTrace(value, sender) && !isTrace(parameters, sender);
  return {
    ...cpim,
    extensions: cpim.extensions.filter(clean),
    contentHeaders: cpim.contentHeaders.filter(([, value]) => !isTrace(value, sender)),
  };
}

/** A notification names who sends it. RFC 5438 §11.1.3 */
function receiptOf({ content }: Cpim, sender: RoomMember): Uint8Array | undefined {
  const imdn = parseImdn(content);
  if (!imdn.ok) return undefined;
  const { entity } = sender.appearance;
  const hidden = (uri: string | undefined) => (uri && isTrace(uri, sender) ? entity : uri);
  return formatImdn({
    ...imdn.value,
    recipientUri: hidden(imdn.value.recipientUri),
    originalRecipientUri: hidden(imdn.value.originalRecipientUri),
  });
}

/** Whether one of his addresses stands in it, in whatever scheme. */
function isTrace(text: string, { identities }: RoomMember): boolean {
  const small = text.toLowerCase();
  return identities.some((identity) => {
    return small.includes(identity.slice(identity.indexOf(":") + 1).toLowerCase());
  });
}
