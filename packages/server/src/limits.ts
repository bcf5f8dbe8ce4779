import { MULTIPART_LIMITS } from "@parlance/formats";
import { type MessageLimits, messageLimits, URI_CHARACTERS } from "@parlance/sip";

/** What a whole SIP message may look like: fixed where it is read, and repeated here to be complete. */
const ofTheParser = {
  startLineBytes: messageLimits.startLineBytes,
  headerLineBytes: messageLimits.headerLineBytes,
  headerSectionBytes: messageLimits.headerSectionBytes,
  headerCount: messageLimits.headerLines,
  uriBytes: URI_CHARACTERS,
  viaValues: messageLimits.viaValues,
  routeValues: messageLimits.routeValues,
  contactValues: messageLimits.contactValues,
  datagramBodyBytes: messageLimits.datagramBodyBytes,
  multipartParts: MULTIPART_LIMITS.parts,
  multipartDepth: MULTIPART_LIMITS.depth,
};

/**
 * Every bound of the server in one table. Whatever a stranger can make grow has a row here; the
 * operator may override each by its name under `limits`, but for those of the parser.
 */
export const defaultLimits = {
  ...ofTheParser,

  // Bodies.
  streamBodyBytes: messageLimits.streamBodyBytes,
  inflatedBodyBytes: 65_536, // what fits uncompressed is what may come out of a compressed body

  // Forwarding.
  datagramMessageBytes: 1_300, // RFC 3428 §8: above it only congestion-controlled transports
  forwardWaitMs: 20_000, // leaves time for a 202 before the sender's own 32 s are over
  inviteWaitMs: 180_000, // RFC 3261 §16.6 step 11: timer C is above three minutes

  // Load.
  connections: 15_000,
  connectionsPerSource: 100,
  transactions: 100_000,
  transactionsPerSource: 256,
  messagesPerSecond: 10, // per user; a person types less, a bot gets configured
  messageBurst: 50,
  receiptsPerSecond: 100, // they come as fast as others write to the user
  receiptBurst: 1_000, // as many as may have waited for him

  // Sessions.
  calls: 20_000, // both sides of a session count
  sessionsPerUser: 50, // as one calls and as one is called, on all devices
  sessionFileBytes: 1_073_741_824, // of one message or file in a session
  sessionLines: 16, // files that are offered at once; the lines behind them are refused
  interworkedIdleSeconds: 1_800, // of a session with a phone that gets its messages one by one
  largeMessageBytes: 10 * 1_048_576, // that is kept for a user who is away
  receptionsPerUser: 8, // large messages and files that he sends at one time to users who are away
  groupFileBytes: 100 * 1_048_576, // that is sent to many, and taken whole before it goes on
  deferredFileBytes: 0, // pushed in a session to a user who is away: 480 is what OMA IM says of them
  conferences: 2_000, // sessions of many
  conferencesPerUser: 20, // that he is in, or waits for others in
  conferenceParticipants: 200, // in any of them; up to 1,000 where the operator says so
  adHocParticipants: 50, // whoever invites the others is one of them
  groupParticipants: 100, // of a group or room that says nothing
  aliasLinks: 10_000, // pages on which somebody may say what he is called
  aliasLinkSeconds: 600, // long enough to think of a name
  aliasMissesPerMinute: 20, // links that lead nowhere, from one source
  roomMessageBytes: 1_048_576, // of one message in a session of many, its envelope included
  roomLogMessages: 1_000, // of each session of many, for those who come back
  roomLogSeconds: 7 * 86_400, // somebody was away for a week: he has more to catch up with than one room
  roomLogDevices: 32, // of one member: where each has stopped to read; the one that has been away for longest gives way
  relayUris: 50_000, // that the MSRP relay has handed out
  relayUrisPerUser: 50,

  // Conferences.
  roomMessagesPerSecond: 20, // of one member
  roomMessageBurst: 50,
  roomTrafficPerSecond: 50, // of all members together: more nobody reads
  roomTrafficBurst: 200,

  // Registrations.
  bindingsPerUser: 10,
  minExpiresSeconds: 60, // shorter ones are a load attack, or a keep-alive in the wrong place
  maxExpiresSeconds: 7_200, // a crashed client is given up after this time
  defaultExpiresSeconds: 3_600, // RFC 3261 §10.3 step 7
  registersPerSecond: 5, // per user; a device refreshes once in minutes
  registerBurst: 20, // all devices of a user after a cut
  expiredBindingsPerTick: 500, // a mass expiry must not hold up the traffic
  flowTimerSeconds: 120, // RFC 5626 §4.4.1: the keep-alive that a client behind a NAT needs

  // Devices that have to be woken.
  pushWaitSeconds: 8, // for a device to register, while its message waits: with the 20 s for its answer below the sender's 32
  pushRingSeconds: 30, // the same for a session: its caller hears ringing for minutes
  pushWaiting: 10_000, // requests that wait for devices
  pushWaitingPerUser: 50, // a burst of messages for somebody asleep

  // Subscriptions.
  subscriptionsPerUser: 50,
  subscriptionsPerResource: 1_000,
  minSubscriptionSeconds: 60,
  maxSubscriptionSeconds: 3_600,

  // Service settings.
  publicationsPerUser: 10, // one for each device
  minPublicationSeconds: 60,
  maxPublicationSeconds: 7 * 86_400, // above the 600,000 s that clients of IMS ask for
  settingsWaitSeconds: 5, // for the word of a device that has registered, before what waited is pushed

  // Authentication.
  nonceSeconds: 300,
  nonces: 100_000, // remembered with their count; the oldest become stale
  loginFailuresPerPair: 10, // a minute, per user and source
  loginFailuresPerSource: 30, // a minute
  loginDelaySeconds: 900, // the longest wait that failures can earn

  // Lists and deferred messages.
  recipientsPerList: 100,
  deferredMessagesPerUser: 1_000,
  deferredBytesPerUser: 20 * 1_048_576,
  deferredSeconds: 7 * 86_400,

  // History.
  historyMessagesPerUser: 100_000, // a year of somebody who writes and gets three hundred a day
  historyBytesPerUser: 1_024 * 1_048_576,
  historySeconds: 365 * 86_400, // one may look up what was said this time last year
  historyRequestsPerSecond: 20, // of one user over HTTP: as many as there are rows on a screen
  historyRequestBurst: 200, // a client that brings its own store up to date
  historySearchesPerMinute: 60, // of one user: each may cost the store 50 ms among a million; exports count too
  historySearchBurst: 20,
  historyExports: 16, // archives that are read at one time, one a user

  // HTTP.
  tokenSeconds: 900, // a stolen one is of use for a quarter of an hour

  accountRequestsPerSecond: 2, // of one user about rooms and devices: a screen that is opened, and looked at again
  accountRequestBurst: 50,

  // Documents of users.
  documentBytes: 262_144,
  documentsPerUser: 50, // in each usage: lists, groups …
  documentBytesPerUser: 4 * 1_048_576, // in all of them
  documentRequestsPerSecond: 20, // of one user: a changed document is read and checked as a whole
  documentRequestBurst: 200, // a client that brings its address book over, entry by entry

  // Files over HTTP.
  fileBytes: 100 * 1_048_576,
  filesPerUser: 1_000, // those that are being uploaded included
  fileBytesPerUser: 1_024 * 1_048_576,
  fileSeconds: 30 * 86_400,
  thumbnailBytes: 65_536,
  uploadIdleSeconds: 86_400, // a laptop that was closed overnight goes on in the morning
  uploads: 256, // requests that bring octets; each holds some in memory until the disk has them
  uploadsPerUser: 4,
  downloads: 1_000,
  downloadsPerSource: 64, // a household or an office behind one address
  expiredFilesPerTick: 100, // a mass expiry must not hold up the traffic

  // What operators did.
  auditSeconds: 365 * 86_400, // one round of the yearly reviews that ask for it
} as const satisfies Record<string, number>;

