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
  /** The same, compressed, by codings of HTTP: the first that is taken is sent. */
  readonly codings: ReadonlyMap<string, Buffer>;
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
/** What a file is called in each coding, the smallest first. */
const CODINGS = { br: ".br", gzip: ".gz" };
/** Far more than pages have. */
const MOST_FILES = 1_000;

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
    const codings = new Map(
      Object.entries(CODINGS)
        .filter(([, end]) => names.includes(name + end))
        .map(([coding, end]) => [coding, readFileSync(join(folder, name + end))]),
    );
    const etag = `"${hash("sha256", body, "base64url").slice(0, 22)}"`;
    return [{ path, type, body, codings, etag, immutable: path.startsWith("/assets/") }];
  });
}

export function serveStaticPages(app: FastifyInstance, pages: readonly StaticPage[]): void {
  for (const { path, type, body, codings, etag, immutable } of pages) {
    app.get(path, async (request, reply) => {
      reply
        .header("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache")
        .header("etag", etag)
        .header("vary", "accept-encoding");
      if (request.headers["if-none-match"] === etag) return reply.code(304).send();
      reply.header("content-type", type);
      const taken = codingsIn(request.headers["accept-encoding"]);
      const coding = [...codings.keys()].find((one) => taken.has(one));
      if (coding === undefined) return reply.send(body);
      return reply.header("content-encoding", coding).send(codings.get(coding));
    });
  }
}

/** RFC 9110 §12.5.3, as far as browsers make use of it. */
function codingsIn(accepted = ""): ReadonlySet<string> {
  return new Set(accepted.split(",").map((coding) => coding.trim().toLowerCase()));
}

function namesIn(folder: string): readonly string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: "utf8" })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .slice(0, MOST_FILES);
}
