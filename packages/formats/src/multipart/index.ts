/** Multipart bodies. */
export {
  formatMultipart,
  isMultipart,
  MULTIPART_LIMITS,
  type MultipartLimits,
  parseLeaves,
  parseMultipart,
} from "./multipart.ts";
