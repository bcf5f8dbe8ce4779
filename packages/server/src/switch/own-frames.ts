/** Frames that a leg writes of its own: a greeting, a report, a refusal, a chunk. RFC 4975 §5.4, §7 */
import {
  firstUri,
  type Line,
  type MsrpFrame,
  type MsrpWriter,
  type PathLines,
  pathLines,
  statusPhrase,
} from "@parlance/msrp";
import type { Chunk } from "./sent.ts";

export interface FrameMaking {
  readonly writer: MsrpWriter;
  newId(): string;
}

/** Tells the other side which session the connection is for, and is answered by whoever is there. RFC 4975 §5.4 */
export function greeting(by: FrameMaking, paths: PathLines): Uint8Array {
  const headers = [
    ["Message-ID", by.newId()],
    ["Byte-Range", "1-0/0"],
  ] as const;
  return by.writer.request({ transactionId: by.newId(), method: "SEND", paths, headers });
}

/** How far a message came. RFC 4975 §7.1.2, §7.1.3 */
export function reportOf(
  of: { readonly messageId: string; readonly status: number; readonly sizeBytes: number },
  by: FrameMaking,
  paths: PathLines,
): Uint8Array {
  const { messageId, status, sizeBytes } = of;
  const headers = [
    ["Message-ID", messageId],
    ["Byte-Range", `1-${sizeBytes}/${sizeBytes}`],
    ["Status", `000 ${status} ${statusPhrase(status)}`],
  ] as const;
  return by.writer.request({ transactionId: by.newId(), method: "REPORT", paths, headers });
}

/** Of somebody who is not the device at `uri`; undefined for what is not answered. */
export function refusalOf(
  frame: MsrpFrame,
  uri: string,
  status: number,
  writer: MsrpWriter,
): Uint8Array | undefined {
  if (frame.kind !== "request" || frame.method === "REPORT") return undefined;
  const back = frame.method === "SEND" ? firstUri(frame.fromPath) : frame.fromPath;
  return writer.plainResponse(frame.transactionId, status, pathLines(back, uri));
}

/** Over a stream without copying the body; a WebSocket message is one frame. RFC 7977 §5.1 */
export function writeChunk(
  { id, headers, body, flag }: Chunk,
  paths: PathLines,
  writer: MsrpWriter,
  line: Line,
): void {
  const parts = { transactionId: id, method: "SEND", paths, headers };
  const { transport } = line.connection;
  if (transport === "ws" || transport === "wss") {
    return line.write(writer.request({ ...parts, body, flag }));
  }
  line.write(writer.headOfRequest(parts));
  line.write(body);
  line.write(writer.endOfBody(id, flag));
}
