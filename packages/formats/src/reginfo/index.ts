/** Registration state. RFC 3680 */
export { formatReginfo } from "./format-reginfo.ts";
export { parseReginfo } from "./parse-reginfo.ts";
export {
  type ContactEvent,
  REGINFO_TYPE,
  type Reginfo,
  type RegisteredContact,
  type Registration,
  type TemporaryGruu,
} from "./reginfo.ts";
