/** Telling loops from spirals, and bounding how far a request spreads. RFC 5393 */
import {
  type HeaderType,
  Route,
  type SipRequest,
  singleHeader,
  Via,
  type ViaValue,
} from "../message/index.ts";

const MAX_BREADTH = 60; // RFC 5393 §5.3.3

/** How many branches of a request may live at once. RFC 5393 §5.3.1 */
export const MaxBreadth: HeaderType<number> = singleHeader("Max-Breadth", {
  read: (reader) => reader.number(Number.MAX_SAFE_INTEGER),
  write: String,
});

/** What this proxy may spend on a request. RFC 5393 §5.3.3 */
export function incomingBreadth(request: SipRequest, limit: number = MAX_BREADTH): number {
  return Math.min(request.get(MaxBreadth) ?? limit, limit);
}

/**
 * A mark of all that decides where a request goes; it becomes the second part of our branch when the request forks.
 * `more` is whatever else the location service looked at. RFC 5393 §4.2.1
 */
export function loopMark(request: SipRequest, ...more: readonly string[]): string {
  let [low, high] = [0x811c9dc5, 0x1b873593];
  for (const part of [request.uriText, ...request.texts(Route), ...more]) {
    for (let at = 0; at < part.length; at += 1) {
      low = Math.imul(low ^ part.charCodeAt(at), 0x01000193);
      high = Math.imul(high ^ low, 0x85ebca6b);
    }
    low = Math.imul(low ^ 0xffff, 0x01000193); // Where one part ends and the next begins.
  }
  return (low >>> 0).toString(36) + (high >>> 0).toString(36);
}

/** True when it was here before and nothing that decides its way has changed. RFC 5393 §4.2.2 */
export function hasLooped(
  request: SipRequest,
  mark: string,
  isOurs: (via: ViaValue) => boolean,
): boolean {
  const vias = request.get(Via) ?? [];
  return vias.some((via) => markOf(via) === mark && isOurs(via));
}

/** What stands behind the dot in the branches of a request, the latest first; of others too, so prove whose it is. */
export function branchMarks(request: SipRequest): readonly string[] {
  return (request.get(Via) ?? []).map(markOf).filter((mark) => mark !== undefined);
}

/** Our branches have no dot but the one before the mark. */
function markOf({ params }: ViaValue): string | undefined {
  const branch = params.get("branch") ?? "";
  const dot = branch.indexOf(".");
  return dot === -1 ? undefined : branch.slice(dot + 1);
}
