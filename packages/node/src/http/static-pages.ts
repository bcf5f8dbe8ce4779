/** Files of a built page, read once: what may be asked for is a list, and no path is ever made of what is asked. */

import { hash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, sep } from "node:path";
import type { FastifyInstance } from "fastify";

export interface StaticPage {
  /** As it is asked for: `/`, `/assets/index-Bx3.js`. */
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
  /** The same, compressed by gzip. */
  readonly gzip: Buffer | undefined;
  readonly etag: string;
  /** Its name changes with what is in it. */
  readonly immutable: boolean;
}

const TYPES = new Map([
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
  [".svg", "image/svg+xml"],
  [".png", "image/png"],
]);
/** Far more than pages have. */
const MOST_FILES = 500;

/**
 * Everything in the folder that a page may be made of; `root` is what `/` answers with, and other documents of the
 * folder are left out. Empty when the folder is not there.
 */
export function readStaticPages(folder: string, root: string): readonly StaticPage[] {
  const names = namesIn(folder);
  if (!names.includes(root)) return [];
  return names.flatMap((name) => {
    const type = TYPES.get(extname(name));
    const isDocument = extname(name) === ".html";
    if (type === undefined || (isDocument && name !== root)) return [];
    const body = readFileSync(join(folder, name));
    const path = name === root ? "/" : `/${name.split(sep).join("/")}`;
    const gzip = names.includes(`${name}.gz`)
      ? readFileSync(join(folder, `${name}.gz`))
      : undefined;
    const etag = `"${hash("sha256", body, "base64url").slice(0, 22)}"`;
    return [{ path, type, body, gzip, etag, immutable: path.startsWith("/assets/") }];
  });
}

export function serveStaticPages(app: FastifyInstance, pages: readonly StaticPage[]): void {
  for (const { path, type, body, gzip, etag, immutable } of pages) {
    app.get(path, async (request, reply) => {
      reply
        .header("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache")
        .header("etag", etag)
        .header("vary", "accept-encoding");
      if (request.headers["if-none-match"] === etag) return reply.code(304).send();
      reply.header("content-type", type);
      if (gzip === undefined || !takesGzip(request.headers["accept-encoding"]))
        return reply.send(body);
      return reply.header("content-encoding", "gzip").send(gzip);
    });
  }
}

/** RFC 9110 §12.5.3, as far as browsers make use of it. */
function takesGzip(accepted: string | undefined): boolean {
  return (accepted ?? "").split(",").some((coding) => coding.trim().toLowerCase() === "gzip");
}

function namesIn(folder: string): readonly string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: "utf8" })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .slice(0, MOST_FILES);
}
