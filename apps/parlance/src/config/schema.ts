/** The configuration of a node: one schema gives validation, explanation, JSON Schema and the docs page. */
import { z } from "zod";
import { limits } from "./limits.ts";

const text = (about: string) => z.string().min(1).describe(about);
const url = (schemes: string) =>
  z
    .string()
    .regex(
      new RegExp(`^(?:${schemes})://(?:\\[[0-9a-f:.]+\\]|[^\\s:/[\\]]+)(?::\\d{1,5})?/?$`, "i"),
      `expected ${schemes.replaceAll("|", ", ")} and ://ADDRESS:PORT`,
    );

/** Sizes are numbers of at most ten digits, as on the wire. */
const bytes = (usual: number, about: string) =>
  z.number().int().min(1).max(9_999_999_999).default(usual).describe(about);

const sipUri = z
  .string()
  .regex(
    /^sips?:(?:\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,255})(?::\d{1,5})?(?:;[a-z0-9-]{1,32}(?:=[a-z0-9.-]{1,64})?){0,8}$/i,
    "expected sip:HOST:PORT;transport=tcp",
  );

const user = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, "letters, digits, dot, dash or underscore")
    .describe("Name of the account; the IM Address is sip:NAME@DOMAIN."),
  password: text(
    "Set when the account is made; afterwards only `parlance users passwd` changes it. Behind a core it may be absent: the user logs in there.",
  ).optional(),
  displayName: z.string().max(64).optional().describe("Shown to others."),
});

const historySeconds = z
  .number()
  .int()
  .min(60)
  .max(9_999_999_999)
  .optional()
  .describe("How long users keep what was said in it, instead of limits.historySeconds.");

const room = z.strictObject({
  name: text("The room is sip:NAME@DOMAIN."),
  displayName: z.string().max(64).optional().describe("Shown to whoever joins."),
  subject: z.string().max(255).optional().describe("Shown to whoever joins."),
  moderators: z
    .array(z.string())
    .default([])
    .describe("Account names or SIP URIs of those who may send others away."),
  allowAnonymity: z
    .boolean()
    .default(false)
    .describe("Whether users may come in without showing who they are."),
  maxParticipants: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("How many may be in; by default limits.groupParticipants."),
  writers: z
    .enum(["everybody", "moderators"])
    .default("everybody")
    .describe("Who may write: everybody who is in, or only the moderators."),
  historySeconds,
});

const group = z.strictObject({
  name: text("The group is sip:NAME@DOMAIN."),
  displayName: z.string().max(64).optional().describe("Shown to the members."),
  subject: z.string().max(255).optional().describe("Shown to whoever is invited or joins."),
  members: z.array(z.string()).describe("Account names or SIP URIs."),
  inviteMembers: z.boolean().default(true).describe("Whether a session of the group invites them."),
  allowAnonymity: z.boolean().default(false).describe("Whether members may hide who they are."),
  historySeconds,
});

const certificate = z.strictObject({
  certificate: text("PEM file with the chain; its names decide who gets it (SNI)."),
  key: text("PEM file with the private key."),
});

const trustedPeer = z.strictObject({
  name: text("How logs and the trace call the peer."),
  addresses: z
    .array(z.string())
    .default([])
    .describe("IP addresses, believed over TCP and TLS only."),
  tlsNames: z.array(z.string()).default([]).describe("Names in its verified client certificate."),
});

const listen = z
  .strictObject({
    sip: z
      .array(url("udp|tcp|tls"))
      .default(["udp://127.0.0.1:5060", "tcp://127.0.0.1:5060"])
      .describe("SIP listeners: udp://, tcp:// or tls://ADDRESS:PORT. Port 0 takes a free one."),
    trusted: z
      .array(url("tcp|tls"))
      .default([])
      .describe("SIP listeners (tcp://, tls://) for trusted peers alone."),
    msrp: z
      .array(url("tcp|tls"))
      .default(["tcp://127.0.0.1:2855"])
      .describe("MSRP listeners: tcp:// or tls://ADDRESS:PORT. Port 0 takes a free one."),
    http: url("http|https")
      .nullable()
      .default("http://127.0.0.1:8080")
      .describe(
        "Public HTTP listener: SIP over WebSocket under /sip, MSRP over WebSocket under /msrp. null turns it off.",
      ),
    admin: url("http|https")
      .nullable()
      .default("http://127.0.0.1:8081")
      .describe("Operator's HTTP listener: /metrics, /healthz, /readyz, /api. null turns it off."),
  })
  .prefault({});

