/** What could not be read when it had changed: whoever watches it hears of it with the next change. RFC 5875 */
import type { Log } from "../../ports/index.ts";
import { StoreError } from "../../store/index.ts";

/** For work that nobody waits for: a store that is busy, or closed while the server stops, is no reason to fall. */
export function notTold(log: Log): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof StoreError)) throw error;
    if (error.fault !== "closed") log.warn("change not told", { fault: error.fault });
  };
}
