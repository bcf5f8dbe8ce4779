import type { Edit, Way } from "../ports/index.ts";

/** How a message goes that its user has asked for: to the device that asks, and saying so. Clause 14.5 */
export interface OnRequest {
  readonly way: Way;
  readonly edit: Edit;
}
