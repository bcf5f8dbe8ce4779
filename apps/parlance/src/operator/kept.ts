/** What is kept for users: waiting messages, history, settings. What they say is shown to nobody here. */
import type { DeferredEntry } from "@parlance/server";
import { z } from "zod";
import { deny } from "./denials.ts";
import { change, look, type Route } from "./route.ts";
import { after, count, next, pageLimit, time, usage, userName } from "./shapes.ts";

const entryShape = z
  .strictObject({
    id: z.string(),
    from: z.string().describe("As the recipient may see it."),
    group: z.string().optional(),
    kind: z.enum(["message", "imdn"]),
    mode: z.enum(["pager", "large", "file"]),
    receivedAt: time,
    expiresAt: time,
    sizeBytes: count,
    attempts: count,
    nextAttemptAt: time,
    poisoned: z.boolean().describe("Not brought any more: it failed too often."),
  })
  .meta({ id: "DeferredMessage" });

const history = z.strictObject({
  usage,
  quota: usage,
  held: z.boolean().describe("On hold: nothing that he, or time, would take away goes."),
});
const HOLD = "/users/{name}/history-hold";
const DEFERRED = "/users/{name}/deferred";
const REMOVED_AT_ONCE = 1_000;

export const keptRoutes: readonly Route[] = [
  look(
    {
      path: "/deferred",
      tag: "deferred",
      summary: "List users for whom messages wait, and how many",
      query: z.strictObject({ after, limit: pageLimit }),
      answer: z.strictObject({
        users: z.array(z.strictObject({ user: z.string(), usage })),
        next,
      }),
    },
    async ({ query }, { stores: { deferred } }) => {
      const names = await deferred.recipients(query.after, query.limit);
      const users = await Promise.all(
        names.map(async (user) => ({ user, usage: await deferred.usage(user) })),
      );
      return { users, next: names.length < query.limit ? undefined : names.at(-1) };
    },
  ),
  look(
    {
      path: DEFERRED,
      tag: "deferred",
      summary: "List what waits for a user, without what it says",
      params: userName,
      query: z.strictObject({ after, limit: pageLimit }),
      answer: z.strictObject({ usage, messages: z.array(entryShape), next }),
      denials: ["no such user"],
    },
    async ({ params: { name }, query }, { server, stores: { deferred } }) => {
      if (server.admin.users.find(name) === undefined) return deny("no such user");
      const entries = await deferred.list(name, query.after, query.limit);
      return {
        usage: await deferred.usage(name),
        messages: entries.map(entryOf),
        next: entries.length < query.limit ? undefined : entries.at(-1)?.id,
      };
    },
  ),
  change(
    {
      method: "DELETE",
      path: DEFERRED,
      tag: "deferred",
      summary: "Delete what waits for a user, at most 1000 messages at a time",
      params: userName,
      answer: z.strictObject({ deleted: count, more: z.boolean() }),
      denials: ["no such user"],
      audit: ({ params }) => ({ action: "deferred messages deleted", subject: params.name }),
    },
    async ({ params: { name } }, { server, stores }) => {
      if (server.admin.users.find(name) === undefined) return deny("no such user");
      const entries = await stores.deferred.list(name, undefined, REMOVED_AT_ONCE);
      const ids = entries.map(({ id }) => id);
      const deleted = await server.admin.deferred.remove(name, ids);
      return { deleted, more: entries.length === REMOVED_AT_ONCE };
    },
  ),
  change(
    {
      method: "DELETE",
      path: `${DEFERRED}/{id}`,
      tag: "deferred",
      summary: "Delete one waiting message",
      params: userName.extend({ id: z.string().max(128) }),
      denials: ["no such message"],
      audit: ({ params }) => ({
        action: "deferred message deleted",
        subject: params.name,
        detail: params.id,
      }),
    },
    async ({ params }, { server }) =>
      (await server.admin.deferred.remove(params.name, [params.id])) > 0
        ? undefined
        : deny("no such message"),
  ),
  look(
    {
      path: "/users/{name}/history",
      tag: "history",
      summary: "How much of a user's conversations is kept, and how much may be",
      params: userName,
      answer: history,
      denials: ["no such user"],
    },
    async ({ params: { name } }, { server, stores }) => {
      if (server.admin.users.find(name) === undefined) return deny("no such user");
      const { historyMessagesPerUser: messages, historyBytesPerUser: bytes } = server.limits;
      return {
        usage: await stores.history.usage(name),
        quota: { messages, bytes },
        held: await stores.history.isHeld(name),
      };
    },
  ),
  change(
    {
      method: "DELETE",
      path: "/users/{name}/history",
      tag: "history",
      summary:
        "Delete what is kept of a user's conversations, at most 1000 messages at a time; what is on hold is only hidden from him",
      params: userName,
      answer: z.strictObject({ deleted: count, more: z.boolean() }),
      denials: ["no such user"],
      audit: ({ params }) => ({ action: "history deleted", subject: params.name }),
    },
    async ({ params: { name } }, { server, stores }) => {
      if (server.admin.users.find(name) === undefined) return deny("no such user");
      const deleted = await stores.history.removeNewest(name, undefined, REMOVED_AT_ONCE);
      return { deleted, more: deleted === REMOVED_AT_ONCE };
    },
  ),
  look(
    {
      path: HOLD,
      tag: "history",
      summary: "Whether the history of a user is on hold, also when the account is gone",
      params: userName,
      answer: z.strictObject({ held: z.boolean() }),
    },
    async ({ params }, { stores }) => ({ held: await stores.history.isHeld(params.name) }),
  ),
  change(
    {
      method: "PUT",
      path: HOLD,
      tag: "history",
      summary: "Hold the history of a user",
      params: userName,
      denials: ["no such user"],
      audit: "itself",
    },
    async ({ params: { name } }, { server, stores, audit }) => {
      if (server.admin.users.find(name) === undefined) return deny("no such user");
      const isNew = await stores.history.hold(name, true);
      if (isNew) await audit({ action: "history held", subject: name });
      return undefined;
    },
  ),
  change(
    {
      method: "DELETE",
      path: HOLD,
      tag: "history",
      summary: "Let go of what is on hold: it goes as he, or time, wanted it to",
      params: userName,
      denials: ["not on hold"],
      audit: "itself",
    },
    async ({ params: { name } }, { stores, audit }) => {
      if (!(await stores.history.isHeld(name))) return deny("not on hold");
      await audit({ action: "history released", subject: name }); // before it: what is let go of does not come back
      await stores.history.hold(name, false);
      return undefined;
    },
  ),
  look(
    {
      path: "/users/{name}/settings",
      tag: "users",
      summary: "What a user has set for the service",
      params: userName,
      answer: z.strictObject({
        visible: z.boolean().describe("false: others are told that he is not there."),
        offlineDelivery: z.enum(["push", "pull"]),
        history: z.strictObject({ sessions: z.boolean(), messages: z.boolean() }),
        barred: z.strictObject({
          sessions: z.boolean(),
          messages: z.boolean(),
          files: z.boolean(),
        }),
      }),
      denials: ["no such user"],
    },
    ({ params }, { server }) => server.admin.settings(params.name) ?? deny("no such user"),
  ),
];

function entryOf(entry: DeferredEntry): z.output<typeof entryShape> {
  const { id, originatorShown: from, group, kind, mode, receivedAt, expiresAt } = entry;
  const { sizeBytes, attempts, nextAttemptAt, poisoned } = entry;
  const times = { receivedAt, expiresAt, nextAttemptAt };
  return { id, from, group, kind, mode, ...times, sizeBytes, attempts, poisoned };
}
