/** Who may know who somebody is. RFC 3323, RFC 3324, RFC 3325 */
export { anonymousFrom, assertIdentity, isAssertion } from "./asserted-identity.ts";
export {
  judgePrivacy,
  type PrivacyEdit,
  type PrivacyVerdict,
  TRUSTED_HEADERS,
  type Trust,
} from "./privacy-edits.ts";
export {
  NO_PRIVACY,
  type PrivacyLevel,
  type PrivacyWish,
  readPrivacy,
  remainingPrivacy,
} from "./privacy-wish.ts";
