/** What became of a call, in the words of the SDK. */
import { reactTo, readWarnings } from "@parlance/im";
import { type CallFailure, headers, type SipResponse } from "@parlance/sip";
import { ImError } from "../../base/errors.ts";

export function callError(failure: CallFailure): ImError {
  switch (failure.kind) {
    case "refused":
      return refusalError(failure.response);
    case "cancelled":
      return new ImError("aborted");
    case "timeout":
      return new ImError("not reachable");
    case "unreachable":
      return new ImError(failure.why === "busy" ? "busy" : "offline");
    case "bad answer":
      return new ImError("server trouble", { status: failure.response.status });
  }
}

export function refusalError(response: SipResponse): ImError {
  const { status } = response;
  const [warning] = readWarnings(response.texts("Warning"));
  const retryAfterS = response.get(headers.RetryAfter)?.seconds;
  const details = {
    status,
    ...(warning === undefined ? {} : { warning }),
    ...(retryAfterS === undefined ? {} : { retryAfterMs: retryAfterS * 1_000 }),
  };
  if (status === 401 || status === 407) return new ImError("not authenticated", details);
  const reaction = reactTo({ status, pager: false, sizeRefused: false });
  return new ImError(reaction.do === "tell" ? reaction.reason : "server trouble", details);
}
