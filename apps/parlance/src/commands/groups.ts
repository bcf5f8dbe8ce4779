/** `parlance groups`: the groups that a user keeps at the server. */
import type { GroupChanges, OwnGroup } from "@parlance/client";
import { type Command, Option } from "commander";
import { fullAddress } from "../address.ts";
import { CommandError, UsageError } from "../command-error.ts";
import { withLogin } from "./account.ts";
import { asOwner, type OwnerOptions, printOwned } from "./as-owner.ts";
import { collect, examples, exitStatus, orElse, readCount } from "./options.ts";
import { warnUnknown } from "./warn-unknown.ts";

interface CreateOptions extends OwnerOptions {
  readonly title?: string;
  readonly subject?: string;
  readonly room?: boolean;
  readonly open?: boolean;
  readonly anonymity?: boolean;
  /** False: not. */
  readonly memberInvites: boolean;
  readonly moderator: readonly string[];
  readonly writers?: "everybody" | "moderators";
  readonly reader: readonly string[];
  readonly most?: number;
}

interface SetOptions extends OwnerOptions {
  readonly title?: string;
  readonly subject?: string;
  /** False: nobody any more. */
  readonly moderator?: readonly string[] | false;
  readonly reader?: readonly string[] | false;
  readonly writers?: "everybody" | "moderators";
  /** False: none any more. */
  readonly avatar?: string | false;
  readonly most?: number;
}

const EXIT = exitStatus("done", "no connection, refused, or no such group");
const GROUP = "its name in your domain, or its address";
const MEMBERS = "names of your domain, or addresses";

export function addGroups(program: Command): void {
  const groups = program
    .command("groups")
    .summary("groups that you keep at the server")
    .description(
      "Groups that you keep: whoever is a member gets what is written to their address, and may come in (docs/documents.md).",
    )
    .addHelpText(
      "after",
      examples(
        'groups create lunch bob carol --title "Lunch" --subject "where?"',
        "groups create club --room --open --moderator bob",
        "groups add lunch dave",
        "groups set lunch --subject Dinner --writers moderators",
        "groups show lunch --json",
      ),
    );
  orElse(
    withLogin(groups.command("list", { isDefault: true })),
    "groups create, add, remove or delete",
  )
    .summary("print your groups")
    .description(
      "Print the addresses of your groups, how many members each has, and what it is called.",
    )
    .option("--json", "print one JSON array")
    .addHelpText("after", EXIT)
    .action(list);
  addMaking(groups);
  addSetting(groups);
  withLogin(groups.command("show"))
    .summary("print one of them")
    .description("Print who is in it, and who may do what.")
    .argument("<group>", GROUP)
    .option("--json", "print one JSON object")
    .addHelpText("after", EXIT)
    .action(show);
  withLogin(groups.command("add"))
    .summary("make somebody a member")
    .description("Make these members of it.")
    .argument("<group>", GROUP)
    .argument("<members...>", MEMBERS)
    .option("--json", "print the group as one JSON object")
    .addHelpText("after", EXIT)
    .action(add);
  withLogin(groups.command("remove"))
    .summary("take somebody off the list")
    .description("Take these off the list of members; who is in a session stays until he leaves.")
    .argument("<group>", GROUP)
    .argument("<members...>", MEMBERS)
    .option("--json", "print the group as one JSON object")
    .addHelpText("after", EXIT)
    .action(remove);
  withLogin(groups.command("delete"))
    .summary("end a group")
    .description("End it, also for those who are in it now.")
    .argument("<group>", GROUP)
    .addHelpText("after", EXIT)
    .action(end);
}

