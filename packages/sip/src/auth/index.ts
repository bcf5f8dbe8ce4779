/** Digest authentication of SIP, both sides. RFC 3261 §22, RFC 7616, RFC 8760 */
export { type DigestAlgorithm, digestAlgorithm } from "./algorithm.ts";
export { type AuthenticationProof, authenticationInfo } from "./authentication-info.ts";
export { type DigestChallenge, readChallenge, writeChallenge } from "./challenge.ts";
export {
  type DigestCredentials,
  isDigest,
  readCredentials,
  writeCredentials,
} from "./credentials.ts";
export {
  type DigestInput,
  digestResponse,
  type Protected,
  type Protection,
  sameDigest,
  secretHash,
} from "./digest.ts";
export { type ChallengeAnswer, type DigestAccount, DigestClient } from "./digest-client.ts";
export {
  type Authentication,
  type AuthenticationAsk,
  DigestServer,
  type DigestServerOptions,
  type DigestServerPorts,
  offeredAlgorithms,
  type SecretLookup,
  type Source,
} from "./digest-server.ts";
export {
  type Attempt,
  FAILURE_LIMITS,
  FailureLimiter,
  type FailureLimits,
} from "./failure-limiter.ts";
export { issueNonce, type NonceKeys, type NonceScope, openNonce } from "./nonce.ts";
export { LEDGER_LIMITS, type LedgerLimits, NonceLedger } from "./nonce-ledger.ts";
