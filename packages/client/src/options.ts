/** What a client needs to know to connect. */
import { defaultPort, type Hop, parseUri, type SipUri, type TransportName } from "@parlance/sip";
import { type DigestSecret, type PlainHashing, parsed, secretHash } from "@parlance/wire";
import type { Signal } from "./base/signal.ts";
import { webServerBeside } from "./files/web-url.ts";
import type { SessionOptions } from "./session/session-settings.ts";
import type { ClientStore } from "./store/client-store.ts";
import type { Trace } from "./trace.ts";
import { isWebSocket } from "./transports/is-web-socket.ts";

export interface ConnectOptions {
  /** The IM Address: `sip:alice@example.com`. */
  readonly user: string;
  /** Or what stands for it at one server: see `secretOf`. */
  readonly password: string | DigestSecret;
  /** Digest username when it is not the user part of the address. */
  readonly username?: string;
  /** `udp:`, `tcp:`, `tls:`, `ws:` or `wss:` URL; without it DNS is asked for the domain. */
  readonly server?: string;
  /**
   * Where files are kept: `https://im.example.com`. Default: beside the WebSocket of `server`; over other transports
   * none. The password is shown to it, as a digest.
   */
  readonly fileServer?: string;
  /**
   * Where the documents of the user are: the XCAP root, `https://im.example.com/xcap`. Default: `/xcap` at the server
   * of `fileServer`. The password is shown to it, as a digest.
   */
  readonly documents?: string;
  /** Shown to others beside the address. At most 64 characters. */
  readonly displayName?: string;
  /** Where messages, the outbox and receipts are kept; in memory by default. */
  readonly store?: ClientStore;
  /** Same for every start of one device: a UUID URN. Made anew when absent. RFC 5626 §4.1 */
  readonly instance?: string;
  /** By which the user knows this device among his others: "Firefox on the laptop". At most 64 characters. */
  readonly deviceName?: string;
  /** Added to the User-Agent: "Acme/1.0". */
  readonly product?: string;
  /**
   * Lifetime asked for a registration. Default 3600 s. With 0 the client does not register: it may ask and send, and
   * nothing comes to it, nor is anything that waits brought to it.
   */
  readonly registrationSeconds?: number;
  /**
   * How the server wakes this device when its connection is gone: what a push service has given it. Whether the server
   * does is told by `ImClient.wakeable`; one that cannot refuses (status 555). RFC 8599
   */
  readonly push?: PushOptions;
  /**
   * Whether the way to every recipient runs over TCP, TLS or WebSocket all along, so that pager mode
   * may carry any size. By default known for users of the own domain, reached over a stream to an
   * IM server, and for nobody else. IM-8.1-02
   */
  readonly connectionOriented?: boolean;
  /** Address of the factory for messages to many; `sip:conf-factory@DOMAIN` by default. */
  readonly factory?: string;
  /** How sessions are held. */
  readonly sessions?: SessionOptions;
  /** Sees every message of SIP and frame of MSRP, in and out. What it throws becomes an "error" event, and changes nothing. */
  readonly trace?: Trace;
  /**
   * What the start waits for. `online` (default): until the client is registered, or cannot be. `store`: until what is
   * kept has been read, so that it can be shown, and written to, where there is no connection yet; the event
   * "connection" tells the rest.
   */
  readonly startWith?: "online" | "store";
  /**
   * The devices of the user share what the server keeps of his conversations: what this one has missed comes when it is
   * back, `history()` of a conversation goes on where its own store ends, and what is read on one device is read on all.
   * Needs `fileServer`, and a server that keeps it. Default false.
   */
  readonly shareHistory?: boolean;
  /**
   * Where the user has set that nothing is pushed to him (`pushDeferred`), everything that waits is fetched whenever
   * there is a line. False by default: the application chooses by `deferred()`. OMA IM 5.2.4
   */
  readonly fetchDeferred?: boolean;
  /**
   * The application keeps the octets of what it sends: what was under way when the program ended waits for it, see
   * `ImClient.unfinishedFiles`. Without it such files have failed. Default false.
   */
  readonly resumesFiles?: boolean;
  /** Ends the attempt to connect. */
  readonly signal?: Signal;
}

/** How a client is let go of. */
export interface CloseOptions {
  /** The registration stays, where the server wakes this device. */
  readonly wakeable?: boolean;
}

/** RFC 8599 §8.3 */
export interface PushOptions {
  /** `fcm`, `apns`, `webpush`, or as agreed with the server. */
  readonly provider: string;
  /** What the push service knows the device by. */
  readonly prid: string;
  /** What the provider needs beside. */
  readonly param?: string;
  /**
   * The device has a timer of its own that wakes it, and connects before its registration ends: the server does not wake it for that.
   * RFC 8599 §4.1.4
   */
  readonly renewsItself?: boolean;
}

