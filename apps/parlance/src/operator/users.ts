/** Accounts: who there is, who may log in, and what is registered. */
import type { AccountFault, User } from "@parlance/server";
import { z } from "zod";
import { type Denial, type DenialCode, deny } from "./denials.ts";
import { change, look, type OperatorPorts, type Route } from "./route.ts";
import { after, contactShape, next, pageLimit, userName, userShape } from "./shapes.ts";

const identities = z.array(z.string().max(255)).max(16);
const displayName = z.string().max(64);
const NAME = "/users/{name}";

export const userRoutes: readonly Route[] = [
  look(
    {
      path: "/users",
      tag: "users",
      summary: "List accounts in the order of their names",
      query: z.strictObject({
        after,
        limit: pageLimit,
        search: z
          .string()
          .max(255)
          .optional()
          .describe(
            "Part of a name, display name or address. A page of a search may be empty and still have a `next`.",
          ),
      }),
      answer: z.strictObject({ users: z.array(userShape), next }),
    },
    async ({ query: { after: from, limit, search } }, ports) => {
      const page = await ports.server.admin.users.page({ after: from, limit, search });
      return { users: page.users.map((user) => viewOf(user, ports)), next: page.next };
    },
  ),
  change(
    {
      method: "POST",
      path: "/users",
      tag: "users",
      summary: "Make an account",
      body: z.strictObject({
        name: z.string(),
        password: z
          .string()
          .nullable()
          .describe("null: none, for who logs in elsewhere, at a core."),
        displayName: displayName.optional(),
        identities: identities.optional().describe("Addresses beside sip:NAME@DOMAIN."),
      }),
      status: 201,
      answer: userShape,
      denials: [
        "name not usable",
        "password not usable",
        "identity not usable",
        "name taken",
        "identity taken",
      ],
      audit: ({ body }) => ({ action: "user added", subject: body.name }),
    },
    async ({ body: { password, ...account } }, ports) => {
      const { users } = ports.server.admin;
      const made = await users.add({ ...account, password: password ?? undefined });
      return typeof made === "string" ? refused(made) : viewOf(made, ports);
    },
  ),
  look(
    {
      path: NAME,
      tag: "users",
      summary: "Look at an account",
      params: userName,
      answer: userShape,
      denials: ["no such user"],
    },
    ({ params }, ports) => {
      const user = ports.server.admin.users.find(params.name);
      return user === undefined ? deny("no such user") : viewOf(user, ports);
    },
  ),
  change(
    {
      method: "PATCH",
      path: NAME,
      tag: "users",
      summary: "Change the display name or the further identities of an account, lock or unlock it",
      params: userName,
      body: z.strictObject({
        displayName: displayName.nullable().optional().describe("null: none."),
        disabled: z
          .boolean()
          .optional()
          .describe("true ends everything that he has open, at once."),
        identities: identities.optional().describe("All of them, but for the IM Address."),
      }),
      answer: userShape,
      denials: ["no such user", "identity not usable", "identity taken"],
      audit: ({ params, body }) => ({
        action: actionOf(body.disabled),
        subject: params.name,
        detail: Object.keys(body).join(" "),
      }),
    },
    async ({ params: { name }, body }, ports) => {
      const { displayName: shown, ...rest } = body;
      const { users } = ports.server.admin;
      const named = shown === undefined ? {} : { displayName: shown ?? undefined };
      const changed = await users.change(name, { ...rest, ...named });
      if (changed !== "changed") return refused(changed);
      const user = users.find(name);
      return user === undefined ? deny("no such user") : viewOf(user, ports);
    },
  ),
  change(
    {
      method: "PUT",
      path: `${NAME}/password`,
      tag: "users",
      summary: "Set the password; what is registered with the old one ends",
      params: userName,
      body: z.strictObject({ password: z.string() }),
      denials: ["no such user", "password not usable"],
      audit: ({ params }) => ({ action: "password changed", subject: params.name }),
    },
    async ({ params, body }, { server }) => {
      const changed = await server.admin.users.setPassword(params.name, body.password);
      return changed === "changed" ? undefined : refused(changed);
    },
  ),
  change(
    {
      method: "DELETE",
      path: NAME,
      tag: "users",
      summary: "Remove an account and everything that is kept for it",
      params: userName,
      denials: ["no such user"],
      audit: ({ params }) => ({ action: "user removed", subject: params.name }),
    },
    async ({ params }, { server }) =>
      (await server.admin.users.remove(params.name)) ? undefined : deny("no such user"),
  ),
  look(
    {
      path: `${NAME}/contacts`,
      tag: "users",
      summary: "List what is registered",
      params: userName,
      answer: z.strictObject({ contacts: z.array(contactShape) }),
      denials: ["no such user"],
    },
    ({ params: { name } }, { server: { admin } }) => {
      if (admin.users.find(name) === undefined) return deny("no such user");
      return { contacts: [...admin.bindings(name)] };
    },
  ),
  change(
    {
      method: "DELETE",
      path: `${NAME}/contacts`,
      tag: "users",
      summary: "End all registrations of a user, and the connections of his devices",
      params: userName,
      denials: ["no such user"],
      audit: ({ params }) => ({ action: "user disconnected", subject: params.name }),
    },
    ({ params }, { server }) =>
      server.admin.disconnect(params.name) ? undefined : deny("no such user"),
  ),
];

const FAULTS: { readonly [fault in AccountFault]: DenialCode } = {
  "name not usable": "name not usable",
  "password not usable": "password not usable",
  "identity not usable": "identity not usable",
  "name taken": "name taken",
  "identity taken": "identity taken",
};

function refused(fault: AccountFault | "unknown"): Denial {
  return deny(fault === "unknown" ? "no such user" : FAULTS[fault]);
}

function actionOf(disabled: boolean | undefined): string {
  if (disabled === undefined) return "user changed";
  return disabled ? "user locked" : "user unlocked";
}

function viewOf(user: User, { server: { admin } }: OperatorPorts): z.output<typeof userShape> {
  const { name, address, identities: all, displayName: shown, profileName, disabled } = user;
  return {
    name,
    address,
    identities: [...all],
    displayName: shown,
    profileName,
    disabled,
    contacts: admin.bindings(name).length,
    sessions: admin.sessions.of(address).length,
  };
}
