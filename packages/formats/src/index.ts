/** Message bodies of the service: each folder one format, each with a reader and a writer. */
export {
  CPIM_HEADERS,
  CPIM_LIMITS,
  type Cpim,
  type CpimChanges,
  type CpimLimits,
  type Extension,
  editCpim,
  formatCpim,
  formatNamedUri,
  type HeaderName,
  type NamedUri,
  parseCpim,
  type Removal,
  type Subject,
  unknownRequirements,
} from "./cpim/index.ts";
export { formatDateTime, parseDateTime } from "./date-time.ts";
export { type MimeHeader, mimeHeader } from "./mime/index.ts";
