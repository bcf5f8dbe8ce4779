/** What is said of documents that may not be kept. RFC 4825 §11 */
import { type XcapError, xcapError } from "@parlance/formats";
import type { Usage } from "./usage.ts";

export function invalid(reason: string): XcapError {
  return xcapError("schema-validation-error", reason);
}

/** Lists of others, and of other servers, are not fetched. OMA IM 17.4 */
export function foreignReference(): XcapError {
  return xcapError("constraint-failure", "lists must be the user's own, below the same root");
}

/** Of usages in which no document claims anything. */
export const noClaim: Pick<Usage, "claimOf" | "claimed"> = {
  claimOf: () => undefined,
  claimed: () => xcapError("constraint-failure"),
};