export interface Account {
  readonly uri: SipUri;
  readonly domain: string;
  readonly username: string;
}

/** Of each word for a push service: what servers take. */
const MAX_PUSH = 1_024;

/** Of a display name, in code points. */
const MAX_NAME = 64;

export function readAccount(options: ConnectOptions): Account {
  const read = parsed(() => parseUri(options.user));
  if (!read.ok || read.value.kind !== "sip" || read.value.user === undefined) {
    throw new TypeError(`user: expected sip:NAME@DOMAIN, not ${options.user}`);
  }
  checkName(options.displayName);
  checkName(options.deviceName, "deviceName");
  const { renewsItself: _, ...words } = options.push ?? {};
  for (const [name, value] of Object.entries(words)) {
    if (
      typeof value !== "string" ||
      value.length > MAX_PUSH ||
      (value === "" && name !== "param")
    ) {
      throw new TypeError(`push.${name}: 1 to ${MAX_PUSH} characters`);
    }
  }
  const uri = read.value;
  return { uri, domain: uri.host, username: options.username ?? uri.user ?? "" };
}

/**
 * What may be kept instead of a password, so that a program can come back without asking for it: good for this user
 * at this server and for nothing else, and telling nobody what the password is (who has it may guess, though). The
 * realm is the domain unless the server says otherwise. RFC 7616 §3.4.2
 */
export function secretOf(
  { user, username, password, realm }: SecretOptions,
  hashing: PlainHashing,
): DigestSecret {
  const account = readAccount({ user, password, ...(username === undefined ? {} : { username }) });
  const of = { username: account.username, realm: realm ?? account.domain, password };
  return { realm: of.realm, hashes: { "sha-256": secretHash(hashing, "sha-256", of) } };
}

export interface SecretOptions {
  readonly user: string;
  readonly username?: string;
  readonly password: string;
  readonly realm?: string;
}

const SCHEMES = new Map<string, TransportName>([
  ["udp", "UDP"],
  ["tcp", "TCP"],
  ["tls", "TLS"],
  ["ws", "WS"],
  ["wss", "WSS"],
]);

const SERVER =
  /^(?<scheme>[a-z]{2,3}):(?:\/\/)?(?<host>\[[0-9a-f:.]{2,45}\]|[^:/[\]]{1,255})(?::(?<port>\d{1,5}))?(?<path>\/[^\s]{0,255})?$/i;

/** `tcp://127.0.0.1:5060`, `wss://im.example.com/sip`; the slashes may be missing. */
export function readServer(server: string): Hop {
  const found = SERVER.exec(server)?.groups;
  const transport = SCHEMES.get(found?.["scheme"]?.toLowerCase() ?? "");
  if (found === undefined || transport === undefined) {
    throw new TypeError(`server: expected udp:, tcp:, tls:, ws: or wss:HOST[:PORT], not ${server}`);
  }
  const written = found["host"] ?? "";
  const host = written.startsWith("[") ? written.slice(1, -1) : written;
  const port = found["port"] === undefined ? defaultPort(transport) : Number(found["port"]);
  if (port > 65_535) throw new TypeError(`server: no such port: ${port}`);
  const hop = { transport, address: { host, port }, serverName: host };
  if (transport !== "WS" && transport !== "WSS") return hop;
  return { ...hop, path: found["path"] ?? "/sip" };
}

/** Where MSRP over WebSocket is taken: beside SIP over WebSocket, if nothing else is said. RFC 7977 §4.1 */
export function mediaUrlOf({ server, sessions }: ConnectOptions): string | undefined {
  if (sessions?.url !== undefined) return sessions.url;
  if (server === undefined) return undefined;
  const { transport, address } = readServer(server);
  if (!isWebSocket(transport)) return undefined;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${transport.toLowerCase()}://${host}:${address.port}/msrp`;
}

/** What is asked over HTTP beside files. */
export function webOf({ fileServer, server }: ConnectOptions): string | undefined {
  return fileServer ?? webServerBeside(server);
}

/** The XCAP root, if nothing else is said beside the files. RFC 4825 §6.1 */
export function documentsOf(options: ConnectOptions): string | undefined {
  if (options.documents !== undefined) return options.documents;
  const base = webOf(options);
  return base === undefined ? undefined : `${base.replace(/\/$/, "")}/xcap`;
}

/** Throws TypeError for a name that is too long to be shown to others. */
export function checkName(name: string | undefined, option = "displayName"): void {
  if (Array.from(name ?? "").length > MAX_NAME)
    throw new TypeError(`${option}: at most ${MAX_NAME} characters`);
}
