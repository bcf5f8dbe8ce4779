/** Content indirection. RFC 4483 */
export { type AnnouncedFile, announceFile } from "./announce-file.ts";
export {
  EXTERNAL_BODY_TYPE,
  type ExternalBody,
  formatExternalBody,
  parseExternalBody,
} from "./external-body.ts";
export {
  announcedContent,
  type FetchRules,
  type FetchVerdict,
  judgeFetch,
} from "./judge-fetch.ts";
