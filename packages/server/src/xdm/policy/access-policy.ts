/** What the rules of users say, evaluated live: in memory, and as they are in the store. OMA IM 16.2 */
import { type MediaKind, parseAccessRules, type Ruleset } from "@parlance/formats";
import {
  type Access,
  anchorsOf,
  IM_TAG,
  type InExternalList,
  judgeAccess,
  type PreparedRules,
  prepareRules,
  type RuleFacts,
  refusingRule,
  resolveLists,
  UNRULED,
} from "@parlance/im";
import { type Clock, utf8Text } from "@parlance/wire";
import type { DocumentNews, User, UserRules, Who } from "../../ports/index.ts";
import type { DocumentStore } from "../../store/index.ts";
import { Turns } from "../../turns.ts";
import type { Documents } from "../documents.ts";
import type { References } from "../references.ts";
import { ACCESS_RULES } from "../usages/access-rules.ts";
import { listSource } from "./list-source.ts";
import { refusedBy } from "./refused-by.ts";

export interface AccessPolicyPorts {
  readonly store: DocumentStore;
  readonly documents: Documents;
  readonly references: References;
  readonly clock: Clock;
  /** The user of that account name. */
  readonly userNamed: (name: string) => User | undefined;
}

/** Of one user. Most are never asked: their rules are read when somebody writes to them. */
interface Rules {
  readonly bytes: Uint8Array;
  prepared: PreparedRules | undefined;
  readonly inList: InExternalList;
}

/**
 * Whose rules have changed: his account. `before`: how they judged until now, where only a list has changed that they
 * name.
 */
export type RulesListener = (account: string, before: UserRules | undefined) => void;

const PAGE = 500;
const NOWHERE: InExternalList = () => false;

export class AccessPolicy implements UserRules {
  readonly #ports: AccessPolicyPorts;
  readonly #unruled: Access;
  /** By account name. */
  readonly #rules = new Map<string, Rules>();
  readonly #turns = new Turns();
  readonly #listeners: RulesListener[] = [];

  /** `unruled`: for users without rules, and for those whom no rule matches. D-22 */
  constructor(ports: AccessPolicyPorts, unruled: Access) {
    this.#ports = ports;
    this.#unruled = unruled;
  }

  get count(): number {
    return this.#rules.size;
  }

  /** Told when the rules are obeyed. */
  onChange(listener: RulesListener): void {
    this.#listeners.push(listener);
  }

  /** Before the first request is taken. */
  async start(): Promise<void> {
    for (let after: { readonly owner: string; readonly name: string } | undefined; ; ) {
      const page = await this.#ports.store.ofUsage(ACCESS_RULES, after, PAGE);
      for (const { owner, bytes } of page) await this.#keep(owner, bytes);
      after = page.at(-1);
      if (page.length < PAGE) return;
    }
  }

  /** Resolves when it is obeyed. */
  async changed({ auid, owner }: DocumentNews): Promise<void> {
    const refers = auid === "resource-lists" && this.#rules.has(owner);
    if (auid !== ACCESS_RULES && !refers) return;
    // In turn, and from what is there now: the news of two changes may overtake each other.
    await this.#turns.take(owner, async () => {
      const key = { auid: ACCESS_RULES, owner, name: "access-rules" };
      const stored = await this.#ports.store.find(key);
      const before = this.#rules.get(owner);
      if (stored === undefined) this.#rules.delete(owner);
      else await this.#keep(owner, stored.bytes);
      const were: UserRules = {
        access: (who, user, media) => this.#judge(before, who, user, media),
      };
      for (const listener of this.#listeners) listener(owner, refers ? were : undefined);
    });
  }

  access(originator: Who | undefined, user: User, media: MediaKind): Access {
    return this.#judge(this.#rules.get(user.name), originator, user, media);
  }

  refusing(originator: Who | undefined, user: User, media: MediaKind): string {
    const rules = this.#rules.get(user.name);
    const facts = this.#factsOf(originator, media);
    const rule = rules && refusingRule(preparedOf(rules), facts, rules.inList);
    return refusedBy(rule, originator, user);
  }

  #judge(
    rules: Rules | undefined,
    originator: Who | undefined,
    user: User,
    media: MediaKind,
  ): Access {
    if (originator?.user?.name === user.name) return UNRULED; // nobody shuts himself out
    if (rules === undefined) return this.#unruled;
    const facts = this.#factsOf(originator, media);
    return judgeAccess(preparedOf(rules), facts, rules.inList, this.#unruled);
  }

  #factsOf(originator: Who | undefined, media: MediaKind): RuleFacts {
    return {
      identities: originator?.user?.identities ?? (originator ? [originator.address] : []),
      anonymous: originator?.anonymous ?? false,
      listMember: false,
      media,
      service: IM_TAG,
      now: this.#ports.clock.now(),
    };
  }

  async #keep(owner: string, bytes: Uint8Array): Promise<void> {
    const inList = await this.#lists(owner, bytes);
    this.#rules.set(owner, { bytes, prepared: undefined, inList });
  }

  async #lists(owner: string, bytes: Uint8Array): Promise<InExternalList> {
    const user = this.#ports.userNamed(owner);
    const refers = utf8Text(bytes).includes("external-list");
    const rules = user !== undefined && refers ? readRules(bytes) : undefined;
    if (user === undefined || rules === undefined) return NOWHERE;
    const { documents, references } = this.#ports;
    return resolveLists(anchorsOf(rules), listSource(user, documents, references));
  }
}

function preparedOf(rules: Rules): PreparedRules {
  rules.prepared ??= prepareRules(readRules(rules.bytes) ?? NO_RULES);
  return rules.prepared;
}

const NO_RULES: Ruleset = { rules: [] };

/** What is stored was read before it was. */
function readRules(bytes: Uint8Array): Ruleset | undefined {
  const read = parseAccessRules(bytes);
  return read.ok ? read.value : undefined;
}
