/** The words of OMA SIMPLE IM that client and server share. */
export {
  ANONYMOUS_NAME,
  ANONYMOUS_URI,
  anonymousEntity,
  asksForAnonymity,
  isAnonymousUri,
} from "./anonymity.ts";
export {
  type BodyKind,
  bodyKind,
  CPIM,
  DEFERRED_LIST,
  EXTERNAL_BODY,
  IMDN,
  IS_COMPOSING,
  isFileLink,
  mayBeStored,
  RESOURCE_LISTS,
} from "./body-kind.ts";
export {
  BODIES,
  CATCH_UP,
  CLIENT_EXTENSIONS,
  METHODS,
  RECIPIENT_LIST_MESSAGE,
  SERVER_EXTENSIONS,
} from "./capabilities.ts";
export { essentialPart, liftedPart, withoutRecipientHistory } from "./essential-part.ts";
export {
  ACCEPT_CONTACT_IM,
  ACCEPT_CONTACT_LARGE_MESSAGE,
  asksFor,
  IM_TAG,
  ISFOCUS,
  LARGE_MESSAGE_TAG,
  offers,
} from "./feature-tags.ts";
export {
  EXPAND_LIMITS,
  type ExpandedList,
  type ExpandLimits,
  expandList,
  type ListSource,
  resolveLists,
} from "./lists/index.ts";
export { newMessageId } from "./message-id.ts";
export { chooseMode, MAX_PAGER_BYTES, type Mode, type ModeQuestion } from "./mode.ts";
export {
  judgeNickname,
  MOST_NICKNAME_CHARACTERS,
  type NicknameFault,
  type NicknamePolicy,
  type NicknameVerdict,
  nicknameAtJoin,
  nicknameKeys,
  prepareNickname,
  RESERVED_NICKNAMES,
  reservedKeys,
} from "./nickname/index.ts";
export { bareAddress, originatorAmong, sameAddress } from "./originator.ts";
export { type PlainText, plainTextOf } from "./plain-text.ts";
export { type Reaction, type Reason, type Refused, reactTo } from "./reactions.ts";
export {
  because,
  type Condition,
  everyRefusal,
  type Grounds,
  isRefusal,
  type Refusal,
  refuse,
} from "./refusal.ts";
export { clauseOf } from "./refusal-clause.ts";
export {
  DEFAULT_VERSION,
  formatRelease,
  isImServer,
  parseRelease,
  type Release,
} from "./release.ts";
export {
  type Appearance,
  displayTextOf,
  endpointEntity,
  isAnonymousEntity,
  missedBy,
  namedEntity,
  participantEntity,
  ROLES,
  type Role,
} from "./roster.ts";
export {
  type Access,
  anchorsOf,
  type Granted,
  type GroupRights,
  groupSupports,
  type InExternalList,
  identityKey,
  isMember,
  isOpen,
  judgeAccess,
  judgeGroup,
  judgeRules,
  type PreparedGroup,
  type PreparedRule,
  type PreparedRules,
  prepareGroup,
  prepareRules,
  type RuleFacts,
  refusingRule,
  scheduledEnd,
  UNRULED,
} from "./rules/index.ts";
export { claimedSender, type SenderClaim } from "./sender.ts";
export { type ServiceAddresses, serviceAddresses, serviceOf } from "./service-addresses.ts";
export { largeMessageFile, type SessionKind, sessionKindOf } from "./session-kind.ts";
export {
  type ChosenMedia,
  chooseMedia,
  readSessionOffer,
  type SessionOffer,
} from "./session-offer.ts";
export { type SessionType, sessionTypeOf, withSessionType } from "./session-type.ts";
export { DEFERRED, formatWarning, readCondition, readWarnings } from "./warning.ts";
