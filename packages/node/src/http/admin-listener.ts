/** What operators and their tools ask: is it alive, is it ready, how is it doing. And the door to the rest. */
import type { FastifyPluginAsync } from "fastify";
import { HttpListener, type HttpListenerOptions } from "./http-listener.ts";
import { OperatorDoor, type OperatorDoorOptions, type OperatorOf } from "./operator-door.ts";
import type { OperatorToken } from "./operator-token.ts";

export interface AdminListenerOptions extends HttpListenerOptions {
  readonly token: OperatorToken;
  readonly metrics: { readonly contentType: string; expose(): Promise<string> };
  /** Undefined when the server takes traffic, or what it still waits for. */
  readonly notReady: () => string | undefined;
  /** Somebody without the token was here. */
  readonly denied?: (source: string) => void;
  /** Somebody has logged in or out with a browser. */
  readonly logged?: OperatorDoorOptions["logged"];
  /** Routes under `/api`, all of them for operators only. */
  readonly api?: (operatorOf: OperatorOf) => FastifyPluginAsync;
}

export function adminListener(options: AdminListenerOptions): HttpListener {
  const listener = new HttpListener(options);
  const { app } = listener;
  const { metrics, notReady, api } = options;
  const loopback = isLoopback(options.url);
  const { token, denied, logged } = options;
  const secure = options.url.startsWith("https:");
  const door = new OperatorDoor({ token, secure, loopback, denied, logged });

  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async (_, reply) => {
    const missing = notReady();
    if (missing === undefined) return { status: "ready" };
    return reply.code(503).send({ status: "not ready", missing });
  });
  app.get(
    "/metrics",
    // Counts tell nothing about people; beyond this machine they still tell about the service.
    loopback ? {} : { onRequest: door.admit },
    async (_, reply) => reply.type(metrics.contentType).send(await metrics.expose()),
  );
  if (api !== undefined) {
    app.register(
      async (scope) => {
        door.login(scope);
        await scope.register(async (inside) => {
          inside.addHook("onRequest", door.admit);
          door.standing(inside);
          await inside.register(api(door.operatorOf));
        });
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
