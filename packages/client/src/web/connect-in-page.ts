/** The client of a page: SIP and MSRP over WebSocket. RFC 7118, RFC 7977 */
import type { ImClient } from "../client.ts";
import { connectWith } from "../connect-with.ts";
import { webFetch } from "../files/web-fetch.ts";
import type { ConnectOptions } from "../options.ts";
import { isWebSocket } from "../transports/is-web-socket.ts";
import { WebSockets } from "../transports/web-sockets.ts";
import { calmFetch } from "./calm-fetch.ts";
import { everyHash, hashingFor } from "./hashes.ts";
import type { WebStore } from "./indexed-db-store.ts";
import { LateDialer, msrpWebSockets } from "./late-dialer.ts";
import { clock, random, startHash } from "./machine.ts";

export async function connectInPage(options: ConnectOptions): Promise<ImClient> {
  const { server = serverOfPage(), store } = options;
  const hashing = await hashingFor(options.password);
  let sockets: WebSockets | undefined;
  const connecting = connectWith(
    {
      clock,
      random,
      hashing,
      startHash,
      fetch: webFetch({ fetch: calmFetch, AbortController }),
      msrp: new LateDialer(clock),
      loadsSessionsLater: true,
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

/** What connecting does not take as a rule. */
export async function preloadRest(): Promise<void> {
  await Promise.all([everyHash(), msrpWebSockets()]);
}

function serverOfPage(): string {
  const { protocol, host } = location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/sip`;
}

function isWebStore(store: object | undefined): store is WebStore {
  return store !== undefined && "takenOver" in store;
}
