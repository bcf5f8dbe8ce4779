/** Every bound of the switch. */
export interface SwitchLimits {
  /** Of one connection: what was written and not taken yet. Above it those who send to it are not read. */
  readonly backlogBytes: number;
  /** Of one leg: octets kept until the device has answered, or has come back. */
  readonly keptBytes: number;
  readonly keptFrames: number;
  /** For the device to answer a request. RFC 4975 §7.1.1 */
  readonly answerMs: number;
  /** For a lost device to come back. */
  readonly returnMs: number;
  /** For the first connection of a leg. */
  readonly connectMs: number;
  /** For a new connection to name a leg, and for one whose legs are gone. */
  readonly unboundMs: number;
  /** For the rest of a header, and between two arrivals of one body. */
  readonly gapMs: number;
  /** Messages of one leg that have begun and not ended. */
  readonly openMessages: number;
  /** Of a CPIM header that comes in several chunks. */
  readonly cpimHeadBytes: number;
}

export const SWITCH_LIMITS: SwitchLimits = {
  backlogBytes: 524_288,
  keptBytes: 8_388_608, // what a fast sender has on its way to a device that stops all of a sudden
  keptFrames: 8_192,
  answerMs: 28_000, // the sender's own patience ends after 30 s
  returnMs: 28_000,
  connectMs: 30_000, // T-msrp-connect
  unboundMs: 30_000,
  gapMs: 10_000,
  openMessages: 64,
  cpimHeadBytes: 16_384,
};
