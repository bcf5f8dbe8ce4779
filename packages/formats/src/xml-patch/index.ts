/** XML documents changed by patches, and patches made of two documents. RFC 5261 */
export { applyPatch, MOST_OPERATIONS, type Patched } from "./apply-patch.ts";
export { makePatch } from "./make-patch.ts";
export type { PatchFault, PatchOperation } from "./operation.ts";