/** How much of its own work the server has under way: these go with the code, not with an installation. */
export const workLimits = {
  flushes: 64, // users who get what waited for them; each holds a page of messages in memory
  copies: 256, // of messages to many, all of them together
  roomGatheredBytes: 64 * 1_048_576, // of messages in conferences that come in pieces and are not whole
  copyJobs: 1_000, // messages to many that were accepted and are not finished
  traceBytes: 16 * 1_048_576, // some minutes of a busy server; a lab keeps everything it sees
  traceRecords: 16_384,
  tracedUsers: 100, // at one time; each is judged with every record
} as const satisfies Record<string, number>;

export type Limits = { readonly [name in keyof typeof defaultLimits]: number };
export type WorkLimits = { readonly [name in keyof typeof workLimits]: number };
export type Bounds = Limits & WorkLimits;

/** Under which a bound that was hit is counted; rows that bound one thing together share a name. */
export type LimitName = keyof Bounds | keyof MessageLimits | "deferredPerUser" | "loginFailures";

/** The tables with some rows replaced; a number that is no usable bound is our caller's mistake. */
export function limitsWith(overrides: Partial<Bounds>): Bounds {
  const usual = { ...defaultLimits, ...workLimits };
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`limits.${name}: ${value} is not a bound`);
    }
    if (Object.hasOwn(ofTheParser, name)) throw new RangeError(`limits.${name} is fixed`);
    if (!Object.hasOwn(usual, name)) throw new RangeError(`limits.${name} is not known`);
  }
  return { ...usual, ...Object.fromEntries(given) };
}
