/** Content indirection. RFC 4483 */
export {
  EXTERNAL_BODY_TYPE,
  type ExternalBody,
  formatExternalBody,
  parseExternalBody,
} from "./external-body.ts";
