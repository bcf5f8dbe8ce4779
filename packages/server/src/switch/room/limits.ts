/** Every bound of a room. */
export interface RoomLimits {
  /** A message up to this size, its envelope included, is gathered before it goes on; a larger one goes on in pieces. */
  readonly gatheredBytes: number;
  /** The same where what is said is kept. */
  readonly keptBytes: number;
  /** Of all messages in all rooms that are not whole yet. */
  readonly allGatheredBytes: number;
  /** Of the headers of an envelope that comes in several pieces. */
  readonly cpimHeadBytes: number;
  /** Messages of one device that have begun and not ended. */
  readonly openMessages: number;
  /** Of one device: what waits to be written. Above it the device is cut off. */
  readonly queueMessages: number;
  readonly queueBytes: number;
  /** The same, of messages in pieces. Above it they are given up for this device. */
  readonly streamBytes: number;
  /** Messages that were written to a device and are not answered: nothing more is written meanwhile. */
  readonly unanswered: number;
  /** For a device to answer. RFC 4975 §7.1.1 */
  readonly answerMs: number;
  /** So many failures in a row, and the device is given up. Clause 8.7 */
  readonly failuresInRow: number;
  /** T-report-switch */
  readonly reportMs: number;
  /** Of one room: messages whose reports are not all there; the oldest gives way. */
  readonly awaitedReports: number;
  /** Ids of what a member has said last, to know what he says again. */
  readonly remembered: number;
  /** Refused for its pace so often without a second of silence in between, a device is cut off. Clause 8.2 */
  readonly refusals: number;
  /** Messages for a phone without MSRP that wait for the one before them. */
  readonly pagerMessages: number;
  /** Of one member whose place in the log is known; of those that are away the one that has read least gives way. */
  readonly logDevices: number;
  /** Of what is read from the log at a time. */
  readonly pageMessages: number;
  readonly pageBytes: number;
}

export const ROOM_LIMITS: RoomLimits = {
  gatheredBytes: 65_536,
  keptBytes: 1_048_576,
  allGatheredBytes: 67_108_864,
  cpimHeadBytes: 16_384,
  openMessages: 8,
  queueMessages: 500,
  queueBytes: 1_048_576,
  streamBytes: 4_194_304,
  unanswered: 1_000,
  answerMs: 28_000, // as between two users
  failuresInRow: 3,
  reportMs: 45_000,
  awaitedReports: 1_000,
  remembered: 256,
  refusals: 100, // a sender hears of the first when many are on their way
  pagerMessages: 100,
  logDevices: 32,
  pageMessages: 64,
  pageBytes: 262_144,
};

/** How much may be said; counted, and refused with 403 above it. Clause 8.2, 19 */
export interface RoomRates {
  /** Of one member. */
  readonly perSecond: number;
  readonly burst: number;
  /** Receipts of one member: they come as fast as others write. */
  readonly receiptsPerSecond: number;
  readonly receiptBurst: number;
  /** Of all together. */
  readonly roomPerSecond: number;
  readonly roomBurst: number;
}
