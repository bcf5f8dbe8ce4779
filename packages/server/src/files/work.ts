/** What every procedure of this folder works with. */
import type { Clock, Hashing, Random } from "@parlance/wire";
import type { LimitWatch, Log, Metrics, WebLogin } from "../ports/index.ts";
import type { FileContent, FileQuota, FileStore } from "../store/index.ts";
import type { FileCounters } from "./counters.ts";
import type { DownloadsUnderWay } from "./downloads-under-way.ts";
import type { FileLimits } from "./file-limits.ts";
import type { UploadsUnderWay } from "./uploads-under-way.ts";

export interface FilePorts {
  readonly store: FileStore;
  /** For these files alone: what no row speaks of is deleted. */
  readonly content: FileContent;
  readonly login: WebLogin;
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: Hashing;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly hits: LimitWatch;
}

export interface FileOptions {
  readonly limits: FileLimits;
  /** What URLs begin with: `https://im.example.com`, without a slash at the end. */
  readonly publicUrl: () => string;
}

export interface FileWork extends Omit<FilePorts, "login" | "metrics">, FileOptions {
  readonly uploads: UploadsUnderWay;
  readonly downloads: DownloadsUnderWay;
  readonly counters: FileCounters;
}

export function quotaOf({ limits }: FileOptions): FileQuota {
  return { files: limits.filesPerUser, bytes: limits.fileBytesPerUser };
}

/** When an upload is given up that brings nothing from now on. */
export function givenUpAt({ limits, clock }: FileWork): number {
  return clock.now() + limits.uploadIdleSeconds * 1_000;
}
