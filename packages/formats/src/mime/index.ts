/** MIME entities: their headers, media types, dispositions and transfer encodings. */
export {
  type Disposition,
  formatDisposition,
  parseDisposition,
  readDisposition,
} from "./disposition.ts";
export { contentIdOf, decodedContent, dispositionOf, type Entity, mediaTypeOf } from "./entity.ts";
export { attachment, fileNameOf, NEUTRAL_FILE_NAME, safeFileName } from "./file-name.ts";
export {
  formatMediaType,
  type MediaType,
  PLAIN_TEXT,
  parseMediaType,
  readMediaType,
} from "./media-type.ts";
export {
  MIME_HEAD_LIMITS,
  type MimeHead,
  type MimeHeader,
  type MimeHeadLimits,
  mimeHeader,
  readMimeHead,
  writeMimeHeader,
} from "./mime-head.ts";
