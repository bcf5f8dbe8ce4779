/** Follows a file of the SDK, and tells at a bearable pace how it is to be shown. */
import { setTimeout as sleep } from "node:timers/promises";
import type { IncomingFile, SentFile } from "@parlance/client";
import { explainFailure } from "../failure.ts";
import { plainLine } from "../terminal/plain.ts";
import type { FileView } from "./file-view.ts";
import { bytesPerSecond, NO_PACE, paced } from "./measure.ts";

/** Between two pictures of one file. */
const PICTURE_MS = 200;

/** Calls back with each change, and a few times a second while octets go. */
export function watchFile(
  file: SentFile | IncomingFile,
  number: number | undefined,
  changed: (view: FileView) => void,
): void {
  let pace = NO_PACE;
  const tell = (): void => {
    const { now } = file.progress;
    const over = isOver(file);
    changed({
      own: !("decline" in file),
      name: file.name ?? "file",
      type: file.type,
      sizeBytes: file.sizeBytes,
      state: file.state,
      via: file.via,
      doneBytes: now.doneBytes,
      bytesPerSecond: bytesPerSecond(pace),
      number: over ? undefined : number,
      why: file.failure === undefined ? "" : plainLine(explainFailure(file.failure)),
      place: "place" in file ? file.place : undefined,
    });
  };
  file.on("state", tell);
  tell();
  const follow = async (): Promise<void> => {
    for await (const { doneBytes } of file.progress) {
      // Waiting is not slowness.
      const going = file.state === "sending" || file.state === "receiving";
      pace = going ? paced(pace, Date.now(), doneBytes) : NO_PACE;
      tell();
      await sleep(PICTURE_MS);
    }
    tell();
  };
  void follow();
}

const OVER: ReadonlySet<string> = new Set<(SentFile | IncomingFile)["state"]>([
  "sent",
  "deferred",
  "delivered",
  "complete",
  "declined",
  "withdrawn",
  "failed",
]);

/** Nothing can be done about it any more. */
export function isOver({ state }: SentFile | IncomingFile): boolean {
  return OVER.has(state);
}
