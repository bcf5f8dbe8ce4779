/** Relays: who may use them, and what they have handed out. RFC 4976 §5, §6, §9.1 */
export { type AuthFacts, readAuth } from "./auth-request.ts";
export {
  type AuthVerdict,
  type LeaseLifetime,
  leaseLifetime,
  RelayAuthority,
  type RelayAuthorityOptions,
} from "./relay-authority.ts";
export { type RelayAccess, RelayClient, type RelayUser } from "./relay-client.ts";
export { type ForwardVerdict, forwardPaths, judgeForward } from "./relay-forward.ts";
export { type Lease, type LeaseLimits, leaseLimits, RelayLeases } from "./relay-leases.ts";
export { type RelayStates, type RelayWaits, relayPlan } from "./relay-states.ts";