const files = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Whether users may keep files on the server."),
    maxFileBytes: bytes(100 * 2 ** 20, "Octets of one file."),
    quotaBytes: bytes(2 ** 30, "Octets of all files of one user, uploads under way included."),
    quotaFiles: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(1_000)
      .describe("Files of one user, uploads under way included."),
    expirySeconds: z
      .number()
      .int()
      .min(60)
      .max(10 * 365 * 86_400)
      .default(30 * 86_400)
      .describe("Seconds after its upload when a file is deleted and its URL ends."),
    deferUpToBytes: z
      .number()
      .int()
      .min(0)
      .max(9_999_999_999)
      .default(0)
      .describe(
        "Largest file pushed in a session that is kept for a user who is away, and offered when he is back; 0: none is.",
      ),
    publicUrl: z
      .string()
      .regex(/^https?:\/\/[^\s/?#]+(?:\/[^\s?#]*)?$/i, "expected http:// or https://HOST[/PATH]")
      .optional()
      .describe(
        "What URLs of files begin with, where a proxy stands before listen.http: https://im.example.com.",
      ),
  })
  .prefault({})
  .describe("Files that messages point to. docs/files.md tells how they are kept.");

const keys = z.strictObject({
  domain: text("The SIP domain served.").default("parlance.test"),
  data: text("Folder of everything that is kept: database, server key, operator token.").default(
    "./data",
  ),
  listen: listen.describe("Where the node listens."),
  store: text("sqlite:FILE (relative to the data folder) or memory: (lost at the end).").default(
    "sqlite:parlance.db",
  ),
  bus: z.literal("local:").default("local:").describe("Between nodes; local: is one node alone."),
  users: z.array(user).default([]).describe("Accounts made at start when they are absent."),
  rooms: z.array(room).default([]).describe("Chat rooms: every user of the domain may come in."),
  groups: z.array(group).default([]).describe("Pre-defined groups."),
  conferences: z
    .strictObject({
      adHocAnonymity: z
        .boolean()
        .default(true)
        .describe("Whether users may hide who they are in sessions that no group stands for."),
      propagateMedia: z
        .boolean()
        .default(false)
        .describe("Whether the others are offered what one device newly takes."),
      aliasPage: z
        .boolean()
        .default(false)
        .describe(
          "Whether everybody who joins is told of a page, under /alias of listen.http, on which he may choose a name.",
        ),
      announce: z
        .array(z.enum(["welcome", "alias", "renamed", "joined", "left", "time"]))
        .default(["welcome", "alias", "time"])
        .describe("What the room says itself: on which occasions."),
    })
    .prefault({})
    .describe("Sessions of many."),
  core: z
    .strictObject({
      mode: z
        .enum(["standalone", "as"])
        .default("standalone")
        .describe(
          "standalone: the node is registrar and proxy itself. as: it is an application server behind a SIP/IP core (IMS), which registers and routes; docs/ims.md.",
        ),
      trustedPeers: z
        .array(trustedPeer)
        .default([])
        .describe(
          "Believed when they assert identities. as: the elements of the core, and nobody else is heard.",
        ),
      next: sipUri
        .optional()
        .describe(
          "as: where requests of the node's own go: sip:HOST:PORT;transport=tcp of an S-CSCF, or of whatever else triggers.",
        ),
      names: z
        .array(z.string().min(1))
        .default([])
        .describe(
          "as: host names by which the core knows this node, beside the addresses it listens on.",
        ),
      contact: sipUri
        .optional()
        .describe(
          "as: sip:HOST:PORT;transport=tcp by which the core reaches this node. With it, the node asks after a restart (SUBSCRIBE, Event: reg) where the users are for whom messages wait.",
        ),
      destinations: z
        .array(z.string())
        .default([])
        .describe(
          "Address ranges (CIDR) inside this machine or link that connections may go to; loopback is one while all of listen.sip is.",
        ),
    })
    .prefault({})
    .describe("The part that registers, authenticates and routes."),
  auth: z
    .strictObject({
      md5Compat: z
        .boolean()
        .default(true)
        .describe("Offer MD5 after SHA-256 to clients that know no better."),
    })
    .prefault({})
    .describe("Digest authentication."),
  compat: z
    .strictObject({
      plainSip: z
        .boolean()
        .default(false)
        .describe("Let in SIP phones that do not send the IM feature tag."),
      pagerInterworking: z
        .boolean()
        .nullable()
        .default(null)
        .describe(
          "Who begins a session with a phone that holds none writes pager messages to it. Null: as `compat.plainSip`.",
        ),
    })
    .prefault({})
    .describe("Concessions to clients that do not follow OMA SIMPLE IM."),
  media: z
    .strictObject({
      anchor: z
        .enum(["always", "auto", "never"])
        .default("always")
        .describe(
          "Do one-to-one sessions pass through the node? auto: where one side is a browser or behind address translation.",
        ),
      host: text(
        "Address or name that devices use to reach the MSRP listeners, where it is another than theirs.",
      ).optional(),
    })
    .prefault({})
    .describe("The MSRP user plane."),
  relay: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe(
          "Relay MSRP for users that cannot be reached (RFC 4976). It connects to where they say.",
        ),
      plain: z
        .boolean()
        .default(false)
        .describe("Let them log in at the relay without TLS as well."),
    })
    .prefault({})
    .describe("The MSRP relay."),
  tls: z
    .strictObject({
      certificates: z
        .array(certificate)
        .default([])
        .describe("For tls:// and https:// listeners; read again when they change."),
      authorities: z
        .array(z.string())
        .default([])
        .describe("PEM files of the authorities of peers; none: those of the system."),
    })
    .prefault({})
    .describe("Certificates."),
  files,
  web: z
    .strictObject({
      origins: z
        .array(z.string())
        .default([])
        .describe(
          "Web origins that may open a WebSocket, and ask for files, documents and tokens, besides the listener's own.",
        ),
      readyAccounts: z
        .array(z.string())
        .max(2)
        .default([])
        .describe(
          "Two accounts that the messenger offers to everybody on this machine, to be tried side by side without a password, as the local service of `npm start` does. Not offered unless listen.http is http://127.0.0.1 or another address of this machine alone.",
        ),
    })
    .prefault({})
    .describe("Browsers."),
  access: z
    .strictObject({
      invite: z
        .enum(["ring", "answer", "refuse"])
        .default("ring")
        .describe(
          "What happens to sessions and messages: they ring, are answered at once, or are refused.",
        ),
      offlineStorage: z
        .boolean()
        .default(true)
        .describe("Are messages kept while the user is away?"),
    })
    .prefault({})
    .describe("What holds for users without access rules, and for those whom no rule matches."),
  xcap: z
    .strictObject({
      proxies: z
        .array(z.string())
        .default([])
        .describe(
          "IP addresses of aggregation proxies: whom their X-XCAP-Asserted-Identity names is let in without a password.",
        ),
    })
    .prefault({})
    .describe("Documents of users over HTTP (XCAP)."),
  history: z
    .strictObject({
      default: z
        .boolean()
        .default(false)
        .describe("Whether conversations of users are kept who have not said so themselves."),
      users: z
        .array(
          z.strictObject({
            name: text("Name of the account."),
            seconds: z.number().int().min(60).max(9_999_999_999).describe("How long."),
          }),
        )
        .default([])
        .describe("Accounts whose history is kept for another time than limits.historySeconds."),
    })
    .prefault({})
    .describe("Conversations kept on the server. docs/history.md tells how."),
  backup: z
    .strictObject({
      folder: text("Where backups are put, relative to the data folder.").default("backups"),
      keep: z
        .number()
        .int()
        .min(1)
        .max(1_000)
        .default(7)
        .describe("So many are kept: the oldest goes for a new one."),
    })
    .prefault({})
    .describe("Backups that the server takes of itself. docs/operating.md"),
  push: z
    .strictObject({
      webhook: z
        .string()
        .regex(/^https?:\/\/[^\s#]+$/i, "expected https://HOST[/PATH]")
        .nullable()
        .default(null)
        .describe(
          "What is asked, and nothing else, to wake a device that sleeps; null: none is woken. docs/push.md says what it gets.",
        ),
      secretFile: text(
        "Key of the signatures (whsec_…), relative to the data folder; made when it is absent.",
      ).default("push.secret"),
      providers: z
        .array(z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "expected a name such as fcm"))
        .default(["apns", "fcm", "webpush"])
        .describe("Values of pn-provider that the webhook serves; others get 555."),
    })
    .prefault({})
    .describe("Waking of devices (RFC 8599)."),
  trace: z
    .strictObject({
      bytes: z
        .number()
        .int()
        .min(0)
        .max(2 ** 32)
        .default(16 * 2 ** 20)
        .describe(
          "Octets of the ring that remembers what went over the wire and what was decided. 0: nobody can be traced.",
        ),
      everybody: z
        .boolean()
        .default(false)
        .describe(
          "Trace all users from the start, as the local service of `npm start` does. Otherwise an operator says whom, and for how long.",
        ),
      hep: z
        .string()
        .regex(
          /^udp:\/\/(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]{2,45}\]):\d{1,5}$/i,
          "expected udp://IP-ADDRESS:PORT",
        )
        .optional()
        .describe(
          "Collector (HOMER) that gets what is traced, as HEP version 3: udp://IP-ADDRESS:PORT. It is not encrypted.",
        ),
      hepAgent: z
        .number()
        .int()
        .min(0)
        .max(2 ** 32 - 1)
        .default(1)
        .describe("Which node this is, for the collector."),
    })
    .prefault({})
    .describe("What `parlance trace` and the trace page show. docs/trace.md tells how."),
  log: z
    .strictObject({
      level: z
        .enum(["error", "warn", "info", "silent"])
        .default("info")
        .describe("Least level written."),
      addresses: z
        .boolean()
        .default(false)
        .describe("Write user addresses in clear, not as keyed hash."),
      pretty: z.boolean().default(false).describe("Lines for a person's eyes instead of JSON."),
    })
    .prefault({})
    .describe("Logs on standard error."),
  limits,
});

