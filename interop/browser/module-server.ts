/** Serves the sources of the packages to a browser, module by module, without a bundler. */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Everything the web binding needs; nothing else is served. */
const SERVED =
  /^\/(?:packages\/(?:wire|sip|msrp|formats|im|client)\/(?:src|node_modules\/@noble)|node_modules\/(?:@noble|saxes|xmlchars)|interop\/browser)\/[\w./-]+\.(?:ts|js)$/;
const COMMON_JS = /\/node_modules\/(?:saxes|xmlchars)\//;

export interface ModuleServer {
  /** The origin of its pages. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startModuleServer(): Promise<ModuleServer> {
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) =>
      answer(response, 500, "text/plain", String(error)),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not bound to a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  if (pathname === "/") return answer(response, 200, "text/html", PAGE);
  if (!SERVED.test(pathname) || pathname.includes("..")) {
    return answer(response, 404, "text/plain", "not served");
  }
  const source = await readFile(`${ROOT}${pathname}`, "utf8");
  answer(response, 200, "text/javascript", asModule(pathname, source));
}

function asModule(path: string, source: string): string {
  if (path.endsWith(".ts")) return stripTypeScriptTypes(source);
  return COMMON_JS.test(path) ? fromCommonJs(path, source) : source;
}

/** What it requires is imported, what it exports is exported. */
function fromCommonJs(path: string, source: string): string {
  const required = [...source.matchAll(/require\("([^"]+)"\)/g)].map(([, name = ""]) => name);
  const imports = required.map(
    (name, at) => `import * as m${at} from "${placeOf(name, `${ROOT}${path}`)}";\n`,
  );
  const modules = required.map((name, at) => `[${JSON.stringify(name)}, m${at}]`).join();
  const names = new Set([...source.matchAll(/^exports\.(\w+) =/gm)].map(([, name = ""]) => name));
  const all = [...names];
  return [
    ...imports,
    `const exports = {}, modules = new Map([${modules}]);\n`,
    `(function (require) {${source}\n})((name) => modules.get(name));\n`,
    `const { ${all.map((name) => `${name}: x_${name}`).join()} } = exports;\n`,
    `export { ${all.map((name) => `x_${name} as ${name}`).join()} };\n`,
  ].join("");
}

function placeOf(name: string, importer: string): string {
  return `/${relative(ROOT, createRequire(importer).resolve(name))}`;
}

const OURS = ["wire", "sip", "msrp", "formats", "im"].map((name): [string, string] => [
  `@parlance/${name}`,
  `/packages/${name}/src/index.ts`,
]);
const HASHES = ["hmac.js", "legacy.js", "sha2.js"].map((name): [string, string] => [
  `@noble/hashes/${name}`,
  placeOf(`@noble/hashes/${name}`, `${ROOT}packages/client/package.json`),
]);
const IMPORTS = Object.fromEntries([
  ...OURS,
  ...HASHES,
  ["saxes", "/node_modules/saxes/saxes.js"],
  ["@parlance/client/web", "/packages/client/src/web/index.ts"],
]);

const PAGE = `<!doctype html><meta charset="utf-8"><title>Parlance</title><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>
<script type="module" src="/interop/browser/page.js"></script>`;

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "cache-control": "no-store",
  });
  response.end(body);
}
