/** The SDK in a browser: what speaks SIP and MSRP is loaded when somebody connects. */
import { ImError } from "../base/errors.ts";
import type { ImClient } from "../client.ts";
import type { ConnectOptions } from "../options.ts";
import { preload as preloadParts } from "../preload.ts";

export type WebConnectOptions = ConnectOptions;

/**
 * Connects and registers. Resolves when the client is online; rejects with ImError ("offline",
 * "not authenticated", "aborted" …) or TypeError for wrong arguments. Without `server` it is the one
 * that the page came from.
 */
export async function connect(options: WebConnectOptions): Promise<ImClient> {
  const { connectInPage } = await client();
  return connectInPage(options);
}

/**
 * Loads what is loaded later otherwise: what connecting takes while somebody types his password, everything before the
 * server is gone.
 */
export async function preload(what: "connection" | "everything" = "everything"): Promise<void> {
  if (what === "connection") await client();
  else await Promise.all([client().then(({ preloadRest }) => preloadRest()), preloadParts()]);
}

async function client() {
  try {
    return await import("./connect-in-page.ts");
  } catch (cause) {
    throw new ImError("offline", { warning: "the client could not be loaded", cause });
  }
}
