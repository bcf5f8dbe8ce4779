/** Sessions that run: who is in them, what waits for whom, and their ends. */
import type { LiveSessions, Moderation, ModerationDenial, SessionView } from "@parlance/server";
import { z } from "zod";
import { type Denial, deny } from "./denials.ts";
import { identityOf } from "./identity-of.ts";
import { change, look, type Route } from "./route.ts";
import { after, next, pageLimit, sessionShape, userName } from "./shapes.ts";

const id = z.string().max(64);
const address = z.string().min(1).max(2_048);
const one = z.object({ id });
const ONE = "/sessions/{id}";

export const sessionRoutes: readonly Route[] = [
  look(
    {
      path: "/sessions",
      tag: "sessions",
      summary: "List sessions, the oldest first",
      query: z.strictObject({ after, limit: pageLimit }),
      answer: z.strictObject({ sessions: z.array(sessionShape), next }),
    },
    ({ query }, { server }) => {
      const page = server.admin.sessions.page(query.after, query.limit);
      return { sessions: page.sessions.map(written), next: page.next };
    },
  ),
  look(
    {
      path: ONE,
      tag: "sessions",
      summary: "Look at a session",
      params: one,
      answer: sessionShape,
      denials: ["no such session"],
    },
    ({ params }, { server }) => {
      const found = server.admin.sessions.find(params.id);
      return found === undefined ? deny("no such session") : written(found);
    },
  ),
  change(
    {
      method: "DELETE",
      path: ONE,
      tag: "sessions",
      summary: "End a session for everybody in it",
      params: one,
      denials: ["no such session"],
      audit: ({ params }) => ({ action: "session ended", subject: params.id }),
    },
    ({ params }, { server }) =>
      server.admin.sessions.end(params.id) ? undefined : deny("no such session"),
  ),
  change(
    {
      method: "DELETE",
      path: `${ONE}/legs/{leg}`,
      tag: "sessions",
      summary: "Cut one device off; with two in it, the session ends",
      params: z.object({ id, leg: id }),
      denials: ["no such session", "no such leg"],
      audit: ({ params }) => ({ action: "leg cut", subject: params.id, detail: params.leg }),
    },
    ({ params }, { server }) => {
      const done = server.admin.sessions.cut(params.id, params.leg);
      return done === "done" ? undefined : deny(done);
    },
  ),
  change(
    {
      method: "POST",
      path: `${ONE}/expel`,
      tag: "sessions",
      summary: "Send somebody out of a session of many; he cannot come back to it",
      params: one,
      body: z.strictObject({ address: address.describe("An account name or an address.") }),
      denials: ["no such session", "no such participant", "not a session of many"],
      audit: ({ params, body }) => ({
        action: "participant expelled",
        subject: params.id,
        detail: body.address,
      }),
    },
    ({ params, body }, { server }) => {
      const done = server.admin.sessions.expel(params.id, identityOf(body.address, { server }));
      return done === "done" ? undefined : deny(done);
    },
  ),
  change(
    {
      method: "PATCH",
      path: ONE,
      tag: "sessions",
      summary: "Give a session of many another subject, lock it, or open it again",
      params: one,
      body: z.strictObject({
        subject: z.string().max(256).optional().describe("Empty: that of its group, or none."),
        locked: z.boolean().optional(),
      }),
      answer: sessionShape,
      denials: ["no such session", "not a session of many", "subject not usable"],
      audit: ({ params, body }) => ({
        action: "session moderated",
        subject: params.id,
        detail: wordsFor(body),
      }),
    },
    ({ params, body }, { server: { admin } }) =>
      moderated(admin.sessions, params.id, () => admin.sessions.moderate(params.id, body)),
  ),
  ...(["PUT", "DELETE"] as const).map((method) =>
    change(
      {
        method,
        path: `${ONE}/muted/{address}`,
        tag: "sessions",
        summary:
          method === "PUT"
            ? "Let somebody in a session of many read alone"
            : "Let somebody in a session of many write again",
        params: one.extend({ address: address.describe("An account name or an address.") }),
        answer: sessionShape,
        denials: ["no such session", "no such participant", "not a session of many"],
        audit: ({ params }, by) => ({
          action: method === "PUT" ? "participant muted" : "participant unmuted",
          subject: params.id,
          detail: identityOf(params.address, by),
        }),
      },
      ({ params }, { server }) => {
        const { sessions } = server.admin;
        const who = identityOf(params.address, { server });
        return moderated(sessions, params.id, () =>
          sessions.mute(params.id, who, method === "PUT"),
        );
      },
    ),
  ),
  look(
    {
      path: "/groups/{group}/session",
      tag: "sessions",
      summary: "Look at the session of a group or room: who is in it, by which roles",
      params: z.object({ group: address.describe("A name, or the identity.") }),
      answer: sessionShape,
      denials: ["no such session"],
    },
    ({ params }, { server }) => {
      const found = server.admin.sessions.ofGroup(identityOf(params.group, { server }));
      return found === undefined ? deny("no such session") : written(found);
    },
  ),
  look(
    {
      path: "/users/{name}/sessions",
      tag: "sessions",
      summary: "List the sessions of a user",
      params: userName,
      answer: z.strictObject({ sessions: z.array(sessionShape) }),
      denials: ["no such user"],
    },
    ({ params }, { server: { admin } }) => {
      const user = admin.users.find(params.name);
      if (user === undefined) return deny("no such user");
      return { sessions: admin.sessions.of(user.address).map(written) };
    },
  ),
  change(
    {
      method: "DELETE",
      path: "/users/{name}/sessions",
      tag: "sessions",
      summary: "Take a user out of all his sessions; those of two end",
      params: userName,
      answer: z.strictObject({ ended: z.number().int() }),
      denials: ["no such user"],
      audit: ({ params }) => ({ action: "sessions ended", subject: params.name }),
    },
    ({ params }, { server: { admin } }) => {
      const user = admin.users.find(params.name);
      if (user === undefined) return deny("no such user");
      return { ended: admin.sessions.leave(user.address) };
    },
  ),
];

function moderated(
  sessions: LiveSessions,
  session: string,
  act: () => "done" | ModerationDenial,
): Denial | z.output<typeof sessionShape> {
  const done = act();
  if (done !== "done") return deny(done);
  const now = sessions.find(session);
  return now === undefined ? deny("no such session") : written(now);
}

/** For the audit log, which tells no subject. */
function wordsFor({ subject, locked }: Moderation): string {
  const words = [
    ...(subject === undefined ? [] : ["subject"]),
    ...(locked === undefined ? [] : [locked ? "locked" : "unlocked"]),
  ];
  return words.join(", ");
}

function written({ participants, legs, ...of }: SessionView): z.output<typeof sessionShape> {
  return {
    ...of,
    participants: participants.map(({ roles, ...who }) => ({ ...who, roles: [...roles] })),
    legs: [...legs],
  };
}
