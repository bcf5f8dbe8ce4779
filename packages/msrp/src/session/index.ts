/** Sessions and the connections they are bound to. RFC 4975 §5.4, §8, RFC 6135, RFC 6714 */
export {
  answerSetup,
  type ConnectionRole,
  offererRole,
  otherRole,
  type Setup,
} from "./connection-role.ts";
export { SessionDirectory } from "./directory.ts";
export { EarlyFrames, type EarlyTaker } from "./early-frames.ts";
export {
  type EndpointPorts,
  MsrpEndpoint,
  type Reached,
  type SessionHost,
} from "./endpoint.ts";
export { type FrameOutlet, FrameTurns } from "./frame-turns.ts";
export { type LineLimits, lineLimits } from "./limits.ts";
export { type Line, type LineHost, type LineTarget, type LineWatch, MsrpLine } from "./line.ts";
export {
  type Anchoring,
  type DescribedPlace,
  judgeAnsweredPlace,
  judgeOfferedPlace,
} from "./media-anchoring.ts";
export { type Answered } from "./own-requests.ts";
export { MsrpSession } from "./session.ts";
export {
  clientWaits,
  type SessionStates,
  type SessionWaits,
  serverWaits,
  sessionPlan,
} from "./session-states.ts";
export type { SessionEnd, SessionOptions, SessionUser } from "./session-user.ts";
export { dialTarget, type SessionTerms } from "./terms.ts";
export { type FrameWatch, WatchedConnection } from "./watched-connection.ts";
