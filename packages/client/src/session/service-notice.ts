/** What the service says itself in a session of two: that the other side has it recorded. OMA IM 15.1 */
import { type MimeHeader, mimeHeader, parseCpim } from "@parlance/formats";
import { CPIM } from "@parlance/im";
import { keyOrText } from "../base/addresses.ts";
import { recorderAt } from "../conference/refer.ts";
import type { InSession } from "../receiving/receiver.ts";
import type { Sender } from "../sending/pager-message.ts";

/** Undefined: the other side says it. A server lets nobody speak by the name of its service. */
export function serviceNotice(
  entity: { readonly headers: readonly MimeHeader[]; readonly content: Uint8Array },
  sender: Sender,
): Pick<InSession, "fromName" | "reach"> | undefined {
  if (mimeHeader(entity.headers, "Content-Type")?.toLowerCase().startsWith(CPIM) !== true) {
    return undefined;
  }
  const read = parseCpim(entity.content);
  const from = read.ok ? read.value.from : undefined;
  const service = keyOrText(recorderAt(sender, undefined));
  if (from === undefined || keyOrText(from.uri) !== service) return undefined;
  return { fromName: from.name, reach: "system" };
}
