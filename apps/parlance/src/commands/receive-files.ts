/** `parlance receive --files`: takes what is offered into a folder, and says how it goes. */
import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { ImClient, IncomingFile, IncomingMessage } from "@parlance/client";
import { CommandError } from "../command-error.ts";
import { explainFailure } from "../failure.ts";
import { explainFileFault } from "../files/file-fault.ts";
import { saveFile } from "../files/save-file.ts";

/** A line for each of these; those of one file have one `id`. */
export type FileEvent = {
  readonly type: "file";
  readonly id: string;
  readonly from: string;
  readonly name: string;
} & (
  | {
      readonly event: "offer";
      readonly contentType: string;
      readonly sizeBytes: number | undefined;
      readonly via: "session" | "http";
    }
  | {
      readonly event: "progress";
      readonly doneBytes: number;
      readonly sizeBytes: number | undefined;
    }
  | {
      readonly event: "done";
      readonly path: string;
      readonly sizeBytes: number;
      /** A hash was announced, and is right. */
      readonly verified: boolean;
    }
  | { readonly event: "failed"; readonly reason: string; readonly code: string | undefined }
);

export interface ReceiveFilesOptions {
  readonly folder: string;
  /** Larger ones are declined. */
  readonly mostBytes: number;
  readonly signal: AbortSignal;
  readonly print: (event: FileEvent) => void;
  /** One has been saved. */
  readonly done: () => void;
}

const PROGRESS_MS = 1_000;

/**
 * Takes every file from now on, and returns what fetches those that messages point to: false where there is none.
 * Rejects when there is no such folder, and none can be made.
 */
export async function receiveFiles(
  client: ImClient,
  options: ReceiveFilesOptions,
): Promise<(message: IncomingMessage) => boolean> {
  await mkdir(options.folder, { recursive: true }).catch((error: Error) => {
    throw new CommandError(`--files: ${explainFileFault(error, options.folder, "write")}`);
  });
  client.on("file", (file) => void take(file, options));
  // What lies with strangers is not fetched without a word of the user.
  return (message) => {
    if (message.kind !== "reference" || !client.files.holds(message.url)) return false;
    void take(client.fileOf(message), options);
    return true;
  };
}

async function take(file: IncomingFile, options: ReceiveFilesOptions): Promise<void> {
  const { folder, mostBytes, signal, print, done } = options;
  const { id, from, name, type: contentType, sizeBytes, via } = file;
  const common = { type: "file", id, from, name } as const;
  print({ ...common, event: "offer", contentType, sizeBytes, via });
  try {
    if ((sizeBytes ?? 0) > mostBytes) {
      file.decline();
      throw new CommandError("it is larger than is taken");
    }
    void tellProgress(file, (doneBytes) => {
      print({ ...common, event: "progress", doneBytes, sizeBytes });
    });
    const path = await saveFile(file, folder, { signal, mostBytes });
    const { doneBytes } = file.progress.now;
    print({ ...common, event: "done", path, sizeBytes: doneBytes, verified: file.verifiable });
    done();
  } catch (error) {
    const code = file.failure?.code;
    print({ ...common, event: "failed", reason: explainFailure(error), code });
  }
}

/** At most one a second, none where nothing has changed. */
async function tellProgress(file: IncomingFile, tell: (doneBytes: number) => void): Promise<void> {
  for await (const { doneBytes, totalBytes } of file.progress) {
    if (doneBytes > 0 && doneBytes !== totalBytes) tell(doneBytes);
    await sleep(PROGRESS_MS);
  }
}
