/** Accounts, chat rooms and groups that stand in the configuration. */
import { z } from "zod";
import { text } from "./values.ts";

export const user = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, "letters, digits, dot, dash or underscore")
    .describe("Name of the account; the IM Address is sip:NAME@DOMAIN."),
  password: text(
    "Set when the account is made; afterwards only `parlance users passwd` changes it. Behind a core it may be absent: the user logs in there.",
  ).optional(),
  displayName: z.string().max(64).optional().describe("Shown to others."),
});

const historySeconds = z
  .number()
  .int()
  .min(60)
  .max(9_999_999_999)
  .optional()
  .describe("How long users keep what was said in it, instead of limits.historySeconds.");

export const room = z.strictObject({
  name: text("The room is sip:NAME@DOMAIN."),
  displayName: z.string().max(64).optional().describe("Shown to whoever joins."),
  subject: z.string().max(255).optional().describe("Shown to whoever joins."),
  moderators: z
    .array(z.string())
    .default([])
    .describe("Account names or SIP URIs of those who may send others away."),
  allowAnonymity: z
    .boolean()
    .default(false)
    .describe("Whether users may come in without showing who they are."),
  maxParticipants: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("How many may be in; by default limits.groupParticipants."),
  writers: z
    .enum(["everybody", "moderators"])
    .default("everybody")
    .describe("Who may write: everybody who is in, or only the moderators."),
  historySeconds,
});

export const group = z.strictObject({
  name: text("The group is sip:NAME@DOMAIN."),
  displayName: z.string().max(64).optional().describe("Shown to the members."),
  subject: z.string().max(255).optional().describe("Shown to whoever is invited or joins."),
  members: z.array(z.string()).describe("Account names or SIP URIs."),
  inviteMembers: z.boolean().default(true).describe("Whether a session of the group invites them."),
  allowAnonymity: z.boolean().default(false).describe("Whether members may hide who they are."),
  historySeconds,
});
