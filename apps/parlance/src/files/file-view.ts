/** A file on its way as it is shown to whoever waits for it. Pure. */
import type { IncomingFileState, SentFileState } from "@parlance/client";
import { plainLine } from "../terminal/plain.ts";
import { formatBar, formatBytes, formatSpan } from "./measure.ts";

export interface FileView {
  /** Sent by the user, not to him. */
  readonly own: boolean;
  readonly name: string;
  /** Media type. */
  readonly type: string;
  readonly sizeBytes: number | undefined;
  readonly state: SentFileState | IncomingFileState;
  readonly via: "session" | "http";
  readonly doneBytes: number;
  readonly bytesPerSecond: number | undefined;
  /** By which it is accepted, declined and cancelled; undefined when that is over. */
  readonly number: number | undefined;
  /** Why it failed, if it did. */
  readonly why: string;
  /** Where it has been saved. */
  readonly place: string | undefined;
}

/** `file holiday.png (2.1 MB, image/png)` */
export function formatFile({
  name,
  sizeBytes,
  type,
}: Pick<FileView, "name" | "sizeBytes" | "type">): string {
  const size = sizeBytes === undefined ? "size unknown" : formatBytes(sizeBytes);
  return plainLine(`file ${name} (${size}, ${type})`);
}

/** What becomes of it, beside its name. */
export function formatFileState(view: FileView): string {
  const { state, own, number, via, place, why } = view;
  switch (state) {
    case "preparing":
      return "… is read";
    case "offered":
      if (own || number === undefined) return "… offered";
      return `/accept ${number} or /decline ${number}`;
    case "sending":
    case "receiving":
      return [formatShare(view), formatPace(view)].filter((part) => part !== "").join("  ");
    case "interrupted":
      return `${formatShare(view)}  interrupted, goes on when the connection is back`;
    case "sent":
      return via === "http" ? "✓ on the server" : "✓ sent, not confirmed";
    case "deferred":
      return "⏸ on the server until it is fetched";
    case "delivered":
      return "✓✓";
    case "complete":
      return place === undefined ? "✓ taken" : `✓ saved as ${plainLine(place)}`;
    case "declined":
    case "withdrawn":
      return `✗ ${state}`;
    case "failed":
      return failed(why);
  }
}

/** As the SDK calls it, but for what somebody has wanted. */
function failed(why: string): string {
  if (why === "closed") return "✗ given up: the program has ended";
  if (why.startsWith("aborted")) return why.replace("aborted", "✗ given up");
  return why === "" ? "✗ failed" : `✗ failed: ${why}`;
}

/** For output that is not drawn over: the same text as long as there is nothing worth a new line. */
export function coarseState(view: FileView): string {
  const { state, doneBytes, sizeBytes } = view;
  if (state !== "sending" && state !== "receiving") return formatFileState(view);
  const quarters = sizeBytes ? Math.floor((4 * doneBytes) / sizeBytes) : 0;
  return `${state} ${quarters}`;
}

/** `41 %` needs to know the whole. */
function formatShare({ doneBytes, sizeBytes }: FileView): string {
  return sizeBytes ? formatBar(doneBytes / sizeBytes) : formatBytes(doneBytes);
}

/** `12.3 MB/s, 0:07 left` */
function formatPace({ bytesPerSecond, sizeBytes, doneBytes }: FileView): string {
  if (bytesPerSecond === undefined) return "";
  const rate = `${formatBytes(bytesPerSecond)}/s`;
  if (sizeBytes === undefined) return rate;
  return `${rate}, ${formatSpan(((sizeBytes - doneBytes) * 1_000) / bytesPerSecond)} left`;
}
