/** The SDK on Node: UDP, TCP, TLS and WebSocket, DNS, and a store in a file. */
import { type Hop, HopFinder, sipUri } from "@parlance/sip";
import type { ImClient } from "../client.ts";
import { connectWith } from "../connect-with.ts";
import { historyAccessOf } from "../files/index.ts";
import { webFetch } from "../files/web-fetch.ts";
import { History } from "../history/history.ts";
import { type ConnectOptions, readAccount } from "../options.ts";
import type { Runtime } from "../runtime.ts";
import { clock, hashing, inflate, random, resolver, startHash } from "./machine.ts";
import { MsrpSockets } from "./msrp-sockets.ts";
import { type SocketOptions, Sockets } from "./sockets.ts";

export type NodeConnectOptions = ConnectOptions & SocketOptions;

const webOfNode = webFetch({ fetch: (url, request) => fetch(url, request), AbortController });

/**
 * What the server keeps of a user's conversations, for programs that send and receive nothing: nobody is told that
 * there is another device. Throws TypeError for wrong arguments.
 */
export function openHistory(options: HistoryOptions): History {
  const runtime = { clock, random, hashing, startHash, fetch: webOfNode };
  return new History(historyAccessOf(runtime, readAccount(options), options));
}

export type HistoryOptions = Pick<
  ConnectOptions,
  "user" | "password" | "username" | "server" | "fileServer"
>;

/**
 * Connects and registers. Resolves when the client is online; rejects with ImError ("offline",
 * "not authenticated", "aborted" …) or TypeError for wrong arguments.
 */
export function connect(options: NodeConnectOptions): Promise<ImClient> {
  const finder = new HopFinder({ resolver, clock, random }, ["TLS", "TCP", "UDP"]);
  const runtime: Runtime = {
    clock,
    random,
    hashing,
    startHash,
    fetch: webOfNode,
    inflate,
    findServer: async (domain) => finder.find(sipUri(undefined, domain)),
    supports: (_hop: Hop) => true,
    msrp: new MsrpSockets(options),
    open: (events) => new Sockets(events, options),
  };
  return connectWith(runtime, options);
}
