/** Reports about the copies of one message come back to its author together. RFC 5438 §8.3 */
import type { Cpim } from "@parlance/formats";
import { anonymousEntity, bareAddress } from "@parlance/im";
import { formatUri, type SipRequest } from "@parlance/sip";
import type { Random } from "@parlance/wire";
import { keyOf } from "../address-key.ts";
import type { Originator, ReportCollection } from "../ports/index.ts";
import { reportedAs } from "./copies.ts";

export interface Copied {
  readonly request: SipRequest;
  readonly originator: Originator;
  /** URIs. */
  readonly recipients: readonly string[];
  readonly cpim: Cpim;
}

export interface CollectedReports {
  /** Where they go: IMDN-Record-Route of the copies. */
  readonly route: string;
  /** In place of an anonymous author, so that reports find him. */
  readonly shownAuthor: string | undefined;
}

/** Undefined: they are not wanted, or go straight. */
export async function collectReports(
  { request, originator, recipients, cpim }: Copied,
  collection: ReportCollection | undefined,
  random: Random,
): Promise<CollectedReports | undefined> {
  if (collection === undefined || recipients.length < 2) return undefined;
  const messageId = reportedAs(cpim);
  if (messageId === undefined) return undefined;
  // Reports are addressed to whom the envelope names, so this must lead back to one author.
  const shownAuthor = originator.anonymous ? anonymousEntity(random) : undefined;
  await collection.open({
    messageId,
    author: formatUri(originator.uri),
    shownAuthor: shownAuthor ?? cpim.from?.uri ?? bareAddress(request.from.uri),
    recipients: recipients.map(keyOf),
  });
  return { route: collection.route, shownAuthor };
}
