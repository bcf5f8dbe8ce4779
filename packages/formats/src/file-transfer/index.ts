/** Files offered in a session. RFC 5547 */
export { FileCheck, FileHasher, type FileVerdict } from "./file-hasher.ts";
export { ANY_FILE, type FileHash, type FileSelector } from "./file-meant.ts";
export {
  FILE_ATTRIBUTES,
  type FileDates,
  type FileOffer,
  type FileRange,
  NO_DATES,
  readFileOffer,
  writeFileOffer,
} from "./file-offer.ts";
export { readFileSelector, writeFileSelector } from "./file-selector.ts";
export { compareTransfers, type KnownFile, matchFile } from "./match-file.ts";