function addMaking(groups: Command): void {
  withLogin(groups.command("create"))
    .summary("make a group")
    .description("Make a group, with you and these as its members.")
    .argument("<name>", "the first part of its address")
    .argument("[members...]", MEMBERS)
    .option("--title <TEXT>", "what people see")
    .option("--subject <TEXT>", "what it is about")
    .option("--room", "a chat room: nobody is called, whoever wants to comes")
    .option("--open", "for everybody, not only for members")
    .option("--anonymity", "whoever comes may hide who he is")
    .option("--no-member-invites", "members may not ask others to come")
    .addOption(
      new Option("--moderator <ADDRESS>", "may send others away; repeatable")
        .argParser(collect)
        .default([], "none but you"),
    )
    .addOption(writers())
    .addOption(
      new Option("--reader <ADDRESS>", "reads, and writes nothing; repeatable")
        .argParser(collect)
        .default([], "none"),
    )
    .addOption(new Option("--most <N>", "so many at once").argParser(readCount))
    .option("--json", "print the group as one JSON object")
    .addHelpText("after", exitStatus("done", "no connection, refused, or the address is another's"))
    .action(create);
}

function addSetting(groups: Command): void {
  withLogin(groups.command("set"))
    .summary("change a group")
    .description(
      "Change what it is called, what it is about, and who may do what, also for those who are in it now. What is not named stays as it is.",
    )
    .argument("<group>", GROUP)
    .option("--title <TEXT>", "what people see; empty: nothing")
    .option("--subject <TEXT>", "what it is about; empty: nothing")
    .addOption(
      new Option("--moderator <ADDRESS>", "these may send others away; repeatable").argParser(
        collect,
      ),
    )
    .option("--no-moderator", "nobody but you may")
    .addOption(writers())
    .addOption(
      new Option("--reader <ADDRESS>", "these read, and write nothing; repeatable").argParser(
        collect,
      ),
    )
    .option("--no-reader", "nobody is kept from writing")
    .option("--avatar <URL>", "its picture, a file on the server")
    .option("--no-avatar", "no picture")
    .addOption(new Option("--most <N>", "so many at once").argParser(readCount))
    .option("--json", "print the group as one JSON object")
    .addHelpText("after", EXIT)
    .action(set);
}

function writers(): Option {
  return new Option("--writers <WHO>", "who may write").choices(["everybody", "moderators"]);
}

async function list(options: OwnerOptions): Promise<void> {
  const groups = await asOwner(options, "groups", (client, call) => client.groups.list(call));
  const lines = groups.map(({ address, members, displayName }) =>
    [address, `${members.length} members`, displayName ?? ""].join("  ").trimEnd(),
  );
  printOwned(options, groups, lines, "no groups yet");
}

async function create(
  name: string,
  typed: readonly string[],
  options: CreateOptions,
): Promise<void> {
  const group = await asOwner(options, "groups", async (client, call) => {
    const { groups, address: self } = client;
    const members = typed.map((one) => fullAddress(one, self));
    const wanted = { ...wishesIn(options, self), address: name, members, ...call };
    const made = await groups.create(wanted).catch((error: Error) => {
      const isThere = "code" in error && error.code === "changed meanwhile"; // its document is
      throw isThere
        ? new CommandError(`there is a group ${name} already`, { cause: error })
        : error;
    });
    await warnUnknown(
      client,
      [...members, ...made.policy.moderators, ...made.policy.readers],
      call,
    );
    return made;
  });
  printOwned(options, group, `made ${group.address}`);
}

function wishesIn(options: CreateOptions, self: string): GroupChanges {
  const { title, subject, room, open, anonymity, memberInvites, moderator, most } = options;
  const moderators = moderator.map((one) => fullAddress(one, self));
  const readers = options.reader.map((one) => fullAddress(one, self));
  const ruled = open || anonymity || !memberInvites || moderators.length > 0;
  const writing = { writers: options.writers ?? "everybody", readers };
  return {
    kind: room === true ? "room" : "group",
    ...(title === undefined ? {} : { displayName: title }),
    ...(subject === undefined ? {} : { subject }),
    ...(most === undefined ? {} : { maxParticipants: most }),
    policy: ruled
      ? {
          open: open === true,
          anonymity: anonymity === true,
          membersInvite: memberInvites,
          moderators,
          ...writing,
        }
      : writing,
  };
}

async function set(name: string, options: SetOptions): Promise<void> {
  const group = await asOwner(options, "groups", async (client, call) => {
    const changes = changesIn(options, client.address);
    const changed = await ofOwn(name, client.groups.edit(name, changes, call));
    const { moderators = [], readers = [] } = changes.policy ?? {};
    await warnUnknown(client, [...moderators, ...readers], call);
    return changed;
  });
  printOwned(options, group, linesOf(group));
}

