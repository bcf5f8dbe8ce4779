/** The part that moves the octets of files: loaded with the first of them. */
export { FileTransfer } from "../session/files/file-transfer.ts";
export { giveFile } from "../session/files/give-file.ts";
export { downloadFile } from "./download-file.ts";
export { uploadFile } from "./upload-file.ts";
