/** Sends files to others, each by a transfer of its own. RFC 5547 §8, OMA IM 10.1 */
import { ImError } from "../../base/errors.ts";
import type { Signal } from "../../base/signal.ts";
import { type FileContent, isStream, nameOf, sizeOf, typeOf } from "../../files/file-content.ts";
import { parts } from "../../parts.ts";
import type { SentFileRecord } from "../../store/file-record.ts";
import { newTransferId, readFileType } from "./file-facts.ts";
import type { FileRecorder } from "./file-recorder.ts";
import { SentFile } from "./sent-file.ts";
import type { FileTransferPorts, SendFileOptions, Wanted } from "./wanted-file.ts";

export interface FileSenderPorts extends Omit<FileTransferPorts, "media" | "door"> {
  readonly recorder: FileRecorder;
  /** What goes straight goes in a session. Rejects with ImError where what those need cannot be loaded. */
  readonly sessions: () => Promise<Pick<FileTransferPorts, "media" | "door">>;
}

/** `stop`: nothing of it goes any more. */
interface Running {
  readonly file: SentFile;
  stop: () => void;
  readonly over: Promise<void>;
}

export interface ResumeFileOptions {
  /** Ends it. */
  readonly signal?: Signal;
}

const OCTETS = "application/octet-stream";

export class FileSender {
  readonly #ports: FileSenderPorts;
  readonly #running = new Set<Running>();

  constructor(ports: FileSenderPorts) {
    this.#ports = ports;
  }

  /** `peer`: the address of the conversation. Throws TypeError for wrong arguments. */
  send(to: string, peer: string, content: FileContent, options: SendFileOptions): SentFile {
    const { random, report, recorder } = this.#ports;
    const { name = nameOf(content), type = typeOf(content) ?? OCTETS } = options;
    const sizeBytes = sizeOf(content, options.sizeBytes);
    const id = newTransferId(random);
    const mediaType = readFileType(type);
    const file = new SentFile({ id, name, type, sizeBytes }, report);
    const { subject } = options;
    if (!isStream(content)) file.resumesWith({ to, subject, doneBytes: 0, upload: undefined });
    const keep = recorder.sent(file, peer);
    const facts = { transferId: id, name, type: mediaType, sizeBytes };
    void this.#run({ to, content, options, startByte: 0, file, facts, keep });
    return file;
  }

  /** Goes on with a file of an earlier program: the other side, or the file server, knows it by its id. */
  resume(record: SentFileRecord, content: FileContent, { signal }: ResumeFileOptions): SentFile {
    const { report, recorder } = this.#ports;
    const { id, name, type, conversation, via, resume } = record;
    if (resume === undefined || !recorder.unfinished.delete(id)) {
      throw new TypeError("record: expected a file that is unfinished");
    }
    const straight = via === "session";
    const startByte = straight ? resume.doneBytes : 0;
    const sizeBytes = sizeOf(content, undefined);
    const file = new SentFile({ id, name, type, sizeBytes }, report);
    file.resumesWith(resume);
    if (record.recipients !== undefined) file.knowsOf(record.recipients);
    file.goesBy(via);
    file.become("interrupted");
    file.advance(resume.doneBytes);
    const keep = recorder.sent(file, conversation, record);
    const options: SendFileOptions = {
      type,
      via: straight ? "auto" : "http",
      ...(name === undefined ? {} : { name }),
      ...(resume.subject === undefined ? {} : { subject: resume.subject }),
      ...(signal === undefined ? {} : { signal }),
    };
    const facts = { transferId: id, name, type: readFileType(type), sizeBytes };
    void this.#run({ to: resume.to, content, options, startByte, file, facts, keep });
    return file;
  }

  /** Resolves when nobody waits for the word that what has left has arrived. */
  async idle(): Promise<void> {
    const sent = [...this.#running].filter(({ file }) => file.state === "sent");
    await Promise.all(sent.map(({ over }) => over));
  }

  /** Nothing goes any more. */
  end(): void {
    for (const { file, stop } of this.#running) {
      if (file.state === "sent") file.unreported("closed");
      else file.fail(new ImError("closed"));
      stop();
    }
  }

  async #run(wanted: Wanted): Promise<void> {
    const { file } = wanted;
    const over = Promise.withResolvers<void>();
    const running: Running = { file, stop: () => {}, over: over.promise };
    this.#running.add(running);
    try {
      const { sessions } = this.#ports;
      const [{ FileTransfer }, { media, door }] = await Promise.all([parts.files(), sessions()]);
      const transfer = new FileTransfer(wanted, { ...this.#ports, media, door });
      if (file.state === "failed") return transfer.close();
      running.stop = () => transfer.end();
      await transfer.run();
    } catch (cause) {
      file.fail(new ImError("offline", { cause })); // the page could not load the part
    } finally {
      this.#running.delete(running);
      over.resolve();
    }
  }
}
