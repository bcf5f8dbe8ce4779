/** How much is sent and taken at a time; every bound of messages in one table. */
export interface SendLimits {
  /** Body of a chunk. Above 2,048 octets it is marked as one that may be interrupted. RFC 4975 §7.1.1 */
  readonly chunkBytes: number;
  /** Largest message for a peer that takes nothing but whole ones. */
  readonly wholeBytes: number;
  /** Octets in chunks that wait for their answer: how far a large message runs ahead. */
  readonly windowBytes: number;
  /** Messages of several chunks that are sent side by side; peers bound what they put together at a time. */
  readonly openMessages: number;
  /** Messages that wait for their turn, or for answers. */
  readonly messages: number;
  /** RFC 4975 §7.1.1 */
  readonly answerMs: number;
  /** How long a success report is waited for. */
  readonly reportMs: number;
  /** Messages that are through and wait for reports alone; the oldest gives way. */
  readonly awaitedReports: number;
}

/** Chunks with a larger body say that they may be interrupted. RFC 4975 §7.1.1 */
export const UNINTERRUPTED_BYTES = 2048;

export const sendLimits: SendLimits = {
  chunkBytes: 2048, // what every peer takes uninterrupted
  wholeBytes: 4 * 1024 * 1024,
  windowBytes: 256 * 1024, // a tenth of a second at 20 Mbit/s
  openMessages: 4,
  messages: 500,
  answerMs: 30_000,
  reportMs: 60_000,
  awaitedReports: 1000,
};

export interface ReceiveLimits {
  /** Largest message, known beforehand or as it comes. */
  readonly messageBytes: number;
  /** Messages that have begun and are not complete. */
  readonly openMessages: number;
  /** How long one of them may stay without a further chunk. */
  readonly idleMs: number;
  /** Octets of a message that came before others of it, and have to be held until those are there. */
  readonly aheadBytes: number;
  /** Pieces that they may lie in. */
  readonly aheadPieces: number;
  /** Message-IDs remembered, to know those that come again. */
  readonly remembered: number;
}

export const receiveLimits: ReceiveLimits = {
  messageBytes: 1024 * 1024,
  openMessages: 8,
  idleMs: 60_000,
  aheadBytes: 256 * 1024,
  aheadPieces: 64,
  remembered: 256,
};
