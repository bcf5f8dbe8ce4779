/** The bounds of files, out of the table of all bounds. */
import type { Limits } from "../limits.ts";

export type FileLimits = Pick<
  Limits,
  | "fileBytes"
  | "filesPerUser"
  | "fileBytesPerUser"
  | "fileSeconds"
  | "thumbnailBytes"
  | "uploadIdleSeconds"
  | "uploads"
  | "uploadsPerUser"
  | "downloads"
  | "downloadsPerSource"
  | "expiredFilesPerTick"
>;
