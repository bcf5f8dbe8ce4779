/** Reports about stored messages, made of the stored record. RFC 5438 §8 */
import { formatUri } from "@parlance/sip";
import type { ReportSubject } from "../ports/index.ts";
import type { DeferredMessage } from "../store/index.ts";
import type { DeferredPorts } from "./ports.ts";
import { readWaiting } from "./waiting-request.ts";

/** Undefined when nobody can be told: the record is unreadable, or nothing asks for reports. */
export function subjectOf(
  message: DeferredMessage,
  ports: Pick<DeferredPorts, "readContent">,
): ReportSubject | undefined {
  const waiting = readWaiting(message);
  if (waiting === undefined || message.kind !== "message") return undefined;
  const { cpim } = ports.readContent(waiting.request);
  if (cpim?.ok !== true) return undefined;
  const { author, request } = waiting;
  return {
    cpim: cpim.value,
    author: formatUri(author.uri),
    recipient: formatUri(request.uri),
  };
}
