/** Hands requests to the server as values, and writes its answers: bodies in both directions as they go. RFC 9110 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { WebAnswer, WebHandler, WebRequest } from "@parlance/server";
import { type Pace, PacedBody } from "./paced-body.ts";
import { beforeSelector } from "./request-path.ts";

export interface WebPages {
  readonly handle: WebHandler;
  /** First segments of the paths that are the handler's. */
  readonly roots: readonly string[];
}

export interface WebDoorOptions extends WebPages {
  readonly secure: boolean;
  readonly pace: Pace;
  /** A reader who takes nothing for so long is cut off. */
  readonly stalledMs: number;
  readonly failed: ((error: unknown, id: string) => void) | undefined;
}

/** Of a body that nobody wants so much is still read, so that its sender hears the answer instead of a reset. */
const DISCARDED_BYTES = 1_048_576;
const DISCARDED_MS = 2_000;

export class WebDoor {
  readonly #options: WebDoorOptions;
  readonly #roots: ReadonlySet<string>;
  readonly #under = new Set<ServerResponse>();
  /** Answered, while the rest of the body still comes. */
  readonly #discarded = new Set<IncomingMessage>();

  constructor(options: WebDoorOptions) {
    this.#options = options;
    this.#roots = new Set(options.roots);
  }

  owns({ url = "" }: IncomingMessage): boolean {
    const [path = ""] = url.split("?", 1);
    return this.#roots.has(path.split("/", 2)[1] ?? "");
  }

  /** Never rejects. `mayContinue` is set for a peer that waits for leave to send its body. */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    mayContinue: boolean,
  ): Promise<void> {
    this.#under.add(response);
    response.once("close", () => this.#under.delete(response));
    request.on("error", ignore); // the body tells of it, if somebody reads it
    response.on("error", ignore);
    try {
      const body = new PacedBody(request, this.#options.pace, () => {
        if (mayContinue) response.writeContinue();
      });
      const asked = readRequest(request, body, this.#options.secure);
      const answer = asked === undefined ? BAD_REQUEST : await this.#options.handle(asked);
      await this.#write(answer, request, response);
    } catch (error) {
      this.#fail(error, response);
    }
    this.#discard(request);
  }

  /** Nobody is to come any more: bodies that nobody wants need no end. */
  close(): void {
    for (const request of this.#discarded) request.socket.destroy();
  }

  /** Ends what is still under way. */
  cut(): void {
    for (const response of this.#under) response.destroy();
  }

  async #write(
    { status, headers, body }: WebAnswer,
    { method }: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const streams = typeof body === "object" && Symbol.asyncIterator in body;
    if (response.destroyed) {
      if (streams) await body[Symbol.asyncIterator]().return?.();
      return;
    }
    response.statusCode = status;
    const written = new Set<string>();
    for (const [name, value] of headers) {
      if (written.has(name)) response.appendHeader(name, value);
      else response.setHeader(name, value); // in the place of one that every answer has
      written.add(name);
    }
    if (streams) return this.#stream(body, response);
    if (body === undefined && !response.hasHeader("content-length") && hasBody(status)) {
      response.setHeader("content-length", 0);
    }
    if (typeof body === "string") response.end(method === "HEAD" ? undefined : Buffer.from(body));
    else response.end(method === "HEAD" ? undefined : body);
  }

  async #stream(body: AsyncIterable<Uint8Array>, response: ServerResponse): Promise<void> {
    const pieces = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await pieces.next();
        if (next.done === true) break;
        await this.#written(next.value, response);
        if (response.destroyed) return;
      }
      response.end();
    } finally {
      await pieces.return?.();
    }
  }

  /** Resolves when the system has taken the piece, which may change from then on, or never will. */
  #written(piece: Uint8Array, response: ServerResponse): Promise<void> {
    if (response.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const stalled = setTimeout(() => response.destroy(), this.#options.stalledMs);
      const done = (): void => {
        clearTimeout(stalled);
        response.off("close", done);
        resolve();
      };
      response.on("close", done);
      response.write(piece, done);
    });
  }

  /** Lets the rest of the body come for a little while: then the connection serves the next request, or it ends. */
  #discard(request: IncomingMessage): void {
    if (request.complete || request.destroyed) return;
    let bytes = 0;
    const end = (): void => void request.socket.destroy();
    const timer = setTimeout(end, DISCARDED_MS);
    this.#discarded.add(request);
    request.on("data", (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > DISCARDED_BYTES) end();
    });
    for (const over of ["end", "close"]) {
      request.once(over, () => {
        clearTimeout(timer);
        this.#discarded.delete(request);
      });
    }
    request.resume();
  }

  /** The peer is told no more than an id. */
  #fail(error: unknown, response: ServerResponse): void {
    const id = randomUUID();
    this.#options.failed?.(error, id);
    if (response.headersSent) {
      response.destroy(); // an answer that stops short must not look whole
      return;
    }
    response.statusCode = 500;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ error: "internal server error", id }));
  }
}

const BAD_REQUEST: WebAnswer = {
  status: 400,
  headers: [["content-type", "application/json"]],
  body: JSON.stringify({ error: "bad request" }),
};

/** Undefined: a path with an empty segment, or a query that says something twice. */
function readRequest(
  request: IncomingMessage,
  body: AsyncIterable<Uint8Array>,
  secure: boolean,
): WebRequest | undefined {
  const { method = "", url: target = "" } = request;
  const mark = target.indexOf("?");
  const path = segmentsOf(beforeSelector(target));
  const query = queryOf(mark === -1 ? "" : target.slice(mark + 1));
  if (path === undefined || query === undefined) return undefined;
  const headers = new Map(
    Object.entries(request.headersDistinct).map(([name, values]) => [name, values ?? []]),
  );
  const host = request.socket.remoteAddress ?? "";
  const source = { host: host.startsWith("::ffff:") ? host.slice(7) : host, secure };
  return { method, target, path, query, headers, source, body };
}

/** The listener has seen to it that each segment stays one when it is decoded. */
function segmentsOf(path: string): readonly string[] | undefined {
  const segments = path.slice(1).split("/");
  return segments.includes("") ? undefined : segments.map(decodeURIComponent);
}

function queryOf(text: string): ReadonlyMap<string, string> | undefined {
  const pairs = [...new URLSearchParams(text)];
  const query = new Map(pairs);
  return query.size === pairs.length ? query : undefined;
}

function hasBody(status: number): boolean {
  return status !== 204 && status !== 304;
}

function ignore(): void {
  // a connection that breaks is no mistake of ours
}
