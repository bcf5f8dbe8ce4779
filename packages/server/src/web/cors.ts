/** Pages of other origins ask only where the operator has listed them. Fetch standard §3.2 (CORS) */
import { emptyAnswer } from "./answers.ts";
import type { WebAnswer, WebHandler, WebHeader, WebRequest } from "./message.ts";

const PREFLIGHT_SECONDS = "600";
/** What a page may read of an answer beside its body. */
const EXPOSED =
  "accept-ranges, content-disposition, content-range, etag, location, repr-digest, retry-after, " +
  "upload-complete, upload-length, upload-limit, upload-offset, www-authenticate";
const METHODS = "DELETE, GET, HEAD, PATCH, POST, PUT";
const REQUEST_HEADERS =
  "authorization, content-disposition, content-type, if-match, if-none-match, if-range, range, repr-digest, " +
  "upload-complete, upload-length, upload-offset";

/** `origins`: as a browser writes them, `https://chat.example.com`. */
export function withCors(handler: WebHandler, origins: readonly string[]): WebHandler {
  if (origins.length === 0) return handler;
  const listed = new Set(origins);
  return async (request) => {
    const origin = originOf(request);
    const allowed = origin !== undefined && listed.has(origin) ? origin : undefined;
    if (allowed !== undefined && isPreflight(request)) return preflight(allowed);
    const answer = await handler(request);
    return { ...answer, headers: [...answer.headers, ...allowing(allowed)] };
  };
}

function originOf({ headers }: WebRequest): string | undefined {
  const values = headers.get("origin") ?? [];
  return values.length === 1 ? values[0] : undefined;
}

function isPreflight({ method, headers }: WebRequest): boolean {
  return method === "OPTIONS" && headers.has("access-control-request-method");
}

function preflight(origin: string): WebAnswer {
  return emptyAnswer(204, [
    ...allowing(origin),
    ["access-control-allow-methods", METHODS],
    ["access-control-allow-headers", REQUEST_HEADERS],
    ["access-control-max-age", PREFLIGHT_SECONDS],
  ]);
}

function allowing(origin: string | undefined): readonly WebHeader[] {
  const vary: WebHeader = ["vary", "origin"]; // so that no cache gives one origin what another was told
  if (origin === undefined) return [vary];
  return [
    ["access-control-allow-origin", origin],
    ["access-control-expose-headers", EXPOSED],
    vary,
  ];
}
