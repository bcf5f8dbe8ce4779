/** What is said of a file that is sent: in the description of its session, and with its octets. RFC 5547 §6, RFC 2183 */
import {
  attachment,
  type FileOffer,
  type FileRange,
  type FileSelector,
  formatCpim,
  formatDateTime,
  formatDisposition,
  imdnHeader,
  NO_DATES,
} from "@parlance/formats";
import type { FileFacts } from "./file-facts.ts";

export function selectorOf({ name, type, sizeBytes, hashes }: FileFacts): FileSelector {
  return { name, type, sizeBytes, hashes };
}

/** `range`: of the file, where it does not begin with its first octet. */
export function offerOf(
  facts: FileFacts,
  more: { readonly iconId?: string | undefined; readonly range?: FileRange | undefined },
): FileOffer {
  const { transferId, createdAt } = facts;
  return {
    selector: selectorOf(facts),
    transferId,
    disposition: "attachment",
    dates: { ...NO_DATES, creation: createdAt },
    iconId: more.iconId,
    range: more.range,
  };
}

/** IM-7.1.3.2-01, IM-7.1.3.2-02: not to be shown unasked, and what it is called. */
export function dispositionOfFile({ name }: FileFacts): string {
  return name === undefined ? "attachment" : formatDisposition(attachment(name));
}

/** By server and device alike: of what is kept for somebody who is away nothing else tells. RFC 5438 */
const WISHES = imdnHeader(
  "Disposition-Notification",
  "positive-delivery, negative-delivery, processing",
);

/** The envelope of a file, up to its first octet. `messageId`: by which receipts name it, where somebody waits for any. */
export function envelopeHead(
  facts: FileFacts,
  at: {
    readonly from: string;
    readonly to: string;
    readonly now: number;
    readonly messageId: string | undefined;
  },
): Uint8Array {
  const { messageId } = at;
  return formatCpim({
    from: { name: undefined, uri: at.from },
    to: [{ name: undefined, uri: at.to }],
    cc: [],
    dateTime: formatDateTime(at.now),
    subjects: [],
    require: [],
    extensions: messageId === undefined ? [] : [imdnHeader("Message-ID", messageId), WISHES],
    contentHeaders: [
      ["Content-Type", facts.type.essence],
      ["Content-Disposition", dispositionOfFile(facts)],
    ],
    content: new Uint8Array(0),
  });
}
