/**
 * What the pages of this listener may know before anybody is signed in: the domain, and of a service on one machine its
 * rooms and what lets the page in as the ready accounts.
 *
 * Whoever asks for those has to be on this machine, and to be a page of this very listener: a foreign page cannot set Origin,
 * and one that has bent a name of its own to this address (DNS rebinding) shows that name in Host. A request that a proxy
 * has passed on shows who it was for. All others hear what they hear of a path that is not there.
 */

import type { HttpListener } from "@parlance/node";
import type { Server } from "@parlance/server";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Configuration } from "../config/schema.ts";

const HERE = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/;
const OWN_HOST = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::(?<port>\d{1,5}))?$/;
/** Headers by which proxies say that they are one. */
const PASSED_ON = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

export function serveWelcome(
  { app }: Pick<HttpListener, "app">,
  { domain, rooms, web, listen, core }: Configuration,
  server: Server,
): void {
  const ready = isOnlyHere(listen.http) ? web.readyAccounts : [];
  const known = ready.length === 0 ? [] : rooms;
  app.get("/welcome", async (_, reply) => {
    const places = known.map(({ name, displayName }) => ({
      address: `sip:${name}@${domain}`,
      name: displayName ?? name,
    }));
    return reply
      .header("cache-control", "no-store")
      .send({ domain, tries: ready.length > 0, rooms: places, reachesOthers: core.mode === "as" });
  });
  if (ready.length > 0) serveAccounts(app, ready, server);
}

function isOnlyHere(url: string | null): boolean {
  if (url === null) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && OWN_HOST.test(hostname);
}

function serveAccounts(app: FastifyInstance, ready: readonly string[], server: Server): void {
  app.post("/welcome/accounts", async (request, reply) => {
    reply.header("cache-control", "no-store");
    if (!isOwnPage(request)) return reply.code(404).send({ error: "not found" });
    const accounts = ready.flatMap((name) => {
      const secret = server.admin.users.secret(name);
      const user = server.admin.users.find(name);
      return secret === undefined || user === undefined ? [] : [{ user: user.address, secret }];
    });
    return reply.send({ accounts });
  });
}

function isOwnPage({ headers, socket }: FastifyRequest): boolean {
  const { host = "", origin } = headers;
  if (!HERE.test(socket.remoteAddress ?? "") || PASSED_ON.some((name) => name in headers))
    return false;
  const port = OWN_HOST.exec(host)?.groups?.["port"] ?? "80";
  return OWN_HOST.test(host) && Number(port) === socket.localPort && origin === `http://${host}`;
}
