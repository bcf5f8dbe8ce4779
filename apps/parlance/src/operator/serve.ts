/** The routes of the operator's API behind HTTP: what comes is read by their schemas, what was done is in the audit log. */
import type { OperatorOf } from "@parlance/node";
import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { Denial, deny } from "./denials.ts";
import { EventStream } from "./event-stream.ts";
import { openApi } from "./openapi.ts";
import {
  type AnyAsked,
  type AuditWords,
  Events,
  Octets,
  type OperatorPorts,
  type Route,
} from "./route.ts";
import { ROUTES } from "./routes.ts";

export function operatorApi(ports: OperatorPorts, operatorOf: OperatorOf): FastifyPluginAsync {
  return async (app) => {
    app.removeContentTypeParser("text/plain"); // a form of another site can send that
    app.setErrorHandler((error: Partial<FastifyError>, _, reply) => {
      // What fastify says about a request names no more than the request; the rest is for the listener.
      const { code = "", statusCode = 500, message } = error;
      if (!code.startsWith("FST_ERR_") || statusCode >= 500) throw error;
      return reply.code(statusCode).send({ code: "bad request", error: message });
    });
    app.setNotFoundHandler((_, reply) => refuse(reply, deny("no such route")));
    const document = openApi(ROUTES);
    const streams = new Set<EventStream>();
    app.addHook("onClose", async () => {
      for (const stream of streams) stream.end();
    });
    app.get("/openapi.json", async () => document);
    for (const route of ROUTES) {
      app.route({
        method: route.method,
        url: route.path.replaceAll(/\{(\w+)\}/g, ":$1"),
        handler: (request, reply) =>
          answer(route, { request, reply, streams, actor: operatorOf(request) }, ports),
      });
    }
  };
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly actor: string;
  /** Those that others look at already. */
  readonly streams: Set<EventStream>;
}

const MOST_STREAMS = 16;

async function answer(
  route: Route,
  { request, reply, actor, streams }: Exchange,
  ports: OperatorPorts,
): Promise<FastifyReply> {
  const asked = readAsk(route, request);
  if (asked instanceof Denial) return refuse(reply, asked);
  const audit = async ({ action, subject, detail = "" }: AuditWords): Promise<void> => {
    await ports.stores.audit.append({ at: ports.now(), actor, action, subject, detail });
  };
  const result = await route.perform(asked, { ...ports, audit });
  if (result instanceof Denial) return refuse(reply, result);
  if (result instanceof Events && streams.size >= MOST_STREAMS) {
    return refuse(reply, deny("too many look on"));
  }
  if (typeof route.audit === "function") await audit(route.audit(asked, ports));
  if (result instanceof Octets) return reply.type(result.type).send(Buffer.from(result.bytes));
  if (result instanceof Events) return show(result, reply, streams);
  return reply.code(route.status).send(result);
}

function show({ begin }: Events, reply: FastifyReply, streams: Set<EventStream>): FastifyReply {
  reply.hijack();
  const stream = new EventStream(reply.raw, () => streams.delete(stream));
  streams.add(stream);
  begin(stream);
  return reply;
}

function readAsk(route: Route, request: FastifyRequest): AnyAsked | Denial {
  const params = route.params?.safeParse(request.params);
  const query = route.query?.safeParse(request.query);
  const body = route.body?.safeParse(request.body ?? {});
  const faults = [params, query, body].flatMap((read) => faultsOf(read?.error));
  if (faults.length > 0) return deny("bad request", faults.join("; "));
  return { params: params?.data, query: query?.data, body: body?.data };
}

function faultsOf(error: z.ZodError | undefined): readonly string[] {
  const issues = error?.issues ?? [];
  return issues.map(({ path, message }) => `${path.join(".") || "request"}: ${message}`);
}

export function refuse(reply: FastifyReply, { code, status, why }: Denial): FastifyReply {
  return reply.code(status).send({ code, error: why });
}
