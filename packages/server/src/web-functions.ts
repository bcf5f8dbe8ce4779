/** What is asked over HTTP, put together: tokens, files, documents, history and alias pages. */
import { AliasPageServer } from "./alias/index.ts";
import type { ServerConfig, ServerPorts } from "./config.ts";
import type { Core } from "./core/core.ts";
import { Files } from "./files/index.ts";
import type { Bounds } from "./limits.ts";
import type { WebLogin } from "./ports/index.ts";
import type { PublicUrl } from "./public-url.ts";
import type { UserDocuments } from "./user-documents.ts";
import {
  notFound,
  type WebAnswer,
  type WebHandler,
  type WebRequest,
  withCors,
  withExpectedRefusals,
} from "./web/index.ts";
import { tokenIssuer, WebAuthenticator } from "./web-authentication/index.ts";

export interface WebFunctions {
  readonly handle: WebHandler;
  /** First segments of the paths that are served. */
  readonly roots: readonly string[];
  readonly files: Files | undefined;
  readonly alias: AliasPageServer | undefined;
  /** Tells where the listener was opened: what URLs begin with, unless the configuration says it. */
  listens(url: string): void;
}

const FILES = "files"; // the audience of tokens, and the path
const XCAP = "xcap"; // the same
const HISTORY = "history"; // the same
const ACCOUNT = "account"; // the same
const ALIAS = "alias";

export interface WebParts {
  readonly core: Core;
  readonly documents: UserDocuments;
  readonly url: PublicUrl;
  readonly history: (login: WebLogin) => WebHandler;
  readonly account: (login: WebLogin) => WebHandler;
  /** Sees each request; what comes back is told its answer. Undefined while nobody looks. */
  readonly seen: (request: WebRequest) => ((answer: WebAnswer) => void) | undefined;
}

export function webFunctions(
  config: ServerConfig,
  limits: Bounds,
  ports: ServerPorts,
  { core, documents, url, history, account, seen }: WebParts,
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
  const publicUrl = (): string => url.text;
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
  const alias =
    config.conferences?.aliasPage === true
      ? new AliasPageServer(
          { clock, random, hashing, hits, publicUrl },
          {
            links: limits.aliasLinks,
            lifeMs: limits.aliasLinkSeconds * 1_000,
            misses: limits.aliasMissesPerMinute,
          },
        )
      : undefined;
  const routes = new Map<string, WebHandler>([
    ["token", tokenIssuer(authenticator, new Set([FILES, XCAP, HISTORY, ACCOUNT]))],
    [HISTORY, history(authenticator.loginFor(HISTORY))],
    [ACCOUNT, account(authenticator.loginFor(ACCOUNT))],
    [XCAP, documents.handler(`/${XCAP}/`, authenticator.loginFor(XCAP))],
  ]);
  if (files !== undefined) routes.set(FILES, (request) => files.handle(request));
  if (alias !== undefined) routes.set(ALIAS, (request) => alias.handle(request));
  core.directory.onRevoked((user) => files?.stopUploadsOf(user.name));
  const route: WebHandler = async (request) =>
    (await routes.get(request.path[0] ?? "")?.(request)) ?? notFound();
  return {
    handle: withExpectedRefusals(watched(withCors(route, config.web?.origins ?? []), seen)),
    roots: [...routes.keys()],
    files,
    alias,
    listens: (opened) => url.listens(opened),
  };
}

function watched(handler: WebHandler, seen: WebParts["seen"]): WebHandler {
  return async (request) => {
    const answered = seen(request);
    const answer = await handler(request);
    answered?.(answer);
    return answer;
  };
}
