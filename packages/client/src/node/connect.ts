/** The SDK on Node: UDP, TCP, TLS and WebSocket, DNS, and a store in a file. */
import { type Hop, HopFinder, sipUri } from "@parlance/sip";
import type { ImClient } from "../client.ts";
import { connectWith } from "../connect-with.ts";
import { webFetch } from "../files/web-fetch.ts";
import type { ConnectOptions } from "../options.ts";
import type { Runtime } from "../runtime.ts";
import { clock, hashing, inflate, random, resolver, startHash } from "./machine.ts";
import { MsrpSockets } from "./msrp-sockets.ts";
import { type SocketOptions, Sockets } from "./sockets.ts";

export type NodeConnectOptions = ConnectOptions & SocketOptions;

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
    fetch: webFetch({ fetch: (url, request) => fetch(url, request), AbortController }),
    inflate,
    findServer: async (domain) => finder.find(sipUri(undefined, domain)),
    supports: (_hop: Hop) => true,
    msrp: new MsrpSockets(options),
    open: (events) => new Sockets(events, options),
  };
  return connectWith(runtime, options);
}
