/** The request as it leaves this proxy, all but its Via. RFC 3261 §16.6 */
import {
  MaxForwards,
  type NameAddr,
  Params,
  RecordRoute,
  type RequestEdit,
  Route,
  type SipRequest,
  type Uri,
} from "../message/index.ts";
import { MaxBreadth } from "./loop.ts";

export interface Forwarding {
  /** The target; the Request-URI stays as it is without one. */
  readonly uri?: Uri;
  /** Pushed before the Route values of the request: the Path of a binding. RFC 3327 §5.3 */
  readonly routes?: readonly NameAddr[];
  /** To stay on the way of later requests; two when both sides differ, the one for the next hop first. RFC 5658 §4 */
  readonly recordRoutes?: readonly NameAddr[];
  /** Its share of the breadth. RFC 5393 §5.3.3 */
  readonly maxBreadth?: number;
  /** What else is to be changed, in the same go. */
  readonly edit?: (edit: RequestEdit<SipRequest>) => void;
}

const FIRST_MAX_FORWARDS = 70; // RFC 3261 §16.6 item 3

export interface Forwarded {
  readonly request: SipRequest;
  /** What is to be located: the first Route value, else the target. RFC 3261 §16.6 item 7 */
  readonly nextHop: Uri;
}

export function forwardRequest(received: SipRequest, how: Forwarding): Forwarded {
  const edit = received.edit();
  how.edit?.(edit);
  const hops = received.get(MaxForwards);
  edit.set(MaxForwards, hops === undefined ? FIRST_MAX_FORWARDS : Math.max(0, hops - 1));
  if (how.uri !== undefined) edit.uri(targetUri(how.uri)); // RFC 3261 §16.6 item 2
  if (how.maxBreadth !== undefined) edit.set(MaxBreadth, how.maxBreadth);
  if (how.recordRoutes !== undefined) edit.prepend(RecordRoute, ...how.recordRoutes);
  if (how.routes !== undefined) edit.prepend(Route, ...how.routes);
  const request = edit.done();
  const [first, ...rest] = request.get(Route) ?? [];
  if (first === undefined) return { request, nextHop: request.uri };
  if (isLoose(first.uri)) return { request, nextHop: first.uri };
  return { request: forStrictRouter(request, first.uri, rest), nextHop: first.uri };
}

/** What a Request-URI cannot have: headers, and the method of a request to be made. RFC 3261 §19.1.1 */
function targetUri(uri: Uri): Uri {
  if (uri.kind !== "sip" || (uri.headers.length === 0 && !uri.params.has("method"))) return uri;
  return { ...uri, headers: [], params: uri.params.without("method") };
}

/** A router without `lr` wants itself in the Request-URI and the target last in Route. RFC 3261 §16.6 item 6 */
function forStrictRouter(request: SipRequest, router: Uri, rest: readonly NameAddr[]): SipRequest {
  const target: NameAddr = { name: undefined, uri: request.uri, params: Params.none };
  return request
    .edit()
    .uri(targetUri(router))
    .set(Route, [...rest, target])
    .done();
}

function isLoose(uri: Uri): boolean {
  return uri.kind === "sip" && uri.params.has("lr");
}
