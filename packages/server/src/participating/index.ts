/** What the rest of the server uses of the participating function. */
export { PagerSessions } from "./interworking/pager-sessions.ts";
export { toOpenDevices } from "./open-devices.ts";
export {
  type OriginatingOptions,
  type OriginatingPorts,
  originating,
} from "./originating.ts";
export { endRefused } from "./session/end-refused.ts";
export { isClosedTo } from "./session/is-closed-to.ts";
export { refuseBarred } from "./session/refuse-barred.ts";
export type { SessionFacts, SessionOfTwo } from "./session/session-facts.ts";
export { type Anchor, AnchoredSessions } from "./session/sessions.ts";
export {
  openRules,
  type TerminatingOptions,
  type TerminatingPorts,
  terminating,
  usualSettings,
} from "./terminating.ts";
