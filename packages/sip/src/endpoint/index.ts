/** The SIP stack without I/O. RFC 3261 §17, §18 */

export { Endpoint } from "./endpoint.ts";
export type { Flow, FlowEvents, FlowFault, Transports } from "./flow.ts";
export type {
  BuildResponse,
  ClientTransaction,
  Destination,
  EndpointEvent,
  EndpointOptions,
  EndpointPorts,
  EndpointStats,
  Finder,
  RequestObserver,
  RequestOptions,
  SendFailure,
  SentBy,
  ServerTransaction,
  TimerName,
  TimerTrace,
  Trace,
  TransactionUser,
} from "./ports.ts";
