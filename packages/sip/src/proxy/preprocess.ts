/** Route information of a request that comes in. RFC 3261 §16.4 */
import { type NameAddr, Route, type SipRequest, type SipUri, type Uri } from "../message/index.ts";

/** Whether a URI means this element. */
export type IsOurs = (uri: SipUri) => boolean;

export interface Preprocessed {
  /** Without what was addressed to us. */
  readonly request: SipRequest;
  /** Our own Route value; its parameters are what we once put there. */
  readonly route: NameAddr | undefined;
}

export function preprocessRoute(received: SipRequest, isOurs: IsOurs): Preprocessed {
  const request = undoStrictRouting(received, isOurs);
  const [first] = request.get(Route) ?? [];
  if (first === undefined || !means(first.uri, isOurs)) return { request, route: undefined };
  return { request: request.edit().removeFirst(Route).done(), route: first };
}

/**
 * A strict router put our Record-Route value into the Request-URI and the true one last into Route. `lr` tells such a
 * value from a contact that merely lies in our domain.
 */
function undoStrictRouting(request: SipRequest, isOurs: IsOurs): SipRequest {
  const { uri } = request;
  if (uri.kind !== "sip" || !uri.params.has("lr") || !means(uri, isOurs)) return request;
  const routes = request.get(Route) ?? [];
  const last = routes.at(-1);
  if (last === undefined) return request;
  const edit = request.edit().uri(last.uri);
  const rest = routes.slice(0, -1);
  return (rest.length === 0 ? edit.remove(Route) : edit.set(Route, rest)).done();
}

function means(uri: Uri, isOurs: IsOurs): boolean {
  return uri.kind === "sip" && isOurs(uri);
}
