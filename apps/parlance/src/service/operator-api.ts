/** Routes under /api of the operator's listener: accounts, contacts, trace, audit. Each change is in the audit log. */
import { type AccountFault, type Server, type Stores, type User } from "@parlance/server";
import type { FastifyError, FastifyInstance, FastifyPluginAsync, FastifyReply } from "fastify";
import { z } from "zod";
import { traceRoutes } from "./trace-api.ts";

const newUser = z.strictObject({
  name: z.string(),
  /** null: none, for who logs in elsewhere, at a core. */
  password: z.string().nullable(),
  displayName: z.string().max(64).optional(),
  identities: z.array(z.string()).max(16).optional(),
});
const newPassword = z.strictObject({ password: z.string() });
const listing = z.strictObject({
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
const auditAsk = z.strictObject({
  before: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

const NAME = "/users/:name";

/** What was wrong with an account, as its operator can put it right. */
const FAULTS: {
  readonly [fault in AccountFault]: { readonly status: number; readonly why: string };
} = {
  "name not usable": {
    status: 400,
    why: "name: 1 to 64 letters, digits, dots, dashes and underscores; a letter or digit first",
  },
  "password not usable": { status: 400, why: "password: 1 to 1024 characters, no controls" },
  "identity not usable": { status: 400, why: "identities: at most 16 sip: or tel: addresses" },
  "name taken": { status: 409, why: "there is such a user already" },
  "identity taken": { status: 409, why: "an identity belongs to another user" },
};

export function operatorApi(server: Server, stores: Stores): FastifyPluginAsync {
  return async (app) => {
    userRoutes(app, server, stores);
    contactRoutes(app, server, stores);
    historyRoutes(app, server, stores);
    traceRoutes(app, server, stores);
    auditRoutes(app, stores);
    app.setErrorHandler((error: Partial<FastifyError>, _, reply) => {
      // What fastify says about a request names no more than the request; the rest is for the listener.
      if (error.code?.startsWith("FST_ERR_") !== true || (error.statusCode ?? 500) >= 500)
        throw error;
      return reply.code(error.statusCode ?? 400).send({ error: error.message });
    });
    app.get("/stats", async () => ({ domain: server.domain, ...server.stats }));
  };
}

function userRoutes(app: FastifyInstance, server: Server, stores: Stores): void {
  const { users } = server.admin;
  app.get("/users", async (request, reply) => {
    const ask = listing.safeParse(request.query);
    if (!ask.success) return reply.code(400).send({ error: faultsOf(ask.error) });
    const found = await users.list(ask.data.after, ask.data.limit);
    return { users: found.map((user) => viewOf(user, server)) };
  });
  app.post("/users", async (request, reply) => {
    const ask = newUser.safeParse(request.body);
    if (!ask.success) return reply.code(400).send({ error: faultsOf(ask.error) });
    const { password, ...account } = ask.data;
    const made = await users.add({ ...account, password: password ?? undefined });
    if (typeof made === "string") return refuse(reply, made);
    await audit(stores, "user added", made.name);
    return reply.code(201).send(viewOf(made, server));
  });
  app.put<{ Params: { name: string } }>(`${NAME}/password`, async (request, reply) => {
    const ask = newPassword.safeParse(request.body);
    if (!ask.success) return reply.code(400).send({ error: faultsOf(ask.error) });
    const { name } = request.params;
    const changed = await users.setPassword(name, ask.data.password);
    if (changed === "unknown") return reply.code(404).send({ error: "no such user" });
    if (changed !== "changed") return refuse(reply, changed);
    await audit(stores, "password changed", name);
    return reply.code(204).send();
  });
  app.delete<{ Params: { name: string } }>(NAME, async (request, reply) => {
    const { name } = request.params;
    if (!(await users.remove(name))) return reply.code(404).send({ error: "no such user" });
    await audit(stores, "user removed", name);
    return reply.code(204).send();
  });
}

function contactRoutes(app: FastifyInstance, server: Server, stores: Stores): void {
  const { admin } = server;
  app.get<{ Params: { name: string } }>(`${NAME}/contacts`, async (request, reply) => {
    const { name } = request.params;
    if (admin.users.find(name) === undefined)
      return reply.code(404).send({ error: "no such user" });
    return { contacts: admin.bindings(name) };
  });
  app.delete<{ Params: { name: string } }>(`${NAME}/contacts`, async (request, reply) => {
    const { name } = request.params;
    if (!admin.disconnect(name)) return reply.code(404).send({ error: "no such user" });
    await audit(stores, "user disconnected", name);
    return reply.code(204).send();
  });
}

/** What of a user's history he or time would take away stays while it is on hold, also when the account is gone. */
function historyRoutes(app: FastifyInstance, server: Server, stores: Stores): void {
  const { history } = stores;
  const path = `${NAME}/history-hold`;
  app.get<{ Params: { name: string } }>(path, async (request, reply) => {
    return reply.send({ held: await history.isHeld(request.params.name) });
  });
  app.put<{ Params: { name: string } }>(path, async (request, reply) => {
    const { name } = request.params;
    if (server.admin.users.find(name) === undefined)
      return reply.code(404).send({ error: "no such user" });
    if (await history.hold(name, true)) await audit(stores, "history held", name);
    return reply.code(204).send();
  });
  app.delete<{ Params: { name: string } }>(path, async (request, reply) => {
    const { name } = request.params;
    if (!(await history.isHeld(name))) return reply.code(404).send({ error: "not on hold" });
    await audit(stores, "history released", name); // before it: what is let go of does not come back
    await history.hold(name, false);
    return reply.code(204).send();
  });
}

/** Newest first; the sequence of the last one is the next page's `before`. */
function auditRoutes(app: FastifyInstance, { audit: log }: Stores): void {
  app.get("/audit", async (request, reply) => {
    const ask = auditAsk.safeParse(request.query);
    if (!ask.success) return reply.code(400).send({ error: faultsOf(ask.error) });
    return { entries: await log.page(ask.data.before, ask.data.limit) };
  });
}

function refuse(reply: FastifyReply, fault: AccountFault): FastifyReply {
  const { status, why } = FAULTS[fault];
  return reply.code(status).send({ error: why });
}

function viewOf(user: User, { admin }: Server): object {
  const { name, address, identities, displayName, disabled } = user;
  return {
    name,
    address,
    identities,
    displayName,
    disabled,
    contacts: admin.bindings(name).length,
  };
}

function faultsOf(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.join(".") || "request"}: ${message}`)
    .join("; ");
}

async function audit({ audit: log }: Stores, action: string, subject: string): Promise<void> {
  await log.append({ at: Date.now(), actor: "operator", action, subject, detail: "" });
}
