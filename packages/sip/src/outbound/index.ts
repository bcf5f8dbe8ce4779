/** Client-initiated connections: flows, their tokens, their keep-alive. RFC 5626 */

export { ipOctets, ipText } from "@parlance/wire";
export { type FlowChoice, groupByDevice, mayTryNextFlow } from "./choose-flow.ts";
export {
  type FlowAddress,
  type FlowIdentity,
  type FlowTransport,
  flowToken,
  isOutgoing,
  openFlowToken,
} from "./flow-token.ts";
export {
  type KeepAlive,
  keepAliveFor,
  nextKeepAliveMs,
  PING,
  PONG,
  RECOVERY_TIMES,
  type RecoveryTimes,
  recoveryDelayMs,
  STUN_RETRANSMISSIONS_MS,
} from "./keep-alive.ts";
export {
  flowOf,
  type InstanceFlow,
  instanceOf,
  judgeOutbound,
  type OutboundAsk,
  type OutboundContact,
  type OutboundVerdict,
} from "./registration.ts";
export {
  answerStun,
  formatStunRequest,
  isStun,
  parseStun,
  type StunMessage,
  stunTransactionKey,
} from "./stun.ts";
