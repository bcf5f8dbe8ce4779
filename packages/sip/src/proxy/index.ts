/** What a stateful proxy does, as pure functions and one response context. RFC 3261 §16, RFC 5393, RFC 3327 */
export { bestResponse, withoutOurVia } from "./best-response.ts";
export { ForkContext, type ForkEffect, type ForkRules, type ForkTarget } from "./fork.ts";
export { type Forwarded, type Forwarding, forwardRequest } from "./forward.ts";
export { branchMarks, hasLooped, incomingBreadth, loopMark, MaxBreadth } from "./loop.ts";
export { type PathVerdict, readPath } from "./path.ts";
export { type IsOurs, type Preprocessed, preprocessRoute } from "./preprocess.ts";
export { checkForwarding, type ForwardingRules, type Objection } from "./validate.ts";
