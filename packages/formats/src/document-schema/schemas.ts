/** The rules of the documents that users keep. RFC 4826 §3.2, RFC 4745 §13, OMA Shared Group, Policy and Profile XDM */
import {
  COMMON_POLICY,
  EXTENSIONS,
  INVITE_HANDLINGS,
  LIST_SERVICE,
  OMA_POLICY,
  POC_RULES,
} from "../access-rules/ruleset.ts";
import { RESOURCE_LISTS } from "../resource-lists/resource-lists.ts";
import {
  aBoolean,
  aCount,
  aTime,
  atLeastOne,
  aUri,
  element,
  extensible,
  holding,
  maybe,
  one,
  oneOfWords,
  optional,
  required,
  some,
  tableOf,
  text,
} from "./rules.ts";
import type { Schema } from "./schema.ts";

const named = (attribute: string) =>
  holding({ [attribute]: required(aUri) }, maybe("display-name"), extensible());

const lists = tableOf(RESOURCE_LISTS, {
  "resource-lists": holding({}, some("list")),
  list: holding(
    { name: optional() },
    maybe("display-name"),
    some("list", "external", "entry", "entry-ref"),
    extensible(),
  ),
  entry: named("uri"),
  "entry-ref": named("ref"),
  external: holding({ anchor: optional(aUri) }, maybe("display-name"), extensible()),
  "display-name": text(),
});

const nothing = holding({});

const policy = [
  ...tableOf(COMMON_POLICY, {
    ruleset: holding({}, some("rule")),
    rule: holding(
      { id: required((id) => id !== "") },
      maybe("conditions"),
      maybe("actions"),
      maybe("transformations"),
    ),
    conditions: holding({}, extensible("identity", "sphere", "validity")),
    identity: holding({}, atLeastOne(extensible("one", "many"))),
    one: holding({ id: required(aUri) }, extensible()),
    many: holding({ domain: optional() }, extensible("except")),
    except: holding({ domain: optional(), id: optional(aUri) }),
    sphere: holding({ value: required() }),
    validity: element({}, { kind: "any" }), // its pairs are counted by whoever reads them
    from: text(aTime),
    until: text(aTime),
    actions: holding({}, extensible()),
    transformations: holding({}, extensible()),
  }),
  ...tableOf(OMA_POLICY, {
    "external-list": holding({}, extensible("entry")),
    entry: holding({ anc: required(aUri) }, maybe("display-name"), extensible()),
    "other-identity": nothing,
    "anonymous-request": nothing,
  }),
  ...tableOf(POC_RULES, { "allow-invite": text(oneOfWords(...INVITE_HANDLINGS)) }),
  ...tableOf(EXTENSIONS, {
    "allow-reject-invite": text(aBoolean),
    "allow-auto-answermode": text(aBoolean),
    "allow-manual-answer-override": text(aBoolean),
    "allow-expelling": text(aBoolean),
    "allow-private-message": text(aBoolean),
    "allow-subconf": text(aBoolean),
  }),
];

const group = tableOf(LIST_SERVICE, {
  group: holding({}, one("list-service"), extensible()),
  "list-service": holding(
    { uri: required(aUri) },
    maybe("display-name"),
    maybe("list"),
    maybe("invite-members"),
    maybe("max-participant-count"),
    maybe(`${COMMON_POLICY} ruleset`),
    extensible(),
  ),
  "display-name": text(),
  list: holding({}, some("entry", "external"), extensible()),
  entry: holding({ uri: required(aUri) }, extensible("display-name")),
  external: holding({ anchor: required(aUri) }, extensible("display-name")),
  "invite-members": text(aBoolean),
  "max-participant-count": text(aCount),
  "is-list-member": nothing,
  "allow-conference-state": text(aBoolean),
  "allow-invite-users-dynamically": text(aBoolean),
  "join-handling": text(aBoolean),
  "allow-initiate-conference": text(aBoolean),
  "allow-anonymity": text(aBoolean),
  "is-key-participant": text(aBoolean),
});

export const RESOURCE_LISTS_SCHEMA: Schema = new Map(lists);
export const ACCESS_RULES_SCHEMA: Schema = new Map(policy);
export const GROUP_SCHEMA: Schema = new Map([...policy, ...group, ...lists]);
