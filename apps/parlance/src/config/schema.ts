/** The configuration of a node: one schema gives validation, explanation, JSON Schema and the docs page. */
import { z } from "zod";

const text = (about: string) => z.string().min(1).describe(about);
const seconds = (about: string, least: number, most: number) =>
  z.number().int().min(least).max(most).describe(`${about} Seconds.`);
const count = (about: string, most = 1_000_000_000) =>
  z.number().int().min(0).max(most).describe(about);

const user = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, "letters, digits, dot, dash or underscore")
    .describe("Name of the account; the IM Address is sip:NAME@DOMAIN."),
  password: text(
    "Set when the account is made; afterwards only `parlance users passwd` changes it.",
  ),
  displayName: z.string().max(64).optional().describe("Shown to others."),
});

const room = z.strictObject({
  name: text("The room is sip:NAME@DOMAIN."),
  subject: z.string().max(255).optional().describe("Shown to whoever joins."),
  moderators: z.array(z.string()).default([]).describe("Accounts that may moderate."),
});

const group = z.strictObject({
  name: text("The group is sip:NAME@DOMAIN."),
  displayName: z.string().max(64).optional().describe("Shown to the members."),
  members: z.array(z.string()).describe("Account names or SIP URIs."),
  inviteMembers: z.boolean().default(true).describe("Whether a session of the group invites them."),
  allowAnonymity: z.boolean().default(false).describe("Whether members may hide who they are."),
});

const certificate = z.strictObject({
  certificate: text("PEM file with the chain."),
  key: text("PEM file with the private key."),
  names: z.array(z.string()).default([]).describe("Server names (SNI) that get it; none: all."),
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
      .array(z.string())
      .default(["udp://127.0.0.1:5060", "tcp://127.0.0.1:5060"])
      .describe("SIP listeners: udp://, tcp:// or tls://ADDRESS:PORT. Port 0 takes a free one."),
    trusted: z
      .array(z.string())
      .default([])
      .describe("SIP listeners (tcp://, tls://) for trusted peers alone."),
    msrp: z.array(z.string()).default([]).describe("MSRP listeners. Read, not used yet."),
    http: z
      .union([z.string(), z.null()])
      .default("http://127.0.0.1:8080")
      .describe("Public HTTP listener: SIP over WebSocket under /sip. null turns it off."),
    admin: z
      .union([z.string(), z.null()])
      .default("http://127.0.0.1:8081")
      .describe("Operator's HTTP listener: /metrics, /healthz, /readyz, /api. null turns it off."),
  })
  .prefault({});

const limits = z
  .strictObject({
    bindingsPerUser: count("Contacts registered at once by one user.").default(10),
    deferredMessagesPerUser: count("Messages waiting for one user.").default(1_000),
    deferredBytesPerUser: count("Octets waiting for one user.", 2 ** 40).default(20 * 2 ** 20),
    recipientsPerList: count("Recipients of one MESSAGE to many.", 10_000).default(100),
    connections: count("Connections in all.").default(15_000),
    connectionsPerSource: count("Connections from one address.").default(100),
    transactions: count("SIP transactions in all.").default(100_000),
    transactionsPerSource: count("SIP transactions from one address.").default(256),
    messagesPerSecond: count("Messages of one user a second.").default(10),
    messageBurst: count("Messages of one user at once.").default(50),
    registersPerSecond: count("Registrations of one user a second.").default(5),
    registerBurst: count("Registrations of one user at once.").default(20),
  })
  .prefault({});

export const configuration = z.strictObject({
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
  rooms: z.array(room).default([]).describe("Chat rooms. Read, not used yet."),
  groups: z.array(group).default([]).describe("Pre-defined groups."),
  core: z
    .strictObject({
      mode: z
        .literal("standalone")
        .default("standalone")
        .describe("standalone: the node is registrar and proxy itself."),
      trustedPeers: z
        .array(trustedPeer)
        .default([])
        .describe("Believed when they assert identities."),
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
  registrar: z
    .strictObject({
      minExpires: seconds("Shortest registration.", 1, 86_400).default(60),
      maxExpires: seconds("Longest registration.", 60, 31_536_000).default(7_200),
      defaultExpires: seconds(
        "Registration of a client that names no time.",
        60,
        31_536_000,
      ).default(3_600),
    })
    .prefault({})
    .describe("Registrations."),
  deferred: z
    .strictObject({
      maxLife: seconds("Longest wait of a message.", 60, 31_536_000).default(7 * 86_400),
    })
    .prefault({})
    .describe("Messages for users who are away."),
  compat: z
    .strictObject({
      plainSip: z
        .boolean()
        .default(false)
        .describe("Let in SIP phones that do not send the IM feature tag."),
    })
    .prefault({})
    .describe("Concessions to clients that do not follow OMA SIMPLE IM."),
  media: z
    .strictObject({
      anchor: z.enum(["always", "auto", "never"]).default("always").describe("Read, not used yet."),
    })
    .prefault({})
    .describe("The MSRP user plane."),
  tls: z
    .strictObject({
      certificates: z
        .array(certificate)
        .default([])
        .describe("For tls:// listeners; reread on change."),
      authorities: z.array(z.string()).default([]).describe("PEM files of further authorities."),
    })
    .prefault({})
    .describe("Certificates."),
  web: z
    .strictObject({
      origins: z
        .array(z.string())
        .default([])
        .describe("Web origins that may open a WebSocket besides the listener's own."),
    })
    .prefault({})
    .describe("Browsers."),
  trace: z
    .strictObject({
      bytes: count(
        "Octets of the ring that remembers SIP messages. 0 turns it off.",
        2 ** 32,
      ).default(16 * 2 ** 20),
    })
    .prefault({})
    .describe("The ring behind `parlance trace`."),
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
      pretty: z.boolean().default(false).describe("For a person's eyes instead of JSON lines."),
    })
    .prefault({})
    .describe("Logs on standard error."),
  limits: limits.describe("Bounds. What happens at each stands in docs/security.md."),
});

export type Configuration = Readonly<z.infer<typeof configuration>>;
