/** Session timers. RFC 4028 */
export { afterFailedRefresh, type TimerDeadline, timerDeadline } from "./deadlines.ts";
export {
  acceptedTimer,
  judgeSessionTimer,
  minSEAfter422,
  offerSessionTimer,
  type SessionTimer,
  TIMER_POLICY,
  type TimerAsk,
  type TimerOffer,
  type TimerPolicy,
  type TimerVerdict,
  writeSessionExpires,
} from "./negotiate.ts";
