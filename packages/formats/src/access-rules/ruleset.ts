/**
 * Rules that say who may do what: common policy with the conditions and actions of OMA. They stand in
 * application/auth-policy+xml (the rules of a user) and in group documents. RFC 4745
 */

export interface Ruleset {
  readonly rules: readonly Rule[];
}

/** All conditions must hold. Without any, the rule is for everybody. RFC 4745 §10.1 */
export interface Rule {
  readonly id: string;
  readonly conditions: readonly Condition[];
  readonly actions: Actions;
}

export type Condition =
  | IdentityCondition
  | ValidityCondition
  /** What its owner is doing: never known here, so that it never holds. RFC 4745 §7.3 */
  | { readonly kind: "sphere"; readonly words: readonly string[] }
  /** Who stands in one of these lists. */
  | { readonly kind: "external list"; readonly anchors: readonly string[] }
  /** Whom no other rule names. */
  | { readonly kind: "other identity" }
  | { readonly kind: "anonymous request" }
  | ListCondition<"media list", MediaKind>
  | ListCondition<"service list", string>
  /** Who stands in the list of the group. */
  | { readonly kind: "list member" }
  /** Nobody knows what it asks, so that it never holds. RFC 4745 §7 */
  | { readonly kind: "unknown"; readonly name: string };

/** Holds when one of its parts does. RFC 4745 §7.1 */
export interface IdentityCondition {
  readonly kind: "identity";
  readonly one: readonly string[];
  readonly many: readonly Many[];
}

/** Everybody, or everybody in a domain, but for some. RFC 4745 §7.1.3 */
export interface Many {
  readonly domain: string | undefined;
  readonly exceptIds: readonly string[];
  readonly exceptDomains: readonly string[];
}

/** From its beginning up to, and not with, its end; one span that holds is enough. RFC 4745 §7.4 */
export interface ValidityCondition {
  readonly kind: "validity";
  readonly spans: readonly { readonly from: string; readonly until: string }[];
}

/** Kinds of media, or services: those named, or all but those named. */
export interface ListCondition<Kind extends string, Name extends string> {
  readonly kind: Kind;
  readonly names: readonly Name[];
  readonly allExcept: readonly Name[] | undefined;
}

/** The media that IM has; those of other services are read past. */
export const MEDIA_KINDS = ["message-session", "pager-mode-message", "file-transfer"] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

export interface Actions {
  readonly invite: InviteHandling | undefined;
  /** What is granted, or said not to be. */
  readonly flags: ReadonlyMap<Flag, boolean>;
}

/** From the least to the most. */
export const INVITE_HANDLINGS = ["reject", "pass", "accept"] as const;
export type InviteHandling = (typeof INVITE_HANDLINGS)[number];

/** Actions that are yes or no, of users and of groups. */
export const EXTENSION_FLAGS = [
  "allow-reject-invite",
  "allow-auto-answermode",
  "allow-manual-answer-override",
  "allow-offline-storage",
  "allow-expelling",
  "allow-private-message",
  "allow-subconf",
  "allow-media-handling",
  "block-group-advertisement-sending",
] as const;
export const GROUP_FLAGS = [
  "allow-conference-state",
  "allow-invite-users-dynamically",
  "join-handling",
  "allow-initiate-conference",
  "allow-anonymity",
  "is-key-participant",
] as const;
export type Flag = (typeof EXTENSION_FLAGS)[number] | (typeof GROUP_FLAGS)[number];

export const ACCESS_RULES_TYPE = "application/auth-policy+xml";
export const COMMON_POLICY = "urn:ietf:params:xml:ns:common-policy";
export const OMA_POLICY = "urn:oma:xml:xdm:common-policy";
export const EXTENSIONS = "urn:oma:xml:xdm:extensions";
export const POC_RULES = "urn:oma:xml:poc:poc-rules";
export const LIST_SERVICE = "urn:oma:xml:poc:list-service";
