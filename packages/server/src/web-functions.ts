/** What is asked over HTTP, put together: tokens and files. */
import type { ServerConfig, ServerPorts } from "./config.ts";
import type { Core } from "./core/core.ts";
import { Files } from "./files/index.ts";
import type { Bounds } from "./limits.ts";
import { notFound, type WebHandler, withCors } from "./web/index.ts";
import { tokenIssuer, WebAuthenticator } from "./web-authentication/index.ts";

export interface WebFunctions {
  readonly handle: WebHandler;
  /** First segments of the paths that are served. */
  readonly roots: readonly string[];
  readonly files: Files | undefined;
  /** Tells where the listener was opened: what URLs begin with, unless the configuration says it. */
  listens(url: string): void;
}

const FILES = "files"; // the audience of tokens, and the path

export function webFunctions(
  config: ServerConfig,
  limits: Bounds,
  ports: ServerPorts,
  core: Core,
): WebFunctions {
  const { clock, random, hashing, metrics, log, secrets } = ports;
  const { hits, watch: security, logins } = core;
  const authenticator = new WebAuthenticator(
    { logins, hashing, random, clock, metrics, hits, security },
    {
      md5: config.auth?.md5Compat ?? true,
      nonceKey: secrets.nonces,
      tokenKeys: secrets.tokens,
      limits,
    },
  );
  let opened = `https://${config.domain}`;
  const publicUrl = (): string => config.files?.publicUrl ?? opened;
  const login = authenticator.loginFor(FILES);
  const files =
    ports.content === undefined
      ? undefined
      : new Files(
          {
            store: ports.stores.files,
            content: ports.content,
            login,
            clock,
            random,
            hashing,
            log,
            metrics,
            hits,
          },
          { limits, publicUrl },
        );
  const routes = new Map<string, WebHandler>([
    ["token", tokenIssuer(authenticator, new Set([FILES]))],
  ]);
  if (files !== undefined) routes.set(FILES, (request) => files.handle(request));
  core.directory.onRevoked((user) => files?.stopUploadsOf(user.name));
  const route: WebHandler = async (request) =>
    (await routes.get(request.path[0] ?? "")?.(request)) ?? notFound();
  return {
    handle: withCors(route, config.web?.origins ?? []),
    roots: [...routes.keys()],
    files,
    listens(url) {
      opened = url.replace(/\/$/, "");
    },
  };
}
