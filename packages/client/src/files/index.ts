export type { DownloadedFile, DownloadOptions, FileReference } from "./download-file.ts";
export type {
  BlobLike,
  Fetch,
  FetchAnswer,
  FetchRequest,
  StreamLike,
  StreamReader,
} from "./fetch.ts";
export type { FileContent } from "./file-content.ts";
export { FileServer, fileServerOf, historyAccessOf } from "./file-server.ts";
export type { StoredFile } from "./stored-file.ts";
export type { FileProgress, UploadOptions } from "./upload-file.ts";
export type { FilePorts, WebAccount } from "./web-access.ts";
