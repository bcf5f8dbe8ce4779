/** The SIP stack without I/O. RFC 3261 §17, §18 */
export {
  type Address,
  type Flow,
  type FlowEvents,
  type FlowFault,
  type Hop,
  isReliable,
  isSecure,
  type TransportName,
  type Transports,
} from "./flow.ts";
export type {
  ClientTransaction,
  EndpointEvent,
  EndpointOptions,
  EndpointPorts,
  EndpointStats,
  RequestObserver,
  RequestOptions,
  SendFailure,
  SentBy,
  ServerTransaction,
  Target,
  Trace,
  TransactionUser,
} from "./ports.ts";
