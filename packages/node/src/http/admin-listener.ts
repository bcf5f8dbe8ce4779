/** What operators and their tools ask: is it alive, is it ready, how is it doing. And the door to the rest. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { HttpListener, type HttpListenerOptions } from "./http-listener.ts";
import type { OperatorToken } from "./operator-token.ts";

export interface AdminListenerOptions extends HttpListenerOptions {
  readonly token: OperatorToken;
  readonly metrics: { readonly contentType: string; expose(): Promise<string> };
  /** Undefined when the server takes traffic, or what it still waits for. */
  readonly notReady: () => string | undefined;
  /** Somebody without the token was here. */
  readonly denied?: (source: string) => void;
  /** Routes under `/api`, all of them for operators only. */
  readonly api?: FastifyPluginAsync;
}

export function adminListener(options: AdminListenerOptions): HttpListener {
  const listener = new HttpListener(options);
  const { app } = listener;
  const { metrics, notReady, api } = options;
  const operatorsOnly = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (options.token.admits(request.headers.authorization)) return;
    options.denied?.(request.ip);
    await reply.code(401).header("www-authenticate", "Bearer").send({ error: "unauthorized" });
  };

  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async (_, reply) => {
    const missing = notReady();
    if (missing === undefined) return { status: "ready" };
    return reply.code(503).send({ status: "not ready", missing });
  });
  app.get(
    "/metrics",
    // Counts tell nothing about people; beyond this machine they still tell about the service.
    isLoopback(options.url) ? {} : { onRequest: operatorsOnly },
    async (_, reply) => reply.type(metrics.contentType).send(await metrics.expose()),
  );
  if (api !== undefined) {
    app.register(
      async (scope) => {
        scope.addHook("onRequest", operatorsOnly);
        await scope.register(api);
      },
      { prefix: "/api" },
    );
  }
  return listener;
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
