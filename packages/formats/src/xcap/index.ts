/** XCAP: URIs, node selectors, edits of documents in place, and what is answered. RFC 4825 */
export {
  formatXcapCapabilities,
  parseXcapCapabilities,
  XCAP_CAPS_TYPE,
  type XcapCapabilities,
} from "./capabilities.ts";
export { deleteNode } from "./delete-node.ts";
export type { XcapEdit, XcapEditFault } from "./edit-outcome.ts";
export { elementOf } from "./locate.ts";
export { putNode, readXcapDocument } from "./put-node.ts";
export {
  attributeValue,
  bindingsAround,
  readNode,
  XCAP_ATTRIBUTE_TYPE,
  XCAP_ELEMENT_TYPE,
  XCAP_NAMESPACES_TYPE,
  type XcapNode,
} from "./read-node.ts";
export {
  type ExpandedName,
  type NodeSelector,
  parseNodeSelector,
  type SelectorStep,
  selectorUri,
  type Terminal,
} from "./selector.ts";
export { type NodeTarget, parseXcapTarget, XCAP_TARGET_LIMITS, type XcapTarget } from "./target.ts";
export {
  formatXcapError,
  type PlainXcapError,
  parseXcapError,
  XCAP_ERROR_TYPE,
  type XcapError,
  type XcapExists,
  xcapError,
} from "./xcap-error.ts";
