/** A file that a message points to, taken or declined like one that is offered. RFC 4483, IM-8.1.1-09 */
import { announcedContent, parseExternalBody } from "@parlance/formats";
import type { StartHash } from "@parlance/wire";
import { ImError } from "../../base/errors.ts";
import type { FileServer } from "../../files/index.ts";
import { Stop } from "../../files/stop.ts";
import type { ReferenceMessage } from "../../receiving/incoming-message.ts";
import type { FileRecorder } from "./file-recorder.ts";
import { IncomingFile } from "./incoming-file.ts";

export interface ReferencedFilePorts {
  readonly files: FileServer;
  readonly clock: ConstructorParameters<typeof Stop>[0];
  readonly startHash: StartHash;
  readonly recorder: FileRecorder;
  readonly report: (error: unknown) => void;
}

/** Nothing is fetched before it is accepted; its entry in the history begins there. */
export function referencedFile(
  message: ReferenceMessage,
  ports: ReferencedFilePorts,
): IncomingFile {
  const { startHash, recorder, report } = ports;
  const stop = new Stop(ports.clock, undefined);
  let room = Promise.withResolvers<void>();
  const file = new IncomingFile(factsOf(message), {
    startHash,
    declined: () => {},
    room: () => room.resolve(),
    abandoned: () => stop.stop(),
    report,
  });
  const write = async (piece: Uint8Array): Promise<void> => {
    room = Promise.withResolvers();
    const outcome = file.put(piece);
    if (outcome === false) await room.promise;
    else if (outcome !== true) throw new ImError("aborted");
  };
  const fetch = async (): Promise<void> => {
    try {
      const mostBytes = message.sizeBytes ?? MOST_BYTES;
      await ports.files.download(message, { write, mostBytes, signal: stop });
      await file.end();
    } catch (error) {
      file.fail(error instanceof ImError ? error : new ImError("server trouble", { cause: error }));
    }
  };
  const off = file.on("state", () => {
    off();
    if (file.state !== "receiving") return;
    recorder.received(file);
    void fetch();
  });
  return file;
}

/** For one whose size nobody tells. */
const MOST_BYTES = 2 ** 30;

function factsOf(message: ReferenceMessage) {
  const { id, from, fromName, conversation, subject, contentType, content } = message;
  const read = parseExternalBody({ headers: [["Content-Type", contentType]], content });
  if (!read.ok) throw new TypeError(read.error.reason);
  return {
    id,
    from,
    fromName,
    conversation,
    subject,
    name: message.referenceName,
    type: message.referenceType ?? "application/octet-stream",
    sizeBytes: message.sizeBytes,
    thumbnail: undefined,
    selector: announcedContent(read.value),
    messageId: id,
  };
}
