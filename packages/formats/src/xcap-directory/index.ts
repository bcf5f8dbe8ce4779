/** Directories of XCAP documents. OMA XDM Core */
export {
  type DirectoryEntry,
  type DirectoryFolder,
  formatXcapDirectory,
  parseXcapDirectory,
  XCAP_DIRECTORY_TYPE,
  type XcapDirectory,
} from "./xcap-directory.ts";