function changesIn(options: SetOptions, self: string): GroupChanges {
  const { title, subject, moderator, reader, avatar, most } = options;
  const all = (named: readonly string[] | false): readonly string[] =>
    (named === false ? [] : named).map((one) => fullAddress(one, self));
  const policy = {
    ...(moderator === undefined ? {} : { moderators: all(moderator) }),
    ...(reader === undefined ? {} : { readers: all(reader) }),
    ...(options.writers === undefined ? {} : { writers: options.writers }),
  };
  const changes = {
    ...(title === undefined ? {} : { displayName: title || undefined }),
    ...(subject === undefined ? {} : { subject: subject || undefined }),
    ...(most === undefined ? {} : { maxParticipants: most }),
    ...(avatar === undefined ? {} : { avatar: avatar || undefined }),
    ...(Object.keys(policy).length === 0 ? {} : { policy }),
  };
  if (Object.keys(changes).length === 0) throw new UsageError("nothing to be changed is named");
  return changes;
}

async function show(name: string, options: OwnerOptions): Promise<void> {
  const group = await asOwner(options, "groups", (client, call) => client.groups.get(name, call));
  if (group === undefined) throw new CommandError(`no group of yours: ${name}`);
  printOwned(options, group, linesOf(group));
}

function linesOf(group: OwnGroup): readonly string[] {
  const { address, displayName, subject, kind, policy, maxParticipants, avatar, members } = group;
  const rights = [
    policy.open ? "for everybody" : "for members",
    policy.membersInvite ? "members may ask others" : "members may not ask others",
    ...(policy.anonymity ? ["who comes may hide"] : []),
    ...(maxParticipants === undefined ? [] : [`${maxParticipants} at most`]),
  ];
  return [
    [address, displayName ?? ""].join("  ").trimEnd(),
    ...(subject === undefined ? [] : [`about: ${subject}`]),
    `${kind}, ${rights.join(", ")}`,
    ...(policy.writers === "moderators" ? ["who moderates writes, and nobody else"] : []),
    ...(avatar === undefined ? [] : [`picture: ${avatar}`]),
    ...policy.moderators.map((one) => `moderator: ${one}`),
    ...policy.readers.map((one) => `reads only: ${one}`),
    ...members.map((member) => `member: ${member.address} ${member.name ?? ""}`.trimEnd()),
  ];
}

async function add(name: string, typed: readonly string[], options: OwnerOptions): Promise<void> {
  const group = await asOwner(options, "groups", async (client, call) => {
    const members = typed.map((one) => fullAddress(one, client.address));
    const changed = await ofOwn(name, client.groups.addMembers(name, members, call));
    await warnUnknown(client, members, call);
    return changed;
  });
  printOwned(options, group, `${group.members.length} members`);
}

async function remove(
  name: string,
  typed: readonly string[],
  options: OwnerOptions,
): Promise<void> {
  const { group, others } = await asOwner(options, "groups", async (client, call) => {
    const members = typed.map((one) => fullAddress(one, client.address));
    const before = await client.groups.get(name, call);
    const changed = await ofOwn(name, client.groups.removeMembers(name, members, call));
    const known = new Set(before?.members.map(({ address }) => address));
    return { group: changed, others: members.filter((one) => !known.has(one)) };
  });
  if (others.length > 0) throw new CommandError(`no members: ${others.join(", ")}`);
  printOwned(options, group, `${group.members.length} members`);
}

/** Rejects with CommandError where he has no such group. */
function ofOwn<T>(name: string, asked: Promise<T>): Promise<T> {
  return asked.catch((error: Error) => {
    const isNone = "code" in error && error.code === "no such user or group";
    throw isNone ? new CommandError(`no group of yours: ${name}`, { cause: error }) : error;
  });
}

async function end(name: string, options: OwnerOptions): Promise<void> {
  const was = await asOwner(options, "groups", (client, call) => client.groups.delete(name, call));
  if (!was) throw new CommandError(`no group of yours: ${name}`);
  printOwned(options, undefined, "deleted");
}
