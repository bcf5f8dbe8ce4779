/** At which end, and for whom, the core asks its application server. 3GPP TS 24.229 §5.7.1.3A, RFC 5502 */
import { type NameAddr, PServedUser, Route, type SipRequest, type Uri } from "@parlance/sip";

export interface Trigger {
  /** Where the request is on its way: at the one who sends it, or at the one whom it is for. */
  readonly end: "originating" | "terminating";
  /** Undefined when the core does not say: then it is the originator, or the Request-URI. */
  readonly served: Uri | undefined;
  /** Whether the served user is registered now; undefined when the core does not say. */
  readonly registered: boolean | undefined;
  /** The served user has diverted a request of somebody else. RFC 8498 */
  readonly diverted: boolean;
}

/** Of a request outside dialogs. Throws `FormatError` for headers that cannot be read. */
export function readTrigger(request: SipRequest): Trigger {
  const served = request.get(PServedUser);
  const [top] = request.get(Route) ?? [];
  const told = served?.params.get("sescase")?.toLowerCase();
  const diverted = served?.params.has("orig-cdiv") === true;
  const originating = told === undefined ? diverted || isOriginating(top) : told === "orig";
  return {
    end: originating ? "originating" : "terminating",
    served: served?.uri,
    registered: readRegistered(served?.params.get("regstate")),
    diverted,
  };
}

/** Absence means the other end: only one of the two has to be marked. 3GPP TS 24.229 §5.7.1.3A */
function isOriginating(top: NameAddr | undefined): boolean {
  if (top === undefined) return false;
  return top.params.has("orig") || (top.uri.kind === "sip" && top.uri.params.has("orig"));
}

function readRegistered(regstate: string | undefined): boolean | undefined {
  switch (regstate?.toLowerCase()) {
    case "reg":
      return true;
    case "unreg":
      return false;
    default:
      return undefined;
  }
}
