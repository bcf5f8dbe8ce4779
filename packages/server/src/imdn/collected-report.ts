/** One report that came back about a copy, in the form in which the author will get it. RFC 5438 §8.3 */
import { formatCpim, type Imdn, wrapImdn } from "@parlance/formats";
import { anonymousEntity, newMessageId } from "@parlance/im";
import { formatUri } from "@parlance/sip";
import type { Random } from "@parlance/wire";
import type { Originator } from "../ports/index.ts";
import type { DispositionReport } from "../store/index.ts";

export interface Reported {
  readonly imdn: Imdn;
  readonly reporter: Originator;
  readonly author: string;
  readonly receivedAt: number;
}

/** Its envelope is written anew: what a stranger put there besides the report goes no further. */
export function collectedReport(reported: Reported, random: Random): DispositionReport {
  const { imdn, reporter, author, receivedAt } = reported;
  const shown = reporter.anonymous ? anonymousEntity(random) : formatUri(reporter.uri);
  const told: Imdn = {
    ...imdn,
    recipientUri: shown,
    originalRecipientUri: reporter.anonymous ? undefined : imdn.originalRecipientUri,
  };
  const envelope = {
    from: { name: undefined, uri: shown },
    to: { name: undefined, uri: author },
    messageId: newMessageId(random),
    now: receivedAt,
  };
  return {
    recipient: reporter.address,
    kind: imdn.notification.kind,
    status: imdn.notification.status,
    receivedAt,
    bytes: formatCpim(wrapImdn(told, envelope)),
  };
}
