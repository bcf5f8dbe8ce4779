/** What an answer says of the file in the offer. RFC 5547 §8.1, §8.3 */
import { ANY_FILE, type FileOffer, NO_DATES } from "../file-transfer/index.ts";
import { receives } from "./direction.ts";
import type { MessageMedia } from "./message-media.ts";

/** Undefined when the offer is of no file. `own` is what we know of a file that we are to send. */
export function answerFile(
  offered: MessageMedia,
  own: FileOffer | undefined,
): FileOffer | undefined {
  if (offered.file === undefined) return undefined;
  const { selector, transferId, range } = offered.file;
  const mirrored: FileOffer = {
    selector,
    transferId, // RFC 5547 §8.1: copied always
    disposition: undefined, // not from whoever receives. RFC 5547 §8.3.1
    dates: NO_DATES,
    iconId: undefined,
    range, // RFC 5547 §8.3.1, §8.3.2: the same range or none at all
  };
  if (own === undefined || !receives(offered.direction)) return mirrored;
  const known = own.selector === ANY_FILE ? selector : own.selector;
  return { ...own, selector: known, transferId, range };
}
