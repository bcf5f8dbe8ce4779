/** The bounds that an operator may move: the server's, those of its connections, and none of the parser itself. */
import type { TransportLimits } from "@parlance/node";
import type { Limits } from "@parlance/server";
import { z } from "zod";

/** Fixed: what a SIP message may look like at all does not differ from one installation to the next. */
type OfTheParser =
  | "startLineBytes"
  | "headerLineBytes"
  | "headerSectionBytes"
  | "headerCount"
  | "uriBytes"
  | "viaValues"
  | "routeValues"
  | "contactValues"
  | "datagramBodyBytes"
  | "multipartParts"
  | "multipartDepth";

/** Said by the keys of `files`. */
type OfFiles =
  | "fileBytes"
  | "filesPerUser"
  | "fileBytesPerUser"
  | "fileSeconds"
  | "deferredFileBytes";

type OfConnections = "connections" | "connectionsPerSource";

export type MovableLimit =
  | Exclude<keyof Limits, OfTheParser | OfConnections | OfFiles>
  | (OfConnections & keyof TransportLimits);

interface Row {
  readonly usual: number;
  readonly about: string;
  /** 0 by default, which turns the thing off. */
  readonly least?: number;
}

/**
 * The compiler asks for a row here when the server gets a new one, and a test compares the numbers.
 * They are written out so that explaining a configuration needs no server.
 */
