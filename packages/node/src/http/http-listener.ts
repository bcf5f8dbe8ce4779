/** One HTTP listener: limits, refusals and headers that hold for every page behind it. RFC 9110, RFC 9112 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import { type FastifyInstance, fastify } from "fastify";
import type { Certificates, Upgrade } from "../sip-transports/index.ts";
import { notFoundPage } from "./not-found-page.ts";
import type { Pace } from "./paced-body.ts";
import { beforeSelector, isPlainPath } from "./request-path.ts";
import { securityHeaders } from "./security-headers.ts";
import { WebDoor, type WebPages } from "./web-door.ts";

export interface HttpLimits {
  readonly headerBytes: number;
  readonly bodyBytes: number;
  /** For a whole request to come in. */
  readonly requestMs: number;
  readonly connections: number;
  /** How fast bodies of any length have to come: those of `web`. */
  readonly pace: Pace;
  /** A reader of such an answer who takes nothing for so long is cut off. */
  readonly stalledMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headerBytes: 16_384,
  bodyBytes: 262_144,
  requestMs: 15_000,
  connections: 16_000, // those of SIP over WebSocket, and some for pages
  pace: { bytes: 16_384, ms: 10_000 }, // a telephone line does twice that
  stalledMs: 60_000,
};

export interface HttpListenerOptions {
  /** `http://127.0.0.1:8080`, `https://[::1]:8443` */
  readonly url: string;
  readonly certificates?: Certificates;
  readonly limits?: Partial<HttpLimits>;
  /** What to do with WebSockets, by path. */
  readonly upgrades?: ReadonlyMap<string, Upgrade>;
  /** Functions of the server, with bodies of any length in both directions. */
  readonly web?: WebPages;
  readonly reusePort?: boolean;
  /** An error of our own in a page; the browser is told no more than the id. */
  readonly failed?: (error: unknown, id: string) => void;
}

export interface HttpListening {
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

/** What is under way when the listener is closed gets so long to end. */
const LAST_ANSWERS_MS = 3_000;
/** So many times in a limit does Node look for requests that take longer. */
const CHECKS_A_LIMIT = 5;

export class HttpListener {
  /** Where pages are added, before `listen`. */
  readonly app: FastifyInstance;
  readonly #url: URL;
  readonly #server: Server;
  readonly #options: HttpListenerOptions;
  readonly #forget: () => void;
  readonly #door: WebDoor | undefined;

  constructor(options: HttpListenerOptions) {
    const { certificates } = options;
    this.#options = options;
    this.#url = new URL(options.url);
    const [server, forget] = this.#secure
      ? secureServer(options, certificates)
      : [createServer(serverOptions(options)), () => undefined];
    this.#server = server;
    server.maxConnections = limitsOf(options).connections;
    this.#forget = forget;
    this.#door = this.#makeDoor();
    server.on("upgrade", (request, socket: Socket, head) => this.#upgrade(request, socket, head));
    this.app = this.#makeApp();
  }

  get #secure(): boolean {
    return this.#url.protocol === "https:";
  }

