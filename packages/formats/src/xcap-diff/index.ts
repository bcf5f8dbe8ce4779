/** Changes of XCAP documents. RFC 5874 */
export { formatXcapDiff } from "./format-xcap-diff.ts";
export { parseXcapDiff } from "./parse-xcap-diff.ts";
export {
  type AttributeChange,
  type DocumentChange,
  type ElementChange,
  XCAP_DIFF_TYPE,
  type XcapChange,
  type XcapDiff,
} from "./xcap-diff.ts";
