/** What a server is told before it starts. Plain values: whoever reads files and arguments has checked them. */

import type { Access } from "@parlance/im";
import type { MsrpDialer } from "@parlance/msrp";
import type { Resolver, Transports } from "@parlance/sip";
import type { Clock, Hashing, Inflate, Random } from "@parlance/wire";
import type { Announcement, ConfiguredGroup, ConfiguredRoom } from "./controlling/index.ts";
import type { ApplicationServerConfig } from "./core/isc/behind-core.ts";
import type { TrustedPeer } from "./core/peers.ts";
import type { StaticRoute } from "./core/routes.ts";
import type { Bounds } from "./limits.ts";
import type { Anchor } from "./participating/index.ts";
import type { Log, Metrics, PushService, Sealing, SecurityWatch } from "./ports/index.ts";
import type { FileContent, Stores } from "./store/index.ts";
import type { TokenKeys } from "./web-authentication/index.ts";

export interface ServerConfig {
  readonly domain: string;
  /** Further names of the same domain; users are known by `domain` alone. */
  readonly aliases?: readonly string[];
  readonly core?: {
    readonly trustedPeers?: readonly TrustedPeer[];
    /** Names of the listeners on which nobody but trusted peers is expected. */
    readonly trustedListeners?: readonly string[];
    /** Where requests for other domains go; none: nowhere. */
    readonly routes?: readonly StaticRoute[];
    /** Told to every client that registers. RFC 3608 */
    readonly serviceRoute?: readonly string[];
    /** Set: the users register elsewhere, at a core that asks this server. 3GPP TS 24.229 §5.7 */
    readonly applicationServer?: ApplicationServerConfig;
  };
  readonly compat?: {
    /** Phones that do not know the IM feature tag count as IM clients. */
    readonly plainSip?: boolean;
    /** Sessions with phones that hold none turn into pager messages. Default as `plainSip`. */
    readonly pagerInterworking?: boolean;
  };
  readonly media?: {
    /** Do one-to-one sessions pass through the server? Default `always`. */
    readonly anchor?: Anchor;
    /** Written into addresses instead of that of the listener. */
    readonly host?: string;
  };
  /** Set: clients that cannot be reached may have their MSRP relayed. RFC 4976 */
  readonly relay?: {
    /** Without TLS as well. */
    readonly plain: boolean;
  };
  readonly auth?: {
    /** Offer MD5 after SHA-256. RFC 8760 §2.3 */
    readonly md5Compat?: boolean;
  };
  readonly groups?: readonly ConfiguredGroup[];
  /** Chat rooms: everybody of the domain may come in. */
  readonly rooms?: readonly ConfiguredRoom[];
  /** Sessions of many. */
  readonly conferences?: {
    /** May users hide who they are in sessions that no group stands for? Default true. */
    readonly adHocAnonymity?: boolean;
    /** Are the others offered what one device newly takes? Default false. IM-7.2.1.6-N1 */
    readonly propagateMedia?: boolean;
    /** Is everybody who joins told of a page on which he may choose a name? Default false. IM-7.2.3.5-P1 */
    readonly aliasPage?: boolean;
    /** What the room says itself; by default what is of use to its hearers. */
    readonly announce?: readonly Announcement[];
  };
  /** User parts of the service addresses in the domain. */
  readonly services?: { readonly factory?: string; readonly imdn?: string };
  readonly files?: {
    /** What URLs of files begin with, when it is not the address of the listener: `https://im.example.com`. */
    readonly publicUrl?: string | undefined;
  };
  readonly web?: {
    /** Web origins that may ask over HTTP besides the listener's own. */
    readonly origins?: readonly string[];
  };
  /** What holds for users without access rules, and for those whom no rule matches. Default: it rings, and is kept. */
  readonly access?: Partial<Access>;
  /** Documents of users over HTTP. RFC 4825 */
  readonly xcap?: {
    /** Addresses of aggregation proxies, which say whom they have let in. */
    readonly proxies?: readonly string[];
    /** Who may read what another user calls himself; nobody who is blocked. Default: users. */
    readonly profiles?: "users" | "nobody";
  };
  /** Conversations that users keep. */
  readonly history?: {
    /** What holds for users who have said nothing. Default false. */
    readonly default?: boolean;
    /** How long it is kept for these accounts, instead of `limits.historySeconds`. */
    readonly users?: readonly { readonly name: string; readonly seconds: number }[];
  };
  readonly trace?: {
    /** Of the ring; 0: nobody can be traced. */
    readonly bytes?: number;
    /** Everybody is traced from the start. Default: nobody, until an operator says who. */
    readonly everybody?: boolean;
  };
  readonly limits?: Partial<Bounds>;
}

/** What of the machine a server needs. */
export interface ServerPorts {
  readonly transports: Transports;
  readonly stores: Stores;
  /** Where files of users are kept; without it there is no file store. */
  readonly content?: FileContent;
  /** Where large messages lie that wait for their users; without it none is taken. */
  readonly largeMessages?: FileContent;
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: Hashing;
  readonly inflate: Inflate;
  /** Finds the hosts of edge proxies and routes that have names. */
  readonly resolver?: Resolver;
  readonly secrets: Secrets;
  /** Opens MSRP connections; without it no session passes through the server. */
  readonly msrp?: MsrpDialer;
  /** Calls back when what came in this turn of the event loop was read: what is written to many is gathered until then. */
  readonly endOfTurn?: (run: () => void) => void;
  /** Wakes devices that sleep; without it none is believed to. RFC 8599 */
  readonly push?: PushService;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Told of failed logins, refusals, bounds that were hit and what could not be read. */
  readonly security?: SecurityWatch;
}

/** Each derived for its purpose, so that what opens one door opens no other. */
export interface Secrets {
  /** Credentials in the store. */
  readonly credentials: Sealing;
  /** Legs of dialogs in Record-Route. */
  readonly dialogs: Sealing;
  /** Digest nonces; ≥ 256 bits. */
  readonly nonces: Uint8Array;
  /** Temporary GRUUs; ≥ 256 bits. */
  readonly gruus: Uint8Array;
  /** What was done with a request that a core brings by again; ≥ 256 bits. */
  readonly marks: Uint8Array;
  /** Places in what users keep; ≥ 256 bits. */
  readonly cursors: Uint8Array;
  /** Tokens for HTTP; ≥ 256 bits. */
  readonly tokens: TokenKeys;
}
