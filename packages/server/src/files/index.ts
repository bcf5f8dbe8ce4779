export { announcementOf } from "./announce.ts";
export type { FileLimits } from "./file-limits.ts";
export { Files } from "./files.ts";
export { isUrlOfLink } from "./link.ts";
export type { FileOptions, FilePorts } from "./work.ts";