/** With what one key says about another. */
export const configuration = keys.superRefine((read, check) => {
  const { tls, limits: bounds } = read;
  const { sip, trusted, msrp, http, admin } = read.listen;
  const wrong = (path: string[], message: string): void =>
    check.addIssue({ code: "custom", path, message });
  const listeners = [...sip, ...trusted, ...msrp, http ?? "", admin ?? ""];
  const secured = listeners.find((each) => /^(?:tls|https):/i.test(each));
  if (secured !== undefined && tls.certificates.length === 0) {
    wrong(["tls", "certificates"], `${secured} needs a certificate`);
  }
  checkCore(read, wrong);
  if (bounds.minExpiresSeconds > bounds.maxExpiresSeconds) {
    wrong(["limits", "minExpiresSeconds"], "is above maxExpiresSeconds");
  }
  if (bounds.minSubscriptionSeconds > bounds.maxSubscriptionSeconds) {
    wrong(["limits", "minSubscriptionSeconds"], "is above maxSubscriptionSeconds");
  }
});

/** What each mode of the core cannot do without. */
function checkCore(
  { core, users, listen: { trusted } }: z.infer<typeof keys>,
  wrong: (path: string[], message: string) => void,
): void {
  if (core.mode === "standalone") {
    users.forEach(({ password }, at) => {
      if (password === undefined) wrong(["users", String(at), "password"], "is missing");
    });
    return;
  }
  if (core.next === undefined) wrong(["core", "next"], "core.mode as needs it");
  const known = core.trustedPeers.some(
    ({ addresses, tlsNames }) =>
      tlsNames.length > 0 || (addresses.length > 0 && trusted.length > 0),
  );
  if (!known) {
    const needs = "tlsNames of a peer, or its addresses and a listener in listen.trusted";
    wrong(["core", "trustedPeers"], `core.mode as needs ${needs}`);
  }
}

export type Configuration = Readonly<z.infer<typeof configuration>>;
