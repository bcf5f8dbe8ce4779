/** What the metrics say of files. */
import type { Metrics } from "../ports/index.ts";

export interface FileCounters {
  uploaded(outcome: "complete" | "paused" | "cut" | "slow" | "refused"): void;
  received(bytes: number): void;
  downloaded(outcome: "whole" | "part" | "not modified" | "not found" | "refused"): void;
  sent(bytes: number): void;
  removed(
    why: "by owner" | "expired" | "abandoned" | "wrong hash" | "account",
    count?: number,
  ): void;
  orphaned(count: number): void;
}

export function fileCounters(metrics: Metrics): FileCounters {
  const uploads = metrics.counter(
    "files_uploads_total",
    "Requests that brought octets of files",
    "outcome",
  );
  const received = metrics.counter("files_received_bytes_total", "Octets of uploads");
  const downloads = metrics.counter("files_downloads_total", "Downloads asked for", "outcome");
  const sent = metrics.counter("files_sent_bytes_total", "Octets of downloads");
  const removed = metrics.counter("files_removed_total", "Files and uploads deleted", "why");
  const orphaned = metrics.counter("files_orphans_total", "Contents deleted that no file had");
  return {
    uploaded: (outcome) => uploads.add(1, outcome),
    received: (bytes) => received.add(bytes),
    downloaded: (outcome) => downloads.add(1, outcome),
    sent: (bytes) => sent.add(bytes),
    removed: (why, count = 1) => removed.add(count, why),
    orphaned: (count) => orphaned.add(count),
  };
}
