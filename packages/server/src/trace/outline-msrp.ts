/** What an MSRP frame is about. RFC 4975 §7 */
import { frameLimits, type MsrpFrame, MsrpFramer } from "@parlance/msrp";
import { marksOf, sessionsIn } from "./body-marks.ts";
import { nothing, type Reading } from "./reading.ts";

/** Undefined for what is no frame. Of a large SEND the head alone is there. */
export function outlineMsrp(bytes: Uint8Array): Reading | undefined {
  const frame = readFrame(bytes);
  if (frame === undefined) return undefined;
  const paths = `${frame.toPath} ${frame.fromPath}`;
  const common = {
    exchange: frame.transactionId,
    sessions: sessionsIn(paths),
    mediaType: frame.contentType,
  };
  if (frame.kind === "response") {
    const { status, comment } = frame;
    const title = `${status} ${comment}`.trim();
    return { ...nothing(title), ...common, form: "response", status };
  }
  const marks = marksOf(frame.contentType, frame.body ?? new Uint8Array(0));
  const ids = [frame.messageId, ...marks.messageIds].filter((id) => id !== undefined);
  return {
    ...nothing(titleOf(frame)),
    ...common,
    carries: marks.carries,
    messageIds: [...new Set(ids)],
    method: frame.method,
  };
}

function titleOf(frame: Extract<MsrpFrame, { kind: "request" }>): string {
  const { method, byteRange, status, flag } = frame;
  const facts = [method];
  if (method === "REPORT" && status !== undefined) facts.push(status);
  if (method === "SEND" && frame.body === undefined && frame.contentType === undefined) {
    facts.push("(empty)");
  }
  if (byteRange !== undefined && (flag === "+" || !byteRange.startsWith("1-")))
    facts.push(byteRange);
  if (flag === "#") facts.push("aborted");
  return facts.join(" ");
}

/** Of a frame that was too large to be held, its head. */
function readFrame(bytes: Uint8Array): MsrpFrame | undefined {
  let found: MsrpFrame | undefined;
  const keep = (frame: MsrpFrame): void => {
    found ??= frame;
  };
  const sink = { frame: keep, head: keep, body() {}, end() {}, broken() {} };
  new MsrpFramer(sink, { ...frameLimits, wholeFrameBytes: bytes.length }).push(bytes);
  return found;
}
