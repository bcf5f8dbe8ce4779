/** The Via header field: where a request came from, and where its answer goes. RFC 3261 §18, RFC 3581 */
import { defaultPort, type Hop, isReliable } from "../locate/index.ts";
import { hostText, type SipRequest, Via } from "../message/index.ts";
import type { Flow } from "./flow.ts";
import type { SentBy } from "./ports.ts";

/** Writes the source of a request into its top Via. RFC 3261 §18.2.1, RFC 3581 §4 */
export function markSource(request: SipRequest, { remote }: Flow): SipRequest {
  const { via } = request;
  const asksPort = via.params.has("rport");
  const sameHost = via.host === remote.host || via.host === hostText(remote.host);
  if (sameHost && !asksPort && !via.params.has("received")) return request;
  const received = via.params.with("received", remote.host); // RFC 5118 §4.5: without brackets
  const params = asksPort ? received.with("rport", String(remote.port)) : received;
  return request
    .edit()
    .replaceFirst(Via, { ...via, params })
    .done();
}

/** Where the answer to a request goes. */
export interface AnswerWay {
  /** Not by the flow of the request. */
  readonly elsewhere: boolean;
  /** `undefined` where nobody listens: at the other end of a WebSocket. RFC 7118 §5 */
  readonly hop: Hop | undefined;
}

/**
 * The flow of the request, or the port of sent-by when that flow is gone, and over UDP without rport always. Only the
 * port is taken from the peer's word: the host is the one it sent from, whatever `maddr`, `received` or sent-by say.
 * RFC 3261 §18.2.2, RFC 3581 §4
 */
export function answerWay({ via }: SipRequest, { transport, remote }: Flow): AnswerWay {
  if (transport === "WS" || transport === "WSS") return { elsewhere: false, hop: undefined };
  const port = via.port ?? defaultPort(transport);
  const elsewhere = !isReliable(transport) && !via.params.has("rport") && port !== remote.port;
  return { elsewhere, hop: { transport, address: { host: remote.host, port } } };
}

/** The value of our own Via. RFC 3261 §8.1.1.7, RFC 3581 §3, RFC 5923 §5 */
export function ownVia(flow: Flow, sentBy: SentBy, branch: string, alias: boolean): string {
  const { host, port } = sentBy;
  const authority = port === undefined ? hostText(host) : `${hostText(host)}:${port}`;
  const param = isReliable(flow.transport) ? (alias ? ";alias" : "") : ";rport";
  return `SIP/2.0/${flow.transport} ${authority};branch=${branch}${param}`;
}
