import { type LineLimits, lineLimits } from "@parlance/msrp";

/** Every bound of the switch; of its connections too. */
export interface SwitchLimits extends LineLimits {
  /** Of one leg: octets kept until the device has answered, or has come back. */
  readonly keptBytes: number;
  readonly keptFrames: number;
  /** For the device to answer a request. RFC 4975 §7.1.1 */
  readonly answerMs: number;
  /** For a lost device to come back. */
  readonly returnMs: number;
  /** For a device that has another connection all of a sudden to say that it has the first. */
  readonly probeMs: number;
  /** For the first connection of a leg. */
  readonly connectMs: number;
  /** Messages of one leg that have begun and not ended. */
  readonly openMessages: number;
  /** Without a chunk of it for so long, such a message is forgotten. */
  readonly messageIdleMs: number;
  /** For so long, it gives way to one that begins where there may be no more. */
  readonly messageSilentMs: number;
  /** Of a CPIM header that comes in several chunks. */
  readonly cpimHeadBytes: number;
}

export const SWITCH_LIMITS: SwitchLimits = {
  ...lineLimits,
  backlogBytes: 524_288, // above it those who send to a device are not read
  unknownSessions: 1_000, // a fast sender has so many chunks on their way when his session ends
  keptBytes: 8_388_608, // what a fast sender has on its way to a device that stops all of a sudden
  keptFrames: 8_192,
  answerMs: 28_000, // the sender's own patience ends after 30 s
  returnMs: 28_000,
  probeMs: 3_000,
  connectMs: 30_000, // T-msrp-connect
  openMessages: 64,
  messageIdleMs: 60_000, // as long as receivers wait for a chunk
  messageSilentMs: 5_000, // longer than a sender pauses who goes on
  cpimHeadBytes: 16_384,
};
