/** MIME entities: their headers. */
export {
  type MimeHead,
  type MimeHeader,
  type MimeHeadLimits,
  mimeHeader,
  readMimeHead,
  writeMimeHeader,
} from "./mime-head.ts";
