/** `parlance groups`: the groups that a user keeps at the server. */
import type { GroupChanges, OwnGroup } from "@parlance/client";
import { type Command, Option } from "commander";
import { fullAddress } from "../address.ts";
import { CommandError } from "../command-error.ts";
import { withLogin } from "./account.ts";
import { asOwner, type OwnerOptions, printOwned } from "./as-owner.ts";
import { collect, examples, exitStatus, orElse, readCount } from "./options.ts";

interface CreateOptions extends OwnerOptions {
  readonly title?: string;
  readonly subject?: string;
  readonly room?: boolean;
  readonly open?: boolean;
  readonly anonymity?: boolean;
  /** False: not. */
  readonly memberInvites: boolean;
  readonly moderator: readonly string[];
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
    .addOption(new Option("--most <N>", "so many at once").argParser(readCount))
    .option("--json", "print the group as one JSON object")
    .addHelpText("after", exitStatus("done", "no connection, refused, or the address is another's"))
    .action(create);
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
  const group = await asOwner(options, "groups", ({ groups, address: self }, call) => {
    const members = typed.map((one) => fullAddress(one, self));
    const wanted = { ...wishesIn(options, self), address: name, members, ...call };
    return groups.create(wanted).catch((error: Error) => {
      const isThere = "code" in error && error.code === "changed meanwhile"; // its document is
      throw isThere
        ? new CommandError(`there is a group ${name} already`, { cause: error })
        : error;
    });
  });
  printOwned(options, group, `made ${group.address}`);
}

function wishesIn(options: CreateOptions, self: string): GroupChanges {
  const { title, subject, room, open, anonymity, memberInvites, moderator, most } = options;
  const moderators = moderator.map((one) => fullAddress(one, self));
  const ruled = open || anonymity || !memberInvites || moderators.length > 0;
  return {
    kind: room === true ? "room" : "group",
    ...(title === undefined ? {} : { displayName: title }),
    ...(subject === undefined ? {} : { subject }),
    ...(most === undefined ? {} : { maxParticipants: most }),
    ...(ruled
      ? {
          policy: {
            open: open === true,
            anonymity: anonymity === true,
            membersInvite: memberInvites,
            moderators,
          },
        }
      : {}),
  };
}

async function show(name: string, options: OwnerOptions): Promise<void> {
  const group = await asOwner(options, "groups", (client, call) => client.groups.get(name, call));
  if (group === undefined) throw new CommandError(`no group of yours: ${name}`);
  printOwned(options, group, linesOf(group));
}

function linesOf(group: OwnGroup): readonly string[] {
  const { address, displayName, subject, kind, policy, maxParticipants, members } = group;
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
    ...policy.moderators.map((one) => `moderator: ${one}`),
    ...members.map((member) => `member: ${member.address} ${member.name ?? ""}`.trimEnd()),
  ];
}

async function add(name: string, typed: readonly string[], options: OwnerOptions): Promise<void> {
  const group = await asOwner(options, "groups", ({ groups, address: self }, call) =>
    groups.addMembers(
      name,
      typed.map((one) => fullAddress(one, self)),
      call,
    ),
  );
  printOwned(options, group, `${group.members.length} members`);
}

async function remove(
  name: string,
  typed: readonly string[],
  options: OwnerOptions,
): Promise<void> {
  const group = await asOwner(options, "groups", ({ groups, address: self }, call) =>
    groups.removeMembers(
      name,
      typed.map((one) => fullAddress(one, self)),
      call,
    ),
  );
  printOwned(options, group, `${group.members.length} members`);
}

async function end(name: string, options: OwnerOptions): Promise<void> {
  const was = await asOwner(options, "groups", (client, call) => client.groups.delete(name, call));
  if (!was) throw new CommandError(`no group of yours: ${name}`);
  printOwned(options, undefined, "deleted");
}