  async listen(): Promise<HttpListening> {
    const { protocol, hostname, port } = this.#url;
    const literal = hostname.replace(/^\[|\]$/g, "");
    const host = literal === "localhost" ? "127.0.0.1" : literal;
    const wanted = Number(port === "" ? (this.#secure ? 443 : 80) : port);
    // Fastify hands everything here to the server of Node, also what its own types do not name.
    const where = { host, port: wanted, reusePort: this.#options.reusePort === true };
    await this.app.listen(where);
    const address = this.#server.address();
    const bound = address !== null && typeof address === "object" ? address.port : wanted;
    return { url: `${protocol}//${hostname}:${bound}`, host, port: bound };
  }

  /** Takes no new requests, answers those that are there. WebSockets are not its own to close. */
  async close(): Promise<void> {
    this.#forget();
    this.#door?.close();
    const late = setTimeout(() => this.#door?.cut(), LAST_ANSWERS_MS);
    await this.app.close();
    clearTimeout(late);
  }

  #makeDoor(): WebDoor | undefined {
    const { web, failed } = this.#options;
    if (web === undefined) return undefined;
    const { pace, stalledMs } = limitsOf(this.#options);
    return new WebDoor({ ...web, secure: this.#secure, pace, stalledMs, failed });
  }

  /** Everything passes here. `waits`: the peer sends its body when it gets leave to. */
  #request(
    request: IncomingMessage,
    response: ServerResponse,
    page: (request: IncomingMessage, response: ServerResponse) => void,
    waits = false,
  ): void {
    for (const [name, value] of this.#headers(request)) response.setHeader(name, value);
    const door = this.#door?.owns(request) === true ? this.#door : undefined;
    const { url = "" } = request;
    const fault = faultOf(request, door === undefined ? url : beforeSelector(url));
    if (fault !== undefined) return refuse(response, 400, fault);
    if (door !== undefined) {
      void door.serve(request, response, waits);
      return;
    }
    if (waits) response.writeContinue();
    limitTime(request, response, limitsOf(this.#options).requestMs);
    page(request, response);
  }

  #makeApp(): FastifyInstance {
    const limits = limitsOf(this.#options);
    const app: FastifyInstance = fastify({
      bodyLimit: limits.bodyBytes,
      forceCloseConnections: "idle",
      exposeHeadRoutes: true,
      serverFactory: (handler) =>
        this.#server
          .on("request", (request, response) => this.#request(request, response, handler))
          .on("checkContinue", (request, response) =>
            this.#request(request, response, handler, true),
          ),
    });
    app.setNotFoundHandler(({ raw }, reply) => {
      const page = notFoundPage(raw);
      reply.code(404).header("vary", "accept, accept-language");
      if (page === undefined) return reply.send({ error: "not found" });
      return reply.type("text/html; charset=utf-8").send(page);
    });
    app.setErrorHandler((error, request, reply) => {
      const status = statusOf(error);
      if (status >= 500) this.#options.failed?.(error, request.id);
      // Never the text of an error: it may name paths, statements or versions.
      const code = status >= 500 ? "failed" : "bad request";
      return reply.code(status).send({ code, error: wordOf(status), id: request.id });
    });
    return app;
  }

  #headers({ headers }: IncomingMessage): readonly (readonly [string, string])[] {
    return Object.entries(securityHeaders(headers.host, { secure: this.#secure }));
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const [path = ""] = (request.url ?? "").split("?", 1);
    const upgrade = this.#options.upgrades?.get(path);
    if (upgrade !== undefined && faultOf(request) === undefined) {
      upgrade(request, socket, head);
      return;
    }
    const status = upgrade === undefined ? "404 Not Found" : "400 Bad Request";
    socket.on("error", () => socket.destroy());
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }
}

function limitsOf({ limits }: HttpListenerOptions): HttpLimits {
  return { ...HTTP_LIMITS, ...limits };
}

function serverOptions(options: HttpListenerOptions) {
  const { headerBytes, requestMs } = limitsOf(options);
  return {
    maxHeaderSize: headerBytes,
    headersTimeout: requestMs,
    requestTimeout: 0, // bodies of any length keep to a pace; all others to `limitTime`
    connectionsCheckingInterval: Math.ceil(requestMs / CHECKS_A_LIMIT),
    noDelay: true,
  };
}

function secureServer(
  options: HttpListenerOptions,
  certificates: Certificates | undefined,
): [Server, () => void] {
  if (certificates === undefined) throw new RangeError(`${options.url}: TLS needs a certificate`);
  const shown = { ...certificates.serverOptions(), ...serverOptions(options) };
  const server = createSecureServer(shown);
  return [server, certificates.onReload(() => server.setSecureContext(certificates.fallback()))];
}

/** What makes a request ambiguous: no proxy in front may see another one than we do. */
function faultOf(request: IncomingMessage, path = request.url ?? ""): string | undefined {
  const names = request.rawHeaders.filter((_, at) => at % 2 === 0);
  const hosts = names.filter((name) => name.toLowerCase() === "host");
  if (hosts.length > 1) return "more than one Host";
  return isPlainPath(path) ? undefined : "bad path";
}

/** The whole request has to come in this time; it has begun with its headers. */
function limitTime(request: IncomingMessage, response: ServerResponse, ms: number): void {
  if (request.complete) return;
  const timer = setTimeout(() => {
    if (request.complete) return; // it is in, and nobody reads a body that it does not have
    if (response.headersSent) request.socket.destroy();
    else refuse(response, 408, "request timeout");
  }, ms);
  for (const over of ["end", "close"]) request.once(over, () => clearTimeout(timer));
}

function refuse(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ error }));
}

function statusOf(error: unknown): number {
  if (!(error instanceof Error) || !("statusCode" in error)) return 500;
  const { statusCode } = error;
  return typeof statusCode === "number" && statusCode >= 400 ? statusCode : 500;
}

function wordOf(status: number): string {
  return STATUS_CODES[status]?.toLowerCase() ?? "refused";
}
