/** What became of a call that came to nothing. */
import type { CallFailure } from "@parlance/sip";

/** As a response would say it; undefined for an end that the caller wanted. */
export function statusOf(failure: CallFailure): number | undefined {
  switch (failure.kind) {
    case "refused":
      return failure.response.status;
    case "timeout":
      return 408;
    case "unreachable":
      return failure.why === "busy" ? 503 : 480;
    default:
      return undefined;
  }
}
