/** REFER: asking another to send a request. RFC 3515, RFC 3892, RFC 4488, RFC 5368, RFC 3420 */
export { judgeRefer, type ReferVerdict } from "./judge-refer.ts";
export {
  asksNoSubscription,
  MULTIPLE_REFER,
  makesSubscription,
  NO_REFER_SUB,
  REFER_SUB_FALSE,
  type ReferProgress,
  readReferProgress,
  referEvent,
  referPackage,
  supportsNoSubscription,
} from "./refer-subscription.ts";
export { type ReferTarget, readReferTarget } from "./refer-target.ts";
export {
  type FragmentStart,
  formatSipfrag,
  parseSipfrag,
  SIPFRAG_TYPE,
  type SipFragment,
  statusFragment,
} from "./sipfrag.ts";
