/** When a session turns into pager messages, and what answers mean on the other side. RFC 4975 §10, RFC 3428 */
import type { SessionKind } from "@parlance/im";
import type { CallFailure } from "@parlance/sip";
import { holdsNoSessions } from "../../media/index.ts";

export interface InterworkingFacts {
  readonly failure: CallFailure;
  readonly kind: SessionKind;
  /** One of the devices that were asked says it is an IM client. */
  readonly tagged: boolean;
}

/** Does it say that its device holds no such sessions, and nothing about its user? */
export function judgeInterworking({ failure, kind, tagged }: InterworkingFacts): boolean {
  if (kind !== "conversation" || failure.kind !== "refused") return false;
  return holdsNoSessions(failure.response.status, tagged);
}

/** What the MSRP side hears of a MESSAGE with this final status. RFC 4975 §10 */
export function msrpStatusFor(status: number): number {
  if (status < 300) return 200; // also 202: it is kept for the user
  switch (status) {
    case 413:
    case 513:
      return 413;
    case 406:
    case 415:
    case 488:
    case 606:
      return 415;
    case 404:
    case 408:
    case 410:
    case 430:
    case 480:
      return 408;
    default:
      return status >= 500 && status < 600 ? 408 : 403;
  }
}