export const LIMITS: { readonly [name in MovableLimit]: Row } = {
  streamBodyBytes: { usual: 65_536, about: "Octets of a MESSAGE's content.", least: 1 },
  inflatedBodyBytes: { usual: 65_536, about: "Octets that a compressed body may grow to." },
  datagramMessageBytes: {
    usual: 1_300,
    about: "Octets of a MESSAGE that may leave in a datagram; larger ones need a stream.",
    least: 200,
  },
  forwardWaitMs: {
    usual: 20_000,
    about: "Milliseconds for the recipient's devices to answer before a message is deferred.",
    least: 100,
  },
  inviteWaitMs: {
    usual: 180_000,
    about: "Milliseconds for an INVITE to be answered.",
    least: 1_000,
  },
  connections: { usual: 15_000, about: "Connections in all.", least: 1 },
  connectionsPerSource: { usual: 100, about: "Connections from one address.", least: 1 },
  transactions: { usual: 100_000, about: "SIP transactions in all.", least: 1 },
  transactionsPerSource: { usual: 256, about: "SIP transactions from one address.", least: 1 },
  messagesPerSecond: { usual: 10, about: "Messages of one user a second, on average.", least: 1 },
  messageBurst: { usual: 50, about: "Messages of one user at once.", least: 1 },
  receiptsPerSecond: { usual: 100, about: "Receipts of one user a second, on average.", least: 1 },
  receiptBurst: { usual: 1_000, about: "Receipts of one user at once.", least: 1 },
  calls: { usual: 20_000, about: "Calls that the node is in; a session has two.", least: 2 },
  sessionsPerUser: {
    usual: 50,
    about: "Sessions of one user at once, begun or joined.",
    least: 1,
  },
  receptionsPerUser: {
    usual: 8,
    about: "Large messages and files that one user sends at one time to users who are away.",
    least: 1,
  },
  sessionLines: {
    usual: 16,
    about: "Files offered at once in a session; further ones are refused.",
    least: 1,
  },
  sessionFileBytes: {
    usual: 1_073_741_824,
    about: "Octets of one message or file in a session.",
    least: 65_536,
  },
  conferences: { usual: 2_000, about: "Sessions of many at once.", least: 1 },
  conferencesPerUser: {
    usual: 20,
    about: "Sessions of many that one user is in, or has begun.",
    least: 1,
  },
  conferenceParticipants: {
    usual: 200,
    about: "Users in one session, whatever its group says; 1000 at most.",
    least: 2,
  },
  adHocParticipants: {
    usual: 50,
    about: "Users in a session that no group stands for, its author among them.",
    least: 2,
  },
  groupParticipants: {
    usual: 100,
    about: "Users in a session of a group or room that says nothing else.",
    least: 1,
  },
  aliasLinks: { usual: 10_000, about: "Links to alias pages at one time.", least: 1 },
  aliasLinkSeconds: { usual: 600, about: "Seconds that a link to an alias page lasts.", least: 10 },
  aliasMissesPerMinute: {
    usual: 20,
    about: "Wrong links to alias pages a minute from one address, before it has to wait.",
    least: 1,
  },
  roomMessageBytes: {
    usual: 1_048_576,
    about: "Octets of one message in a session of many.",
    least: 1_000,
  },
  roomLogMessages: {
    usual: 1_000,
    about: "Messages of a session of many that are kept for those who come back. 0: none are.",
  },
  roomLogDevices: {
    usual: 32,
    about:
      "Devices of one member of a session of many whose place in what is kept is known: of more the one that has read least, and is away, gets what its user has missed.",
    least: 1,
  },
  roomLogSeconds: {
    usual: 7 * 86_400,
    about: "Seconds that they are kept; those of an ad-hoc session until it ends at most.",
    least: 60,
  },
  interworkedIdleSeconds: {
    usual: 1_800,
    about: "Seconds that a session with a phone that holds none lasts without a message.",
    least: 60,
  },
  largeMessageBytes: {
    usual: 10_485_760,
    about: "Octets of one large message kept for a user who is away.",
    least: 1_300,
  },
  groupFileBytes: {
    usual: 104_857_600,
    about: "Octets of one file in a session of its own that is sent to many.",
  },
  relayUris: { usual: 50_000, about: "URIs that the MSRP relay has handed out." },
  relayUrisPerUser: { usual: 50, about: "URIs of the MSRP relay that one user has." },
  roomMessagesPerSecond: {
    usual: 20,
    about: "Messages of one member of a conference a second, on average.",
    least: 1,
  },
  roomMessageBurst: {
    usual: 50,
    about: "Messages of one member of a conference at once.",
    least: 1,
  },
  roomTrafficPerSecond: {
    usual: 50,
    about: "Messages of all members of a conference a second, on average.",
    least: 1,
  },
  roomTrafficBurst: {
    usual: 200,
    about: "Messages of all members of a conference at once.",
    least: 1,
  },
  bindingsPerUser: { usual: 10, about: "Contacts registered at once by one user.", least: 1 },
  minExpiresSeconds: { usual: 60, about: "Seconds of the shortest registration.", least: 1 },
  maxExpiresSeconds: { usual: 7_200, about: "Seconds of the longest registration.", least: 1 },
  defaultExpiresSeconds: {
    usual: 3_600,
    about: "Seconds of a registration that names no time.",
    least: 1,
  },
  registersPerSecond: {
    usual: 5,
    about: "Registrations of one user a second, on average.",
    least: 1,
  },
  registerBurst: { usual: 20, about: "Registrations of one user at once.", least: 1 },
  expiredBindingsPerTick: { usual: 500, about: "Contacts that are dropped in one go.", least: 1 },
  flowTimerSeconds: {
    usual: 120,
    about: "Seconds between the keep-alives that clients are asked for.",
    least: 1,
  },
  pushWaitSeconds: {
    usual: 8,
    about: "Seconds that a message waits for a device that was woken.",
    least: 1,
  },
  pushRingSeconds: {
    usual: 30,
    about: "Seconds that an invitation waits for a device that was woken.",
    least: 1,
  },
  pushWaiting: {
    usual: 10_000,
    about: "Requests that wait for devices that were woken.",
    least: 1,
  },
  pushWaitingPerUser: { usual: 50, about: "The same, for one user.", least: 1 },
  subscriptionsPerUser: { usual: 50, about: "Subscriptions of one user." },
  subscriptionsPerResource: { usual: 1_000, about: "Subscriptions to one resource." },
  minSubscriptionSeconds: { usual: 60, about: "Seconds of the shortest subscription.", least: 1 },
  maxSubscriptionSeconds: { usual: 3_600, about: "Seconds of the longest subscription.", least: 1 },
  publicationsPerUser: {
    usual: 10,
    about: "Publications of service settings that one user keeps: one a device.",
    least: 1,
  },
  minPublicationSeconds: {
    usual: 60,
    about: "Seconds of the shortest publication of settings.",
    least: 1,
  },
  maxPublicationSeconds: {
    usual: 604_800,
    about: "Seconds of the longest publication of settings.",
    least: 60,
  },
  settingsWaitSeconds: {
    usual: 5,
    about: "Seconds that the settings of a device are awaited before what waited is pushed.",
  },
  nonceSeconds: { usual: 300, about: "Seconds that a login challenge is good for.", least: 1 },
  nonces: { usual: 100_000, about: "Login challenges remembered with their use.", least: 1 },
  loginFailuresPerPair: {
    usual: 10,
    about: "Failed logins a minute of one user from one address.",
    least: 1,
  },
  loginFailuresPerSource: {
    usual: 30,
    about: "Failed logins a minute from one address.",
    least: 1,
  },
  loginDelaySeconds: { usual: 900, about: "Seconds of the longest wait that failed logins earn." },
  recipientsPerList: { usual: 100, about: "Recipients of one MESSAGE to many.", least: 1 },
  deferredMessagesPerUser: {
    usual: 1_000,
    about: "Messages waiting for one user; 0: none is kept.",
  },
  deferredBytesPerUser: { usual: 20_971_520, about: "Octets waiting for one user." },
  deferredSeconds: { usual: 604_800, about: "Seconds that a message waits at most.", least: 1 },
  documentBytes: { usual: 262_144, about: "Octets of one document of a user.", least: 1_024 },
  documentsPerUser: {
    usual: 50,
    about: "Documents of one user in one usage: lists, groups and others.",
    least: 1,
  },
  documentBytesPerUser: {
    usual: 4_194_304,
    about: "Octets of all documents of one user.",
    least: 1_024,
  },
  historyMessagesPerUser: {
    usual: 100_000,
    about: "Messages kept as history for one user; later ones are not kept.",
  },
  historyBytesPerUser: {
    usual: 1_024 * 1_048_576,
    about: "Octets kept as history for one user.",
  },
  historySeconds: {
    usual: 31_536_000,
    about: "Seconds that messages are kept as history.",
    least: 60,
  },
  historyRequestsPerSecond: {
    usual: 20,
    about: "Requests for the history of one user a second, on average.",
    least: 1,
  },
  historyRequestBurst: {
    usual: 200,
    about: "Requests for the history of one user at once.",
    least: 1,
  },
  historySearchesPerMinute: {
    usual: 60,
    about: "Searches and exports of one user a minute, on average.",
    least: 1,
  },
  historySearchBurst: { usual: 20, about: "Searches and exports of one user at once.", least: 1 },
  historyExports: { usual: 16, about: "Histories that are exported at one time, one a user." },
  accountRequestsPerSecond: {
    usual: 2,
    about:
      "Requests of one user for the rooms he may join and for his devices a second, on average.",
    least: 1,
  },
  accountRequestBurst: {
    usual: 50,
    about: "Requests of one user for the rooms he may join and for his devices at once.",
    least: 1,
  },
  documentRequestsPerSecond: {
    usual: 20,
    about: "Requests for documents of one user a second, on average.",
    least: 1,
  },
  documentRequestBurst: {
    usual: 200,
    about: "Requests for documents of one user at once.",
    least: 1,
  },
  tokenSeconds: { usual: 900, about: "Seconds that a token for HTTP is good for.", least: 1 },
  thumbnailBytes: { usual: 65_536, about: "Octets of the thumbnail of a file." },
  uploadIdleSeconds: {
    usual: 86_400,
    about: "Seconds after which an upload that brings nothing is given up.",
    least: 60,
  },
  uploads: { usual: 256, about: "Requests that bring octets of files, in all.", least: 1 },
  uploadsPerUser: {
    usual: 4,
    about: "Requests that bring octets of files, of one user.",
    least: 1,
  },
  downloads: { usual: 1_000, about: "Files that are being sent, in all.", least: 1 },
  downloadsPerSource: { usual: 64, about: "Files that are being sent to one address.", least: 1 },
  expiredFilesPerTick: { usual: 100, about: "Files that are deleted in one go.", least: 1 },
  auditSeconds: {
    usual: 31_536_000,
    about: "Seconds that the audit log keeps what operators did.",
    least: 86_400,
  },
};

const MOST = 2 ** 40;

function bound({ usual, about, least = 0 }: Row) {
  return z.number().int().min(least).max(MOST).describe(about).default(usual);
}

type Bounds = { readonly [name in MovableLimit]: ReturnType<typeof bound> };

export const limits = z
  .strictObject(
    Object.fromEntries(Object.entries(LIMITS).map(([name, row]) => [name, bound(row)])) as Bounds, // the rows of the table above
  )
  .prefault({})
  .describe("Bounds. docs/security.md says what happens at each.");
