/** Groups and rooms as the operator sees them: his own to change, those of users to see and to delete. */
import type { Condition } from "@parlance/formats";
import type { Conferences, ConfiguredGroup, ConfiguredRoom, Group } from "./controlling/index.ts";
import type { Directory } from "./core/directory.ts";
import type { LiveGroups } from "./live-groups.ts";
import type { KnownGroup, ServiceGroup, ServiceGroups } from "./service-groups.ts";

export interface GroupView {
  /** Address key. */
  readonly identity: string;
  /** A room lets everybody of the domain in; a group its members. */
  readonly kind: "group" | "room";
  readonly source: "configuration" | "operator" | "user";
  /** Of a user's: his address key. */
  readonly owner: string | undefined;
  readonly displayName: string | undefined;
  readonly subject: string | undefined;
  readonly members: readonly string[];
  readonly moderators: readonly string[];
  /** Who are in its session now. */
  readonly present: number;
}

/** Those of the other kind are passed over. */
export interface GroupChange
  extends Partial<Omit<ConfiguredGroup, "name" | "historySeconds">>,
    Partial<Omit<ConfiguredRoom, "name" | "historySeconds">> {
  readonly members?: readonly string[];
}

export type GroupDenial = "no such group" | "not the operator's group" | "too many groups";

export interface AdminGroups {
  page(
    after: string | undefined,
    limit: number,
  ): { readonly groups: readonly GroupView[]; readonly next: string | undefined };
  find(identity: string): GroupView | undefined;
  create(said: ServiceGroup): Promise<GroupView | "name taken" | "too many groups">;
  /** Of the operator's own; what is left out stays. */
  change(identity: string, change: GroupChange): Promise<GroupView | GroupDenial>;
  /** The operator's own, or that of a user, whose document goes. */
  remove(identity: string): Promise<"done" | GroupDenial>;
}

export interface AdminGroupsParts {
  readonly service: ServiceGroups;
  readonly live: LiveGroups;
  readonly directory: Directory;
  readonly conferences: Conferences | undefined;
  /** Nobody and nothing else has that address. */
  readonly isFree: (identity: string) => boolean;
}

export function adminGroups(parts: AdminGroupsParts): AdminGroups {
  const { service, live, isFree } = parts;
  const find = (identity: string): GroupView | undefined => {
    const known = service.known(identity);
    if (known !== undefined) return serviceView(known, parts);
    const group = live.find(identity);
    return group && userView(group, parts);
  };
  return {
    find,
    page(after, limit) {
      const identities = [...service.all, ...live.all].map((one) =>
        "group" in one ? one.group.identity : one.identity,
      );
      const sorted = [...new Set(identities)].toSorted();
      const from = after === undefined ? 0 : sorted.findIndex((one) => one > after);
      const some = from < 0 ? [] : sorted.slice(from, from + limit);
      const more = from >= 0 && from + limit < sorted.length;
      return {
        groups: some.map(find).filter((one) => one !== undefined),
        next: more ? some.at(-1) : undefined,
      };
    },
    async create(said) {
      const identity = service.identityOf(said);
      if (find(identity) !== undefined || !isFree(identity)) return "name taken";
      const made = await service.put(said);
      return made === "too many" ? "too many groups" : serviceView(made, parts);
    },
    async change(identity, change) {
      const known = service.known(identity);
      if (known === undefined)
        return live.find(identity) ? "not the operator's group" : "no such group";
      if (known.source !== "operator") return "not the operator's group";
      const made = await service.put({ ...known.said, ...change });
      return made === "too many" ? "too many groups" : serviceView(made, parts);
    },
    async remove(identity) {
      const known = service.known(identity);
      if (known?.source === "configuration") return "not the operator's group";
      if (await service.remove(identity)) return "done";
      return (await live.delete(identity)) ? "done" : "no such group";
    },
  };
}

function serviceView({ group, said, source }: KnownGroup, parts: AdminGroupsParts): GroupView {
  return { ...viewOf(group, parts), kind: said.kind, source, owner: undefined };
}

function userView(group: Group, parts: AdminGroupsParts): GroupView {
  const owner = group.owner;
  return {
    ...viewOf(group, parts),
    kind: group.inviteMembers ? "group" : "room",
    source: "user",
    owner,
  };
}

function viewOf(
  group: Group,
  { conferences }: AdminGroupsParts,
): Omit<GroupView, "kind" | "source" | "owner"> {
  const { identity, displayName, members, document } = group;
  const rules = document.group.ruleset?.rules ?? [];
  const moderators = rules
    .filter(({ actions }) => actions.flags.get("allow-expelling") === true)
    .flatMap(({ conditions }) => conditions.flatMap(named));
  return {
    identity,
    displayName,
    subject: document.group.subject,
    members: [...members],
    moderators,
    present: conferences?.present(identity) ?? 0,
  };
}

function named(condition: Condition): readonly string[] {
  return condition.kind === "identity" ? condition.one : [];
}
