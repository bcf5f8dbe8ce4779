/** The SDK in a browser: SIP over WebSocket. RFC 7118 */
import type { DigestSecret } from "@parlance/wire";
import type { ImClient } from "../client.ts";
import { connectWith } from "../connect-with.ts";
import { webFetch } from "../files/web-fetch.ts";
import { type ConnectOptions, type SecretOptions, secretOf as secretWith } from "../options.ts";
import { isWebSocket } from "../transports/is-web-socket.ts";
import { MsrpWebSockets } from "../transports/msrp-web-sockets.ts";
import { WebSockets } from "../transports/web-sockets.ts";
import type { WebStore } from "./indexed-db-store.ts";
import { clock, hashing, random, startHash } from "./machine.ts";

export type WebConnectOptions = ConnectOptions;

/**
 * Connects and registers. Resolves when the client is online; rejects with ImError ("offline",
 * "not authenticated", "aborted" …) or TypeError for wrong arguments. Without `server` it is the one
 * that the page came from.
 */
export async function connect(options: WebConnectOptions): Promise<ImClient> {
  const { server = serverOfPage(), store } = options;
  let sockets: WebSockets | undefined;
  const connecting = connectWith(
    {
      clock,
      random,
      hashing,
      startHash,
      fetch: webFetch({ fetch: (url, request) => fetch(url, request), AbortController }),
      msrp: new MsrpWebSockets({ clock, connect: (url) => new WebSocket(url, "msrp") }),
      supports: ({ transport }) => isWebSocket(transport),
      open(events) {
        sockets = new WebSockets(events, {
          clock,
          random,
          connect: (url) => new WebSocket(url, "sip"),
        });
        return sockets;
      },
    },
    { ...options, server },
  );
  const takenOver = (): void => {
    // Without a goodbye: the other tab is the same device, and registered already.
    sockets?.cut("another tab has taken over");
    void connecting.then((client) => client.close()).catch(() => {}); // whoever called connect hears it
  };
  if (isWebStore(store)) void store.takenOver.then(takenOver);
  return connecting;
}

/** As `secretOf` of the core, with the hashes of the browser. */
export function secretOf(options: SecretOptions): DigestSecret {
  return secretWith(options, hashing);
}

function serverOfPage(): string {
  const { protocol, host } = location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/sip`;
}

function isWebStore(store: object | undefined): store is WebStore {
  return store !== undefined && "takenOver" in store;
}
