/** Reports about stored messages, made of the stored record. RFC 5438 §8 */
import type { Cpim } from "@parlance/formats";
import { formatUri, type SipRequest } from "@parlance/sip";
import type { Passage, ReadContent, ReportSubject, User } from "../ports/index.ts";
import type { DeferredMessage } from "../store/index.ts";
import { envelopeOf } from "./files/kept-invitation.ts";
import type { DeferredPorts } from "./ports.ts";
import { addressedAs, readWaiting } from "./waiting-request.ts";

/** Undefined when nobody can be told: the record is unreadable, or nothing asks for reports. */
export function subjectOf(
  message: DeferredMessage,
  ports: Pick<DeferredPorts, "readContent">,
): ReportSubject | undefined {
  const waiting = readWaiting(message);
  if (waiting === undefined || message.kind !== "message") return undefined;
  const { author, request } = waiting;
  const cpim = message.mode === "file" ? envelopeOf(request) : cpimIn(request, ports.readContent);
  if (cpim === undefined) return undefined;
  return { cpim, author: formatUri(author.uri), recipient: formatUri(request.uri) };
}

/** Of one that has just come; undefined when nobody can be told. */
export function subjectIn(
  { request, content, originator }: Passage,
  user: User,
): ReportSubject | undefined {
  if (content.cpim?.ok !== true || originator === undefined) return undefined;
  const cpim = content.cpim.value;
  return { cpim, author: formatUri(originator.uri), recipient: addressedAs(request, user) };
}

/**
 * A device has taken a file, and says so to us alone; of messages it tells their authors itself. Rejects when the
 * report cannot be taken over now.
 */
export async function tellArrived(
  message: DeferredMessage,
  ports: Pick<DeferredPorts, "readContent" | "reports">,
): Promise<void> {
  const subject = message.mode === "file" ? subjectOf(message, ports) : undefined;
  if (subject !== undefined) await ports.reports.delivered(subject);
}

/** Not awaited: it waits for its recipient, whatever its author hears. */
export function tellWaits(message: DeferredMessage, ports: TellingPorts): void {
  tellStored(subjectOf(message, ports), ports);
}

/** Not awaited, either. */
export function tellStored(
  about: ReportSubject | undefined,
  ports: Pick<DeferredPorts, "reports" | "log">,
): void {
  unawaited(about, ports, (subject) => ports.reports.stored(subject));
}

/** Not awaited: its recipient is about to be asked. Of messages nobody is. */
export function tellAsked(message: DeferredMessage, ports: TellingPorts): void {
  if (message.mode !== "file") return;
  unawaited(subjectOf(message, ports), ports, (subject) => ports.reports.asked(subject));
}

/** Rejects when the report cannot be taken over now. */
export async function tellRefused(
  message: DeferredMessage,
  how: "refused" | "declined",
  ports: Pick<DeferredPorts, "readContent" | "reports">,
): Promise<void> {
  const subject = subjectOf(message, ports);
  if (subject === undefined) return;
  await ports.reports.failed(subject, how === "declined" ? how : undefined);
}

type TellingPorts = Pick<DeferredPorts, "readContent" | "reports" | "log">;

function unawaited(
  subject: ReportSubject | undefined,
  { log }: Pick<DeferredPorts, "log">,
  tell: (subject: ReportSubject) => Promise<void>,
): void {
  if (subject === undefined) return;
  tell(subject).catch((error: unknown) => log.error("report failed", { error: String(error) }));
}

function cpimIn(request: SipRequest, readContent: ReadContent): Cpim | undefined {
  const { cpim } = readContent(request);
  return cpim?.ok === true ? cpim.value : undefined;
}
