/** Groups and chat rooms: the operator's own to make and to change, those of users to see and to delete. */
import type { GroupView, ServiceGroup } from "@parlance/server";
import { z } from "zod";
import { type DenialCode, deny } from "./denials.ts";
import { identityOf } from "./identity-of.ts";
import { type Asking, change, look, type Route } from "./route.ts";
import { after, count, next, pageLimit } from "./shapes.ts";

const address = z.string().min(1).max(255);
const shape = z
  .strictObject({
    identity: z.string(),
    kind: z
      .enum(["group", "room"])
      .describe("A room lets everybody of the domain in; a group its members."),
    source: z
      .enum(["configuration", "operator", "user"])
      .describe("Who has made it. Only the operator's own can be changed here."),
    owner: z.string().optional().describe("Of a user's."),
    displayName: z.string().optional(),
    subject: z.string().optional(),
    members: z.array(z.string()),
    moderators: z.array(z.string()).describe("Who may send others out."),
    present: count.describe("Who are in its session now."),
  })
  .meta({ id: "Group" });

const common = {
  displayName: z.string().max(64).optional(),
  subject: z.string().max(256).optional(),
  allowAnonymity: z.boolean().optional(),
};
const ofGroup = {
  members: z.array(address).max(1_000).optional().describe("Account names or addresses."),
  inviteMembers: z.boolean().optional().describe("A session of the group calls its members."),
};
const ofRoom = {
  moderators: z.array(address).max(100).optional().describe("Account names or addresses."),
  maxParticipants: z.number().int().min(1).max(1_000).optional(),
  writers: z.enum(["everybody", "moderators"]).optional(),
};
const all = { ...common, ...ofGroup, ...ofRoom };

const one = z.object({
  group: z.string().max(255).describe("A name, or the identity: sip:lobby@example.com."),
});
const ONE = "/groups/{group}";

export const groupRoutes: readonly Route[] = [
  look(
    {
      path: "/groups",
      tag: "groups",
      summary: "List groups and rooms in the order of their identities",
      query: z.strictObject({ after, limit: pageLimit }),
      answer: z.strictObject({ groups: z.array(shape), next }),
    },
    ({ query }, { server }) => {
      const page = server.admin.groups.page(query.after, query.limit);
      return { groups: page.groups.map(written), next: page.next };
    },
  ),
  look(
    {
      path: ONE,
      tag: "groups",
      summary: "Look at a group or room",
      params: one,
      answer: shape,
      denials: ["no such group"],
    },
    ({ params }, by) => {
      const found = by.server.admin.groups.find(identityOf(params.group, by));
      return found === undefined ? deny("no such group") : written(found);
    },
  ),
  change(
    {
      method: "POST",
      path: "/groups",
      tag: "groups",
      summary: "Make a group or a room; it is there at once, and after every restart",
      body: z.strictObject({
        kind: z.enum(["group", "room"]),
        name: z
          .string()
          .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "expected letters, digits, dots and dashes")
          .describe("Its identity will be sip:NAME@DOMAIN."),
        ...all,
      }),
      status: 201,
      answer: shape,
      denials: ["address taken", "too many groups", "not for its kind"],
      audit: ({ body }) => ({ action: `${body.kind} added`, subject: body.name }),
    },
    async ({ body }, { server }) => {
      const said = saidOf(body);
      if (said === undefined) return deny("not for its kind");
      const made = await server.admin.groups.create(said);
      if (made === "name taken") return deny("address taken");
      return made === "too many groups" ? deny(made) : written(made);
    },
  ),
  change(
    {
      method: "PATCH",
      path: ONE,
      tag: "groups",
      summary:
        "Change a group or room of the operator's own; lists take the place of those before, and sessions that run follow",
      params: one,
      body: z.strictObject(all),
      answer: shape,
      denials: ["no such group", "not the operator's group", "not for its kind", "too many groups"],
      audit: ({ params, body }) => ({
        action: "group changed",
        subject: params.group,
        detail: Object.keys(body).join(" "),
      }),
    },
    async ({ params, body }, by) => {
      const { groups } = by.server.admin;
      const identity = identityOf(params.group, by);
      const known = groups.find(identity);
      if (known === undefined) return deny("no such group");
      if (!fits(known.kind, body)) return deny("not for its kind");
      const { members, ...rest } = body;
      const done = await groups.change(
        identity,
        members === undefined ? rest : { ...rest, members },
      );
      return typeof done === "string" ? deny(done satisfies DenialCode) : written(done);
    },
  ),
  change(
    {
      method: "DELETE",
      path: ONE,
      tag: "groups",
      summary:
        "Delete a group or room, also that of a user; its session ends for all who are in it",
      params: one,
      denials: ["no such group", "not the operator's group"],
      audit: ({ params }) => ({ action: "group deleted", subject: params.group }),
    },
    async ({ params }, by) => {
      const done = await by.server.admin.groups.remove(identityOf(params.group, by));
      return done === "done" ? undefined : deny(done);
    },
  ),
  ...(["members", "moderators"] as const).flatMap((list) => [
    change(
      {
        method: "PUT",
        path: `${ONE}/${list}/{address}`,
        tag: "groups",
        summary: `Add one to the ${list} of a group or room of the operator's own`,
        params: one.extend({ address: address.describe("An account name or an address.") }),
        answer: shape,
        denials: ["no such group", "not the operator's group", "not for its kind"],
        audit: ({ params }) => ({
          action: `${list} changed`,
          subject: params.group,
          detail: `added ${params.address}`,
        }),
      },
      ({ params }, by) => listed({ ...params, list, add: true }, by),
    ),
    change(
      {
        method: "DELETE",
        path: `${ONE}/${list}/{address}`,
        tag: "groups",
        summary: `Take one off the ${list} of a group or room of the operator's own`,
        params: one.extend({ address: address.describe("An account name or an address.") }),
        answer: shape,
        denials: ["no such group", "not the operator's group", "not for its kind"],
        audit: ({ params }) => ({
          action: `${list} changed`,
          subject: params.group,
          detail: `removed ${params.address}`,
        }),
      },
      ({ params }, by) => listed({ ...params, list, add: false }, by),
    ),
  ]),
];

async function listed(
  of: {
    readonly group: string;
    readonly address: string;
    readonly list: "members" | "moderators";
    readonly add: boolean;
  },
  by: Asking,
) {
  const { groups } = by.server.admin;
  const identity = identityOf(of.group, by);
  const known = groups.find(identity);
  if (known === undefined) return deny("no such group");
  if (known.kind !== (of.list === "members" ? "group" : "room")) return deny("not for its kind");
  const who = identityOf(of.address, by);
  const others = known[of.list].filter((other) => other !== who);
  const done = await groups.change(identity, { [of.list]: of.add ? [...others, who] : others });
  return typeof done === "string" ? deny(done) : written(done);
}

type Said = { readonly kind: "group" | "room"; readonly name: string } & Readonly<
  z.output<z.ZodObject<typeof all>>
>;

/** Undefined when it says what its kind has not. */
function saidOf(body: Said): ServiceGroup | undefined {
  if (!fits(body.kind, body)) return undefined;
  const { kind, members = [], ...rest } = body;
  return kind === "room" ? { ...rest, kind } : { ...rest, kind, members };
}

function fits(kind: "group" | "room", body: object): boolean {
  const others = kind === "group" ? ofRoom : ofGroup;
  return !Object.keys(others).some((key) => Object.hasOwn(body, key));
}

function written({ members, moderators, ...of }: GroupView): z.output<typeof shape> {
  return { ...of, members: [...members], moderators: [...moderators] };
}
