/** Digest authentication, both sides, for every protocol that has it. RFC 7616, RFC 8760 */
export { type DigestAlgorithm, digestAlgorithm } from "./algorithm.ts";
export { type AuthenticationProof, proofParts } from "./authentication-info.ts";
export { challengeParts, type DigestChallenge, readChallenge } from "./challenge.ts";
export { credentialParts, type DigestCredentials, readCredentials } from "./credentials.ts";
export {
  type DigestInput,
  digestResponse,
  type Protected,
  type Protection,
  sameDigest,
  secretHash,
} from "./digest.ts";
export {
  type ChallengeAnswer,
  type DigestAccount,
  DigestClient,
  type DigestSecret,
} from "./digest-client.ts";
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
export {
  type DigestFields,
  type DigestHeader,
  type DigestPart,
  formatDigestFields,
  formatDigestHeader,
  isDigest,
  parseDigestFields,
  parseDigestHeader,
} from "./fields.ts";
export { issueNonce, type NonceKeys, type NonceScope, openNonce } from "./nonce.ts";
export { LEDGER_LIMITS, type LedgerLimits, NonceLedger } from "./nonce-ledger.ts";
